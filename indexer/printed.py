"""Errors as programs print them: what a block of code, output or a table cell shows of one.

Python's are read by `kb.tracebacks`, as pastes are; what else prints errors is the table `indexer/data/printed.tsv`.
An error that is merely talked about is no printed error: names in running text are left to the caller.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from indexer.cues import rows
from kb.libraries import PYTHON, library_of
from kb.models import Traceback
from kb.tracebacks import read
from kb.tracebacks.cleaning import clean
from kb.tracebacks.lines import Line, split

LONGEST_BLOCK = 60_000
"""Characters of a block that is looked at, from its end: nobody prints more to show an error."""
_LONGEST_PHRASE = 4000
_NAME = r"(?:[A-Za-z_]\w*\.){0,12}[A-Z]\w{1,80}"
_ENDINGS = "Error|Exception|Warning|Interrupt|Iteration|Exit|Timeout|Failure|Fault|Denied|NotFound|DoesNotExist|Group"
_PYTHON = re.compile(
    rf"(?P<type>{_NAME}|(?:[a-z_]\w*\.){{1,12}}(?:error|timeout|gaierror|herror))(?::\s+(?P<message>\S.*)|:?)$"
)
_NAMES_ERROR = re.compile(rf"(?:{_ENDINGS}|error|timeout)$|(?:^|[._])(?:exceptions?|errors?|exc)\.")
"""A dotted name that stands alone: of an error, by its end or by the module it comes from; else it is any class."""
_FRAMES = re.compile(r'Traceback \(most recent call|^\s*File "[^"\n]+", line \d+|^\s*(?:-+>|❱) ?\d+ |^E {2,}\S', re.M)
_COMMENT = re.compile(r"^\s*(?:#+|//+|--|;+|/\*+|<!--|REM|%)\s*(?:[^\w\s\"'`]+\s*)?(?:-?>+|=+>)?\s*(?P<said>\S.*)$")
_SAID_IN_COMMENT = re.compile(r"(?:#|//|--|;)\s*error(?:\[\w+\])?:\s+(?P<said>\S+(?: \S+){2,40})\s*$", re.I)
"""What a compiler says to a line, as a comment behind it."""
_MARK = re.compile(r"^[^\w\s\[(<'\"`$@/.\\-]+\s*")
_PROMPT = re.compile(
    r"^\s*(?:\(\w[\w.-]*\) )?(?:\$|%|>>>|\.\.\.|~?\]?[$#](?= )|PS [A-Z]:[^>\n]{0,120}>|[A-Z]:\\[^>\n]{0,120}>"
    r"|\[?[\w.-]+@[\w.-]+[^$#\n]{0,80}[$#]|~?\]\$"
    r"|#(?= (?:apt|yum|dnf|docker|systemctl|nginx|kubectl|service|pip|npm|cd|ls)\b)"
    r"|In \[\d+\]:|mysql>|postgres=#|sqlite>|irb\S*>|>(?= ))\s*(?P<command>\S.*)$"
)
_LOGGED = re.compile(r"^\W{0,3}\d{4}[-/]\d\d[-/]\d\d.{5,80}?\b(?:ERROR|CRITICAL|FATAL|SEVERE)\b")
_DETAIL = re.compile(r"^\s*\+ (?:CategoryInfo|FullyQualifiedErrorId|~|\S.*$)")
"""What PowerShell prints below a message; also what a diff adds."""
_TRAILER = re.compile(r"\s*(?:\*/|-->)\s*$")
_UNFINISHED = frozenset(":,")
_STACK = re.compile(r"^\s+at \S.*:\d+(?::\d+)?\)?(?: \{)?$|^goroutine \d+ ")


@dataclass(frozen=True, slots=True)
class Printed:
    """An error as a block shows it: class or status word (None where only a message is printed), message, the library
    it comes from, and where: `start` and `end` are lines of the block from 0, `end` behind the last one. `strength` 2
    means that nothing else looks like this. `sources` are the failing lines that the frames show, outermost first."""

    exception: str | None
    message: str
    start: int
    end: int
    strength: int = 2
    library: str = ""
    sources: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    comment: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What makes two of them the same error: the last part of the class, and the words of the message."""
        return (self.exception or "").rsplit(".", 1)[-1].lower(), " ".join(self.message.lower().split())


def printed_errors(text: str) -> list[Printed]:
    """The errors that a block of code or output shows, from top to bottom. Linear in the text, which is cut at
    `LONGEST_BLOCK` characters."""
    text = text[-LONGEST_BLOCK:]
    if _FRAMES.search(text) and (found := _tracebacks(text)):
        return found
    return _lines(text)


def shows_frames(text: str) -> bool:
    """Whether a listing is a traceback or a piece of one."""
    return _FRAMES.search(text[-LONGEST_BLOCK:]) is not None


def printed_line(text: str, *, strict: bool = True) -> Printed | None:
    """The error that one line, cell or quoted phrase is, if it is nothing but that."""
    return _phrase(text, 2 if strict else 1) if len(text) <= _LONGEST_PHRASE else None


@lru_cache(4096)
def _phrase(text: str, least: int) -> Printed | None:
    line = " ".join(text.split()).strip('`"“”„«»* ')
    line = line if "'" in line[1:-1] else line.strip("'")
    return _one_line(line, 0, least)


def command_of(line: str) -> str | None:
    """What was typed in a line of a session, without the prompt; None for what was printed."""
    found = _PROMPT.match(line)
    return found["command"] if found else None


