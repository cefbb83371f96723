"""Templates that stay in the store until a message leads to them: for knowledge bases with very many.

A template's number is its key in the store times `VARIANTS`, plus which of its wordings it is (`kb.wordings`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from kb.store.rows import TemplateRow
from kb.template_index import Held
from kb.wordings import all_wordings

MANY = 50_000
"""From so many templates on they stay in the store; fewer are held in memory, where they are found a little faster."""

VARIANTS = 4
"""Wordings of one template at most: itself and what is derived from it."""

KEPT = 8192
"""Templates that stay in memory once they were read."""

AT_ONCE = 500
"""Templates that one question reads."""


def variants(row: TemplateRow) -> Iterator[Held]:
    """All wordings of a stored template, under their numbers; those that are no templates are left out."""
    for variant, wording in enumerate(list(all_wordings([row]))[:VARIANTS]):
        with suppress(ValueError):
            yield Held.of(row.id * VARIANTS + variant, wording)


class StoredTemplates:
    """See `kb.template_index.TemplateSource`. `fetch` reads rows by their keys, in any order; `count` is how many
    wordings there are."""

    def __init__(self, fetch: Callable[[Sequence[int]], Iterable[TemplateRow]], count: int) -> None:
        self._fetch = fetch
        self._count = count
        self._kept: dict[int, Held] = {}

    def __len__(self) -> int:
        return self._count

    def held(self, numbers: Iterable[int]) -> list[Held]:
        """The templates of those numbers that are still there, in that order."""
        wanted = list(numbers)
        kept = self._kept
        found = {number: kept[number] for number in wanted if number in kept}
        keys = sorted({number // VARIANTS for number in wanted if number not in found})
        for start in range(0, len(keys), AT_ONCE):
            for row in self._fetch(keys[start : start + AT_ONCE]):
                found.update((held.number, held) for held in variants(row))
        if keys:
            if len(kept) > KEPT:
                kept = self._kept = {}
            kept.update(found)
        return [found[number] for number in wanted if number in found]
