"""Blocks → error, causes, fixes, reproduction, each with the lines it came from; what isn't said stays empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer import anchors as finding
from indexer import cues, telling
from indexer.anchors import Group
from indexer.document import Block, Cell, Document
from indexer.printed import Printed
from indexer.sections import Piece, pieces
from indexer.telling import Told
from indexer.threads import settled
from kb.models import Span

MOST_ENTRIES = 60
"""Entries of one page; what prints more errors is a log, not an article."""


@dataclass(frozen=True, slots=True)
class Part:
    """A cause or a fix: its words, its code exactly as written, and its first and last line in the file."""

    text: str
    lines: Span
    code: tuple[str, ...] = ()


@dataclass(slots=True)
class Extracted:
    """One error as a page tells it. `errors` are its wordings, the one printed last (what ended the program) first."""

    errors: list[Printed]
    lines: Span
    causes: list[Part] = field(default_factory=list)
    fixes: list[Part] = field(default_factory=list)
    reproduction: list[Part] = field(default_factory=list)
    confidence: float = 0.5
    title: str = ""


def extract(document: Document) -> list[Extracted]:
    """The entries of a page, in the order in which it prints their errors."""
    parts = pieces(settled(document.blocks), document.title)
    found = finding.groups(parts, finding.find(parts))
    return [_entry(parts, group, document) for group in found[:MOST_ENTRIES]]


def _entry(parts: Sequence[Piece], group: Group, document: Document) -> Extracted:
    first = parts[group.first].block
    entry = Extracted(_wordings(group), first.lines)
    if group.anchors[0].kind == "row":
        _from_row(entry, first)
    else:
        _from_pieces(entry, parts, group)
    entry.confidence = _confidence(entry, group)
    entry.title = _title(entry, document)
    return entry


def _wordings(group: Group) -> list[Printed]:
    """Every wording once; what is quoted inside another one's trace comes with it."""
    found: list[Printed] = []
    for anchor in group.anchors:
        one = anchor.error
        also = [Printed(type_, message, one.start, one.end, library=one.library) for type_, message in one.also]
        for error in (one, *also):
            if all(error.key != known.key for known in found):
                found.append(error)
    return found


def _from_row(entry: Extracted, block: Block) -> None:
    """A row's cells by the headings of their columns; without headings, by their order."""
    told = finding.error_cell_index(block)
    for number, cell in enumerate(block.cells):
        if number == told or not cell.text.strip():
            continue
        role = cues.heading_role(cell.heading) if cell.heading else None
        if role is None and len(block.cells) == 2:
            role = "fix" if cues.sentence_role(cell.text) == "fix" else "cause"
        if role == "cause":
            entry.causes.append(Part(cell.text, block.lines))
        elif role == "fix":
            entry.fixes.append(Part(cell.text, block.lines, _codes(cell)))
        elif role == "reproduction":
            entry.reproduction.append(Part("", block.lines, _codes(cell) or (cell.text,)))


def _codes(cell: Cell) -> tuple[str, ...]:
    return cell.codes


def _from_pieces(entry: Extracted, parts: Sequence[Piece], group: Group) -> None:
    at = {anchor.at for anchor in group.anchors if anchor.kind != "comment"}
    comments = {anchor.at for anchor in group.anchors if anchor.kind == "comment"} - at
    inline: list[str] = []
    for told in telling.tell(parts, at, comments, group.start, group.end):
        inline += (code for code in told.block.codes if told.role == "fix")
        if told.role == "reproduction":
            entry.reproduction.append(Part("", told.block.lines, (told.text,)))
        elif told.role == "cause":
            _add_cause(entry, told)
        else:
            _add_fix(entry, told)
    entry.fixes = [_with_inline_code(fix, inline) for fix in entry.fixes]
    if not entry.reproduction:
        sources = next((anchor.error.sources for anchor in group.anchors if anchor.error.sources), ())
        if sources:
            entry.reproduction.append(Part("", parts[group.first].block.lines, ("\n".join(sources),)))


def _with_inline_code(fix: Part, inline: Sequence[str]) -> Part:
    """A fix without a listing has the commands and calls that stand in its words."""
    if fix.code:
        return fix
    shown = [
        code for code in dict.fromkeys(inline) if code in fix.text and len(code) >= 6 and set(code) & set(" (=<>/")
    ]
    return Part(fix.text, fix.lines, tuple(shown))


def _add_cause(entry: Extracted, told: Told) -> None:
    last = entry.causes[-1] if entry.causes else None
    if last and not told.opens:
        entry.causes[-1] = Part(f"{last.text}\n\n{told.text}", _span(last.lines, told.block.lines))
    else:
        entry.causes.append(Part(told.text, told.block.lines))


def _add_fix(entry: Extracted, told: Told) -> None:
    last = entry.fixes[-1] if entry.fixes else None
    lines = told.block.lines
    if told.code:
        if last:
            entry.fixes[-1] = Part(last.text, _span(last.lines, lines), (*last.code, told.text))
        else:
            entry.fixes.append(Part("", lines, (told.text,)))
    elif last and not (told.opens and last.code):
        text = f"{last.text}\n\n{told.text}" if last.text else told.text
        entry.fixes[-1] = Part(text, _span(last.lines, lines), last.code)
    else:
        entry.fixes.append(Part(told.text, lines))


def _span(one: Span, two: Span) -> Span:
    return min(one[0], two[0]), max(one[1], two[1])


def _confidence(entry: Extracted, group: Group) -> float:
    """How sure it is that this was read rightly: by how the error is printed, and how much is told about it."""
    sure = 0.4
    sure += 0.2 if any(anchor.error.sources or anchor.kind == "row" for anchor in group.anchors) else 0.1
    sure += 0.15 if entry.causes else 0.0
    sure += 0.1 if entry.fixes else 0.0
    sure += 0.1 if any(fix.code for fix in entry.fixes) else 0.0
    return round(min(sure, 0.95), 2)


def _title(entry: Extracted, document: Document) -> str:
    error = entry.errors[0]
    name = (error.exception or "").rsplit(".", 1)[-1]
    said = " ".join(error.message.split())
    return document.title or (f"{name}: {said}" if name and said else name or said)
