"""Which printed errors are one, and which part of the page is each one's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer import cues
from indexer.anchors import Anchor
from indexer.sections import Piece, is_topic, tells
from kb.models import Span

_MANY = 2
"""Sections beside an error's own from which on a page is about many things."""
_NO_LEVEL = 99
_OWN_QUESTION = 6
"""Words of a question from which on it asks about a matter of its own."""


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
        if message == other_message:
            return True
        if one.kind == anchor.kind == "heading":
            continue  # each has an answer of its own
        if len(message) > 12 and message in other_message:
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
    head = _topic(pieces, group.first)
    if head is None or pieces[head].block.level < 2:
        return None
    level = pieces[head].block.level
    end = _next_topic(pieces, head)
    outside = [*pieces[:head], *pieces[end:]]
    answered = group.anchors[0].kind == "heading"
    goes_on = (piece for piece in outside if piece.is_heading and piece.block.level <= level)
    if not answered and any(piece.role in ("cause", "fix", "both") for piece in goes_on):
        return None
    neighbours = sum(_is_head(piece, level) and piece.block.level == level for piece in outside)
    if neighbours < _MANY or not (answered or any(tells(piece) for piece in pieces[head + 1 : end])):
        return None
    return head, max(end, group.anchors[-1].at + 1)


def _own_end(pieces: Sequence[Piece], group: Group) -> int:
    """Where the part of one of several errors ends at the latest: with its section, if that tells something."""
    last = group.anchors[-1].at
    head = _topic(pieces, last)
    if head is None or pieces[head].block.level < 2:
        return len(pieces)
    end = _next_topic(pieces, head)
    told = group.anchors[0].kind == "heading" or any(tells(piece) for piece in pieces[head + 1 : end])
    return end if told and end > last else len(pieces)


def _topic(pieces: Sequence[Piece], at: int) -> int | None:
    """The nearest heading above a piece that says what it is about, and not which part of that is told."""
    level = _NO_LEVEL
    for i in range(at, -1, -1):
        if pieces[i].is_heading and pieces[i].block.level < level:
            if is_topic(pieces[i]):
                return i
            level = pieces[i].block.level
    return None


def _next_topic(pieces: Sequence[Piece], head: int) -> int:
    """Where what stands beneath a heading ends: at the next one of its rank that doesn't go on about the error."""
    level = pieces[head].block.level
    return next(
        (
            i
            for i in range(head + 1, len(pieces))
            if _is_head(pieces[i], level) and (pieces[i].block.level < level or _is_topic(pieces[i]))
        ),
        len(pieces),
    )


def _is_topic(piece: Piece) -> bool:
    """Whether a heading begins another matter: it names an error, announces nothing, or is a question of its own."""
    text = piece.block.text
    asks = text.endswith(("?", "？")) and len(text.split()) > _OWN_QUESTION and not cues.is_telling_heading(text)
    return is_topic(piece) or asks


def _is_head(piece: Piece, level: int) -> bool:
    return piece.is_heading and piece.block.level <= level


def _opening(pieces: Sequence[Piece], after: int, first: int) -> int:
    """Where the part about an error begins: at the outermost of the headings above it below which nothing else stands
    before it, else at the words that lead to it."""
    start, level = None, _NO_LEVEL
    if pieces[first].is_heading:
        start, level = first, pieces[first].block.level
    for i in range(first - 1, after - 1, -1):
        if not pieces[i].is_heading:
            continue
        if pieces[i].block.level < level:
            if pieces[i].role in (None, "error", "reproduction"):
                start = i
            level = pieces[i].block.level
        elif pieces[i].role not in ("error", "reproduction"):
            break
        if pieces[first].is_heading and not pieces[i - 1].is_heading:
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
