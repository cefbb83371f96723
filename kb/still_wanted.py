"""Which of the wanted errors are still without an answer: an error drops out as soon as an entry answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.wanted import Unknown, pastes

if TYPE_CHECKING:
    from kb.matcher import Matcher
    from kb.store import Store, Wanted

MOST_LOOKED_UP = 1_000
"""Wanted errors that are looked up for one list, the most wanted first."""


class StillWanted:
    """The list, over a store and the matcher that answers from it. What was looked up is remembered until the
    knowledge changes. Safe to share between threads."""

    def __init__(self, store: Store, matcher: Matcher) -> None:
        self._store = store
        self._matcher = matcher
        self._known: tuple[int, dict[tuple[str, str], bool]] = 0, {}

    def top(self, limit: int) -> list[Wanted]:
        """At most `limit` wanted errors that no entry answers, most often wanted first."""
        generation = self._matcher.knowledge().generation
        if self._known[0] != generation:
            self._known = generation, {}
        known = self._known[1]
        found: list[Wanted] = []
        for row in self._store.wanted(MOST_LOOKED_UP):
            key = row.exception, row.normal
            if key not in known:
                error = Unknown(row.exception, row.normal, row.library)
                known[key] = any(self._matcher.known(text) is not None for text in pastes(error))
            if not known[key]:
                found.append(row)
                if len(found) == limit:
                    break
        return found
