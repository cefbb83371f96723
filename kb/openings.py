"""Templates by what they open with, under the name of their exception: how a message that was cut off finds its own.

Postings know a template by its rarest words, and those may have stood in the part that was lost. What is left is the
name and the beginning. A template takes eight bytes here.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from itertools import islice
from zlib import crc32

LETTERS = 4
"""Of the beginning, whitespace left out; fewer are chance."""
MOST = 64
"""Templates of one opening that are offered."""


class Openings:
    """Made by `build`; it doesn't change."""

    __slots__ = ("_filed",)

    def __init__(self, filed: array[int]) -> None:
        """Over sorted numbers, each an opening's hash and, in its lower half, a template's number."""
        self._filed = filed

    @classmethod
    def build(cls, templates: Iterable[tuple[int, str, str]]) -> Openings:
        """Files numbers by exception and by the text that the template begins with; one that begins with a slot or with
        less than `LETTERS` isn't filed."""
        keyed = ((_key(exception, opening), number) for number, exception, opening in templates)
        return cls(array("Q", sorted(key << 32 | number for key, number in keyed if key is not None)))

    def find(self, exception: str, message: str) -> list[int]:
        """The numbers of that exception's templates that begin as the message does; capitals don't count."""
        key = _key(exception, message)
        if key is None:
            return []
        start = bisect_left(self._filed, key << 32)
        near = islice(self._filed, start, start + MOST)
        return [filed & 0xFFFFFFFF for filed in near if filed >> 32 == key]


def _key(exception: str, text: str) -> int | None:
    opening = "".join(text[: 4 * LETTERS].split())[:LETTERS].lower()
    name = exception.rpartition(".")[2].lower()
    return crc32(f"{name}\0{opening}".encode("utf-8", "surrogatepass")) if len(opening) == LETTERS else None
