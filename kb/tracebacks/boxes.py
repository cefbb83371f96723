"""Boxes drawn by Rich: its tracebacks, and the error panels of command lines built with it."""

from __future__ import annotations

import re

from kb.models import Frame
from kb.patterns import late
from kb.tracebacks import messages, python, shapes, words
from kb.tracebacks.found import Found, bounded, span_of, traceback
from kb.tracebacks.lines import Line
from kb.tracebacks.paths import in_app

_TOP = late(r"\s*[╭┏┌][─━ ]*(?P<title>[^─━╮┓┐\n]{0,80})")
_SIDE = late(r"\s*[│┃] ?")
_EDGE = late(r"\s*[╭╰┏┗┌└├]")
_FRAME = late(r"(?P<file>\S[^\n]{0,600}?):(?P<line>\d+) in (?P<name>\S+)\s*$")
_ARROW = late(r"\s*❱\s*(?P<line>\d+)\s?(?:[│┃] ?)*(?P<source>.*)")
_PATH = late(r"(?:/|~|\.|[A-Za-z]:\\)\S*$")


def read(lines: list[Line], at: int) -> Found | None:
    """A box and the exception line below it, or the message inside it."""
    if at and _SIDE.match(lines[at].text) and _SIDE.match(lines[at - 1].text):
        return None
    start = at
    top = _TOP.match(lines[at].text)
    while at < len(lines) and (_SIDE.match(lines[at].text) or _EDGE.match(lines[at].text)):
        at += 1
    content = [inner(line) for line in lines[start:at] if not _EDGE.match(line.text)]
    frames = _read_frames(content)
    if frames:
        found = python.read_exception(lines, at, frames, start)
        if found:
            found.dialect = "rich"
            return found
        return Found(at, "rich", frames=bounded(frames), start=start)
    title = top["title"].strip() if top else ""
    if not content or not words.trouble(title):
        return None
    content = [line for line in content if line.text.strip()]
    if not content:
        return None
    error = shapes.EXCEPTION.match(content[0].text)
    if error and words.is_exception(error["type"]) and error["message"] is not None:
        message = [content[0].cut(error.start("message")), *content[1:]]
        return Found(at, "rich", (traceback(error["type"], message, content),), bare=True, start=start)
    return Found(at, "rich", (traceback("", content[: messages.MAX_LINES], content),), bare=True, start=start)


def inner(line: Line) -> Line:
    """What stands between the sides of a box, or the line itself."""
    side = _SIDE.match(line.text)
    begin = side.end() if side else 0
    closing = re.search(r"\s{0,400}[│┃]\s*$", line.text[-420:]) if line.text.rstrip().endswith(("│", "┃")) else None
    end = len(line.text.rstrip().rstrip("│┃").rstrip()) if closing else len(line.text.rstrip())
    return line.cut(begin, max(begin, end))


def _read_frames(content: list[Line]) -> list[Frame]:
    """Frames: path, number and name on a line (or two, where the box was too narrow), then numbered source."""
    frames: list[Frame] = []
    before = ""
    for line in content:
        text = line.text
        match = _FRAME.match(text.strip())
        arrow = _ARROW.match(text)
        if match:
            path = match["file"]
            if before and _PATH.match(before) and not _PATH.match(path):
                path = before + path
            frames.append(Frame(path, int(match["line"]), match["name"], None, in_app(path), span_of([line])))
        elif arrow and frames and frames[-1].line is None:
            last = frames[-1]
            frames[-1] = Frame(
                last.filename,
                last.lineno,
                last.name,
                arrow["source"].strip() or None,
                last.in_app,
                (last.span[0], span_of([line])[1]),
            )
        before = text.strip()
    return frames
