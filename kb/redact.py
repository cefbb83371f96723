"""Secrets out of anything that is kept, logged or shown.

Each kind of secret is a row of `kb/data/secrets.tsv`, with its reason and an example. What is taken out is replaced by
a short placeholder, so that the rest stays readable and searchable.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from kb import tables


class Redaction(NamedTuple):
    """`text[start:end]` of the given text was of this kind (`password`, `token`, `key`, `cookie`, `email`, `user`)."""

    kind: str
    start: int
    end: int


class Redacted(NamedTuple):
    """A text without its secrets, and where they stood in the given one, in order and apart from each other."""

    text: str
    spans: tuple[Redaction, ...]


def redact(text: str) -> Redacted:
    """Replaces secrets by `***`, addresses by `<email>` and home folders' owners by `<user>`.

    Linear in the text; what was redacted once stays as it is.
    """
    found = _find(text)
    if not found:
        return Redacted(text, ())
    pieces: list[str] = []
    done = 0
    for start, end, row in found:
        pieces += (text[done:start], row.placeholder)
        done = end
    pieces.append(text[done:])
    return Redacted("".join(pieces), tuple(Redaction(row.kind, start, end) for start, end, row in found))


def secrets(text: str) -> tuple[Redaction, ...]:
    """Where secrets, addresses and names stand in a text, in order and apart from each other."""
    return tuple(Redaction(row.kind, start, end) for start, end, row in _find(text))


def redact_value(value: str) -> str:
    """A captured value as it may be shown."""
    return redact(value).text


class _Secret(NamedTuple):
    kind: str
    placeholder: str
    needles: tuple[str, ...]
    source: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when a text first holds one of the needles; most texts hold none."""
        return _compiled(self.source)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)


def _find(text: str) -> list[tuple[int, int, _Secret]]:
    """The spans to replace, in order. What overlaps or touches goes as one; a name or address gives way to a secret."""
    small = _small(text)
    found: list[tuple[int, int, int, _Secret]] = []
    for place in _places(small):
        row = _table()[place]
        for match in row.pattern.finditer(small):
            start, end = match.span(match.lastgroup or 0)
            if not text.startswith(row.placeholder, start):
                found.append((start, end, place, row))
    found.sort(key=lambda one: one[:3])
    kept: list[tuple[int, int, _Secret]] = []
    for start, end, _, row in found:
        if not kept or start > kept[-1][1] or (start == kept[-1][1] and row.placeholder != kept[-1][2].placeholder):
            kept.append((start, end, row))
            continue
        before, until, other = kept[-1]
        if row.placeholder == other.placeholder:
            kept[-1] = before, max(end, until), other
        elif row.placeholder == _SECRET:
            kept[-1] = before, max(end, until), row
    return kept


_SECRET = "***"  # noqa: S105  the placeholder, not a secret


def _small(text: str) -> str:
    """The text in small letters, one character for one. Patterns that ignored case would take several times as long."""
    low = text.lower()
    if len(low) == len(text):
        return low
    # Of a Turkish İ `lower` makes two characters, and all that follows would be shifted.
    return "".join(letter if len(letter := one.lower()) == 1 else one for one in text)


CHUNK = 1 << 16
"""Characters that are looked through at once, so that what is found in a text full of `@` takes bounded memory."""


def _places(small: str) -> set[int]:
    """The rows of the table one of whose needles is in the text. All needles are looked for in one pass: one by one
    they would be a good part of a lookup."""
    automaton, rows, longest = _needles()
    if not small.isascii():
        small = small.encode("utf-8", "replace").decode()  # lone surrogates; every needle is plain ASCII
    places: set[int] = set()
    for start in range(0, len(small), CHUNK):
        found = automaton.find_matches_as_indexes(small[start : start + CHUNK + longest], overlapping=True)
        for needle in {match[0] for match in found}:
            places.update(rows[needle])
    return places


@cache
def _needles() -> tuple[AhoCorasick, tuple[tuple[int, ...], ...], int]:
    """What finds the needles of all rows, the rows of each needle, and how long the longest needle is."""
    rows: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(_table()):
        for needle in row.needles:
            rows[needle].append(place)
    # Chosen by hand: for more than a hundred needles the library takes less memory and half as long again.
    finder = AhoCorasick(rows, implementation=Implementation.DFA)
    return finder, tuple(map(tuple, rows.values())), max(map(len, rows))


@cache
def _table() -> tuple[_Secret, ...]:
    return tuple(
        _Secret(row["kind"], row["placeholder"], tuple(row["needles"].split()), row["pattern"])
        for row in tables.rows("secrets.tsv")
    )
