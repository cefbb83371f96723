"""The paste shown back, with what was understood of it marked: error lines, own frames, slots, secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kb.answers import IDENTITIES
from kb.fill import shown
from kb.redact import redact_value
from web.rendering import COLOURS

LONGEST_SHOWN = 10_000
"""Code points of a paste that are shown back; of a longer one, those around the error."""
BEFORE = 7_000
SHORTEST_SECRET = 4
"""Characters of a secret that is taken out wherever else it stands; shorter ones are parts of ordinary words."""
MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the paste and the classes that hold for it. `title` says in words what the legend doesn't; secrets
    come without text."""

    text: str
    classes: str
    title: str


@dataclass(frozen=True, slots=True)
class Shown:
    """The pieces to show, and how many code points were left out before and after them."""

    segments: tuple[Segment, ...]
    before: int
    after: int

    def has(self, css: str) -> bool:
        """Whether a piece is marked so."""
        return any(css in segment.classes for segment in self.segments)


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    css: str
    title: str


class Hider:
    """Takes the secrets of a paste out of whatever was read out of it: each where it stands again, and what looks like
    one by itself."""

    def __init__(self, text: str, redacted: Iterable[Mapping[str, Any]]) -> None:
        found = {text[slice(*one["span"])]: one["kind"] for one in redacted if one["kind"] not in IDENTITIES}
        self._secrets = sorted(
            ((secret, kind) for secret, kind in found.items() if len(secret) >= SHORTEST_SECRET),
            key=lambda one: -len(one[0]),
        )

    def __call__(self, value: str) -> str:
        """The value as it may be shown."""
        for secret, kind in self._secrets:
            value = value.replace(secret, f"[{kind}]")
        return redact_value(value)


def show(text: str, answer: Mapping[str, Any], hide: Hider) -> Shown:
    """`text` cut into segments by the spans of a lookup body, its `also` included."""
    marks = [
        *_marks(answer, hide, " m-first"),
        *(mark for part in answer.get("also", ()) for mark in _marks(part, hide)),
    ]
    start, end = _window(len(text), answer)
    return Shown(tuple(_segments(text, start, end, marks)), start, len(text) - end)


def slot_numbers(match: Mapping[str, Any]) -> dict[str, int]:
    """A colour for each slot name of a match, in the order of the slots; those of a paste's errors before it are
    taken."""
    numbers: dict[str, int] = {}
    for slot in match["slots"]:
        numbers.setdefault(slot["name"], match.get("first_number", 0) + len(numbers))
    return numbers


def legend(answer: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The slots that are coloured in a paste, of all its errors, with their colours."""
    found = []
    for part in (answer, *answer.get("also", ())):
        for match in part["matches"][:1]:
            coloured = {slot["name"] for slot in match["slots"] if slot.get("span")}
            found += [(name, number) for name, number in slot_numbers(match).items() if name in coloured]
    return found


def shown_values(match: Mapping[str, Any], hide: Hider) -> dict[str, str]:
    """Slot name → what the paste has in its place, as it may be shown."""
    return {slot["name"]: shown(hide(slot["value"])) for slot in match["slots"]}


def explained(read: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The exception that was looked up."""
    index, exceptions = read.get("explained"), read.get("exceptions") or []
    return exceptions[index] if isinstance(index, int) and 0 <= index < len(exceptions) else None


def words(read: Mapping[str, Any]) -> str:
    """What to search for, of the exception that was looked up: its name and the words that stay the same."""
    error = explained(read)
    if error is None:
        return ""
    literal = re.sub(r"\{\w+\}|[^\w.]+", " ", error["normalized"]).split()
    return " ".join([error["type"].rsplit(".", 1)[-1], *literal][:MOST_WORDS]).strip()[:120]


def _marks(part: Mapping[str, Any], hide: Hider, first: str = "") -> Iterable[_Mark]:
    read = part.get("read") or {}
    chosen = explained(read)
    for error in read.get("exceptions") or ():
        taken = error is chosen
        title = "the error that was looked up" if taken else f"another exception ({error['relation']})"
        yield from _mark(error["span"], f"m-error{first}" if taken else "m-other", title)
        for frame in error["frames"]:
            if frame["in_app"]:
                yield from _mark(frame["span"], "m-frame", "")
    for secret in read.get("redacted") or ():
        yield from _mark(secret["span"], "m-secret", secret["kind"])
    matches: Sequence[Mapping[str, Any]] = part.get("matches") or ()
    if matches:
        numbers = slot_numbers(matches[0])
        for slot in matches[0]["slots"]:
            colour = f"m-slot s{numbers[slot['name']] % COLOURS}"
            yield from _mark(slot.get("span"), colour, f"{slot['name']}: {hide(slot['value'])}")


def _mark(span: Sequence[int] | None, css: str, title: str) -> Iterable[_Mark]:
    if span and span[0] < span[1]:
        yield _Mark(span[0], span[1], css, title)


def _window(length: int, answer: Mapping[str, Any]) -> tuple[int, int]:
    if length <= LONGEST_SHOWN:
        return 0, length
    chosen = explained(answer.get("read") or {})
    centre = chosen["span"][0] if chosen else 0
    start = max(0, min(centre - BEFORE, length - LONGEST_SHOWN))
    return start, min(length, start + LONGEST_SHOWN)


def _segments(text: str, start: int, end: int, marks: Sequence[_Mark]) -> Iterable[Segment]:
    """One sweep from left to right: between two neighbouring boundaries the same marks hold."""
    within = sorted((mark for mark in marks if mark.start < end and mark.end > start), key=lambda mark: mark.start)
    bounds = sorted(
        {start, end, *(max(mark.start, start) for mark in within), *(min(mark.end, end) for mark in within)}
    )
    active: list[_Mark] = []
    waiting = 0
    for left, right in pairwise(bounds):
        while waiting < len(within) and within[waiting].start <= left:
            active.append(within[waiting])
            waiting += 1
        active = [mark for mark in active if mark.end > left]
        secret = next((mark for mark in active if mark.css == "m-secret"), None)
        if secret:
            if left == max(secret.start, start):
                yield Segment(f"[{secret.title}]", "m-secret", "a secret: neither kept nor shown")
            continue
        classes = " ".join(dict.fromkeys(mark.css for mark in active))
        yield Segment(text[left:right], classes, active[-1].title if active else "")
