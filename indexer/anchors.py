"""Where a page prints its errors.

An entry hangs on a *printed* error (code, output, a cell, a quoted line after words that announce one), never on a
name in running text, in a list of links or in a title alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from indexer import cues, naming
from indexer.cells import error_cell
from indexer.mentions import is_said_of, without_comment
from indexer.naming import QUOTED
from indexer.printed import Printed, command_of, printed_errors, printed_line
from indexer.readers import codelines
from indexer.sections import DROPPED, Piece, is_topic, sentences, tells
from indexer.telling import looks_only

MOST_ANCHORS = 200
"""Printed errors of one page that are told apart; a page with more is a log."""
_OUTPUT = frozenset(
    {"", "text", "console", "shell", "bash", "sh", "none", "plaintext", "output", "log", "pytb", "pycon"}
)
_BETWEEN = re.compile(r"The above exception was the direct cause|During handling of the above exception|Traceback \(")
"""What Python prints around errors."""
_LONGEST_MESSAGE_BLOCK = 15
_ASKS = re.compile(
    r"[?？]$|\b(?:I (?:get|receive|see|try|can)|I'm (?:getting|seeing)|says|reports|fails|failing|failed|errors?)\b"
)
_ANSWER = 8
"""Words of a paragraph beneath a question from which on it is an answer."""


_FEW_WORDS = 25
_FARTHEST = 60
"""Pieces before and behind a quoted message among which its heading stands and something has to be told of it."""
_MOSTLY = 0.6
"""Share of a heading from which on the message is the heading, so that the paragraph beneath speaks of it."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An error and the piece that prints it, or, where its kind is `named`, says something of it."""

    at: int
    error: Printed
    kind: str


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
        yield from _in_words(pieces, at)
    elif block.kind == "item" and not naming.is_release_note(block.text):
        yield from _called(pieces, at, sentences(block.text))


def _called(pieces: Sequence[Piece], at: int, said: Sequence[str]) -> Iterator[Anchor]:
    """The errors that sentences quote and call so, where something is told of them."""
    for one in [one for text in said for one in naming.framed(text, pieces[at].block.codes)]:
        if _goes_on(pieces, at):
            yield Anchor(at, one, "named")


def _in_words(pieces: Sequence[Piece], at: int) -> Iterator[Anchor]:
    """The errors that a paragraph is, says something of, or quotes."""
    piece = pieces[at]
    block = piece.block
    whole = printed_line(block.text)
    said = sentences(block.text)
    if whole and is_said_of(whole.message):
        yield Anchor(at, replace(whole, message=without_comment(whole.message)), "named")
    elif whole and len(block.text.split()) < _FEW_WORDS and len(said) < 2:
        yield Anchor(at, whole, "prose")
    elif announced := list(_announced_in(piece)):
        yield from (Anchor(at, one, "named" if len(said) > 1 else "prose") for one in announced)
    elif not whole:
        yield from _called(pieces, at, said)
    if whole:
        return
    if block.hint == "error" and (quoted := QUOTED.match(block.text)):
        yield Anchor(at, Printed(None, quoted[1], 0, 1, 1), "prose")
    follows = at > 0 and pieces[at - 1].block.text.rstrip().endswith((":", "：")) and _announced(pieces, at) >= 2
    if follows and piece.role in (None, "error") and len(block.text) < 300:
        yield Anchor(at, Printed(None, block.text, 0, 1, 1), "unknown")


def _announced_in(piece: Piece) -> Iterator[Printed]:
    """The errors that a paragraph quotes where its section, or its own words, announce one."""
    told = piece.role == "error"
    if told or cues.weights(piece.block.text).get("error", 0) >= 2:
        for phrase in (*piece.block.codes, *QUOTED.findall(piece.block.text)):
            if error := (naming.message(phrase) if told else printed_line(phrase)):
                yield error


def _answered(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a heading that names an error is followed by an answer to it, before an error is printed."""
    level = pieces[at].block.level
    head, named = pieces[at].block.text, pieces[at].named
    asks = bool(_ASKS.search(head)) or (named is not None and len(named.message) > _MOSTLY * len(head))
    for piece in pieces[at + 1 :]:
        block = piece.block
        if piece.is_heading and block.level <= level and is_topic(piece):
            return False
        if block.kind in ("code", "output"):
            return not any(one.strength == 2 for one in printed_errors(block.text))
        if tells(piece) or (asks and block.kind == "prose" and len(block.text.split()) >= _ANSWER):
            return True
    return False


def _goes_on(pieces: Sequence[Piece], at: int) -> bool:
    """Whether something is told about what a paragraph quotes: in it, or after it within its section."""
    above = (pieces[i] for i in range(at, max(-1, at - _FARTHEST), -1))
    level = next((piece.block.level for piece in above if piece.is_heading and piece.role is None), 1)
    for piece in islice(pieces, at, at + _FARTHEST):
        if piece.is_heading and piece.role is None and piece.block.level <= level:
            return False
        if not piece.is_heading and tells(piece):
            return True
    return False


def _in_code(pieces: Sequence[Piece], at: int) -> Iterator[Anchor]:
    piece = pieces[at]
    block = piece.block
    announced = 2 if piece.role == "error" or block.kind == "output" else _announced(pieces, at)
    told = announced >= 2
    errors = printed_errors(block.text)
    noted = _shown_failing(pieces, at)
    sure = [
        one for one in errors if one.strength == 2 or (noted if one.comment else told and block.language in _OUTPUT)
    ]
    if sure:
        yield from (Anchor(at, one, "comment" if one.comment else "code") for one in sure)
    elif (announced and block.language in _OUTPUT and not _is_typed(pieces, at)) and (
        message := _unknown(block.text, sure=told)
    ):
        yield Anchor(at, message, "unknown")


def _shown_failing(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a program is shown for its error: a manual's listings note what a compiler says to many a line."""
    before = pieces[at - 1].block.text[-300:] if at else ""
    said = cues.weights(before)
    return said.get("reproduction", 0) >= 3 or said.get("error", 0) >= 2


def _is_typed(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a listing is what was typed and not what came back: by its language, unless a sentence says otherwise."""
    block = pieces[at].block
    if codelines.are_commands(block.text) or looks_only(block.text):
        return True
    prompted = any(command_of(line) for line in block.text.split("\n"))
    return block.language in codelines.SHELLS and not prompted and _announced(pieces, at) < 2


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
    return next((one for one in said if naming.sounds_wrong(one.message)), said[0] if said and sure else None)
