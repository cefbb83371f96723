"""Errors quoted inside the message of another: the driver's inside SQLAlchemy's, the socket's inside requests'."""

from __future__ import annotations

from kb.models import Traceback
from kb.patterns import late
from kb.tracebacks import shapes, words

_DRIVER = late(rf"\s*\((?P<type>{shapes.NAME})\) ?")
_REPR = late(rf"(?<![\w.])(?P<type>{shapes.NAME})\((?:-?\d{{1,6}}, )?(?P<quote>[\"'])")
_CALLED = late(r"\((?:-?\d{1,6}, )?[\"']")
_NAMED = late(rf"(?<![\w.'\"])(?P<type>(?>{shapes.NAME})): (?=\S)")
_TAIL = late(r"\s*(?:\[SQL: |\(Background on this error|\[parameters: )")
MAX_WRAPPED = 5


def inner(outer: Traceback) -> list[Traceback]:
    """The errors that `outer`'s message quotes, the innermost first."""
    text = outer.message
    if "(" not in text and ": " not in text:
        return []
    found: list[Traceback] = []
    driver = _DRIVER.match(text)
    if driver and (words.is_exception(driver["type"]) or words.may_be_exception(driver["type"])):
        tail = _TAIL.search(text, driver.end())
        found.append(
            _quoted(outer, driver["type"], driver.start("type"), driver.end(), tail.start() if tail else len(text))
        )
    for match in _REPR.finditer(text) if _CALLED.search(text) else ():
        if words.is_exception(match["type"]):
            end = _closing(text, match.end(), match["quote"])
            found.append(_quoted(outer, match["type"], match.start(), match.end(), end))
        if len(found) >= MAX_WRAPPED:
            break
    if not found:
        named = next((m for m in _NAMED.finditer(text, 0, 2000) if words.is_surely_exception(m["type"])), None)
        if named:
            found.append(_quoted(outer, named["type"], named.start(), named.end(), _paragraph(text, named.end())))
    return [tb for tb in reversed(found) if tb.type]


def _closing(text: str, start: int, quote: str) -> int:
    end = text.find(quote, start)
    while end > 0 and text[end - 1] == "\\":
        end = text.find(quote, end + 1)
    return len(text) if end < 0 else end


def _paragraph(text: str, start: int) -> int:
    end = text.find("\n\n", start)
    return len(text) if end < 0 else end


def _quoted(outer: Traceback, name: str, shown: int, start: int, end: int) -> Traceback:
    while end > start and outer.message[end - 1].isspace():
        end -= 1
    span = outer.span_of(shown, max(end, shown + len(name))) or outer.span
    return Traceback(name, outer.message[start:end], "wrapped", span, origins=outer.origins[start:end])
