"""Whose stack trace is this? People paste what their terminal shows, and a front end or a server beside the program may
have failed in another language, whose `TypeError` isn't Python's.

The lines that tell are rows of `kb/data/other_languages.tsv`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from kb import tables
from kb.tracebacks.lines import Line

MOST_LINES = 400
"""Lines looked at, the first ones: a stack trace that says whose it is does so early."""
LONGEST_LINE = 1000
"""Longer ones are no frames."""


def other_language(lines: Sequence[Line]) -> str:
    """The language, other than Python, in whose form one of these lines stands; empty where none does."""
    for line in lines[:MOST_LINES]:
        if len(line.text) <= LONGEST_LINE and (match := _patterns().match(line.text)):
            return _names()[match.lastgroup or ""]
    return ""


@cache
def _patterns() -> re.Pattern[str]:
    rows = tables.rows("other_languages.tsv")
    return re.compile("|".join(f"(?P<l{number}>{row['pattern']})" for number, row in enumerate(rows)))


@cache
def _names() -> dict[str, str]:
    return {f"l{number}": row["language"] for number, row in enumerate(tables.rows("other_languages.tsv"))}
