"""Lines that were moved: quoted, doubled by blank ones, run together into one, or broken at the edge of a terminal."""

from __future__ import annotations

import re

from kb.patterns import late
from kb.tracebacks import shapes, words
from kb.tracebacks.lines import BREAK, Line, cut_at, glue

# --- quotes -------------------------------------------------------------------------------------

_QUOTE = late(r"\s{0,3}(?:>\s?){1,8}(?!>)")


def quoted(text: str) -> bool:
    """Whether lines begin as quotes in mails and Markdown do."""
    return "\n>" in text or text.startswith(">")


def unquote(lines: list[Line]) -> list[Line]:
    """The lines without quote marks, where most have one (pytest and IPython mark single lines so)."""
    told = [line for line in lines if line.text.strip()]
    marked = sum(1 for line in told if line.text.lstrip().startswith(">") and not line.text.startswith(">>>"))
    if marked * 3 < len(told) * 2:
        return lines
    result: list[Line] = []
    inside = False
    for line in lines:
        match = _QUOTE.match(line.text)
        if inside and not match and line.text.strip():
            # No message goes on from a quote into the answer below it.
            result.append(Line(BREAK, line.start, (line.start,)))
        inside = bool(match) or (inside and not line.text.strip())
        result.append(line.cut(match.end()) if match else line)
    return result


# --- emphasis -----------------------------------------------------------------------------------

_OPENED = late(rf"\s*[*_]{{2}}(?=\s*File \"|Traceback|File|Exception Type|{shapes.NAME}(?::|\s*$|[*_]))")
_CLOSED = late(r"[*_]{2}\s*$")


def emphatic(text: str) -> bool:
    """Whether there are marks of bold print around lines."""
    return ("*" in text and "**" in text) or text.startswith("__T")


def plain(lines: list[Line]) -> list[Line]:
    """The lines without marks of bold print at their outer ends."""
    if not any(_OPENED.match(line.text) for line in lines):
        return lines
    result = []
    for line in lines:
        opened, closed = _OPENED.match(line.text), _CLOSED.search(line.text[-40:])
        end = len(line.text.rstrip()) - 2 if closed else len(line.text)
        result.append(line.cut(opened.end() if opened else 0, end) if opened or closed else line)
    return result


# --- blank lines between all lines --------------------------------------------------------------


def doubled(text: str) -> bool:
    """Whether about every second line is blank."""
    return text.count("\n\n") * 5 >= text.count("\n") * 2 > 6 or ("\r" in text and text.count("\n\r\n") > 3)


def undouble(lines: list[Line]) -> list[Line]:
    """The lines without the blank one behind each."""
    told = [n for n, line in enumerate(lines) if line.text.strip()]
    if any(shapes.HEADING.match(lines[n].text) for n in told):
        return lines  # the paragraphs of a report, which stand apart anyway
    alone = sum(1 for n in told if n + 1 < len(lines) and not lines[n + 1].text.strip())
    if len(told) < 4 or alone * 10 < (len(told) - 1) * 9:
        return lines
    return [line for n, line in enumerate(lines) if line.text.strip() or (n and not lines[n - 1].text.strip())]


# --- one line -----------------------------------------------------------------------------------

_FRAME = late(
    r"(?<!\S)[\"']?File [\"“](?P<file>[^\"“”\n]{1,1000})[\"”],? line \d{1,9}"
    r"(?:,? in (?:<[\w ]{1,40}>|[\w.]{1,300}(?:<locals>[\w.]{1,200})?))?,?(?=\s|$)"
)
_HEADER = late(r"(?:Exception Group )?Traceback \(most recent call last\)\s*:?")
_CHAIN = late(
    r"The above exception was the direct cause of the following exception:?"
    r"|During handling of the above exception, another exception occurred:?"
)
_CARETS = late(r"(?<=\s)[~^]{2,}(?=\s|$)")
_NAME = late(r"(?<!\S)([^\W\d][\w.]{2,200})(?=: |\s*$)")
_SPACED = ("top-level template", "block ", "template ")


def joined(text: str) -> bool:
    """Whether a frame has something behind it on its line."""
    return 'File "' in text or "File “" in text


def respread(lines: list[Line]) -> list[Line]:
    """A traceback that lost its line ends, with them."""
    result: list[Line] = []
    for line in lines:
        result.extend(_spread(line) if 'File "' in line.text or "File “" in line.text else (line,))
    return result


