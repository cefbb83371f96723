"""Inline code that goes over several lines, as people set tracebacks in it: its marks go, where they are surely marks.

A backtick may as well belong to a message (`` `x` is not defined ``, the old quotes of Python 2), so a pair goes only
where one begins a line and its partner ends one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from kb.tracebacks.lines import Line

MOST_LINES = 200
"""Lines behind the first one in which inline code must end."""


class _Code(NamedTuple):
    """The last line of inline code, and how many backticks go at its beginning and at its end."""

    end: int
    marks: int


def ticked(text: str) -> bool:
    """Whether a line begins as inline code does."""
    return text.startswith("`") or "\n`" in text


def untick(lines: list[Line]) -> list[Line]:
    """The lines without the marks of inline code; the very same list where there is none."""
    result = lines
    at = 0
    while at < len(lines):
        code = _code_at(lines, at)
        if code and code.marks:
            result = list(lines) if result is lines else result
            result[code.end] = result[code.end].cut(0, _length(lines[code.end]) - code.marks)
            result[at] = result[at].cut(code.marks)
        at = code.end + 1 if code else at + 1
    return result


def _code_at(lines: list[Line], at: int) -> _Code | None:
    """The inline code that begins with a line; three backticks are a fence and no inline code."""
    text = lines[at].text
    kind = _KINDS.get(len(text) - len(text.lstrip("`")))
    return kind(lines, at) if kind else None


def _between_single(lines: list[Line], at: int) -> _Code | None:
    """Code between single backticks. They pair off in a line, so the one that begins it is open where their number is
    odd, and ends in the next line with an odd number of them. Of a line that holds both, only a frame is told."""
    text = lines[at].text
    if text.count("`") == 2 and text.rstrip().endswith("`") and 'File "' in text:
        return _Code(at, 1)
    end = _next(lines, at, lambda below: below.count("`") % 2 == 1) if text.count("`") % 2 else None
    if end is None:
        return None
    closes = _length(lines[end]) > 1 and lines[end].text.rstrip().endswith("`")
    return _Code(end, int(closes))  # one in the midst of a line closes code as well, but none that is a traceback


def _between_double(lines: list[Line], at: int) -> _Code | None:
    """Code between double backticks, which may hold single ones."""
    end = _next(lines, at, lambda below: "``" in below) if lines[at].text.count("``") == 1 else None
    return _Code(end, 2) if end is not None and lines[end].text.rstrip().endswith("``") else None


_KINDS = {1: _between_single, 2: _between_double}


def _next(lines: list[Line], at: int, closes: Callable[[str], bool]) -> int | None:
    return next((n for n in range(at + 1, min(len(lines), at + 1 + MOST_LINES)) if closes(lines[n].text)), None)


def _length(line: Line) -> int:
    return len(line.text.rstrip())
