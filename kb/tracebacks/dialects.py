"""The table of dialects. A recogniser is handed the cleaned lines and the number of one that its trigger matched;
it answers with what it understood from there on, or with nothing. The first row that answers wins.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kb.tracebacks import bare, python
from kb.tracebacks.found import Found
from kb.tracebacks.lines import Line


@dataclass(frozen=True, slots=True)
class Dialect:
    """A form in which errors are printed. `trigger` is matched at the start of a line, behind its indentation."""

    name: str
    trigger: str
    read: Callable[[list[Line], int], Found | None]
    why: str
    example: str


DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        "python",
        r"(?:.{0,300}Traceback \(|\W{0,4}File [\"“']|\W{0,4}Traceback\s*:)",
        python.read,
        "the interpreter's own form",
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nKeyError: 1',
    ),
    Dialect(
        "bare",
        r"[^\W\d][\w.<>]*(?::|\s*$)",
        bare.read,
        "people paste the last line only",
        "KeyError: 'user'",
    ),
)

GATE = re.compile(r"\s*(?:" + "|".join(f"(?:{dialect.trigger})" for dialect in DIALECTS) + ")")
TRIGGERS = tuple((re.compile(r"\s*(?:" + dialect.trigger + ")"), dialect.read) for dialect in DIALECTS)
