"""Quick search over titles, exception names and wordings, from memory: what editors ask at every key.

A sorted list of words; each typed word finds, by bisection, those that begin with it. An entry answers
when it has all typed words; whole words and words of the title count more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kb.analysis import terms
from kb.store.rows import Header

MOST_WORDS = 8
"""Typed words that are looked at."""
MOST_ENDINGS = 2000
"""Known words that a typed beginning may stand for."""


@dataclass(frozen=True, slots=True)
class QuickSearch:
    """The words of all entries, sorted, and which entries hold each (with its weight)."""

    words: list[str]
    holders: list[dict[str, float]]
    titles: dict[str, str]

    @classmethod
    def build(cls, headers: Iterable[Header]) -> QuickSearch:
        """From the heads of a generation; retired entries are left out."""
        holders: dict[str, dict[str, float]] = defaultdict(dict)
        titles = {}
        for header in headers:
            if header.status != "published":
                continue
            titles[header.id] = header.title
            weighted = [(header.title, 2.0), (" ".join(header.exceptions), 1.5), (header.id.replace("/", " "), 1.0)]
            for text, weight in weighted:
                for word in terms(text):
                    held = holders[word]
                    held[header.id] = max(held.get(header.id, 0.0), weight)
        words = sorted(holders)
        return cls(words, [holders[word] for word in words], titles)

    def find(self, typed: str, limit: int) -> list[str]:
        """Ids of the entries that hold every typed word, at least as the beginning of one of theirs."""
        scores: dict[str, float] | None = None
        for word in list(dict.fromkeys(terms(typed)))[:MOST_WORDS]:
            found = self._beginning_with(word)
            scores = (
                found
                if scores is None
                else {entry: score + found[entry] for entry, score in scores.items() if entry in found}
            )
        ranked = sorted((scores or {}).items(), key=lambda pair: (-pair[1], len(self.titles[pair[0]]), pair[0]))
        return [entry for entry, _ in ranked[:limit]]

    def _beginning_with(self, word: str) -> dict[str, float]:
        scores: dict[str, float] = {}
        start = bisect_left(self.words, word)
        for place in range(start, min(start + MOST_ENDINGS, len(self.words))):
            known = self.words[place]
            if not known.startswith(word):
                break
            whole = 2.0 if known == word else 1.0
            for entry, weight in self.holders[place].items():
                scores[entry] = max(scores.get(entry, 0.0), weight * whole)
        return scores
