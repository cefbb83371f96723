"""Blocks → error, causes, fixes, reproduction, each with the lines it came from; what isn't said stays empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from indexer import anchors as finding
from indexer import cells, cues, grouping, named, telling
from indexer.document import Block, Document
from indexer.grouping import Group
from indexer.printed import Printed
from indexer.sections import Piece, pieces
from indexer.telling import Told
from indexer.threads import settled
from kb.models import Span

MOST_ENTRIES = 60
"""Entries of one page; what prints more errors is a log, not an article."""


@dataclass(frozen=True, slots=True)
class Part:
    """A cause or a fix: its words, its first and last line in the file, its listings exactly as written, and the pieces
    of its words that the page sets as code."""

    text: str
    lines: Span
    code: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()


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
    parts: Sequence[Piece] = pieces(settled(document.blocks), document.title)
    anchors = finding.find(parts)
    if not anchors and parts:
        parts, anchors = named.subject(parts, document.title)
    found = grouping.groups(parts, anchors)
    entries = [entry for group in found[:MOST_ENTRIES] if _says_something(entry := _entry(parts, group), group)]
    for entry in entries:
        entry.title = (document.title if len(entries) == 1 else None) or _title(entry)
    return entries


def _says_something(entry: Extracted, group: Group) -> bool:
    """Whether an entry is worth having: a message that is merely quoted, and of which nothing is told, is a mention."""
    printed = any(anchor.kind not in ("heading", "named") or anchor.error.exception for anchor in group.anchors)
    return printed or bool(entry.causes or entry.fixes or entry.reproduction)


def _entry(parts: Sequence[Piece], group: Group) -> Extracted:
    first = parts[group.first].block
    entry = Extracted(_wordings(group), first.lines)
    if group.anchors[0].kind == "row":
        _from_row(entry, first)
    else:
        _from_pieces(entry, parts, group)
    entry.confidence = _confidence(entry, group)
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
    said = {error.key[0] for error in found if error.message}
    return [error for error in found if error.message or error.key[0] not in said]


def _from_row(entry: Extracted, block: Block) -> None:
    """A row's cells by the headings of their columns; without headings, by their order."""
    told = cells.error_cell_index(block)
    for number, cell in enumerate(block.cells):
        if number == told or not cell.text.strip():
            continue
        role = cues.heading_role(cell.heading) if cell.heading else None
        if role is None and len(block.cells) == 2:
            role = "fix" if cues.sentence_role(cell.text) == "fix" else "cause"
        if role == "cause":
            entry.causes.append(Part(cell.text, block.lines, inline=cell.codes))
        elif role == "fix":
            entry.fixes.append(Part(cell.text, block.lines, cell.codes, cell.codes))
        elif role == "reproduction":
            entry.reproduction.append(Part("", block.lines, cell.codes or (cell.text,)))


def _from_pieces(entry: Extracted, parts: Sequence[Piece], group: Group) -> None:
    at = {anchor.at for anchor in group.anchors if anchor.kind not in ("comment", "named")}
    comments = {anchor.at for anchor in group.anchors} - at
    for told in telling.tell(parts, at, comments, group.start, group.end):
        if told.role == "reproduction":
            entry.reproduction.append(Part("", told.block.lines, (told.text,)))
        elif told.role == "cause":
            _add_cause(entry, told)
        else:
            _add_fix(entry, told)
    entry.fixes = [_with_inline_code(fix) for fix in entry.fixes]
    if not entry.reproduction:
        sources = next((anchor.error.sources for anchor in group.anchors if anchor.error.sources), ())
        if sources:
            entry.reproduction.append(Part("", parts[group.first].block.lines, ("\n".join(sources),)))


def _with_inline_code(fix: Part) -> Part:
    """A fix without a listing has the commands and calls that stand in its words."""
    if fix.code:
        return fix
    shown = [code for code in dict.fromkeys(fix.inline) if len(code) >= 6 and set(code) & set(" (=<>/")]
    return replace(fix, code=tuple(shown))


def _add_cause(entry: Extracted, told: Told) -> None:
    _add(entry.causes, told, joins=bool(entry.causes) and not told.opens)


def _add_fix(entry: Extracted, told: Told) -> None:
    last = entry.fixes[-1] if entry.fixes else None
    _add(entry.fixes, told, joins=last is not None and (told.code or not (told.opens and last.code)))


def _add(parts: list[Part], told: Told, *, joins: bool) -> None:
    """Put it behind what was told before, or begin a new cause or fix with it."""
    before = parts.pop() if joins else Part("", told.block.lines)
    inline = tuple(code for code in told.block.codes if not told.code and code in told.text)
    words = "" if told.code else told.text
    parts.append(
        Part(
            "\n\n".join(text for text in (before.text, words) if text),
            _span(before.lines, told.block.lines),
            (*before.code, told.text) if told.code else before.code,
            (*before.inline, *inline),
        )
    )


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


def _title(entry: Extracted) -> str:
    """What an entry is called that shares its page with others: its error."""
    error = entry.errors[0]
    name = (error.exception or "").rsplit(".", 1)[-1]
    said = " ".join(error.message.split())[:120]
    return f"{name}: {said}" if name and said else name or said
