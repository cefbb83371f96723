"""Message templates: literal text with named slots, `Instance {instance} is not bound to a Session`.

Matching compares literal chunks in order with `startswith`, `find` and `endswith`. No template is ever turned into a
regular expression, so that nothing an article says can make matching slow: the time is linear in the message.

Whitespace runs compare as one space, because terminals, mail programs and log viewers wrap messages. A slot may
therefore run across a line break; where its name doesn't announce several lines (`kb/data/multiline_slots.txt`), such
a capture is counted by `line_breaks`, and an index weighs that match a little lower.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from kb import tables
from kb.captures import Capture, typed_value
from kb.partials import Bare, Partial, Stripped, search_chunks, strip

__all__ = ["SLOT", "Capture", "Partial", "Squeezed", "Stripped", "Template", "fits", "skeleton", "specificity"]

SLOT = "\0"
"""Stands for a slot in a skeleton; a message never holds it (`kb.tracebacks.repair` takes NUL out)."""

_STRAIGHT = {ord(curly): straight for straight, curls in {"'": "‘’‚‛", '"': "“”„‟"}.items() for curly in curls}
"""Quotation marks that word processors and chats make of Python's."""

REPEAT_TRIES = 16
"""Lengths tried for a slot whose second occurrence must hold the same text; a bound, so that time is linear."""

_SEAM = re.compile(r"(?<=\S)\n|(?<=[.!?]) +(?=[A-Z`'\"(\0])")
"""Where a sentence or a line ends and another begins: people paste what stands before it."""
_MARK = re.compile("[\"'`]")
_QUOTING = re.compile("(?<![A-Za-z])[\"'`]|[\"'`](?![A-Za-z])")
"""A mark that isn't an apostrophe within a word."""
_PIECE = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)\}|[{}]")
_WORD = re.compile(r"\w+|[^\w\s]")
_CLASS = re.compile(r"(?:[\w<>]{1,100}\.){0,8}_{0,2}(?=\w*[a-z])(?:[A-Z]\w*)[.!]?")
"""A class as it is spelt nearly everywhere, with capitals but not of capitals alone."""


class Squeezed:
    """A message with whitespace runs as one space, and the way back to its own offsets. Shared by many checks."""

    __slots__ = ("_origins", "message", "text")

    def __init__(self, message: str) -> None:
        self.message = message
        text = " ".join((message if message.isascii() else message.translate(_STRAIGHT)).split())
        self.text = text.replace(SLOT, "\ufffd") if SLOT in text else text
        self._origins: Sequence[int] | None = range(len(message)) if len(text) == len(message) else None

    @property
    def origins(self) -> Sequence[int]:
        """`origins[i]` is the offset in the message of `text[i]`."""
        if self._origins is None:
            found: list[int] = []
            for word in re.finditer(r"\S+", self.message):
                if found:
                    found.append(found[-1] + 1)
                found.extend(range(word.start(), word.end()))
            self._origins = found
        return self._origins


def quotes(text: str) -> Literal["none", "apostrophes", "quotes"]:
    """Which marks of quotation stand in a text."""
    return "quotes" if _QUOTING.search(text) else "apostrophes" if _MARK.search(text) else "none"


def skeleton(text: str) -> str:
    """A template's text in the form that is compared: whitespace squeezed, each slot a `SLOT`, braces unescaped.

    Raises ValueError, with the position, for a template that can't be parsed.
    """
    if "{" not in text and "}" not in text:
        return _skeleton((text,))
    return _skeleton(_pieces(text))


def fits(chunks: Sequence[str], text: str) -> bool:
    """Whether a squeezed text is made of these literal chunks with at least one character between two of them.

    Taking each chunk where it stands first leaves most room for those that follow, so no way of matching is missed.
    """
    head, tail = chunks[0], chunks[-1]
    if len(chunks) == 1:
        return head == text
    if not text.startswith(head) or not text.endswith(tail):
        return False
    end, position = len(text) - len(tail), len(head)
    for chunk in chunks[1:-1]:
        found = text.find(chunk, position + 1, end)
        if found < 0:
            return False
        position = found + len(chunk)
    return position < end


def specificity(bones: str) -> float:
    """How much literal text a skeleton holds: a letter counts 1, in an everyday word a half, as does a sign."""
    total, common_words = 0.0, tables.words("common_words.txt")
    for word in _WORD.findall(bones.replace(SLOT, " ")):
        common = (len(word) == 1 and not word.isalnum()) or word.lower() in common_words
        total += min(len(word), 24) * (0.5 if common else 1.0)
    return max(0.0, total - bones.count(SLOT) / 8) if total else 0.0


