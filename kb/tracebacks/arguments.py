"""Exceptions told by their class and arguments, `(<class 'OSError'>, OSError(2, 'No such file'), <traceback …>)`."""

from __future__ import annotations

import re

from kb.patterns import late
from kb.tracebacks import shapes, words
from kb.tracebacks.found import Found, traceback
from kb.tracebacks.lines import Line

_INFO = late(
    rf"\s*\(<(?:class|type) '(?P<type>{shapes.NAME})'>, (?P<called>{shapes.NAME})"
    r"\((?P<arguments>[^\n]*?)\), <traceback object"
)
_TYPE = late(rf"\s*An exception of type (?P<type>{shapes.NAME}) occurred\. Arguments:\s?(?:\((?P<arguments>.*)\)\s*$)?")
_TUPLE = late(r"\s*\((?P<arguments>.*)\)\s*$")
_TEXT = late(r"(?:-?\d{1,6}, )?u?(?P<quote>[\"'])(?P<text>.*)(?P=quote),?$")


def read_info(lines: list[Line], at: int) -> Found | None:
    """What `sys.exc_info()` holds, as programs log it."""
    line = lines[at]
    match = _INFO.match(line.text)
    if not match or match["called"] != match["type"].rpartition(".")[2]:
        return None
    message = _printed(match["type"], line.cut(*match.span("arguments")))
    return Found(at + 1, "fields", (traceback(match["type"], [message], [line]),), bare=True, start=at)


def read_type(lines: list[Line], at: int) -> Found | None:
    """`An exception of type KeyError occurred. Arguments:` and the tuple, as a much copied answer formats them."""
    match = _TYPE.match(lines[at].text)
    if not match or not (words.is_exception(match["type"]) or words.may_be_exception(match["type"])):
        return None
    end, holder = at + 1, match
    if match["arguments"] is None:
        below = _TUPLE.match(lines[end].text) if end < len(lines) else None
        if not below:
            return None
        end, holder = end + 1, below
    message = _printed(match["type"], lines[end - 1].cut(*holder.span("arguments")))
    return Found(end, "fields", (traceback(match["type"], [message], lines[at:end]),), bare=True, start=at)


def _printed(name: str, arguments: Line) -> Line:
    """Arguments nearly as the exception prints itself: a single text without quotes, or the system's text."""
    single = _TEXT.match(arguments.text)
    if single and single["quote"] not in single["text"]:
        return arguments.cut(*_within(name, single))
    return arguments.cut(0, len(arguments.text.rstrip(", ")))


def _within(name: str, single: re.Match[str]) -> tuple[int, int]:
    """A KeyError prints its key with the quotes."""
    start, end = single.span("text")
    return (start - 1, end + 1) if name.rpartition(".")[2] == "KeyError" else (start, end)
