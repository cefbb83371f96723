"""What all engines agree on: which words of a query are asked for, and what a word found is worth.

The sum over fields of BM25 scores, times how much of the query was found. An engine only says where words stand.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from heapq import nlargest
from math import log

from kb import analysis, tables
from kb.engines.base import Hit

Posting = tuple[int, float, float]
"""A document's number in its engine, how often the word stands there, and the length of the field in words."""

FIELDS = ("head", "body")
MOST_WORDS = 40
"""Words of a query that are asked for: the rarest of those that are known. More cost time and tell nothing."""
MOST_POSTINGS, LEAST_WORDS = 5_000, 4
"""Places that are looked at for a query, the rarest words first, so that its time doesn't grow with the index; of
words that a person types some are asked for even so. Where a paste is searched for, one is enough: entries that share
only everyday words with it aren't offered anyway."""
MOST_ENDINGS = 40
"""Known words that the beginning of one may stand for: the most common ones that begin so."""
LEAST_LETTERS, SURE_LETTERS = 6, 3
"""Of a word to be taken for a misspelt one: shorter ones are a letter away from too much, and nearly everybody gets the
first three right. A word with a digit or a sign in it is what it is."""
MOST_MISSPELT = 8
"""Unknown words of a query that may be misspelt ones: more are names of somebody's program."""


@cache
def weight(name: str) -> float:
    """A number from `kb/data/text_search.tsv`."""
    return next(float(row["value"]) for row in tables.rows("text_search.tsv") if row["name"] == name)


def rarity(documents: int, frequency: int) -> float:
    """Inverse document frequency, at least 1 for a word that every document holds."""
    return log(max(documents, 1) / (frequency + 1)) + 1 if frequency < documents else 1.0


@dataclass(slots=True)
class Worth:
    """What a word is worth in each document that holds it, whatever the query: an engine may keep it."""

    documents: array[int]
    values: array[float]

    @classmethod
    def of(cls, fields: Iterable[tuple[str, Iterable[Posting], float, float]]) -> Worth:
        """From the fields in which the word stands: name, postings, the word's rarity there, and how many words the
        field's texts have on average."""
        values: dict[int, float] = {}
        for name, postings, rare, average in fields:
            k1, b = weight("k1"), weight(f"{name}_b")
            most = weight(name) * rare * (k1 + 1)
            for document, count, length in postings:
                value = most * count / (count + k1 * (1 - b + b * length / average))
                values[document] = values.get(document, 0.0) + value
        return cls(array("I", values), array("d", values.values()))

    def __len__(self) -> int:
        return len(self.documents)


def _meant(word: str, frequency: Callable[[str], int], endings: Callable[[str], Iterable[str]]) -> str | None:
    """The known word, the most common one, that is one slip of the fingers away from an unknown one."""
    if len(word) < LEAST_LETTERS or not word.isalpha():
        return None
    near = [known for known in endings(word[:SURE_LETTERS]) if _one_slip(word, known)]
    return max(near, key=lambda known: (frequency(known), known), default=None)


