"""Terminal colour codes, also those whose escape character was lost or spelled out on the way."""

from __future__ import annotations

from kb.patterns import late
from kb.tracebacks.lines import Line, substitute

_CODE = late(
    r"(?:\x1b\[?|\x9b\[?|(?:␛|\^\[|\\x1b|\\e|\\033|\\u001b|#033|�(?=\[\d))\[)[0-9;?]{0,20}[A-Za-z]"
    r"|\x1b\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)?"
    r"|\x1b[()][0-9A-B]"
    r"|\[(?:\d{1,3}(?:;\d{1,3}){0,5}m|m(?![\w.:/-]{0,60}\]))"  # `[m` is a code, `[main]` a name
    r"|[\u200b-\u200f\u2060\ufeff\x08]"
)
_LOST = late(r"\[(?:\d{1,3}(?:;\d{1,3}){0,5}m|m(?![\w.:/-]{0,60}\]))")
_MARKS = ("\x1b", "\x08", "^[[", "#033[")
_SPELLED_MARKS = ("\\x1b[", "\\e[", "\\033[", "\\u001b[")
_WIDE_MARKS = ("\x9b", "␛[", "\ufffd[", "\u200b", "\ufeff", "\u2060")


def applies(text: str) -> bool:
    """Whether there is a colour code."""
    marks = _MARKS if text.isascii() else _MARKS + _WIDE_MARKS
    if any(mark in text for mark in (marks + _SPELLED_MARKS if "\\" in text else marks)):
        return True
    return "m" in text and "[" in text and len(_LOST.findall(text, 0, 20000)) > 1


def clean(lines: list[Line]) -> list[Line]:
    """The lines without codes and without characters that show nothing."""
    return [substitute(line, _CODE, lambda _: "") for line in lines]
