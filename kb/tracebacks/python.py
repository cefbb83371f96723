"""Tracebacks as Python itself prints them, from 2.7 to 3.14, whole or cut."""

from __future__ import annotations

import re

from kb.models import Frame, Span
from kb.patterns import late
from kb.tracebacks import messages, shapes, words
from kb.tracebacks.found import Found, bounded, span_of, traceback
from kb.tracebacks.lines import Line
from kb.tracebacks.paths import in_app

_LOOK_AHEAD = 40
_RAISE = late(
    rf"\s*raise (?P<type>{shapes.NAME})\((?P<quote>[\"'])(?P<message>[^\"'\\]+)(?P=quote)\)(?: from \w+)?\s*$"
)


def read(lines: list[Line], at: int) -> Found | None:
    """A traceback that begins with its header or, cut at the top, with a frame."""
    start = at
    header = shapes.HEADER.search(lines[at].text)
    if header:
        at = _skip_blank(lines, at + 1)
    frames, at = read_frames(lines, at)
    if not frames and not header:
        return None
    found = read_exception(lines, at, frames, start)
    if found:
        return found
    if not frames:
        return None
    if frames[-1].name is None and shapes.MARKS.match(lines[at - 1].text):
        # Only a SyntaxError is shown without a function and with a caret; its own line was cut off.
        shown = [line for line in lines[start:at] if line.text.strip()][-3:]
        return Found(at, "python", (traceback("SyntaxError", (), shown, bounded(frames)),), start=start)
    found = _read_raise(lines, start, at, frames)
    return found or Found(max(at, start + 1), "python", frames=bounded(frames), start=start)


def _read_raise(lines: list[Line], start: int, at: int, frames: list[Frame]) -> Found | None:
    """What the last source line raises in so many words, where the exception line was cut off."""
    for line in reversed(lines[max(start, at - 3) : at]):
        match = _RAISE.match(line.text)
        if match and (words.is_exception(match["type"]) or words.may_be_exception(match["type"])):
            message = [line.cut(*match.span("message"))]
            shown = [line.cut(match.start("type"))]
            return Found(at, "python", (traceback(match["type"], message, shown, bounded(frames)),), start=start)
    return None


def read_exception(lines: list[Line], at: int, frames: list[Frame], start: int) -> Found | None:
    """The exception line below frames, and what belongs to its message."""
    below, at = at, _skip_blank(lines, at)
    if at >= len(lines):
        return None
    line = lines[at]
    error = shapes.EXCEPTION.match(line.text)
    if not error:
        return None
    if error["message"] is None and not (_alone(error["type"]) if at == below else words.is_exception(error["type"])):
        return None  # behind a blank line any word may stand: `Help`
    end = messages.take(lines, at + 1, len(error["indent"]))
    shown = lines[at:end]
    message = messages.dedented(lines[at + 1 : end], len(error["indent"]))
    if error["message"] is not None:
        message = [line.cut(error.start("message")), *message]
    tb = traceback(error["type"], message, shown, bounded(frames))
    return Found(end, "python", (tb,), start=start)


def _alone(name: str) -> bool:
    """Whether a name that fills its line, below frames, is an exception without a message."""
    return words.is_exception(name) or name in words.PLAIN or name.rpartition(".")[2][:1].isupper()


def _skip_blank(lines: list[Line], at: int) -> int:
    while at < len(lines) and not lines[at].text.strip():
        at += 1
    return at


def read_frames(lines: list[Line], at: int) -> tuple[list[Frame], int]:
    """The frames from line `at` on, and the line behind them."""
    frames: list[Frame] = []
    total = len(lines)
    following: re.Match[str] | None = None
    while at < total:
        line = lines[at]
        match = following or shapes.frame(line.text)
        if match:
            indent = line.indent
            end, source, following = _read_source(lines, at + 1, indent)
            span = _span(line, indent, lines[end - 1]) or span_of(lines[at:end])
            frames.append(_frame(match, source, span))
            at = end
        elif shapes.REPEATED.match(line.text) or (frames and shapes.ELIDED.match(line.text)):
            at += 1
        elif not line.text.strip() and frames:
            behind = _skip_blank(lines, at)
            if behind < total and (following := shapes.frame(lines[behind].text)):
                at = behind
            else:
                break
        else:
            break
    return frames, at


def _frame(match: re.Match[str], source: str | None, span: Span) -> Frame:
    filename, number, name = match.groups()
    return Frame(filename, int(number), name.strip() if name else None, source, in_app(filename), span)


def _span(first: Line, indent: int, last: Line) -> Span | None:
    """`span_of` for lines of which the first and the last, neither of them blank, stand as they were submitted."""
    if first.offsets is None and last.offsets is None:
        return first.start + indent, last.start + len(last.text.rstrip())
    return None


def _read_source(lines: list[Line], at: int, indent: int) -> tuple[int, str | None, re.Match[str] | None]:
    """Where the source lines below a frame end, the first of them, and the next frame where one ends them.

    Source stands deeper than its frame; where a paste lost its indentation, one line that is neither a frame nor an
    exception counts as source.
    """
    source = None
    for line in lines[at : at + _LOOK_AHEAD]:
        text = line.text
        if "File " in text and (following := shapes.frame(text)):
            return at, source, following
        bare = text.strip()
        if not bare:
            break
        if text[: indent + 1].isspace() and not (bare[0] == "[" and bare.startswith("[Previous line")):
            if source is None and not (bare[0] in shapes.MARKING and shapes.MARKS.match(text)):
                source = bare
        elif source is None and not indent and _is_lost_source(text):
            source = bare
        elif not (source and shapes.MARKS.match(text)):
            break
        at += 1
    return at, source, None


def _is_lost_source(text: str) -> bool:
    error = shapes.EXCEPTION.match(text)
    if shapes.REPEATED.match(text) or shapes.HEADER.search(text) or shapes.LOG.match(text):
        return False
    return not error or (error["message"] is None and not _alone(error["type"]))
