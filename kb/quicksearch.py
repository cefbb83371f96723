"""Quick search over titles, exception names and wordings, from memory: what editors ask at every key.

A sorted list of words; each typed word finds, by bisection, those that begin with it. An entry answers
when it has all typed words; whole words and words of the title count more.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
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
    """The words of all entries, sorted, and which entries hold each: their places in `ids`, and how much it counts
    there, in one number each (`_packed`), since there are many of them."""

    ids: list[str]
    titles: list[str]
    words: list[str]
    holders: list[array[int]]

    @classmethod
    def build(cls, headers: Iterable[Header]) -> QuickSearch:
        """From the heads of a generation; retired entries are left out."""
        holders: dict[str, array[int]] = {}
        ids, titles = list[str](), list[str]()
        for header in headers:
            if header.status != "published":
                continue
            weights: dict[str, float] = {}
            parts = [(header.id.replace("/", " "), 1.0), (" ".join(header.exceptions), 1.5), (header.title, 2.0)]
            for text, weight in parts:
                weights.update(dict.fromkeys(terms(text), weight))
            for word, weight in weights.items():
                holders.setdefault(word, array("I")).append(_packed(len(ids), weight))
            ids.append(header.id)
            titles.append(header.title)
        words = sorted(holders)
        return cls(ids, titles, words, [holders[word] for word in words])

    def find(self, typed: str, limit: int) -> list[str]:
        """Ids of the entries that hold every typed word, at least as the beginning of one of theirs."""
        scores: dict[int, float] | None = None
        for word in list(dict.fromkeys(terms(typed)))[:MOST_WORDS]:
            found = self._beginning_with(word)
            scores = (
                found
                if scores is None
                else {place: score + found[place] for place, score in scores.items() if place in found}
            )
        best = sorted((scores or {}).items(), key=lambda pair: (-pair[1], len(self.titles[pair[0]]), self.ids[pair[0]]))
        return [self.ids[place] for place, _ in best[:limit]]

    def _beginning_with(self, word: str) -> dict[int, float]:
        scores: dict[int, float] = {}
        start = bisect_left(self.words, word)
        for at in range(start, min(start + MOST_ENDINGS, len(self.words))):
            known = self.words[at]
            if not known.startswith(word):
                break
            whole = 2.0 if known == word else 1.0
            for packed in self.holders[at]:
                place, weight = packed >> 3, (packed & 7) / 2
                scores[place] = max(scores.get(place, 0.0), weight * whole)
        return scores


def _packed(place: int, weight: float) -> int:
    """A place, and a weight that is a number of halves below 4."""
    return place << 3 | int(weight * 2)
