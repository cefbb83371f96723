"""Lines that remember where each of their characters stood in the submitted text.

Cleaning only ever takes characters away, replaces an escape by what it stands for, splits lines and joins them;
all of that is `cut`, `pick` and `join` here, so that every later span is right without anybody computing one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

Origins = Sequence[int]

BREAK = "\x03"
"""The text of a line that was put in where a string literal ended: no message goes on behind it."""


class Line:
    """One line of text. `offsets[i]` is where `text[i]` stood; None means in one piece from `start` on."""

    __slots__ = ("offsets", "start", "text")

    def __init__(self, text: str, start: int, offsets: Origins | None = None) -> None:
        self.text = text
        self.start = start
        self.offsets = offsets

    def __repr__(self) -> str:
        return f"Line({self.text!r}, {self.start})"

    @property
    def end(self) -> int:
        """The offset just behind the last character."""
        return (
            self.start + len(self.text) if self.offsets is None else (self.offsets[-1] + 1 if self.text else self.start)
        )

    @property
    def indent(self) -> int:
        """How many blanks stand in front."""
        return len(self.text) - len(self.text.lstrip())

    def origins(self, start: int = 0, end: int | None = None) -> Origins:
        """Where the characters of `text[start:end]` stood."""
        end = len(self.text) if end is None else end
        return range(self.start + start, self.start + end) if self.offsets is None else self.offsets[start:end]

    def cut(self, start: int, end: int | None = None) -> Line:
        """The piece `text[start:end]` as a line of its own."""
        text = self.text[start:end]
        if self.offsets is None:
            return Line(text, self.start + min(start, len(self.text)))
        offsets = self.offsets[start:end]
        return Line(text, offsets[0] if offsets else self.end, offsets)

    def pick(self, pieces: Iterable[tuple[str, int, int]]) -> Line:
        """A line made of `pieces`: each a text and the stretch of this line that it stands for."""
        text: list[str] = []
        offsets: list[int] = []
        for piece, start, end in pieces:
            old = self.origins(start, end)
            text.append(piece)
            if len(piece) == end - start:
                offsets.extend(old)
            else:
                offsets.extend(old[min(i, len(old) - 1)] for i in range(len(piece)))
        return Line("".join(text), offsets[0] if offsets else self.start, offsets)


def split(text: str) -> list[Line]:
    """The lines of `text`, without their ends (`\\n`, `\\r\\n`, `\\r`)."""
    lines: list[Line] = []
    start = 0
    returns = "\r" in text
    for piece in text.split("\n"):
        if returns and "\r" in piece:
            _split_returns(piece, start, lines)
        else:
            lines.append(Line(piece, start))
        start += len(piece) + 1
    return lines


def _split_returns(piece: str, start: int, lines: list[Line]) -> None:
    """Split at lone carriage returns too: progress bars, and the Mac of long ago."""
    for part in piece.rstrip("\r").split("\r"):
        lines.append(Line(part, start))
        start += len(part) + 1


def join(lines: Sequence[Line], separator: str = "\n") -> tuple[str, Origins]:
    """The lines as one text, and where each of its characters stood: a range where they stood in one piece."""
    if len(lines) == 1:
        return lines[0].text, lines[0].origins()
    text = separator.join(line.text for line in lines)
    width = len(separator)
    pieces = all(line.offsets is None for line in lines)
    if pieces and all(one.end + width == two.start for one, two in pairwise(lines)):
        return text, range(lines[0].start, lines[0].start + len(text))
    offsets: list[int] = []
    for number, line in enumerate(lines):
        if number:
            offsets.extend([lines[number - 1].end] * width)
        offsets.extend(line.origins())
    return text, offsets


def glue(lines: Sequence[Line], separator: str = "") -> Line:
    """The lines joined into one line."""
    text, offsets = join(lines, separator)
    start = lines[0].start if lines else 0
    return Line(text, start, None if isinstance(offsets, range) else offsets)


def substitute(line: Line, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> Line:
    """The line with each match replaced; the replacement stands where the match stood."""
    pieces: list[tuple[str, int, int]] = []
    at = 0
    for match in pattern.finditer(line.text):
        pieces.append((line.text[at : match.start()], at, match.start()))
        pieces.append((replace(match), *match.span()))
        at = match.end()
    if not pieces:
        return line
    pieces.append((line.text[at:], at, len(line.text)))
    return line.pick(pieces)


def cut_at(line: Line, places: Iterable[int]) -> list[Line]:
    """The line cut into several, each beginning at one of the ascending `places`."""
    bounds = sorted({0, len(line.text), *places})
    return [line.cut(one, two) for one, two in pairwise(bounds)]
