"""Offsets in a text ↔ positions as the Language Server Protocol counts them: by lines, and by code units in a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from lsprotocol.types import Position, PositionEncodingKind, Range

_LINE_END = re.compile(r"\r\n|\n|\r")
_UNITS = {PositionEncodingKind.Utf8: ("utf-8", 1), PositionEncodingKind.Utf32: ("utf-32-le", 4)}
_UTF_16 = ("utf-16-le", 2)
"""What every client understands, and what is meant where nothing was agreed."""


@dataclass(frozen=True)
class Positions:
    """Positions in one text, in the encoding that client and server agreed on."""

    text: str
    starts: tuple[int, ...]
    encoding: str
    size: int

    @classmethod
    def of(cls, text: str, agreed: PositionEncodingKind | str | None) -> Positions:
        """Lines end with `\\n`, `\\r\\n` or `\\r` and nothing else: a form feed is a character like others here."""
        starts = (0, *(found.end() for found in _LINE_END.finditer(text)))
        encoding, size = _UNITS.get(agreed, _UTF_16) if isinstance(agreed, PositionEncodingKind) else _UTF_16
        return cls(text, starts, encoding, size)

    def at(self, offset: int) -> Position:
        """The position of a code point's offset."""
        line = bisect_right(self.starts, offset) - 1
        before = self.text[self.starts[line] : offset]
        return Position(line, len(before.encode(self.encoding, "surrogatepass")) // self.size)

    def range(self, start: int, end: int) -> Range:
        """The range of a span, its end excluded."""
        return Range(self.at(start), self.at(end))
