"""What pytest prints: `E` lines below frames, the place and the name at the end, and the short summary."""

from __future__ import annotations

import re

from kb.models import Frame
from kb.patterns import late
from kb.tracebacks import shapes, words
from kb.tracebacks.found import Found, bounded, span_of, traceback
from kb.tracebacks.lines import Line
from kb.tracebacks.paths import in_app

_E = late(r"(?P<margin>\s*E {1,20})(?=\S)|\s*E\s*$")
_FRAME = late(r"(?P<file>\S[^\n]{0,400}?\.py):(?P<line>\d+): in (?P<name>\S+)")
_PLACE = late(rf"(?P<file>\S[^\n]{{0,400}}?\.py):(?P<line>\d+):(?: (?P<name>{shapes.NAME}))?\s*$")
_MARKED = late(r">\s{2,}(?P<source>\S.*)")
_SUMMARY = late(
    rf"(?:FAILED|ERROR) (?P<test>[^\n]{{1,300}}?\.py\S*(?:\[[^\n]{{0,200}}?\])?) - "
    rf"(?P<error>(?P<type>{shapes.NAME})(?:: (?P<message>.*))?)$"
)
_OWN = {"Failed", "Exception", "Skipped", "Exit"}
_LOOK_AHEAD = 60


def read(lines: list[Line], at: int) -> Found | None:
    """Frames and the `E` lines below them, or the `E` lines alone."""
    start = at
    frames, at = _read_frames(lines, at)
    block = at
    while at < len(lines) and _E.match(lines[at].text):
        at += 1
    if at == block:
        placed = bounded([frame for frame in frames if frame.lineno is not None])
        return Found(at, "pytest", frames=placed, start=start) if placed and at > start else None
    shown = lines[block:at]
    place, end = _read_place(lines, at)
    if place and frames and frames[-1].lineno is None:
        frames[-1] = Frame(
            place["file"], int(place["line"]), None, frames[-1].line, in_app(place["file"]), frames[-1].span
        )
    first = _E.match(shown[0].text)
    margin = first.end() if first else 0
    content = [line.cut(min(margin, max(line.indent, _end(line)))) for line in shown]
    content = _without_rest(content)
    error = shapes.EXCEPTION.match(content[0].text)
    known = place["name"] if place and place["name"] else ""
    if (
        error
        and (error["message"] is not None or _is_name(error["type"], known))
        and (
            words.is_exception(error["type"])
            or words.may_be_exception(error["type"])
            or error["type"] in _OWN
            or _same(error["type"], known)
        )
    ):
        name = error["type"]
        content = (
            [content[0].cut(error.start("message")), *content[1:]] if error["message"] is not None else content[1:]
        )
    else:
        name = known
    placed = bounded([frame for frame in frames if frame.lineno is not None])
    return Found(end, "pytest", (traceback(name, content, shown[: max(len(content), 1)], placed),), start=start)


def _end(line: Line) -> int:
    match = _E.match(line.text)
    return match.end() if match else 0


def _is_name(name: str, known: str) -> bool:
    return words.is_exception(name) or _same(name, known)


def _same(one: str, two: str) -> bool:
    return bool(two) and one.rpartition(".")[2] == two.rpartition(".")[2]


def _without_rest(content: list[Line]) -> list[Line]:
    """Without what pytest adds below: a blank line and its own explanation of operands."""
    for number, line in enumerate(content):
        if number and line.text.lstrip().startswith(("+  where", "assert ", "where ")):
            return content[:number]
    return content


def _read_frames(lines: list[Line], at: int) -> tuple[list[Frame], int]:
    """Frames of the short form, or the marked source line of the long one, up to the `E` lines."""
    frames: list[Frame] = []
    limit = min(len(lines), at + _LOOK_AHEAD)
    while at < limit:
        text = lines[at].text
        if _E.match(text):
            break
        match = _FRAME.match(text)
        marked = _MARKED.match(text)
        if match:
            source = lines[at + 1].text.strip() if at + 1 < len(lines) else ""
            plain = source and not _E.match(lines[at + 1].text) and not _FRAME.match(source)
            frames.append(
                Frame(
                    match["file"],
                    int(match["line"]),
                    match["name"],
                    source if plain else None,
                    in_app(match["file"]),
                    span_of([lines[at]]),
                )
            )
            limit = min(len(lines), at + _LOOK_AHEAD)
        elif marked:
            frames.append(Frame("", None, None, marked["source"].strip(), True, span_of([lines[at]])))
        elif text.strip() and not text[:1].isspace():
            break
        at += 1
    return frames, at


def _read_place(lines: list[Line], at: int) -> tuple[re.Match[str] | None, int]:
    """The line `tests/test_a.py:12: KeyError` below."""
    for number in range(at, min(at + 3, len(lines))):
        text = lines[number].text
        if match := _PLACE.match(text):
            return match, number + 1
        if text.strip():
            break
    return None, at


def read_collection(lines: list[Line], at: int) -> Found | None:
    """A section `ERROR collecting tests/test_a.py` that holds words only, no exception."""
    end = at + 1
    while end < len(lines) and end - at < 30 and not shapes.RULE.match(lines[end].text):
        if _E.match(lines[end].text) or shapes.HEADER.search(lines[end].text):
            return None
        end += 1
    shown = [line for line in lines[at + 1 : end] if line.text.strip()]
    if not shown:
        return None
    return Found(end, "pytest", (traceback("", shown, shown),), start=at)


def read_place(lines: list[Line], at: int) -> Found | None:
    """The line of place and name, where nothing else is left."""
    match = _PLACE.match(lines[at].text)
    if not match or not match["name"] or not words.is_exception(match["name"]):
        return None
    frame = Frame(match["file"], int(match["line"]), None, None, in_app(match["file"]), span_of([lines[at]]))
    shown = lines[at].cut(match.start("name"))
    return Found(at + 1, "pytest", (traceback(match["name"], (), [shown], (frame,)),), bare=True, start=at)


def read_summary(lines: list[Line], at: int) -> Found | None:
    """A line of the short summary: `FAILED tests/test_a.py::test_b - KeyError: 'c'`."""
    match = _SUMMARY.match(lines[at].text.strip())
    if not match:
        return None
    line = lines[at].cut(lines[at].indent)
    shown = line.cut(match.start("error"))
    if words.is_exception(match["type"]) or words.may_be_exception(match["type"]) or match["type"] in _OWN:
        message = [line.cut(match.start("message"))] if match["message"] else []
        return Found(at + 1, "pytest", (traceback(match["type"], message, [shown]),), bare=True, start=at)
    return Found(at + 1, "pytest", (traceback("", [shown], [shown]),), bare=True, start=at)
