"""Lines that name an exception, with no traceback above them."""

from __future__ import annotations

from kb.tracebacks import messages, shapes, words
from kb.tracebacks.found import Found, traceback
from kb.tracebacks.lines import Line


def read(lines: list[Line], at: int) -> Found | None:
    """A line `KeyError: 'x'`, or the name alone, and the lines that continue its message."""
    line = lines[at]
    error = shapes.EXCEPTION.match(line.text)
    if not error:
        return None
    name, message = error["type"], error["message"]
    if not words.is_exception(name) and not (message and words.may_be_exception(name)):
        return None
    indent = len(error["indent"])
    end = messages.take(lines, at + 1, indent)
    rest = messages.dedented(lines[at + 1 : end], indent)
    if message is not None:
        rest = [line.cut(error.start("message")), *rest]
    return Found(end, "python", (traceback(name, rest, lines[at:end]),), bare=True, start=at)
