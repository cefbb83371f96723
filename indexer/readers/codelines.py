"""Is this line code? Asked where nothing marks it: in plain text and in pages whose markup was lost."""

from __future__ import annotations

import re
from functools import cache

from indexer.cues import rows, words
from indexer.mentions import is_said_of
from indexer.printed import command_of, printed_errors

SHELLS = frozenset(("bash", "sh", "zsh", "fish", "powershell", "ps1", "pwsh", "cmd", "bat", "batch"))
"""Languages of listings that are typed."""
_PROSE = re.compile(r"[A-Za-zÀ-ÿ']{2,}(?: [A-Za-zÀ-ÿ'\"(]+,?){5,}")
_SENTENCE_END = re.compile(r"[.!?。！？:：]['\")”]?$")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def weight(line: str) -> int:
    """How much a line looks like code: 2 = surely, 1 = beside other code, 0 = it is prose or could be anything."""
    text = line.strip()
    if not text or len(text) > 1000:
        return 0
    indent = len(line) - len(line.lstrip())
    best = 0
    for pattern, value in _patterns():
        if value > best and pattern.match(text):
            best = value
            if best == 2:
                break
    if best == 2 and looks_like_prose(text) and indent < 2:
        best = 1 if text.endswith((":", "(", "{", ";")) else 0
    if best < 2 and is_error_line(text):
        return 2
    if indent >= 4 or line[:1] == "\t":
        best = max(best, 0 if _IDEOGRAPHS.search(text) else 1)
    return best


def are_commands(code: str) -> bool:
    """Whether all lines of a listing are commands or settings."""
    lines = [line.strip() for line in code.split("\n") if line.strip() and not line.strip().startswith("#")]
    return bool(lines) and all(_is_command(line) for line in lines)


def _is_command(line: str) -> bool:
    said = command_of(line) or line
    typed = [word for word in said.split() if not re.fullmatch(r"[A-Z_][A-Z0-9_]*=\S*", word)]
    typed = typed[1:] if typed[:1] == ["sudo"] else typed
    return not typed or typed[0] in words("tools.txt")


def is_error_line(text: str) -> bool:
    """Whether a line is a printed error, and not a sentence that names one."""
    found = printed_errors(text) if len(text) < 1000 else []
    return any(one.strength == 2 and not one.comment and not is_said_of(one.message) for one in found)


def looks_like_prose(text: str) -> bool:
    """Whether a line reads like a sentence: a run of words without the signs of code."""
    if _IDEOGRAPHS.search(text):
        return True
    run = _PROSE.search(text)
    return run is not None and len(run[0]) > len(text) * 0.6


def ends_a_sentence(text: str) -> bool:
    """Whether a line ends as sentences do."""
    return bool(_SENTENCE_END.search(text.rstrip()))


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(row["pattern"]), int(row["weight"])) for row in rows("code_lines.tsv"))
