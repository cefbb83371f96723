"""Where a page prints its errors, and which of them are one.

An entry hangs on a *printed* error (code, output, a cell, a quoted line after words that announce one), never on a
name in running text, in a list of links or in a title alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from indexer import cues
from indexer.document import Block, Cell
from indexer.mentions import is_said_of, without_comment
from indexer.printed import Printed, command_of, printed_errors, printed_line
from indexer.readers import codelines
from indexer.sections import DROPPED, Piece, sentences
from kb.models import Span

MOST_ANCHORS = 200
"""Printed errors of one page that are told apart; a page with more is a log."""
_QUOTED = re.compile(r"[\"“„«]([^\"”“»\n]{6,400})[\"”“»]")
_OUTPUT = frozenset(
    {"", "text", "console", "shell", "bash", "sh", "none", "plaintext", "output", "log", "pytb", "pycon"}
)
_BETWEEN = re.compile(r"The above exception was the direct cause|During handling of the above exception|Traceback \(")
"""What Python prints around errors."""
_LONGEST_MESSAGE_BLOCK = 15
_ASKS = re.compile(r"[?？]$|\b(?:I (?:get|receive|see|try|can)|I'm (?:getting|seeing))\b")
_ANSWER = 8
"""Words of a paragraph beneath a question from which on it is an answer."""
_MANY = 2
"""Sections beside an error's own from which on a page is about many things."""
_NO_LEVEL = 99


@dataclass(frozen=True, slots=True)
class Anchor:
    """An error and the piece that prints it, or, where its kind is `named`, says something of it."""

    at: int
    error: Printed
    kind: str


@dataclass(slots=True)
class Group:
    """One error of the page: its wordings and where they stand, and the pieces from `start` to `end` that are its."""

    anchors: list[Anchor] = field(default_factory=list)
    start: int = 0
    end: int = 0

    @property
    def first(self) -> int:
        """The number of the piece that prints it first."""
        return self.anchors[0].at


def find(pieces: Sequence[Piece]) -> list[Anchor]:
    """The printed errors of a page in order: outside of fixes and warnings, or, where there are none, anywhere."""
    found = [anchor for at in range(len(pieces)) for anchor in _of(pieces, at)]
    if all(one.kind == "unknown" for one in found) and (title := _title(pieces)):
        return [title]
    sure = {pieces[one.at].path for one in found if one.kind != "unknown"}
    found = [one for one in found if one.kind != "unknown" or pieces[one.at].path not in sure]
    if any(one.error.message for one in found):
        found = [one for one in found if one.error.message or one.kind not in ("prose", "heading")]
    strong = [one for one in found if pieces[one.at].role not in (DROPPED | {"fix"}) or one.kind == "row"]
    return (strong or [one for one in found if pieces[one.at].role == "fix"])[:MOST_ANCHORS]


def _title(pieces: Sequence[Piece]) -> Anchor | None:
    """The error that the page's title is, where no error is printed but all is told about one: cause, fix and code."""
    roles = {piece.role for piece in pieces if not piece.is_heading}
    if not {"cause", "fix"} <= roles or not any(piece.role == "fix" and piece.block.kind == "code" for piece in pieces):
        return None
    for at, piece in enumerate(pieces):
        if piece.is_heading and piece.block.level == 1 and (error := printed_line(piece.block.text)):
            return Anchor(at, error, "heading")
    return None


def _of(pieces: Sequence[Piece], at: int) -> Iterator[Anchor]:
    piece = pieces[at]
    block = piece.block
    if piece.named and block.level > 1 and _answered(pieces, at):
        yield Anchor(at, piece.named, "heading")
    elif block.kind in ("code", "output"):
        yield from _in_code(pieces, at)
    elif block.kind == "row":
        if (cell := error_cell(piece)) is not None:
            yield Anchor(at, cell, "row")
    elif block.kind == "prose" or (block.kind == "item" and piece.role == "error"):
        whole = printed_line(block.text)
        if whole and is_said_of(whole.message):
            yield Anchor(at, replace(whole, message=without_comment(whole.message)), "named")
        elif whole and (len(block.text.split()) < 25 and len(sentences(block.text)) < 2):
            yield Anchor(at, whole, "prose")
        elif piece.role == "error" or cues.weights(block.text).get("error", 0) >= 2:
            for phrase in (*block.codes, *_QUOTED.findall(block.text)):
                if error := printed_line(phrase):
                    yield Anchor(at, error, "named" if len(sentences(block.text)) > 1 else "prose")
        if block.hint == "error" and not whole and (quoted := _QUOTED.match(block.text)):
            yield Anchor(at, Printed(None, quoted[1], 0, 1, 1), "prose")
        follows = at > 0 and pieces[at - 1].block.text.rstrip().endswith((":", "：")) and _announced(pieces, at) >= 2
        if follows and not whole and piece.role in (None, "error") and len(block.text) < 300:
            yield Anchor(at, Printed(None, block.text, 0, 1, 1), "unknown")


