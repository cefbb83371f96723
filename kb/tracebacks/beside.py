"""What stands around tracebacks: the log line that tells what went wrong in the tool's own words.

`Worker failed to boot.` below a traceback, `Received unregistered task of type 'x'.` above one. Nobody marks such
lines, and most say nothing (`job 17 failed`), so they are candidates only: worth telling where they are known.
"""

from __future__ import annotations

from collections.abc import Sequence

from kb.models import Traceback
from kb.tracebacks import loose, messages, shapes, words
from kb.tracebacks.found import Found
from kb.tracebacks.lines import BREAK, Line

MOST_BESIDE = 8
NEAR = 40
"""Lines above and below something recognised that are looked at."""
LONGEST_PARAGRAPH = 6
"""Lines between a paragraph's beginning and the traceback below it."""


def beside(lines: list[Line], found: Sequence[Found]) -> tuple[Traceback, ...]:
    """Lines near what was recognised that speak of trouble, and the paragraphs next to tracebacks."""
    told: list[Traceback] = []
    behind = 0
    for item in found[-MOST_BESIDE:]:
        near = lines[max(behind, item.start - NEAR) : item.start]
        if any(_tells(line) for line in near):
            told += loose.unnamed(near)
            told += _paragraph(near, _last_paragraph(near)) if _traced(item) else ()
        told += _quoting(lines, item)
        behind = item.end
    rest = lines[behind : behind + NEAR]
    if found and any(_tells(line) for line in rest):
        told += loose.unnamed(rest)
        told += _paragraph(rest, _first(rest)) if _traced(found[-1]) else ()
    traced = any(map(_traced, found))
    distinct = {tb.message: tb for tb in told if tb.message and not (traced and tb.message.startswith(words.AFTERMATH))}
    return tuple(distinct.values())[-MOST_BESIDE:]


def last_lines(lines: list[Line]) -> tuple[Traceback, ...]:
    """The last lines as they stand, where no exception is printed: a tool may say calmly what is wrong."""
    told = [at for at, line in enumerate(lines) if _tells(line)][-MOST_BESIDE:]
    distinct = {tb.message: tb for at in told if (tb := loose.as_error(lines, at, at + 1)).message}
    return tuple(distinct.values())


def _quoting(lines: list[Line], item: Found) -> list[Traceback]:
    """The line that a tool prints of an exception: `ERROR: Could not install packages due to an OSError: …`."""
    line = lines[item.start]
    if not item.bare or not item.errors or not loose.is_labelled(line.text):
        return []
    whole = loose.as_error(lines, item.start, item.end)
    begun = line.text.lstrip().startswith(whole.message[:40])  # no label stood in front of it
    return [whole] if not begun and not whole.message.startswith(item.errors[-1].type) else []


def _traced(item: Found) -> bool:
    return bool(item.frames or any(tb.frames for tb in item.errors))


def _last_paragraph(lines: list[Line]) -> int:
    """Where the last paragraph begins, or the last record of a log in it."""
    at = len(lines) - 1
    while not _tells(lines[at]):
        at -= 1
    start = at
    for number in range(at, max(at - LONGEST_PARAGRAPH, -1), -1):
        if not _tells(lines[number]):
            break
        start = number
        if shapes.LOG.match(lines[number].text):
            break
    return start


def _first(lines: list[Line]) -> int:
    return next(number for number, line in enumerate(lines) if _tells(line))


def _tells(line: Line) -> bool:
    return line.text not in ("", BREAK) and not line.text.isspace()


def _paragraph(lines: list[Line], start: int) -> list[Traceback]:
    text = lines[start].text
    if text.lstrip().startswith(words.PROSE) or shapes.PROMPT.match(text) or shapes.RULE.match(text):
        return []
    return [loose.as_error(lines, start, messages.take(lines, start + 1, lines[start].indent))]
