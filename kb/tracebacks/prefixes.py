"""What loggers, containers and quoting put in front of lines.

No list of log formats would be complete, so the prefix is learned from the paste: it is what stands in front of a
line that can only begin so (`Traceback (most recent…`, `File "…", line 3`). Its shape, with numbers left open, is then
taken off all lines that have it.
"""

from __future__ import annotations

import re
from collections import Counter

from kb.patterns import late
from kb.tracebacks import words
from kb.tracebacks.lines import Line

_ANCHOR = late(
    r"(?:\+ )?(?:Exception Group )?Traceback \(most recent|File \"[^\"\n]{1,1000}\", line \d"
    r"|During handling of the above exc|The above exception was the dir"
)
_ERROR = late(r"(?<=[\s|:>\]])([^\W\d][\w.]{2,200})(?=: |$)")
_NOTEBOOK = late(r"[^\W\d]\w* {8,}Traceback \(most recent call last\)$")
"""The head of a notebook's traceback, whatever the class is called: `Error       Traceback (most recent call last)`."""
_MARKED = late(r"\d|[|>\]:)]\s*$")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_LEVELS = "TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL"
_TOKEN = late(
    r"(?P<hex>\b(?=[0-9a-fA-F]{0,40}\d)[0-9a-fA-F]{7,64}\b)|(?P<number>\d+)|(?P<blank>\s+)"
    rf"|(?P<month>\b(?:{_MONTHS})\b)|(?P<level>\b(?:{_LEVELS})\b)|(?P<other>.)"
)
_CONTAINER = late(r"[\w.-]{1,60}\s{1,40}\|(?= |$)")
_BAR = late(r"\s{0,40}\|")
_LEVEL = late(r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL)\b", re.IGNORECASE)
HEAD = late(
    r"\s*(?:(?:"
    r"\[[^\]\n]{1,80}\]"
    r"|[\[(]?\d{4}[-/.]\d\d[-/.]\d\d(?:[T ]\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?[\])]?"
    r"|\d\d/\d\d/\d{4} \d\d?:\d\d:\d\d(?: [AP]M)?|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?"
    r"|\([\w.:-]{1,60}\)|<[\w.]{1,30}>"
    r"|(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL|[IWEF]\d{4}|stderr|stdout|F)\b:?"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?"
    r"|[\w.-]{1,40} (?=[\w./-]{1,60}\[[\w.]+\]:)|[\w./-]{1,60}\[[\w.]{1,20}\]:|[\w.-]{1,40}\s{0,20}\||\||-|–|::|>"
    r")(?=[\s:\[|]|$|(?<=\s))[ \t:]*){1,12}"
)
"""What logs put in front of a record: times, levels, names in brackets, processes, containers."""
MAX_PREFIX = 200
MAX_SHAPES = 8
LEAST_OF_CONTAINER = 3
"""Lines of one container that make its name a prefix."""


def applies(text: str) -> bool:
    """Always worth a look: the shapes of prefixes are not known beforehand."""
    return True


def clean(lines: list[Line]) -> list[Line]:
    """The lines without the prefixes that at least two of them share."""
    shapes: list[re.Pattern[str]] = []
    tried: set[str] = set()
    for number, line in enumerate(lines):
        prefix = _prefix(line.text)
        if not prefix or any(shape.match(line.text) for shape in shapes) or len(shapes) >= MAX_SHAPES:
            continue
        source = _shape(prefix)
        if source in tried or len(tried) > 4 * MAX_SHAPES:
            continue
        tried.add(source)
        shape = re.compile(source)
        near = lines[max(0, number - 60) : number] + lines[number + 1 : number + 61]
        if any(shape.match(other.text) for other in near):
            shapes.append(shape)
    shapes = shapes or _common(lines)
    for shape in shapes:
        lines = _take_off(lines, shape)
    return lines


def _common(lines: list[Line]) -> list[re.Pattern[str]]:
    """The shape that nearly all lines begin with, up to a level: lines with one are records of their own."""
    told = [line.text for line in lines if line.text.strip()]
    head = HEAD.match(told[0]) if len(told) > 1 else None
    if not head:
        return _containers(told)
    level = _LEVEL.search(head.group())
    prefix = head.group()[: level.start()].rstrip(" \t[(") if level else head.group().rstrip()
    if not _MARKED.search(prefix) or not prefix.strip(" \t|+>") or len(prefix) > MAX_PREFIX:
        return []
    shape = re.compile(_shape(prefix))
    return [shape] if sum(1 for text in told if shape.match(text)) * 5 >= len(told) * 4 else []


def _containers(told: list[str]) -> list[re.Pattern[str]]:
    """The names of containers with a bar, where most lines have one: below the command that shows their logs."""
    named = Counter(match.group() for text in told if (match := _CONTAINER.match(text)))
    if sum(named.values()) * 5 < len(told) * 3:
        return []
    return [re.compile(_shape(name)) for name, times in named.most_common(MAX_SHAPES) if times >= LEAST_OF_CONTAINER]


def _prefix(text: str) -> str:
    """What stands in front of a line's anchor, empty where that is nothing or may be the line's own."""
    anchor = _ANCHOR.search(text, 0, MAX_PREFIX + 60)
    if anchor is None:
        anchor = next((m for m in _ERROR.finditer(text, 0, MAX_PREFIX) if words.is_exception(m[1])), None)
        if anchor is None or not _MARKED.search(text[: anchor.start()]):
            return ""
    prefix = text[: anchor.start()].rstrip(" \t|+")
    if words.is_exception(prefix.strip()) or _NOTEBOOK.match(text):
        return ""
    if text[len(prefix) : anchor.start()].count("|") == 1 and prefix:
        prefix = text[: text.index("|", len(prefix)) + 1]
    return prefix if len(prefix) <= MAX_PREFIX and prefix.strip() and prefix.strip("\"'“”([*`") else ""


def _shape(prefix: str) -> str:
    """A pattern for prefixes like this one; possessive, so that it never goes back."""
    parts = []
    for match in _TOKEN.finditer(prefix):
        kind = match.lastgroup
        if kind == "hex":
            parts.append("[0-9a-fA-F]++")
        elif kind == "number":
            parts.append(r"\d++")
        elif kind == "blank":
            parts.append(r"\s++")
        elif kind == "month":
            parts.append(f"(?:{_MONTHS})")
        elif kind == "level":
            parts.append(f"(?:{_LEVELS})")
        else:
            parts.append(re.escape(match.group()))
    return "".join(parts)


def _take_off(lines: list[Line], shape: re.Pattern[str]) -> list[Line]:
    ends = [match.end() if (match := shape.match(line.text)) else 0 for line in lines]
    rests = [line.text[end:] for line, end in zip(lines, ends, strict=True) if end]
    if rests and all(_BAR.match(rest) for rest in rests):
        bars = [_BAR.match(line.text, end) if end else None for line, end in zip(lines, ends, strict=True)]
        ends = [bar.end() if bar else 0 for bar in bars]
    inner = [line.text[end:] for line, end in zip(lines, ends, strict=True) if end and line.text[end:].strip()]
    margin = min((len(rest) - len(rest.lstrip()) for rest in inner), default=0)
    return [line.cut(end + margin) if end else line for line, end in zip(lines, ends, strict=True)]