def _answered(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a heading that names an error is followed by an answer to it, before an error is printed."""
    level = pieces[at].block.level
    asks = bool(_ASKS.search(pieces[at].block.text))
    for piece in pieces[at + 1 :]:
        block = piece.block
        if piece.is_heading and block.level <= level:
            return False
        if block.kind in ("code", "output"):
            return not any(one.strength == 2 for one in printed_errors(block.text))
        if _tells(piece) or (asks and block.kind == "prose" and len(block.text.split()) >= _ANSWER):
            return True
    return False


def _in_code(pieces: Sequence[Piece], at: int) -> Iterator[Anchor]:
    piece = pieces[at]
    block = piece.block
    announced = 2 if piece.role == "error" or block.kind == "output" else _announced(pieces, at)
    told = announced >= 2
    errors = printed_errors(block.text)
    sure = [one for one in errors if one.strength == 2 or (told and block.language in _OUTPUT)]
    if sure:
        yield from (Anchor(at, one, "comment" if one.comment else "code") for one in sure)
    elif (announced and block.language in _OUTPUT) and (message := _unknown(block.text, sure=told)):
        yield Anchor(at, message, "unknown")


def _announced(pieces: Sequence[Piece], at: int) -> int:
    """How much the sentence in front of a piece says that the error follows."""
    before = pieces[at - 1].block if at else None
    if before is None or before.kind not in ("prose", "item"):
        return 0
    weights = cues.weights(before.text[-300:])
    return weights.get("error", 0) if not weights.get("fix") else 0


def _unknown(text: str, *, sure: bool) -> Printed | None:
    """The message of a block that is announced as an error, though nothing in it looks like one that we know. Where the
    announcement is not `sure`, the words must sound like an error."""
    lines = text.split("\n")
    if len(lines) > _LONGEST_MESSAGE_BLOCK:
        return None
    said = [
        Printed(None, line.strip(), number, number + 1, 1)
        for number, line in enumerate(lines)
        if command_of(line) is None
        and len(line.split()) >= 3
        and codelines.weight(line) < 2
        and not line.isupper()
        and not _BETWEEN.match(line.strip())
    ]
    return next((one for one in said if _sounds_wrong(one.message)), said[0] if said and sure else None)


def _sounds_wrong(message: str) -> bool:
    text = message.lower()
    return any(word in text for word in cues.words("error_words.txt"))


def error_cell(piece: Piece) -> Printed | None:
    """The error that a row is about: of its cells that print one, the one whose column says so, else the first."""
    number = error_cell_index(piece.block)
    if number is None:
        return None
    cell = piece.block.cells[number]
    return _cell_error(cell) or Printed(None, cell.text.strip(' "“”„«»'), 0, 1, 1)


def error_cell_index(block: Block) -> int | None:
    """Which cell of a row prints its error; None where none of the first ones does."""
    for number, cell in enumerate(block.cells[:2]):
        if cues.heading_role(cell.heading) not in ("cause", "fix") and _cell_error(cell):
            return number
    return _told_by_columns(block)


def _told_by_columns(block: Block) -> int | None:
    """Which cell of a row is the error though nothing known is printed in it: the one whose column says that errors
    stand there as code, in a table whose other columns tell causes or fixes."""
    roles = [cues.heading_role(cell.heading) if cell.heading else None for cell in block.cells]
    if "error" not in roles or not {"cause", "fix"} & set(roles):
        return None
    number = roles.index("error")
    cell = block.cells[number]
    code = sum(end - start for start, end in cell.code_spans)
    quoted = _QUOTED.fullmatch(cell.text.strip())
    return number if quoted or code > 0.6 * len(cell.text) > 0 else None


def _cell_error(cell: Cell) -> Printed | None:
    for phrase in (cell.text, *cell.codes, *_QUOTED.findall(cell.text)):
        if error := printed_line(phrase):
            return error
    return None


def groups(pieces: Sequence[Piece], anchors: Sequence[Anchor]) -> list[Group]:
    """The anchors by error. One printed again belongs to the first; another wording that follows before anything was
    told about the first one (its cause, what it is wrapped in) is the same error."""
    found: list[Group] = []
    for anchor in anchors:
        known = next((group for group in found if _same(group, anchor)), None)
        if known is None and found and anchor.kind != "row" and not _told(pieces, found[-1].anchors[-1], anchor):
            known = found[-1]
        if known:
            known.anchors.append(anchor)
        else:
            found.append(Group([anchor]))
    _spread(pieces, found)
    return found


def _same(group: Group, anchor: Anchor) -> bool:
    exception, message = anchor.error.key
    for one in group.anchors:
        other_exception, other_message = one.error.key
        if exception and other_exception and exception != other_exception:
            continue
        if exception == other_exception and not (message and other_message):
            return True
        if message == other_message or (len(message) > 12 and message in other_message):
            return True
        if len(other_message) > 12 and other_message in message:
            return True
    return False


def _told(pieces: Sequence[Piece], last: Anchor, anchor: Anchor) -> bool:
    """Whether something was told about the last error before this one is printed."""
    if "row" in (last.kind, anchor.kind) or last.kind == anchor.kind == "heading":
        return True
    if last.at == anchor.at:
        return anchor.kind == "comment"
    for piece in pieces[last.at + 1 : anchor.at]:
        block = piece.block
        if piece.is_heading and piece.role not in ("error", "reproduction"):
            return True
        if piece.role in ("cause", "fix"):
            return True
        if (
            block.kind in ("prose", "item")
            and len(block.text.split()) > 3
            and piece.role not in ("error", "reproduction")
        ):
            role = cues.sentence_role(block.text)
            if role in ("cause", "fix") or (role is None and not block.text.rstrip().endswith((":", "："))):
                return True
    return False


def _spread(pieces: Sequence[Piece], found: list[Group]) -> None:
    """Divide the page: a lone error has it all, or its section of a page about many things; of several, each has what
    stands from its heading to the next one's."""
    if len(found) == 1:
        found[0].start, found[0].end = _own_section(pieces, found[0]) or (0, len(pieces))
        return
    for number, group in enumerate(found):
        after = found[number - 1].anchors[-1].at + 1 if number else 0
        group.start = _opening(pieces, after, group.first)
        if number:
            found[number - 1].end = group.start
    if found:
        found[-1].end = _close(pieces, found[-1])
    for group in found:
        group.end = min(group.end, _own_end(pieces, group))


def _own_section(pieces: Sequence[Piece], group: Group) -> Span | None:
    """The section of a page's lone error, where it tells what is to be told and its neighbours are about other things;
    else None."""
    first = group.first
    head = next((i for i in range(first, -1, -1) if pieces[i].is_heading), None)
    if head is None or pieces[head].block.level < 2 or pieces[head].role is not None:
        return None
    level = pieces[head].block.level
    end = _next_topic(pieces, head)
    outside = [*pieces[:head], *pieces[end:]]
    answered = group.anchors[0].kind == "heading"
    if not answered and any(piece.is_heading and piece.role in ("cause", "fix", "both") for piece in outside):
        return None
    neighbours = sum(_is_head(piece, level) and piece.block.level == level for piece in outside)
    if neighbours < _MANY or not (answered or any(_tells(piece) for piece in pieces[head + 1 : end])):
        return None
    return head, max(end, group.anchors[-1].at + 1)


def _own_end(pieces: Sequence[Piece], group: Group) -> int:
    """Where the part of one of several errors ends at the latest: with its section, if that tells something."""
    last = group.anchors[-1].at
    head = next((i for i in range(last, -1, -1) if pieces[i].is_heading), None)
    if head is None or pieces[head].block.level < 2 or pieces[head].role is not None:
        return len(pieces)
    end = _next_topic(pieces, head)
    told = group.anchors[0].kind == "heading" or any(_tells(piece) for piece in pieces[head + 1 : end])
    return end if told and end > last else len(pieces)


def _next_topic(pieces: Sequence[Piece], head: int) -> int:
    """Where what stands beneath a heading ends: at the next one of its rank that doesn't go on about the error."""
    level = pieces[head].block.level
    return next(
        (
            i
            for i in range(head + 1, len(pieces))
            if _is_head(pieces[i], level)
            and (pieces[i].named or pieces[i].role is None or pieces[i].block.level < level)
        ),
        len(pieces),
    )


def _is_head(piece: Piece, level: int) -> bool:
    return piece.is_heading and piece.block.level <= level


def _tells(piece: Piece) -> bool:
    if piece.block.kind not in ("prose", "item"):
        return piece.role in ("cause", "fix")
    said = cues.weights(piece.block.text)
    return piece.role in ("cause", "fix") or max(said.get("fix", 0), said.get("cause", 0)) >= 2


def _opening(pieces: Sequence[Piece], after: int, first: int) -> int:
    """Where the part about an error begins: at the outermost of the headings above it below which nothing else stands
    before it, else at the words that lead to it."""
    start, level = None, _NO_LEVEL
    for i in range(first - 1, after - 1, -1):
        if not pieces[i].is_heading:
            continue
        if pieces[i].block.level < level:
            if pieces[i].role in (None, "error", "reproduction"):
                start = i
            level = pieces[i].block.level
        elif pieces[i].role not in ("error", "reproduction"):
            break
    if start is not None:
        return start
    start = first
    while start > after and not pieces[start - 1].is_heading and _leads(pieces[start - 1]):
        start -= 1
    return start


def _leads(piece: Piece) -> bool:
    block = piece.block
    if block.kind == "code":
        return False
    return block.text.rstrip().endswith((":", "：")) or cues.sentence_role(block.text) in ("error", "reproduction")


def _close(pieces: Sequence[Piece], group: Group) -> int:
    """Where the part about the last error ends: at a heading of the same rank that says nothing about errors."""
    level = next((piece.block.level for piece in reversed(pieces[: group.first]) if piece.is_heading), 0)
    for i in range(group.first + 1, len(pieces)):
        piece = pieces[i]
        if piece.is_heading and level and piece.block.level <= level and piece.role is None:
            return i
    return len(pieces)
