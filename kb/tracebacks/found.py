"""What recognisers answer, and how a traceback is put together from lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.models import Frame, Relation, Span, Traceback
from kb.tracebacks.lines import Line, join

MAX_FRAMES = 200
"""More frames than this are a recursion: of those the first and the last half are kept."""


@dataclass(slots=True)
class Found:
    """What one recogniser understood: exceptions in printed order and the line to go on at.

    `frames` are frames without an exception below them. `bare` says that it was only a line that names an
    exception, without a traceback. `link` is set when a chain sentence follows.
    """

    end: int
    dialect: str
    errors: Sequence[Traceback] = ()
    frames: tuple[Frame, ...] = ()
    bare: bool = False
    link: Relation | None = None
    start: int = 0


def bounded(frames: list[Frame]) -> tuple[Frame, ...]:
    """The frames, without the middle of a recursion."""
    if len(frames) <= MAX_FRAMES:
        return tuple(frames)
    half = MAX_FRAMES // 2
    return tuple(frames[:half] + frames[-half:])


def span_of(lines: Sequence[Line]) -> Span:
    """From the first character of the lines to behind the last, blanks at the outer ends left out."""
    first, last = lines[0], lines[-1]
    if first.offsets is None and last.offsets is None:
        head, tail = first.text.lstrip(), last.text.rstrip()
        if head and tail:
            return first.start + len(first.text) - len(head), last.start + len(tail)
    whole = [line for line in lines if line.text.strip()]
    if not whole:
        return lines[0].start, lines[0].start
    first, last = whole[0], whole[-1]
    origins = first.origins(first.indent)
    return origins[0], last.origins(0, len(last.text.rstrip()))[-1] + 1


def traceback(
    name: str,
    message: Sequence[Line],
    shown: Sequence[Line],
    frames: Sequence[Frame] = (),
    relation: Relation = "raised",
) -> Traceback:
    """A traceback of its type, the lines of its message and the lines that show both."""
    text, origins = join(message) if message else ("", ())
    kept = len(text.rstrip())
    skipped = kept - len(text[:kept].lstrip())
    return Traceback(
        type=name,
        message=text[skipped:kept],
        relation=relation,
        span=span_of(shown),
        frames=tuple(frames),
        origins=origins[skipped:kept],
    )