def _spread(line: Line) -> list[Line]:
    text = line.text
    frames = list(_FRAME.finditer(text))
    if not frames:
        return [line]
    rest = text[frames[-1].end() :].strip(" ,")
    header = _HEADER.search(text)
    if (
        len(frames) == 1
        and not header
        and (not rest or text[frames[0].end() :].lstrip().startswith(_SPACED) or _tail(rest))
    ):
        return [line]
    places = {place for match in frames for place in match.span()}
    for pattern in (_HEADER, _CHAIN, _CARETS):
        places.update(place for match in pattern.finditer(text) for place in match.span())
    places.update(_errors(text, frames[0].end()))
    return [_trimmed(piece) for piece in cut_at(line, places) if piece.text.strip()]


def _tail(rest: str) -> bool:
    """Whether what stands behind a frame's name is still its name (`in render block`) or punctuation."""
    return len(rest) < 3 or not re.search(r"[(=:\"'.]|\s", rest)


def _errors(text: str, start: int) -> list[int]:
    """Where exception lines begin: the first in each stretch between two frames."""
    places = []
    stretch_end = -1
    for match in _NAME.finditer(text, start):
        if match.start() < stretch_end or not (words.is_exception(match[1]) or words.may_be_exception(match[1])):
            continue
        places.append(match.start())
        following = _FRAME.search(text, match.end())
        stretch_end = following.start() if following else len(text)
    return places


def _trimmed(piece: Line) -> Line:
    return piece.cut(piece.indent, len(piece.text.rstrip()))


# --- broken at a fixed width --------------------------------------------------------------------

_OPEN = late(
    r"\s*(?:File|Fil|Fi|F) ?(?:\"[^\"]{0,1000})?$"
    r"|\s*File \"[^\"]{1,1000}\"(?:,? ?(?:l|li|lin|line|line \d+|line \d+,|line \d+, i|line \d+, in) ?)?$"
    r"|\s*Traceback \([a-z ]{0,20}$"
)


def broken(text: str) -> bool:
    """Whether a frame or header is cut off at the end of its line."""
    return "File" in text or "Traceback" in text or "Error" in text


def mend(lines: list[Line]) -> list[Line]:
    """Lines that a terminal broke, in one piece again."""
    width = _width(lines)
    result: list[Line] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        for _ in range(8):
            if at >= len(lines) or not lines[at].text.strip() or not _continues(line, lines[at - 1], lines[at], width):
                break
            line = glue([line, lines[at]])
            at += 1
        result.append(line)
    return result


def _width(lines: list[Line]) -> int:
    """The width of the terminal: that of at least two lines that go on below, with none longer; else 0."""
    longest = max((len(line.text) for line in lines), default=0)
    if not 40 <= longest <= 300:
        return 0
    full = [n for n, line in enumerate(lines[:-1]) if len(line.text) == longest]
    if len({lines[n].text for n in full}) < 2:
        return 0
    going_on = sum(1 for n in full if _loose_end(lines[n + 1]))
    return longest if going_on * 5 >= len(full) * 3 else 0


_DRAWING = "│╭╰┏┃┗├|>+=~^#❱×─━"


def _loose_end(line: Line) -> bool:
    """Whether a line can be the rest of the one above: none of the forms that lines of tracebacks have."""
    text = line.text
    error = shapes.EXCEPTION.match(text)
    return bool(
        text
        and not text.startswith(("  ", "\t"))
        and text[0] not in _DRAWING
        and not (error and words.is_exception(error["type"]) and error["message"] is not None)
        and not shapes.HEADER.search(text)
        and text != BREAK
    )


def _continues(line: Line, last: Line, following: Line, width: int) -> bool:
    text = line.text
    if _OPEN.match(text):
        whole = text + following.text
        return bool(
            shapes.FRAME.match(whole) or _HEADER.search(whole) or (_OPEN.match(whole) and len(last.text) == width)
        )
    if width and len(last.text) == width:
        return _loose_end(following) and not shapes.FRAME.match(following.text)
    error = shapes.EXCEPTION.match(following.text)
    name = shapes.EXCEPTION.match(text)
    if error and name and name["message"] is None and "." in name["type"] and not words.is_exception(name["type"]):
        return not words.is_exception(error["type"]) and words.is_exception(name["type"] + error["type"])
    return False
