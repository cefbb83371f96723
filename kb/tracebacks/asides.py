"""Errors that are reported without ending the program: warnings."""

from __future__ import annotations

from kb.models import Frame
from kb.patterns import late
from kb.tracebacks import messages, shapes
from kb.tracebacks.found import Found, span_of, traceback
from kb.tracebacks.lines import Line
from kb.tracebacks.paths import in_app

_WARNING = late(
    rf"\s*(?P<file>\S[^\n]{{0,400}}?|<[\w ]+>):(?P<line>\d+): "
    rf"(?P<error>(?P<type>{shapes.NAME}[Ww]arning|Warning): (?P<message>.*))"
)


def read_warning(lines: list[Line], at: int) -> Found | None:
    """A warning with its place, `app.py:3: DeprecationWarning: …`, and the source line below it."""
    match = _WARNING.match(lines[at].text)
    if not match:
        return None
    line = lines[at]
    end = messages.take(lines, at + 1, line.indent)
    source = None
    message = [line.cut(match.start("message")), *lines[at + 1 : end]]
    if (len(message) > 1 and message[-1].indent == 2 + line.indent) or (
        len(message) == 2 and "(" in message[1].text and not message[1].indent
    ):
        source = message.pop().text.strip()
    frame = Frame(match["file"], int(match["line"]), None, source, in_app(match["file"]), span_of([line]))
    tb = traceback(match["type"], message, [line.cut(match.start("error"))], (frame,))
    return Found(end, "warning", (tb,), bare=True, start=at)
