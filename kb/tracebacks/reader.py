"""The way through: repair, clean, recognise, chain."""

from __future__ import annotations

from kb.models import Reading, Traceback
from kb.tracebacks import boxes, loose, pages, paths, shapes, wrapped
from kb.tracebacks.beside import beside, last_lines
from kb.tracebacks.chains import Chain, assemble
from kb.tracebacks.cleaning import clean
from kb.tracebacks.decode import repair
from kb.tracebacks.dialects import GATE, TRIGGERS
from kb.tracebacks.found import Found
from kb.tracebacks.languages import other_language
from kb.tracebacks.lines import Line, split

SELDOM_IT = ("Warning", "SystemExit")
"""Endings of exceptions that tell of something else, or of the end that follows it."""
MAX_LINES = 10_000
"""Of longer pastes only this many lines from either end are read."""
_BLANKS = {0xA0: " ", 0x2007: " ", 0x202F: " ", 0x3000: " "}


def read(text: str) -> Reading:
    """What a paste says: its independent errors, each with its chain. Never raises, linear in the length of `text`."""
    text = repair(text)
    if not text.isascii():
        text = text.translate(_BLANKS)
    lines = split(text)
    notices: tuple[str, ...] = ()
    if len(lines) > 2 * MAX_LINES:
        lines = lines[:MAX_LINES] + lines[-MAX_LINES:]
        text = "\n".join(line.text for line in lines)
        notices = (f"only the first and the last {MAX_LINES} lines were read",)
    lines = clean(text, lines)
    found = scan(lines)
    errors = assemble(found)
    if errors and any(not chain[-1].message for chain in errors):
        found = [*found, *_told(lines, found)]
        errors = assemble(found)
    around: tuple[Traceback, ...] = ()
    if not errors:
        lines = [boxes.inner(line) for line in lines]
        found = _weak(lines)
        errors = assemble(found)
    if not errors:
        errors = tuple((tb,) for tb in loose.unnamed(lines, scan(lines)))
        around = last_lines(lines)
    elif all(chain[-1].type.endswith(SELDOM_IT) for chain in errors):
        # Seldom what went wrong: a line that is labelled as an error may stand beside it.
        labelled = [tb for tb in loose.unnamed(lines, found) if loose.is_labelled(text[tb.span[0] : tb.span[1]])]
        errors = (*((tb,) for tb in labelled), *errors)
    else:
        around = beside(lines, found)
    errors = tuple(with_wrapped(chain) for chain in errors)
    frames = [frame for chain in errors for tb in chain for frame in tb.frames]
    dialect = next((item.dialect for item in found if item.errors), "none")
    language = "" if frames else other_language(lines)
    versions = paths.package_versions(frames)
    return Reading(dialect, errors, paths.python_version(frames), versions, notices, around, language)


def scan(lines: list[Line]) -> list[Found]:
    """All that the recognisers find, from top to bottom."""
    found: list[Found] = []
    at = 0
    while at < len(lines):
        item = _recognise(lines, at)
        if item is None:
            at += 1
            continue
        at = max(item.end, at + 1)
        at = _link(lines, at, item)
        found.append(item)
    return found


def _recognise(lines: list[Line], at: int) -> Found | None:
    text = lines[at].text
    if not GATE.match(text):
        return None
    for trigger, recognise in TRIGGERS:
        if trigger.match(text) and (item := recognise(lines, at)):
            return item
    return None


def _link(lines: list[Line], at: int, item: Found) -> int:
    """Note a chain sentence behind `item`, and where to go on."""
    following = at
    while following < len(lines) and following < at + 4 and not lines[following].text.strip(' "\t'):
        following += 1
    if following < len(lines):
        text = lines[following].text
        if shapes.CAUSE.match(text):
            item.link = "cause"
        elif shapes.CONTEXT.match(text):
            item.link = "context"
        else:
            return at
        return following + 1
    return at


def _told(lines: list[Line], found: list[Found]) -> list[Found]:
    """What sentences and titles tell of errors whose own last line was cut off: `Page 38 KeyError: 'day'`."""
    cut = {item.errors[-1].name for item in found if item.errors and not item.errors[-1].message}
    inside = {at for item in found for at in range(item.start, item.end)}
    named = loose.named([line for at, line in enumerate(lines) if at not in inside])
    return [item for item in named if item.errors[-1].message and item.errors[-1].name in cut]


def _weak(lines: list[Line]) -> list[Found]:
    """What is left where nothing is printed as a traceback: fields and sentences, those with a message first."""
    objects = scan_objects(lines)
    if any(item.errors[0].message for item in objects):
        return objects
    return loose.named(lines) or objects


def scan_objects(lines: list[Line]) -> list[Found]:
    """Errors told as fields of objects or log lines."""
    found: list[Found] = []
    at = 0
    while at < len(lines) and len(found) < loose.MAX_CANDIDATES:
        item = (
            pages.read_object(lines, at)
            if any(key in lines[at].text for key in ("rror", "xc", "ype", "name", "detail"))
            else None
        )
        at = max(item.end, at + 1) if item else at + 1
        if item:
            found.append(item)
    return found


def with_wrapped(chain: Chain) -> Chain:
    """The chain with the errors that its messages quote, each in front of the one that quotes it."""
    result: list[Traceback] = []
    for tb in chain:
        result += [*wrapped.inner(tb), tb]
    return tuple(result)
