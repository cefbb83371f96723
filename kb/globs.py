"""Globs of evidence lines: `*` stands for any run of characters, everything else for itself.

Not `fnmatch`: its `[…]` and `?` are ordinary characters in paths and source lines (`data[0]`), and authors
would have to escape them. Literal pieces are looked for in order, so a match takes linear time.
"""

from __future__ import annotations

from functools import lru_cache


def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` covers the whole of `text`; upper and lower case are told apart."""
    if "*" not in pattern:
        return pattern == text
    head, middle, tail = _parts(pattern)
    if not text.startswith(head) or not text.endswith(tail) or len(text) < len(head) + len(tail):
        return False
    place, end = len(head), len(text) - len(tail)
    for piece in middle:
        place = text.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return True


@lru_cache(16384)
def needle(pattern: str) -> str:
    """The longest literal piece of a pattern: a text without it can't match."""
    return max(pattern.split("*"), key=len)


@lru_cache(16384)
def _parts(pattern: str) -> tuple[str, tuple[str, ...], str]:
    """The literal pieces of a pattern with a `*`: what it begins with, what stands between, what it ends with."""
    head, *middle, tail = pattern.split("*")
    return head, tuple(filter(None, middle)), tail
