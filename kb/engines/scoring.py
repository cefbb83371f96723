"""What all engines agree on: which words of a query are asked for, and what a word found is worth.

The sum over fields of BM25 scores, times how much of the query was found. An engine only says where words stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from math import log

from kb import analysis, tables
from kb.engines.base import Hit

Posting = tuple[int, float, float]
"""A document's number in its engine, how often the word stands there, and the length of the field in words."""

FIELDS = ("head", "body")
MOST_WORDS = 40
"""Words of a query that are asked for: the rarest of those that are known. More cost time and tell nothing."""
MOST_POSTINGS, LEAST_WORDS = 5_000, 4
"""Places that are looked at for a query, the rarest words first, so that its time doesn't grow with the index;
some words are asked for even so, because that is what a person types."""
MOST_ENDINGS = 40
"""Known words that the beginning of one may stand for: the most common ones that begin so."""


@cache
def weight(name: str) -> float:
    """A number from `kb/data/text_search.tsv`."""
    return next(float(row["value"]) for row in tables.rows("text_search.tsv") if row["name"] == name)


def rarity(documents: int, frequency: int) -> float:
    """Inverse document frequency, at least 1 for a word that every document holds."""
    return log(max(documents, 1) / (frequency + 1)) + 1 if frequency < documents else 1.0


@dataclass(slots=True)
class Scores:
    """The scores of one query, collected word by word. `words` are to be asked for, with the weight of each; some
    of them stand for the beginning of one that was typed, and are found in its place."""

    words: dict[str, float]
    _rarities: dict[str, float]
    _total: float
    _stands_for: dict[str, str] = field(default_factory=dict)
    _scores: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    _found: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def plan(
        cls,
        query: analysis.Query,
        documents: int,
        frequency: Callable[[str], int],
        endings: Callable[[str], Iterable[str]] | None = None,
    ) -> Scores:
        """`frequency` tells in how many of the `documents` a word stands, `endings` which words begin as another:
        given where the query's last word may be unfinished."""
        asked = {word: weight("part") if part else 1.0 for word, part in query.words.items()}
        frequencies = {word: frequency(word) for word in asked}
        stands_for = dict[str, str]()
        if endings and query.unfinished:
            begun = {word: frequency(word) for word in endings(query.unfinished) if word not in asked}
            common = sorted(begun, key=lambda word: (-begun[word], word))[:MOST_ENDINGS]
            stands_for = dict.fromkeys(common, query.unfinished)
            if common:
                asked.setdefault(query.unfinished, 1.0)
                together = sum(begun[word] for word in common)
                frequencies[query.unfinished] = frequencies.get(query.unfinished, 0) + together
        known = sorted((word for word in asked if frequencies[word]), key=lambda word: (frequencies[word], word))
        words: dict[str, float] = {}
        postings = 0
        for word in known[:MOST_WORDS]:
            postings += frequencies[word]
            if len(words) >= LEAST_WORDS and postings > MOST_POSTINGS:
                break
            words[word] = asked[word]
        rarities = {word: rarity(documents, frequencies[word]) * asked[word] for word in words}
        unknown = sum(rarity(documents, 0) * asked[word] for word in asked if not frequencies[word])
        endless = {word: begun for word, begun in stands_for.items() if begun in words}
        words |= dict.fromkeys(endless, weight("ending"))
        return cls(words, rarities, sum(rarities.values()) + unknown, endless)

    def add(self, name: str, word: str, found: Iterable[Posting], *, rarity: float, average: float) -> None:
        """Counts where a word stands in a field whose texts have `average` words."""
        k1, b = weight("k1"), weight(f"{name}_b")
        worth = self.words[word] * weight(name) * rarity * (k1 + 1)
        for document, count, length in found:
            self._scores[document] += worth * count / (count + k1 * (1 - b + b * length / average))
            self._found[document].add(self._stands_for.get(word, word))

    def best(self, limit: int, name_of: Callable[[int], str], allowed: Collection[int] | None = None) -> list[Hit]:
        """The best documents (of the `allowed` ones), equal ones in the order of their names."""
        covered = weight("covered")
        ranked: list[tuple[float, float, int]] = []
        for document, score in self._scores.items():
            if allowed is None or document in allowed:
                share = sum(self._rarities[word] for word in self._found[document]) / self._total
                # Rounded, so that equal ones are equal in whatever order floats were added up.
                ranked.append((round(score * (1 - covered + covered * share), 6), round(min(share, 1.0), 6), document))
        ranked.sort(reverse=True)
        if limit <= 0 or not ranked:
            return []
        last = ranked[min(limit, len(ranked)) - 1][0]
        hits = [Hit(name_of(document), score, share) for score, share, document in ranked if score >= last]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]
