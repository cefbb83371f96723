"""A message's normal form: what is the program's own becomes a typed slot, what tells errors apart stays.

`Instance <users at 0x1ff9> is not bound` → `Instance {object} is not bound`. The rules are a table
(`kb/data/normalize.tsv`), each with its reason and an example; `docs/normalizing.md` says how to add one. Time is
linear in the message; normalising a normal form changes nothing.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import NamedTuple

from kb import tables
from kb.captures import typed_value
from kb.rules import rules
from kb.templates import Squeezed

__all__ = ["Normal", "Value", "core", "fingerprint", "normalize", "rules_version"]


class Value(NamedTuple):
    """What a slot of the normal form replaced: `message[start:end]` is `raw`."""

    kind: str
    raw: str
    start: int
    end: int


class Normal(NamedTuple):
    """The normal form, on one line, and the values it replaced, in order."""

    text: str
    values: tuple[Value, ...]


def normalize(message: str) -> Normal:
    """The normal form of a message and the values that were replaced."""
    table = rules()
    squeezed = Squeezed(message)
    text, kinds = squeezed.text, table.kinds
    pieces: list[str] = []
    values: list[Value] = []
    done = 0
    for found in table.pattern.finditer(text):
        group = found.lastgroup or ""
        kind = kinds[group]
        if not kind:
            continue
        start, end = found.span()
        if kind in _TYPED and typed_value(found[0]) in table.type_names:
            continue
        pieces += (text[done:start], "{", kind, "}")
        if kind == "link":
            pieces += ("/", found[0].rsplit("/", 1)[-1])
        done = end
        first, after = squeezed.origins[start], squeezed.origins[end - 1] + 1
        values.append(Value(kind, message[first:after], first, after))
    if not values:
        return Normal(text, ())
    pieces.append(text[done:])
    return Normal("".join(pieces), tuple(values))


_TYPED = frozenset({"quoted", "class"})
"""Kinds whose values may be type names, which stay."""


def core(message: str) -> str:
    """The message without its tails: links to background, suggestions, the statement, notes (`kb/data/tails.tsv`).

    Messages differ in tails by version, by platform and by what was being done; a message that is nothing but tail
    is returned whole.
    """
    tails = [tail for tail in _tails() if tail.needle in message]
    text = message
    while tails:
        stripped = text.rstrip()
        starts = [start for tail in tails if (start := tail.begin(stripped)) is not None]
        if not starts:
            break
        text = text[: min(starts)].rstrip()
    return text


def fingerprint(exception: str, normal_text: str) -> str:
    """The first 16 hex digits of SHA-256 over the rules' version, the type and the normal form, a line each."""
    text = f"{rules_version()}\n{exception}\n{normal_text}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def rules_version() -> str:
    """Changes whenever a rule does, so that whatever was made by other rules is made again."""
    return rules().version


class _Tail(NamedTuple):
    needle: str
    opening: str
    closing: str

    def begin(self, text: str) -> int | None:
        """Where the tail begins in a text that ends in it, at its first mention; never at the text's own beginning."""
        if not text.endswith(self.closing):
            return None
        found = _opening(self.opening).search(text, 1)
        return found.start() if found else None


@cache
def _opening(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _tails() -> tuple[_Tail, ...]:
    return tuple(_Tail(row["needle"], row["opening"], row["closing"]) for row in tables.rows("tails.tsv"))