def _tracebacks(text: str) -> list[Printed]:
    found = []
    starts = [0]
    for match in re.finditer("\n", text):
        starts.append(match.end())
    for chain in read(text).errors:
        raised = [one for one in chain if one.relation != "wrapped"]
        if not raised:
            continue
        last = next((one for one in reversed(raised) if one.relation == "raised"), raised[-1])
        if not last.type and not last.message:
            continue
        sources = tuple(frame.line.strip() for one in raised for frame in one.frames if frame.line)
        found.append(
            Printed(
                last.type or None,
                _first_part(last.message),
                _line_of(starts, min(one.span[0] for one in raised)),
                _line_of(starts, max(one.span[1] - 1 for one in raised)) + 1,
                library=library_of(last),
                sources=sources,
                also=tuple((one.type, _first_part(one.message)) for one in raised if one is not last and one.type),
            )
        )
    return found


def _first_part(message: str) -> str:
    """A message without what was printed below it by somebody else: up to the first empty line."""
    first = re.split(r"\n[ \t]*\n", message, maxsplit=1)[0].strip()
    return "" if first.startswith("Traceback (most recent call") else first


def _line_of(starts: list[int], offset: int) -> int:
    low, high = 0, len(starts)
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if starts[middle] <= offset else (low, middle)
    return low


def _lines(text: str) -> list[Printed]:
    raw = split(text)
    cleaned = clean(text, raw)
    numbers = _numbers(raw, cleaned)
    stacked = any(_STACK.match(line.text) for line in cleaned)
    found: list[Printed] = []
    for line, number in zip(cleaned, numbers, strict=True):
        if len(line.text) > 2000 or not line.text.strip() or _DETAIL.match(line.text):
            continue
        comment = _COMMENT.match(line.text)
        one = _one_line(_TRAILER.sub("", comment["said"]), number, 2) if comment else None
        if one is None and "error" in line.text.lower() and (noted := _SAID_IN_COMMENT.search(line.text)):
            one = Printed(None, noted["said"], number, number + 1, 1)
            comment = noted
        if one and comment:
            one = replace(one, comment=True)
        elif not _PROMPT.match(line.text):
            one = _one_line(line.text.strip(), number, 1)
        if one is None:
            continue
        if one.strength == 1 and stacked:
            one = replace(one, strength=2)
        previous = found[-1] if found else None
        if previous and one.key == previous.key:
            continue
        if one.exception and one.message[-1:] in _UNFINISHED and (more := _wrapped(raw, number)):
            one = replace(one, message=f"{one.message} {more}", end=number + 2)
        found.append(one)
    return _strongest(found) or _logged(raw, cleaned, numbers)


def _wrapped(raw: list[Line], number: int) -> str:
    """The second line of a message that somebody wrapped by hand; empty where the next line is another matter."""
    following = raw[number + 1].text.strip() if number + 1 < len(raw) else ""
    goes_on = following[:1].islower() or (following[:1].isalpha() and not raw[number].text.rstrip().endswith(":"))
    return following if goes_on and len(following) < 200 and not _one_line(following, 0, 1) else ""


def _logged(raw: list[Line], cleaned: list[Line], numbers: list[int]) -> list[Printed]:
    """What a program logged as an error, in words that nothing else is known by."""
    for line, number in zip(cleaned, numbers, strict=True):
        text = line.text.strip()
        if len(text.split()) >= 3 and _LOGGED.match(raw[number].text):
            return [Printed(None, re.sub(r"^[\w.-]{1,60}: (?=\S)", "", text), number, number + 1, 2)]
    return []


def _strongest(found: list[Printed]) -> list[Printed]:
    """Without what only looks like errors a little, where a real one is printed in the same block."""
    if any(one.strength == 2 for one in found):
        found = [one for one in found if one.strength == 2]
    return found


def _numbers(raw: list[Line], cleaned: list[Line]) -> list[int]:
    """The number of the raw line that each cleaned line came from."""
    numbers, at = [], 0
    for line in cleaned:
        while at + 1 < len(raw) and raw[at + 1].start <= line.start:
            at += 1
        numbers.append(at)
    return numbers


def _one_line(line: str, number: int, least: int) -> Printed | None:
    line = _MARK.sub("", line).strip()
    if not line or len(line) > 2000:
        return None
    for name, strength, pattern in _patterns() if _gate().match(line) else ():
        if strength >= least and (found := pattern.match(line)):
            groups = found.groupdict()
            type_ = groups.get("type")
            message = groups.get("message") or ("" if type_ else line)
            if name == "java" and (python := _python(line, number)) and not line.startswith("Exception in"):
                return python
            return Printed(type_, message.strip(), number, number + 1, strength, name)
        if name == "node" and (python := _python(line, number)):
            return python
    return _python(line, number)


def _python(line: str, number: int) -> Printed | None:
    found = _PYTHON.match(line)
    if not found:
        return None
    type_, message = found["type"], found["message"] or ""
    if not message and not _NAMES_ERROR.search(type_):
        return None
    reading = read(line).errors
    if not reading or not reading[0]:
        return None
    last = reading[0][-1]
    if last.type != type_ or (not message and "." not in type_):
        return None
    library = library_of(Traceback(type_, message, "raised", (0, 0)))
    return Printed(type_, last.message or message, number, number + 1, 2, library or PYTHON)


@cache
def _gate() -> re.Pattern[str]:
    """All patterns as one without groups: most lines fit none, and are done with in one go."""
    bodies = (re.sub(r"\(\?P<\w+>", "(?:", row["pattern"]) for row in rows("printed.tsv"))
    return re.compile("|".join(f"(?:{body})" for body in bodies))


@cache
def _patterns() -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    return tuple((row["name"], int(row["strength"]), re.compile(row["pattern"])) for row in rows("printed.tsv"))
