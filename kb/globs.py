"""Globs of evidence lines: `*` stands for any run of characters, everything else for itself.

Not `fnmatch`: its `[…]` and `?` are ordinary characters in paths and source lines (`data[0]`), and authors
would have to escape them. Literal pieces are looked for in order, so a match takes linear time.
"""

from __future__ import annotations


def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` covers the whole of `text`; upper and lower case are told apart."""
    head, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    *middle, tail = rest
    if not text.startswith(head) or len(text) < len(head) + len(tail):
        return False
    place, end = len(head), len(text) - len(tail)
    for piece in middle:
        place = text.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return text.endswith(tail)