@dataclass(frozen=True)
class Template:
    """A message template. `parts` are literal texts and slot names in turn, literals at even places (maybe empty)."""

    text: str
    parts: tuple[str, ...]
    slots: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Reads `literal {slot} literal`; `{{` and `}}` are braces. Raises ValueError saying what is wrong where."""
        pieces = _pieces(text)
        return cls(text, pieces, pieces[1::2])

    @cached_property
    def chunks(self) -> tuple[str, ...]:
        """The literal texts between slots, whitespace squeezed, in order; empty at an end where a slot stands there."""
        return tuple(_skeleton(self.parts).split(SLOT))

    @cached_property
    def bare(self) -> Bare:
        """The literal texts without whitespace and case, as damaged messages are compared."""
        return Bare(self.chunks)

    @cached_property
    def seams(self) -> frozenset[int]:
        """How many characters of `bare` stand before the end of each sentence or line but the last, with the
        sentence's own full stop and without."""
        found, text = set[int](), SLOT.join(self.parts[::2])
        for seam in _SEAM.finditer(text):
            before = text[: seam.start()]
            if not before.endswith(SLOT):
                count = len(strip(before.replace(SLOT, "")))
                found |= {count, count - before.endswith((".", "!", "?"))}
        return frozenset(found)

    @cached_property
    def specificity(self) -> float:
        """How much literal text there is to recognise; 0 for a template that is one slot."""
        return specificity(SLOT.join(self.chunks))

    def lowered(self) -> Template:
        """The same with its literal text in small letters, for messages that lost their capitals."""
        parts = (part if place % 2 else part.lower() for place, part in enumerate(self.parts))
        return Template(self.text, tuple(parts), self.slots)

    def unquoted(self, apostrophes: bool) -> Template | None:
        """The same without quotation marks, for messages that were typed; None where it has none, or where two slots
        would touch. `apostrophes`: those within words go, too."""
        marks = _MARK if apostrophes else _QUOTING
        parts = tuple(part if place % 2 else marks.sub("", part) for place, part in enumerate(self.parts))
        return None if parts == self.parts or "" in parts[2:-1:2] else Template(self.text, parts, self.slots)

    def match(self, message: str) -> tuple[Capture, ...] | None:
        """The captures, in order, if the whole message is an instance of this template; else None."""
        return self.match_squeezed(Squeezed(message))

    def match_squeezed(self, message: Squeezed) -> tuple[Capture, ...] | None:
        """`match` for a message that is compared with several templates."""
        if not fits(self.chunks, message.text):
            return None
        if not self.slots:
            return ()
        spans = self._spans(message.text)
        return None if spans is None else self._captures(message, spans)

    def search(self, message: str) -> Partial | None:
        """How much of the template stands in a message that was cut, wrapped in other text, re-wrapped or re-cased."""
        return self.search_stripped(Stripped(message))

    def search_stripped(self, message: Stripped, least: float = 1) -> Partial | None:
        """`search` for a message that is compared with several templates; None where less than `least` characters of
        the literal text were found."""
        return search_chunks(self.bare, self.slots, message, least)

    def line_breaks(self, captures: Sequence[Capture]) -> int:
        """How many captures run over a line break though their slot's name doesn't announce several lines."""
        return sum(
            "\n" in capture.raw and capture.name not in tables.words("multiline_slots.txt") for capture in captures
        )

    def is_misfilled(self, captures: Sequence[Capture]) -> bool:
        """Whether other words stand where a slot's name announces a class's (`kb/data/class_slots.txt`)."""
        names = tables.words("class_slots.txt")
        return any(capture.name in names and not _CLASS.fullmatch(capture.raw) for capture in captures)

    def _spans(self, text: str) -> list[tuple[int, int]] | None:
        """Each slot as early and as short as can be. Where a slot that occurs twice would have to hold two texts, its
        first occurrence is tried longer, a few times."""
        first = next((i for i, name in enumerate(self.slots) if name in self.slots[:i]), None)
        if first is None:
            return self._placed(text, -1, 0)
        stretched = self.slots.index(self.slots[first])
        tries = (self._placed(text, stretched, longer) for longer in range(REPEAT_TRIES))
        return next((spans for spans in tries if spans is not None), None)

    def _placed(self, text: str, stretched: int, longer: int) -> list[tuple[int, int]] | None:
        """The slots' spans, the slot number `stretched` ending `longer` occurrences of its next chunk later."""
        chunks, held = self.chunks, dict[str, str]()
        spans: list[tuple[int, int]] = []
        position, last = len(chunks[0]), len(chunks) - 2
        for i, name in enumerate(self.slots):
            chunk = chunks[i + 1]
            known = held.get(name)
            if known is not None:
                end = position + len(known)
                if not text.startswith(known, position) or not text.startswith(chunk, end):
                    return None
            elif i == last:
                end = len(text) - len(chunk)
            else:
                end = text.find(chunk, position + 1)
                for _ in range(longer if i == stretched else 0):
                    end = text.find(chunk, end + 1) if end > 0 else end
            if end <= position:
                return None
            held.setdefault(name, text[position:end])
            spans.append((position, end))
            position = end + len(chunk)
        return spans if position == len(text) else None

    def _captures(self, message: Squeezed, spans: list[tuple[int, int]]) -> tuple[Capture, ...]:
        origins, captures = message.origins, []
        for name, (start, end) in zip(self.slots, spans, strict=True):
            first, after = origins[start], origins[end - 1] + 1
            raw = message.message[first:after]
            captures.append(Capture(name, raw, typed_value(raw), first, after))
        return tuple(captures)


def _pieces(text: str) -> tuple[str, ...]:
    pieces: list[str] = []
    literal, position = "", 0
    for found in _PIECE.finditer(text):
        literal += text[position : found.start()]
        position = found.end()
        if found[1]:
            if pieces and not literal:
                raise ValueError(f"two slots without text between them at position {found.start()}: {found[0]}")
            pieces += [literal, found[1]]
            literal = ""
        elif len(found[0]) == 1:
            raise ValueError(f"a lone {found[0]!r} at position {found.start()}; a literal brace is written twice")
        else:
            literal += found[0][0]
    return (*pieces, literal + text[position:])


def _skeleton(pieces: Sequence[str]) -> str:
    literals = [piece.replace(SLOT, "\ufffd") if SLOT in piece else piece for piece in pieces[::2]]
    return " ".join(SLOT.join(literals).split())
