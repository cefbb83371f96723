"""IPython and Jupyter: the name on a dashed header, frames with numbered source and an arrow."""

from __future__ import annotations

import re

from kb.models import Frame
from kb.patterns import late
from kb.tracebacks import python, shapes
from kb.tracebacks.found import Found, bounded, span_of, traceback
from kb.tracebacks.lines import Line
from kb.tracebacks.paths import in_app

_HEADER = late(rf"(?P<name>{shapes.NAME})\s+Traceback \(most recent call last\)")
_FRAME = late(
    r"(?:File )?(?P<file>(?:~|/|\.|[A-Za-z]:[\\/]|<ipython-input|<string|\[)[^\n:]{0,400}(?::\\[^\n:]{0,400})?"
    r"|[\w\\/.]{1,200}\.(?:pyx|pxi|pyi?))"
    r"(?::(?P<line>\d+))?,? in (?P<name>[\w.<>: ]{1,200}?)(?P<arguments>\(.{0,4000})?$"
)
_CELL = late(
    r"(?P<file>(?:Cell |Input )In ?\[(?P<number>\d+|\s)\])(?:, line (?P<line>\d+))?"
    r"(?:, in (?P<name>[\w.<>: ]{1,200}?)(?P<arguments>\(.{0,4000})?)?$"
)
_ARROW = late(r"\s*-{1,6}>\s?(?P<line>\d+)(?:\s(?P<source>.*))?$")
_CONTEXT = late(r"\s*\d+(?:\s|$)|\s*\(\.\.\.\)|\s*\d+ frames|\s*\.\.\.|\s{2,}\S|-{5,}")
_LINK = late(r"\[([^\]\n]{1,400})\]\([^)\n]{0,600}\)")


def read(lines: list[Line], at: int) -> Found | None:
    """From the header, or where that was cut from the first frame, to the exception line."""
    start = at
    header = _HEADER.match(lines[at].text.lstrip())
    if header:
        at += 1
    elif not _match_frame(lines[at].text):
        return None
    frames, at = _read_frames(lines, at)
    if not frames and not header:
        return None
    found = python.read_exception(lines, at, frames, start)
    if found and (not header or _same(found.errors[0].type, header["name"])):
        found.dialect = "ipython"
        return found
    if header:
        shown = lines[start].cut(lines[start].indent, lines[start].indent + len(header["name"]))
        return Found(
            max(at, start + 1), "ipython", (traceback(header["name"], (), [shown], bounded(frames)),), start=start
        )
    return Found(max(at, start + 1), "ipython", frames=bounded(frames), start=start)


def _same(one: str, two: str) -> bool:
    return one.rpartition(".")[2] == two.rpartition(".")[2]


def _read_frames(lines: list[Line], at: int) -> tuple[list[Frame], int]:
    frames: list[Frame] = []
    while at < len(lines):
        text = lines[at].text
        match = _match_frame(text)
        if match:
            begin, at = at, at + 1
            number, source, at = _read_source(lines, at, match["line"])
            shown = [line for line in lines[begin:at] if line.text.strip()]
            link = _LINK.match(match["file"])
            filename = link[1] if link else match["file"]
            name = match["name"].strip() if match["name"] else None
            frames.append(Frame(filename, number, name, source, in_app(filename), span_of(shown)))
        elif not text.strip() or (frames and _CONTEXT.match(text)) or shapes.FRAME.match(text):
            if shapes.FRAME.match(text):
                more, at = python.read_frames(lines, at)
                frames += more
            else:
                at += 1
        else:
            break
    return frames, at


def _match_frame(text: str) -> re.Match[str] | None:
    bare = text.strip()
    return _CELL.match(bare) or (_FRAME.match(bare) if " in " in bare else None)


def _read_source(lines: list[Line], at: int, printed: str | None) -> tuple[int | None, str | None, int]:
    """The arrow's line below a frame."""
    number = int(printed) if printed else None
    source = None
    while at < len(lines):
        text = lines[at].text
        arrow = _ARROW.match(text)
        if arrow:
            number = int(arrow["line"])
            source = (arrow["source"] or "").strip() or None
        elif text.strip() and (not _CONTEXT.match(text) or _match_frame(text) or shapes.FRAME.match(text)):
            break
        at += 1
    return number, source, at
