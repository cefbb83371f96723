"""The error that a page is about though it prints none: its title names it, or a sentence says what it is.

Asked only where nothing is printed, since a name in running text is mostly a mention: of release notes, of a list of
links, of another page's error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from indexer import cues
from indexer.anchors import Anchor
from indexer.document import Block
from indexer.mentions import is_said_of, without_comment
from indexer.naming import error_in_heading
from indexer.printed import Printed, printed_line
from indexer.sections import DROPPED, Piece, sentences

_MENTION = re.compile(
    r"(?<![A-Za-z0-9_.])(?P<said>(?:[A-Za-z_]\w*\.){0,12}[A-Z]\w{1,80}"
    r"(?:Error|Exception|Warning|NotFound|DoesNotExist|Interrupt|Exit|Timeout): [^\s\d].{0,400})"
)
_SURE = 2
"""Weight of the cues of a sentence that says what an error is."""


def subject(pieces: Sequence[Piece], title: str | None) -> tuple[Sequence[Piece], list[Anchor]]:
    """The error that the page's title or its text names, and the pieces, with the title in front where the anchor is
    it; no anchor where the page merely mentions errors."""
    heading = error_in_heading(title or "")
    if heading and heading.exception and heading.message and _tells(pieces):
        named = replace(heading, message=without_comment(heading.message)) if is_said_of(heading.message) else heading
        top = Piece(Block("heading", title or "", pieces[0].block.lines, level=1))
        return [top, *pieces], [Anchor(0, named, "heading")]
    for at, piece in enumerate(pieces):
        if piece.block.kind in ("prose", "item") and piece.role not in DROPPED:
            for error in _mentioned(piece, title or ""):
                return pieces, [Anchor(at, error, "named")]
    return pieces, []


def _tells(pieces: Sequence[Piece]) -> bool:
    """Whether a page says anything of why or what to do, or is a thread that asks."""
    said = [one for piece in pieces if piece.block.kind in ("prose", "item") for one in sentences(piece.block.text)]
    return (
        any(piece.block.post is not None or piece.role in ("cause", "fix") for piece in pieces)
        or any(_weight(text, "cause", "fix") > _SURE for text in said)
        or all(any(_weight(text, role) >= _SURE for text in said) for role in ("cause", "fix"))
    )


def _mentioned(piece: Piece, title: str) -> Iterator[Printed]:
    """The errors that a paragraph says something of: as a question does, a title with the same class, or its words."""
    block = piece.block
    asks = block.post is not None and block.post.kind == "question"
    said = sentences(block.text)
    for number, sentence in enumerate(said):
        if not (error := _error_in(sentence, block.codes)):
            continue
        told = _weight(" ".join(said[number : number + 2]), "cause") >= _SURE or cues.weights(sentence).get("error")
        if asks or told or (error.exception or "").rpartition(".")[2] in title:
            yield error


def _error_in(sentence: str, codes: Sequence[str]) -> Printed | None:
    for code in codes:
        if code in sentence and (error := printed_line(code)) and error.exception and error.message:
            return error
    found = _MENTION.search(sentence)
    return printed_line(without_comment(found["said"])) if found else None


def _weight(text: str, *roles: str) -> int:
    found = cues.weights(text)
    return max(found.get(role, 0) for role in roles)
