"""Tracebacks inside string literals: JSON logs, Python's reprs of strings, bytes and lists of lines."""

from __future__ import annotations

import re

from kb.patterns import late
from kb.tracebacks.lines import BREAK, Line, substitute

_ESCAPE = late(r"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\\\"'/nrtbf])")
_PLAIN = {"n": "\n", "r": "", "t": "\t", "b": "", "f": ""}
_ANCHOR = late(
    r"Traceback \(most recent|File \\{0,8}[\"'][^\"'\n]{1,1000}[\"'], line \d|\\n\s*[\w.]{1,200}(?:Error|Exception)\b"
)
_OPEN = late(r"(?:(?<=[\s:,\[({=bBuU])|\A)[\"']")
_DATA = late(r"\s*(?:[\w.-]{1,30}: )?(?:[{\[(]|b?[\"'])")
_ELEMENT = late(r"\s*\".{2,4000}\",?\s*$")
_MESSAGE = late(r"(?:Error|Exception|Warning|ERROR|error): ")
_NEXT = late(r"\s*,\s*[bu]?([\"'])")
_ROUNDS = 3


def applies(text: str) -> bool:
    """Whether an escaped line end stands in a text that shows a traceback."""
    return "\\" in text and "\\n" in text and bool(_ANCHOR.search(text) or _MESSAGE.search(text))


def _anchor(text: str) -> re.Match[str] | None:
    """What shows that a line holds an escaped traceback: of a bare message only where the line is data, not source."""
    return _ANCHOR.search(text) or (_MESSAGE.search(text) if _DATA.match(text) else None)


def _is_escaped(text: str) -> bool:
    """Whether a line holds escaped lines of a traceback, or is one element of a list of them."""
    return ("\\n" in text and bool(_anchor(text))) or ("\\" in text and bool(_ELEMENT.match(text)))


def clean(lines: list[Line]) -> list[Line]:
    """The strings' contents, line by line; strings in strings too."""
    for _ in range(_ROUNDS):
        result: list[Line] = []
        changed = False
        for line in lines:
            if _is_escaped(line.text):
                result.extend(_literals(line))
                changed = True
            else:
                result.append(line)
        lines = result
        if not changed:
            break
    return lines


def _literals(line: Line) -> list[Line]:
    """The text in front, the contents of the literals that hold the traceback, and the text behind."""
    anchor = _anchor(line.text)
    if not anchor:
        return _element(line)
    start, quote = _opening(line.text, anchor.start())
    result = [line.cut(0, start)] if line.text[:start].strip() else []
    if not quote:
        return [*result, *unescaped(line.cut(start))]
    listed = line.text[: start - 1].rstrip("bu \t")[-1:] in ("[", "(", ",")
    while True:
        end = closing(line.text, start, quote)
        content = line.cut(start, end)
        if content.text.endswith("\\n"):
            content = content.cut(0, len(content.text) - 2)
        result.extend(unescaped(content))
        following = _NEXT.match(line.text, end + 1) if listed else None
        if not following:
            break
        quote, start = following[1], following.end()
    rest = line.cut(end + 1)
    result.append(Line(BREAK, rest.start, (rest.start,)))
    if rest.text.strip(" ]})>,;"):
        result.append(rest)
    return result


def _element(line: Line) -> list[Line]:
    """The lines of a literal that fills its line."""
    start = line.text.index('"') + 1
    end = line.text.rindex('"')
    content = unescaped(line.cut(start, end))
    last = line.text.rstrip().endswith('"')
    return [*content, Line(BREAK, line.origins()[end], line.origins(end, end + 1))] if last else content


def _opening(text: str, anchor: int) -> tuple[int, str]:
    """Where the literal around `anchor` begins, and its quote; 0 and nothing where it stands in none."""
    behind = 0
    for match in _OPEN.finditer(text, 0, anchor + 1):
        quote = match.group()
        if match.start() < behind:
            continue
        end = closing(text, match.end(), quote)
        if end > anchor:
            return match.end(), quote
        behind = end + 1
    return 0, ""


def closing(text: str, start: int, quote: str) -> int:
    """Where the literal ends: its first quote that no backslash precedes."""
    at = start
    while True:
        found = text.find(quote, at)
        if found < 0:
            return len(text)
        slashes = 0
        while found - slashes > start and text[found - slashes - 1] == "\\":
            slashes += 1
        if slashes % 2 == 0:
            return found
        at = found + 1


def unescaped(line: Line) -> list[Line]:
    """The content with its escapes resolved, split where they say so."""
    whole = substitute(line, _ESCAPE, _resolve)
    parts: list[Line] = []
    start = 0
    while True:
        end = whole.text.find("\n", start)
        if end < 0:
            return [*parts, whole.cut(start)]
        parts.append(whole.cut(start, end))
        start = end + 1


def _resolve(match: re.Match[str]) -> str:
    escape = match.group()[1:]
    if escape[0] in "ux":
        code = int(escape[1:], 16)
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
    return _PLAIN.get(escape, escape)
