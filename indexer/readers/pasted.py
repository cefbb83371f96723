"""Tracebacks that somebody pasted into running text: listings that only their lines tell."""

from __future__ import annotations

import re

_BEGINS = re.compile(r'^[^\n]{0,80}Traceback \(most recent call last\)|^[ \t]*File "[^"\n]{1,300}", line \d+', re.M)
_SIGNS = ("Traceback (most", 'File "')
"""One of them is in every traceback: most paragraphs hold neither, and are done with."""


def divided(text: str) -> tuple[str, str] | None:
    """A paragraph with its line breaks as what is said and the traceback that follows; None where there is none."""
    found = _BEGINS.search(text) if "\n" in text and any(sign in text for sign in _SIGNS) else None
    if not found or "\n" not in text[found.start() :].strip():
        return None
    return text[: found.start()].strip(), text[found.start() :].strip("\n")
