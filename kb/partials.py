"""How much of a template stands in a damaged message: cut, wrapped in other text, re-wrapped in mid-word, re-cased.

Chunks are looked for in order, without whitespace and without case, so that a line break inside a word doesn't matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from kb.captures import Capture, typed_value

PartialKind = Literal["prefix", "infix", "suffix", "recased"]

SHORTEST_REST = 4
"""Characters of a chunk that must be left where a message was cut in its midst; fewer are chance."""

SHORTEST_NEXT = 2
"""The same behind another chunk, which was found already."""

LONGEST_REST = 400
"""Characters of a cut chunk that are tried at most, which bounds the work on a chunk of any length."""


class Partial(NamedTuple):
    """`covered` is the share (0 to 1) of the template's literal text found in order in `message[start:end]`.

    `kind`: `recased` the whole message but for case or breaks, `infix` the whole template with other text around it,
    `prefix` the template's beginning (the message was cut behind), `suffix` its end (cut before).
    """

    captures: tuple[Capture, ...]
    covered: float
    start: int
    end: int
    kind: PartialKind


class Stripped:
    """A message in small letters without whitespace, and the way back to its own offsets."""

    __slots__ = ("_origins", "message", "mirrored", "text")

    def __init__(self, message: str) -> None:
        self.message = message
        self.text = strip(message)
        self.mirrored = self.text[::-1]
        self._origins: list[int] | None = None

    @property
    def origins(self) -> list[int]:
        """`origins[i]` is the offset in the message of `text[i]`."""
        if self._origins is None:
            self._origins = [i for i, char in enumerate(self.message) if not char.isspace()]
        return self._origins


def strip(text: str) -> str:
    """Without whitespace and in small letters, one character for one."""
    bare = "".join(text.split())
    low = bare.lower()
    # `lower` may give two characters for one, as for a Turkish İ, and all that follows would be shifted.
    return low if len(low) == len(bare) else "".join([c if len(c.lower()) != 1 else c.lower() for c in bare])


class Bare:
    """A template's literal texts as damaged messages are compared, stripped as those are: `chunks`, the same from the
    end (`mirrored`), and how many characters there are in all (`total`)."""

    __slots__ = ("chunks", "mirrored", "total")

    def __init__(self, chunks: Iterable[str]) -> None:
        self.chunks = tuple(map(strip, chunks))
        self.mirrored = tuple(chunk[::-1] for chunk in reversed(self.chunks))
        self.total = sum(map(len, self.chunks))


def search_chunks(bare: Bare, slots: Sequence[str], message: Stripped, least: float = 1) -> Partial | None:
    """The best of: all chunks in order, the leading ones up to the message's end, the trailing ones from its start.

    None where that is less than `least` characters, of which there is at least one.
    """
    if bare.total < least or not message.text:
        return None
    places = _forward(bare.chunks, message.text)
    found, skipped = _length(places), 0
    kind: PartialKind = "prefix"
    if found < bare.total:
        mirrored = _forward(bare.mirrored, message.mirrored)
        if (ending := _length(mirrored)) > found:
            size = len(message.text)
            places = [(size - end, size - start) for start, end in reversed(mirrored)]
            found, skipped, kind = ending, len(bare.chunks) - len(places), "suffix"
    if found < least:
        return None
    if found == bare.total:
        kind = "recased" if places[0][0] == 0 and places[-1][1] == len(message.text) else "infix"
    return _partial(places, slots[skipped:], message, found / bare.total, kind)


def _length(places: Iterable[tuple[int, int]]) -> int:
    return sum([end - start for start, end in places])


def _forward(chunks: Sequence[str], text: str) -> list[tuple[int, int]]:
    """Where the chunks stand, one after the other with a character between them; fewer where the text was cut."""
    places: list[tuple[int, int]] = []
    position, last = 0, len(chunks) - 1
    for i, chunk in enumerate(chunks):
        start = position + 1 if i else 0
        if chunk:
            found = text.find(chunk, start)
        else:
            found = 0 if i == 0 else len(text) if i == last and start <= len(text) else -1
        if found < 0:
            rest = _cut(chunk, text, start)
            if rest:
                places.append((len(text) - rest, len(text)))
            break
        position = found + len(chunk)
        places.append((found, position))
    return places


def _cut(chunk: str, text: str, position: int) -> int:
    """How many characters of the chunk's beginning end the text, looking no further back than `position`."""
    begin = max(position, len(text) - min(len(chunk) - 1, LONGEST_REST))
    head = chunk[: SHORTEST_NEXT if position else SHORTEST_REST]
    while (begin := text.find(head, begin)) >= 0:
        if chunk.startswith(text[begin:]):
            return len(text) - begin
        begin += 1
    return 0


def _partial(
    places: Sequence[tuple[int, int]], slots: Sequence[str], message: Stripped, covered: float, kind: PartialKind
) -> Partial:
    """Turns places in the stripped text into captures and spans in the message."""
    origins, text = message.origins, message.message
    captures = []
    inner = list(zip(slots, places, places[1:], strict=False))
    for i, (name, (begin, start), (end, stop)) in enumerate(inner):
        first, after = origins[start], origins[end - 1] + 1
        # Other text may stand around the template: of a slot at its edge only the nearest word is surely meant.
        if i == 0 and begin == start:
            first = after - len(text[first:after].split()[-1])
        if i == len(inner) - 1 and end == stop:
            after = first + len(text[first:after].split()[0])
        raw = text[first:after]
        captures.append(Capture(name, raw, typed_value(raw), first, after))
    start, end = places[0][0], places[-1][1]
    return Partial(tuple(captures), covered, origins[start], origins[max(start, end - 1)] + 1, kind)
