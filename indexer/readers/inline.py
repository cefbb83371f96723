"""Running text as it is put together from the pieces of a page's markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from kb.models import Span


class Buffer:
    """The text of a paragraph so far: whitespace squeezed, where inline code stands, how much is links or bold."""

    def __init__(self) -> None:
        self.text = ""
        self.spans: list[Span] = []
        self.line = 0
        self.links = self.strong = 0
        self._breaks = 0
        self._broken: list[int] = []
        self._inside = [0, 0]
        self._leads: list[Span] = []

    def add(self, piece: str) -> None:
        """Running text."""
        piece = re.sub(r"\s+", " ", piece.replace("\u200b", ""))
        if not self.text or self.text.endswith(" "):
            piece = piece.lstrip()
        if piece.strip():
            self._breaks = 0
        self._count(piece)
        self.text += piece

    def add_code(self, piece: str) -> None:
        """Inline code."""
        piece = " ".join(piece.split())
        if piece:
            self._breaks = 0
            self._count(piece)
            self.spans.append((len(self.text), len(self.text) + len(piece)))
            self.text += piece

    def line_break(self) -> bool:
        """Note a line break; whether it is the second in a row, which ends a paragraph."""
        self._breaks += 1
        alone = bool(self._leads) and self._leads[-1][1] == len(self.text)
        self.add(" ")
        if alone:
            self._leads[-1] = (self._leads[-1][0], len(self.text))
        self._broken.append(len(self.text))
        return self._breaks >= 2

    @contextmanager
    def inside(self, *, link: bool, strong: bool) -> Iterator[None]:
        """While inside a link or bold text."""
        self._inside[0] += link
        self._inside[1] += strong
        start = len(self.text)
        yield
        if strong and self._begins(start) and len(self.text) > start:
            self._leads.append((start, len(self.text)))
        self._inside[0] -= link
        self._inside[1] -= strong

    def take(self) -> tuple[str, tuple[Span, ...]]:
        """The paragraph, and where inline code stands in it."""
        return self.text.strip(), tuple(self.spans)

    def leads(self) -> tuple[Span, ...]:
        """Where bold words begin the paragraph, a line of it or a sentence."""
        return tuple(self._leads)

    def _begins(self, at: int) -> bool:
        return at in (0, *self._broken) or self.text[:at].rstrip().endswith((".", ":", "!", "?", "。"))

    def as_broken(self) -> str:
        """The paragraph with a line's end where the page breaks it."""
        if not self._broken:
            return self.text
        ends = [0, *self._broken, len(self.text)]
        return "\n".join(self.text[start:end].strip() for start, end in pairwise(ends))

    def reset(self) -> tuple[int, bool, bool]:
        """Begin anew; the line of what was there, whether it was little else than links, whether all of it was bold."""
        length = len(self.text.strip())
        line, navigation = self.line, self.links > 0.6 * length
        code = sum(end - start for start, end in self.spans)
        strong = self.strong > 0 and self.strong + code > 0.85 * length
        self.text, self.spans, self.line, self.links, self.strong, self._breaks = "", [], 0, 0, 0, 0
        self._broken, self._leads = [], []
        return line, navigation, strong

    def _count(self, piece: str) -> None:
        if self._inside[0]:
            self.links += len(piece)
        if self._inside[1]:
            self.strong += len(piece)
