"""The table of cleaners, in the order in which they run.

Each takes lines and gives lines back; the characters that stay know where they stood. `applies` is a cheap look at
the whole text, so that a clean traceback passes through untouched. Order matters: escapes hide colours, colours
hide prefixes, prefixes hide everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from kb.patterns import late
from kb.tracebacks import colours, escapes, inline_code, layout, markup, prefixes
from kb.tracebacks.lines import Line


@dataclass(frozen=True, slots=True)
class Cleaner:
    """One kind of decoration, how to see it and how to take it off."""

    name: str
    applies: Callable[[str], bool]
    clean: Callable[[list[Line]], list[Line]]
    example: str
    untidy: bool = False
    """Whether it can only find something where frames don't stand as Python prints them."""


_FRAME = late(r"  File \"(?<=^  File \")[^\"\n]++\", line \d++(?:, in \S++)?$(?=\n(?: |$|\S*:)|\Z)", re.MULTILINE)
# What follows a frame is indented or has a colon; a mere word is the rest of a name that a terminal broke.

CLEANERS: tuple[Cleaner, ...] = (
    Cleaner("markup", markup.applies, markup.clean, "File &quot;a.py&quot;, line 1"),
    Cleaner("escapes", escapes.applies, escapes.clean, '{"exc": "Traceback (most recent call last):\\n  File …"}'),
    Cleaner("colours", colours.applies, colours.clean, "\x1b[31mKeyError\x1b[0m: 'a'"),
    Cleaner("quotes", layout.quoted, layout.unquote, "> KeyError: 'a'"),
    Cleaner("prefixes", prefixes.applies, prefixes.clean, "web_1  | KeyError: 'a'", untidy=True),
    Cleaner("emphasis", layout.emphatic, layout.plain, "**KeyError: 'a'**"),
    Cleaner("inline code", inline_code.ticked, inline_code.untick, "`Traceback …:\n  File …\nKeyError: 'a'`"),
    Cleaner("blank lines", layout.doubled, layout.undouble, "Traceback (most recent call last):\n\n  File …\n\n"),
    Cleaner(
        "one line",
        layout.joined,
        layout.respread,
        'Traceback (most recent call last): File "a.py", line 1, in f KeyError: 1',
        untidy=True,
    ),
    Cleaner("broken lines", layout.broken, layout.mend, 'File "/srv/ap\np.py", line 1, in f', untidy=True),
)


def clean(text: str, lines: list[Line]) -> list[Line]:
    """The lines of `text` without decoration."""
    tidy = is_tidy(text)
    for cleaner in CLEANERS:
        if not (tidy and cleaner.untidy) and cleaner.applies(text):
            cleaned = cleaner.clean(lines)
            if cleaned is not lines:
                lines = cleaned
                text = "\n".join(line.text for line in lines)
                tidy = is_tidy(text)
    return lines


def is_tidy(text: str) -> bool:
    """Whether there are frames and each of them stands on a line of its own, as Python prints it."""
    frames = text.count('File "')
    if not frames or frames != len(_FRAME.findall(text)):
        return False
    return text.count("Traceback (most") == text.count("\nTraceback (most recent call last):\n") + text.startswith(
        "Traceback (most"
    )
