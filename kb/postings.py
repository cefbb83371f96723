"""Which few templates can a message be an instance of? Keys made of a template's rarest literal words.

A template is filed under its rarest literal word, and where many share it, under the next one as well, and so on. A
message that is an instance holds all of them, so its own words lead to every template that can fit and to few others;
with a million templates some hundred are compared, not a million.

`PostingSource` is what an index needs of them; `MemoryPostings` keeps them in memory. The pure functions say what a
template is filed under, so that a table in a database can be filled by the same rule.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import islice
from typing import Protocol, TypeAlias

from kb.templates import SLOT

KEY_WORDS = 5
"""Words in a key at most; as many of them are used as it takes to leave a few templates."""

NEAR_WORDS = 3
"""Words of a key by which a damaged message, which may have lost some, finds its template."""

CROWD = 2
"""Templates that may share a key's words before they are told apart by its next one."""

MOST_WORDS = 96
"""Known words of a message that are looked up: the rarest ones. A longer message is a dump, not a sentence."""

_LITERAL_WORD = re.compile(rf"(?<![\w{SLOT}])\w++(?!{SLOT})")
_WORD = re.compile(r"\w+")


def literal_words(bones: str) -> list[str]:
    """The words of a skeleton that stand as words of their own in every instance, in small letters.

    A word that touches a slot may be a part of a longer one in a message (`{count}th`), so it can't be a key.
    """
    return list(dict.fromkeys(_LITERAL_WORD.findall(bones.lower())))


def message_words(text: str) -> set[str]:
    """The words of a message, in small letters."""
    return set(_WORD.findall(text.lower()))


def rank_words(counts: Mapping[str, int]) -> dict[str, int]:
    """Words to ranks, the rarest first; `counts` says in how many templates each stands."""
    return {word: rank for rank, word in enumerate(sorted(counts, key=lambda word: (counts[word], word)))}


def key_of(words: Iterable[str], ranks: Mapping[str, int]) -> tuple[int, ...]:
    """What a template of these literal words is filed under: the ranks of its rarest ones, at most `KEY_WORDS`."""
    return tuple(sorted(ranks[word] for word in words)[:KEY_WORDS])


class PostingSource(Protocol):
    """Rows by the words they are filed under. Rows are small numbers that the source's owner gave them."""

    def ranks(self, words: Set[str]) -> list[int]:
        """The ranks of those words that are known, rarest first, at most `MOST_WORDS`."""
        ...

    def fitting(self, ranks: Sequence[int], *forms: str) -> Iterable[int]:
        """The rows whose whole key is among these ranks. A source may leave out rows that can be none of the forms
        that the message has (whitespace squeezed; with its tail, without it)."""
        ...

    def near(self, ranks: Sequence[int], most: int) -> list[int]:
        """The rows that have most of their key among these ranks, best first."""
        ...

    def wordless(self) -> Iterable[int]:
        """The rows without any literal word."""
        ...


Node: TypeAlias = "int | array[int] | dict[int, Node]"
"""One row, as most keys lead to, several, or a crowd by its next word (-1 for those that have no further one)."""


class MemoryPostings:
    """Postings in memory: mappings by a key's first word, and inside a crowd by its next one."""

    __slots__ = ("_by_word", "_ranks", "_tree", "_wordless")

    def __init__(self, skeletons: Iterable[str]) -> None:
        """Files skeletons; the first one is row 0."""
        words = [literal_words(bones) for bones in skeletons]
        counts: Counter[str] = Counter()
        for found in words:
            counts.update(found)
        self._ranks = rank_words(counts)
        self._by_word: dict[int, array[int]] = {}
        self._wordless = [row for row, found in enumerate(words) if not found]
        firsts: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        for row, found in enumerate(words):
            key = key_of(found, self._ranks)
            for rank in key[:NEAR_WORDS]:
                self._by_word.setdefault(rank, array("I")).append(row)
            if key:
                firsts.setdefault(key[0], []).append((row, key))
        self._tree = {first: _node(rows, 1) for first, rows in firsts.items()}

    def ranks(self, words: Set[str]) -> list[int]:
        """See `PostingSource`."""
        known = self._ranks
        return sorted([known[word] for word in words if word in known])[:MOST_WORDS]

    def fitting(self, ranks: Sequence[int], *forms: str) -> Iterable[int]:
        """See `PostingSource`."""
        there, found = {-1, *ranks}, list[int]()
        nodes = [node for rank in ranks if (node := self._tree.get(rank)) is not None]
        while nodes:
            node = nodes.pop()
            if isinstance(node, int):
                found.append(node)
            elif isinstance(node, dict):
                nodes += [node[rank] for rank in node.keys() & there]
            else:
                found.extend(node)
        return found

    def near(self, ranks: Sequence[int], most: int) -> list[int]:
        """See `PostingSource`."""
        shared: Counter[int] = Counter()
        for rank in ranks:
            rows = self._by_word.get(rank)
            # A word that very many templates have as key tells nothing alone; the rarer ones of a key do.
            if rows is not None:
                shared.update(islice(rows, most * 8))
        return most_shared(shared, most)

    def wordless(self) -> Iterable[int]:
        """See `PostingSource`."""
        return self._wordless


def most_shared(shared: Mapping[int, int], most: int) -> list[int]:
    """The rows with the highest counts, best first, at most so many; equal ones in the order of the mapping.

    Nearly all share a single word, of which a few are taken as they come: ordering all of them took longer than
    comparing the best.
    """
    several = [row for row, words in shared.items() if words > 1]
    best = sorted(several, key=shared.__getitem__, reverse=True)[:most]
    return best + list(islice((row for row, words in shared.items() if words == 1), most - len(best)))


def _node(rows: list[tuple[int, tuple[int, ...]]], depth: int) -> Node:
    if len(rows) == 1:
        return rows[0][0]
    if len(rows) <= CROWD or depth == KEY_WORDS:
        return array("I", [row for row, _ in rows])
    apart: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    for row, key in rows:
        apart.setdefault(key[depth] if depth < len(key) else -1, []).append((row, key))
    return {rank: _node(found, depth + 1) for rank, found in apart.items()}
