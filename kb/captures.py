"""What a reader is shown of a captured value: of an object's repr its class, of a quoted text the text."""

from __future__ import annotations

import re
from typing import NamedTuple

_REPR = re.compile(
    r"<(?:class |function |module |bound method |built-in function |built-in method )?"
    r"'?(?P<name>[\w.]+(?:\.<locals>\.[\w.]+)?)'?(?P<rest> object)?(?: at 0x[0-9A-Fa-f]+| of <| from |>)"
)
_QUOTES = "'\"`"


class Capture(NamedTuple):
    """What a slot caught: `message[start:end]` is `raw`; `value` is what a reader is shown (`typed_value`)."""

    name: str
    raw: str
    value: str
    start: int
    end: int


def typed_value(raw: str) -> str:
    """`users` of `<users at 0x1f>`, `User` of `<a.User object at 0x7f>`, `a.User` of `<class 'a.User'>`, `x` of 'x'."""
    text = raw.strip()
    if len(text) > 2 and text[0] == "<":
        found = _REPR.match(text)
        if found is None:
            return text
        return found["name"].rsplit(".", 1)[-1] if found["rest"] else found["name"]
    if len(text) > 2 and text[0] in _QUOTES and text[-1] == text[0] and text[0] not in text[1:-1]:
        return text[1:-1]
    return text
