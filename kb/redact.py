"""Secrets out of anything that is kept, logged or shown.

Each kind of secret is a row of `kb/data/secrets.tsv`, with its reason and an example. What is taken out is replaced by
a short placeholder, so that the rest stays readable and searchable.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

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
    """The pattern of a row, which ignores case."""
    return re.compile(source, re.IGNORECASE)


def _find(text: str) -> list[tuple[int, int, _Secret]]:
    """The spans to replace, in order. What overlaps or touches goes as one; a name or address gives way to a secret."""
    small = text.lower()
    found: list[tuple[int, int, int, _Secret]] = []
    for place, row in enumerate(_table()):
        if any(needle in small for needle in row.needles):
            for match in row.pattern.finditer(text):
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


@cache
def _table() -> tuple[_Secret, ...]:
    return tuple(
        _Secret(row["kind"], row["placeholder"], tuple(row["needles"].split()), row["pattern"])
        for row in tables.rows("secrets.tsv")
    )
