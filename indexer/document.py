"""A page as blocks: what every reader gives and the extractor takes, whatever the format was.

Chrome (navigation, comments, forms) is gone before a block is made; what a block says is kept as it was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from indexer.problems import Problem
from kb.models import Span

Kind = Literal["heading", "prose", "item", "code", "output", "row"]
"""`output` is what a program printed, where the markup says so; `row` is one row of a table, or a term with what
is said of it; `item` belongs to a list."""


Said = Literal["question", "answer", "remark", ""]
"""What a post of a thread is for; a remark tells nothing, and empty is not known."""

STANDINGS = ("maintainer", "member", "owner", "collaborator", "contributor", "staff", "moderator", "admin", "developer")
"""Roles in a project or a forum whose word counts."""


LINK = "link"
"""The hint of a heading that is a link to another page: what it names is told there, not here."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message of a thread. `accepted` is what the page marks so; `role` the standing it prints (`maintainer`)."""

    number: int
    author: str = ""
    kind: Said = ""
    accepted: bool = False
    score: int | None = None
    role: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: the column's heading, the text, and where inline code stands in it."""

    heading: str
    text: str
    code_spans: tuple[Span, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The pieces of inline code."""
        return tuple(self.text[start:end] for start, end in self.code_spans)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page.

    `lines` are its first and last line in the file, from 1. `level` is a heading's level (7 for a bold line that
    serves as one), or how deep a list item stands. `hint` is the role that the markup itself announces, such as
    `fix` for a class name or `aside` for a warning box. `label` is the tab, the term or the title of the box that
    the block stands in. `strong` tells that a whole paragraph is emphasised; `leads` are bold words that begin it, or
    a line of it, with the space behind them where they have that line for themselves.
    """

    kind: Kind
    text: str
    lines: Span
    level: int = 0
    language: str = ""
    code_spans: tuple[Span, ...] = ()
    hint: str = ""
    label: str = ""
    post: Post | None = None
    cells: tuple[Cell, ...] = ()
    strong: bool = False
    leads: tuple[Span, ...] = ()

    def cut(self, start: int, end: int) -> Block:
        """The part of its text between two places, with what stands in it; without the spaces around it."""
        piece = self.text[start:end]
        start += len(piece) - len(piece.lstrip())
        text = piece.strip()

        def within(spans: tuple[Span, ...]) -> tuple[Span, ...]:
            return tuple((a - start, b - start) for a, b in spans if a >= start and b - start <= len(text))

        return replace(self, text=text, code_spans=within(self.code_spans), leads=within(self.leads), strong=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The pieces of inline code."""
        return tuple(self.text[start:end] for start, end in self.code_spans)


@dataclass(frozen=True, slots=True)
class Document:
    """A page: its blocks in order, and what it says about itself. Dates are ISO; `source` is its address."""

    name: str
    blocks: tuple[Block, ...] = ()
    title: str | None = None
    published: str | None = None
    updated: str | None = None
    author: str | None = None
    source: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