def _one_slip(one: str, other: str) -> bool:
    """Whether a letter too many, too few or wrong, or two in the wrong order, make one word the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    at = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    if len(one) != len(other):
        longer, shorter = (one, other) if len(one) > len(other) else (other, one)
        return longer[at + 1 :] == shorter[at:]
    return one[at + 1 :] == other[at + 1 :] or (
        one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    )


@dataclass(slots=True)
class Scores:
    """The scores of one query, collected word by word. `words` are to be asked for, with the weight of each; some
    of them stand for the beginning of one that was typed, and are found in its place."""

    words: dict[str, float]
    _rarities: dict[str, float]
    _total: float
    _stands_for: dict[str, str] = field(default_factory=dict)
    _scores: dict[int, float] = field(default_factory=dict)
    _found: dict[int, float] = field(default_factory=dict)
    _begun: set[int] = field(default_factory=set)

    @classmethod
    def plan(
        cls,
        query: analysis.Query,
        documents: int,
        frequency: Callable[[str], int],
        endings: Callable[[str], Iterable[str]],
        *,
        typing: bool,
    ) -> Scores:
        """`frequency` tells in how many of the `documents` a word stands, `endings` which words begin as another;
        `typing` that a person types it, so that its last word may be unfinished."""
        asked = {word: weight("part") if part else 1.0 for word, part in query.words.items()}
        frequencies = {word: frequency(word) for word in asked}
        begun_word = query.unfinished if typing else ""
        if begun_word and not any(True for _ in endings(begun_word)):
            begun_word = ""  # nothing begins so: somebody who types it has slipped
        unknown_words = [word for word, times in frequencies.items() if not times and word != begun_word]
        for word in unknown_words[:MOST_MISSPELT]:
            meant = _meant(word, frequency, endings)
            if meant and meant not in asked:
                asked[meant] = asked.pop(word) * weight("misspelt")
                frequencies[meant] = frequency(meant)
        stands_for = dict[str, str]()
        if begun_word:
            begun = {word: frequency(word) for word in endings(begun_word) if word not in asked}
            common = sorted(begun, key=lambda word: (-begun[word], word))[:MOST_ENDINGS]
            stands_for = dict.fromkeys(common, begun_word)
            if common:
                asked.setdefault(begun_word, 1.0)
                together = sum(begun[word] for word in common)
                frequencies[begun_word] = frequencies.get(begun_word, 0) + together
        known = sorted((word for word in asked if frequencies[word]), key=lambda word: (frequencies[word], word))
        words: dict[str, float] = {}
        postings = 0
        for word in known[:MOST_WORDS]:
            postings += frequencies[word]
            if len(words) >= (LEAST_WORDS if typing else 1) and postings > MOST_POSTINGS:
                break
            words[word] = asked[word]
        rarities = {word: rarity(documents, frequencies[word]) * asked[word] for word in words}
        unknown = sum(rarity(documents, 0) * asked[word] for word in asked if not frequencies[word])
        endless = {word: begun for word, begun in stands_for.items() if begun in words}
        words |= dict.fromkeys(endless, weight("ending"))
        return cls(words, rarities, sum(rarities.values()) + unknown, endless)

    def add(self, word: str, worth: Worth) -> None:
        """Counts a word, once."""
        scores, found = self._scores, self._found
        typed = self._stands_for.get(word, word)
        asked, rare = self.words[word], self._rarities[typed]
        if typed in self._stands_for.values():
            # However many words of a document begin so, what was typed is found there once.
            new = set(worth.documents) - self._begun
            self._begun |= new
            found |= {document: found.get(document, 0.0) + rare for document in new}
            rare = 0.0
        for document, value in zip(worth.documents, worth.values, strict=True):
            scores[document] = scores.get(document, 0.0) + asked * value
            found[document] = found.get(document, 0.0) + rare

    def best(self, limit: int, name_of: Callable[[int], str], allowed: Collection[int] | None = None) -> list[Hit]:
        """The best documents (of the `allowed` ones), equal ones in the order of their names."""
        if limit <= 0:
            return []
        covered, total, found = weight("covered"), self._total, self._found
        scored = [
            (score * (1 - covered + covered * found[document] / total), document)
            for document, score in self._scores.items()
            if allowed is None or document in allowed
        ]
        # Rounded, so that equal ones are equal in whatever order floats were added up; few need it.
        worst = min(nlargest(limit, (score for score, _ in scored)), default=0.0) - 1e-5
        ranked = sorted(((round(score, 6), document) for score, document in scored if score >= worst), reverse=True)
        last = ranked[min(limit, len(ranked)) - 1][0] if ranked else 0.0
        hits = [
            Hit(name_of(document), score, round(min(found[document] / total, 1.0), 6))
            for score, document in ranked
            if score >= last
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]
