"""Lines that name an exception, with no traceback above them."""

from __future__ import annotations

import re

from kb.patterns import late
from kb.tracebacks import messages, shapes, words
from kb.tracebacks.found import Found, traceback
from kb.tracebacks.lines import Line

_OPENING = late(r"\s*(?:\[?(?:ERROR|CRITICAL|FATAL)\]?:? {1,8}(?P<labelled>))?(?P<mark>[\"'`*“]{0,3})")
_MARKED = late(rf"(?P<indent>\s*)[`*]{{1,3}}(?P<type>{shapes.NAME})[`*]{{1,3}}:\s+(?P<message>.*)")
_CARRIERS = ("RemoteTraceback", "ExceptionWithTraceback")
"""Names that only carry the traceback of another process, printed between triple quotes below."""
_CLOSING = {"“": "”"}


def read(lines: list[Line], at: int) -> Found | None:
    """A line `KeyError: 'x'`, or the name alone, and the lines that continue its message.

    A dotted name without a telling ending (`fernet.InvalidToken`) counts with a message, or as the last line.
    """
    line = lines[at]
    opening = _OPENING.match(line.text)
    error = _match(line, opening) or _MARKED.match(line.text)
    if not error:
        return None
    name, message = error["type"], error["message"]
    named = words.may_be_exception(name) and (message or not any(line.text.strip() for line in lines[at + 1 :]))
    small = words.is_small_name(name) if message is None else words.is_typed_name(name) and line.text.islower()
    if small:
        named = not any(other.text.strip() for other in lines if other is not line)  # alone, as typed for a search
    if not words.is_exception(name) and not (named or (message and name == "Exception")):
        return None
    indent = len(error["indent"])
    if name.endswith(_CARRIERS) and not (message or "").strip(' "'):
        return Found(at + 1, "python", start=at)
    end = messages.take(lines, at + 1, indent)
    rest = messages.dedented(lines[at + 1 : end], indent)
    if message is not None:
        rest = [_unmarked(line.cut(error.start("message")), opening["mark"] if opening else ""), *rest]
    return Found(end, "python", (traceback(name, rest, lines[at:end]),), bare=True, start=at)


def _match(line: Line, opening: re.Match[str] | None) -> re.Match[str] | None:
    """The exception behind a label of the log or a mark of quotation, else from the line's start."""
    marked = opening and (opening["mark"] or opening["labelled"] is not None)
    return shapes.EXCEPTION.match(line.text, opening.end() if marked and opening else 0)


def _unmarked(line: Line, opening: str) -> Line:
    """The first line of a message without the mark that closes what was opened in front of the name."""
    closing = _CLOSING.get(opening, opening[::-1])
    text = line.text.rstrip()
    return line.cut(0, len(text) - len(closing)) if closing and text.endswith(closing) else line
