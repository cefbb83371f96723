"""What all engines agree on: weights, which words of a query are asked for, and how coverage counts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from math import log

from kb import analysis, tables
from kb.engines.base import Hit

FIELDS = ("head", "body")
MOST_WORDS = 40
"""Words of a query that are asked for: the rarest of those that are known. More cost time and tell nothing."""


@cache
def weight(name: str) -> float:
    """A number from `kb/data/text_search.tsv`."""
    return next(float(row["value"]) for row in tables.rows("text_search.tsv") if row["name"] == name)


def rarity(documents: int, frequency: int) -> float:
    """Inverse document frequency, at least 1 for a word that every document holds."""
    return log(max(documents, 1) / (frequency + 1)) + 1 if frequency < documents else 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of an index: `words` with the weight of each, and all that the query's words weigh,
    known or not."""

    words: dict[str, float]
    rarities: dict[str, float]
    total: float

    @classmethod
    def make(cls, query: analysis.Query, documents: int, frequency: Callable[[str], int]) -> Plan:
        """`frequency` tells in how many of the `documents` a word stands."""
        asked = {word: weight("part") if part else 1.0 for word, part in query.words.items()}
        frequencies = {word: frequency(word) for word in asked}
        known = sorted((word for word in asked if frequencies[word]), key=lambda word: (frequencies[word], word))
        rarities = {word: rarity(documents, frequencies[word]) * asked[word] for word in known[:MOST_WORDS]}
        unknown = sum(rarity(documents, 0) * asked[word] for word in asked if not frequencies[word])
        return cls({word: asked[word] for word in rarities}, rarities, sum(rarities.values()) + unknown)

    def hit(self, entry: str, score: float, found: Collection[str]) -> Hit:
        """A hit for an entry that holds the words `found`, with the sum of its words' scores."""
        share = sum(self.rarities[word] for word in found) / self.total if self.total else 0.0
        covered = weight("covered")
        # Rounded, so that equal entries are equal whatever the order in which floats were added up.
        return Hit(entry, round(score * (1 - covered + covered * share), 6), round(min(share, 1.0), 6))


def ordered(hits: Collection[Hit], limit: int) -> list[Hit]:
    """The best hits first, equal ones by id."""
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))[: max(limit, 0)]
