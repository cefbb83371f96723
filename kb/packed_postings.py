"""Postings for very many templates: sorted columns of numbers, written once and read without unpacking.

A million templates take some 45 MB in a process, a fraction of `MemoryPostings`, and no time to load. Each template is
a line of `KEY_WORDS` numbers, its key: the ranks of its rarest words plus one, 0 behind the last one. Lines are sorted,
so what a message's words lead to is found by bisection, word by word.

Reading a template from the store costs more than all of that, and short templates of everyday words (`{name} is not
{value}`) have their key in most messages. So each line also has a signature, a Bloom filter of 128 bits over the runs
of four characters in its literal text: a template whose runs aren't all in the message is never read.
"""

from __future__ import annotations

import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import accumulate
from typing import Literal, NamedTuple
from zlib import crc32

from kb.postings import MOST_WORDS, NEAR_WORDS, key_of, literal_words, most_shared, rank_words
from kb.templates import SLOT

KEY_WORDS = NEAR_WORDS
"""Words in a key: fewer than in memory, since signatures tell the rest."""

FEW = 24
"""Lines that are looked at one by one instead of by bisection."""

RUN = 4
"""Characters in a run."""
BITS = 64
"""Of one of the two columns that hold a signature."""
LONGEST_SIGNED = 600
"""Characters of a message that is told from others by its runs; a longer one holds too many."""
_START, _END = "\x02", "\x03"
"""Stand for a message's beginning and end, so that what a template begins with counts most."""


class Filed(NamedTuple):
    """A template as it is filed: the number that its owner gave it, its skeleton, and whether a message may go on where
    that ends."""

    number: int
    bones: str
    is_open: bool


class PackedPostings:
    """Postings over packed columns; see `kb.postings.PostingSource`. Made by `pack`."""

    __slots__ = ("_columns", "_near", "_near_starts", "_ranks", "_rows", "_signatures", "_starts", "_wordless")

    def __init__(self, packed: Mapping[str, bytes]) -> None:
        """Over what `pack` made; the bytes are kept and not copied. Raises KeyError where some are missing."""
        words = packed["words"].decode("utf-8")
        self._ranks = {word: rank for rank, word in enumerate(words.split("\n"), 1)} if words else {}
        self._starts = _numbers(packed["starts"])
        self._columns = [_numbers(packed[f"column{place}"]) for place in range(1, KEY_WORDS)]
        self._rows = _numbers(packed["rows"])
        self._signatures = [_numbers(packed[f"signature{place}"], "Q") for place in (1, 2)]
        self._near_starts = _numbers(packed["near_starts"])
        self._near = _numbers(packed["near"])
        self._wordless = _numbers(packed["wordless"])

    def __len__(self) -> int:
        return len(self._rows) + len(self._wordless)

    def ranks(self, words: Set[str]) -> list[int]:
        """See `PostingSource`."""
        known = self._ranks
        return sorted([known[word] for word in words if word in known])[:MOST_WORDS]

    def fitting(self, ranks: Sequence[int], *forms: str) -> Iterable[int]:
        """See `PostingSource`."""
        lines: list[int] = []
        there = {0, *ranks}
        for place, rank in enumerate(ranks):
            start, end = self._starts[rank], self._starts[rank + 1]
            if start < end:
                self._collect((start, end), 0, ranks[place + 1 :], there, lines)
        if forms and len(lines) > 1 and max(map(len, forms)) <= LONGEST_SIGNED:
            absent = [~part for part in signature(f"{_START}{form}{_END}" for form in dict.fromkeys(forms))]
            (one, other), (not_one, not_other) = self._signatures, absent
            lines = [line for line in lines if not (one[line] & not_one or other[line] & not_other)]
        return [self._rows[line] for line in lines]

    def _collect(
        self, span: tuple[int, int], depth: int, ranks: Sequence[int], there: Set[int], found: list[int]
    ) -> None:
        """Those lines whose further words are all in the message."""
        start, end = span
        columns = self._columns[depth:]
        if not columns:
            found.extend(range(start, end))
        elif end - start <= FEW:
            lines = [line for line, rank in enumerate(columns[0][start:end], start) if rank in there]
            for column in columns[1:]:
                lines = [line for line in lines if column[line] in there]
            found += lines
        else:
            column = columns[0]
            for place, rank in enumerate((0, *ranks)):
                first = bisect_left(column, rank, start, end)
                if first < end and column[first] == rank:
                    last = bisect_right(column, rank, first, end)
                    # Behind 0 there are only zeros, and ranks rise along a line.
                    self._collect((first, last), depth + 1, ranks[place:] if rank else (), there, found)
                start = first

    def near(self, ranks: Sequence[int], most: int) -> list[int]:
        """See `PostingSource`."""
        shared: Counter[int] = Counter()
        for rank in ranks:
            start, end = self._near_starts[rank], self._near_starts[rank + 1]
            shared.update(self._near[start : min(end, start + most * 8)])
        return most_shared(shared, most)

    def wordless(self) -> Iterable[int]:
        """See `PostingSource`."""
        return self._wordless


