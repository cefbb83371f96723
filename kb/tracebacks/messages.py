"""Where a message of several lines ends: the hardest question about a paste, answered in one place.

Python prints a message as it is, so nothing marks its end. A line that can only be something else (a frame, a log
line, a prompt, another error) ends it; a blank line ends it unless what follows begins as explanations do.
"""

from __future__ import annotations

from kb.patterns import late
from kb.tracebacks import shapes, words
from kb.tracebacks.lines import BREAK, Line

MAX_LINES = 120
_OTHER = late(
    r"\s*(?:"
    r"(?:FAILED|ERROR) \S+::|E {3,7}\S|\+-[+-]-|\S{1,200}\.py:\d+: |make(?:\[\d+\])?: "
    r"|\((?:\w{1,60} )?pid=\d+[),]"
    r"|\S{1,100} exited with code \d"
    r"|at [\w.$<>]+ ?\(|\(\d+ additional frame"
    r"|\w?[^\n]{0,80}\.\.\.\s*$"
    r"|\S.{0,300} in \S{1,80}, line \d"
    r"|[a-z][\w+-]{1,20}: [a-z_]\w*[(:]"
    r")"
)


def ends(text: str, indent: int) -> bool:
    """Whether a line that follows a message indented by `indent` can't be part of it."""
    if (
        text == BREAK
        or shapes.LOG.match(text)
        or shapes.PROMPT.match(text)
        or text.lstrip().startswith(words.ENDS)
        or _OTHER.match(text)
        or shapes.FENCE.match(text)
        or shapes.RULE.match(text)
        or shapes.HEADING.match(text)
    ):
        return True
    error = shapes.EXCEPTION.match(text, int(text.startswith("`")))
    return bool(error and len(error["indent"]) <= indent and words.is_exception(error["type"]))


def take(lines: list[Line], at: int, indent: int) -> int:
    """The index behind the last line of a message whose first line stands at `at - 1`."""
    end = at
    limit = min(len(lines), at + MAX_LINES)
    if (framed := _framed(lines, at, limit)) is not None:
        return framed
    while at < limit:
        text = lines[at].text
        if not text or text.isspace():
            following = _paragraph(lines, at, limit)
            if not following or not _goes_on(lines[following].text, indent):
                break
            at = following
            continue
        if ends(text, indent) or text.lstrip().startswith(words.PROSE):
            break
        at += 1
        end = at
    return end


def _framed(lines: list[Line], at: int, limit: int) -> int | None:
    """Where a message ends that stands between two rules, below an exception's name (`LookupError:` of NLTK): behind
    the second, or behind the first paragraph where that was cut off. None for other messages."""
    named = 0 < at < limit and lines[at - 1].text.rstrip().endswith(":")
    if not named or not (opening := shapes.RULE.match(lines[at].text)):
        return None
    for end in range(at + 1, limit):
        closing = shapes.RULE.match(lines[end].text)
        if closing and closing[1] == opening[1]:
            return end + 1
    blank = (end for end in range(at + 1, limit) if not lines[end].text.strip())
    return next(blank, limit)


def _paragraph(lines: list[Line], at: int, limit: int) -> int:
    """The first line behind the blank ones, 0 when there are many of them or nothing follows."""
    for following in range(at, min(limit, at + 4)):
        if lines[following].text.strip():
            return following
    return 0


def _goes_on(text: str, indent: int) -> bool:
    bare = text.lstrip()
    if ends(text, indent) or bare.startswith(words.PROSE):
        return False
    return bare.startswith(words.GOES_ON) or len(text) - len(bare) >= indent + 4


def dedented(lines: list[Line], indent: int) -> list[Line]:
    """The lines without the indentation that the whole traceback has."""
    if not indent:
        return lines
    return [line.cut(min(indent, line.indent)) for line in lines]