def signature(chunks: Iterable[str]) -> tuple[int, int]:
    """The signature of literal texts: two numbers in which each run of four characters sets a bit."""
    bits = 0
    for run in {chunk[at : at + RUN] for chunk in chunks for at in range(len(chunk) - RUN + 1)}:
        bits |= 1 << crc32(run.encode("utf-8", "surrogatepass")) % (2 * BITS)
    return bits & (1 << BITS) - 1, bits >> BITS


def pack(rows: Callable[[], Iterable[Filed]]) -> Iterator[tuple[str, bytes]]:
    """The parts of postings, by name. `rows` is called twice, so that not all skeletons are held at once."""
    counts: Counter[str] = Counter()
    for one in rows():
        counts.update(literal_words(one.bones))
    ranks = {word: rank + 1 for word, rank in rank_words(counts).items()}
    yield "words", "\n".join(ranks).encode("utf-8")
    wordless = array("I")
    lines: list[bytes] = []
    for number, bones, is_open in rows():
        key = key_of(literal_words(bones), ranks)[:KEY_WORDS]
        if key:
            signed = signature(f"{_START}{bones}{'' if is_open else _END}".split(SLOT))
            # Big-endian bytes sort as their numbers do.
            lines.append(_LINE.pack(*key, *(0,) * (KEY_WORDS - len(key)), number, *signed))
        else:
            wordless.append(number)
    yield "wordless", _bytes(wordless)
    lines.sort()
    columns = [array("I", (_LINE.unpack_from(line)[place] for line in lines)) for place in range(KEY_WORDS + 1)]
    for place in (1, 2):
        yield f"signature{place}", _bytes(array("Q", (_LINE.unpack_from(line)[KEY_WORDS + place] for line in lines)))
    del lines
    yield "starts", _bytes(_starts(Counter(columns[0]), len(ranks)))
    for place in range(1, KEY_WORDS):
        yield f"column{place}", _bytes(columns[place])
    yield "rows", _bytes(columns[KEY_WORDS])
    counted: Counter[int] = Counter()
    for column in columns[:NEAR_WORDS]:
        counted.update(column)
    counted.pop(0, None)
    starts = _starts(counted, len(ranks))
    yield "near_starts", _bytes(starts)
    free, near = starts[:], array("I", bytes(4 * sum(counted.values())))
    for column in columns[:NEAR_WORDS]:
        for row, rank in zip(columns[KEY_WORDS], column, strict=True):
            if rank:
                near[free[rank]] = row
                free[rank] += 1
    yield "near", _bytes(near)


def _starts(counts: Mapping[int, int], most: int) -> array[int]:
    """Where the lines of each rank begin, from 0 to one behind the last rank."""
    return array("I", accumulate((counts.get(rank, 0) for rank in range(most + 1)), initial=0))


_LINE = struct.Struct(f">{KEY_WORDS + 1}I2Q")
"""A key, the number, and the signature."""


def _bytes(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def _numbers(data: bytes, kind: Literal["I", "Q"] = "I") -> Sequence[int]:
    if sys.byteorder == "little":
        return memoryview(data).cast(kind)
    numbers = array(kind, data)
    numbers.byteswap()
    return numbers
