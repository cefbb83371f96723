"""Error codes in messages: exact keys to what is known, whatever the words around them.

Several entries may share a code (`errno:2` says only that something isn't there), so a code is an exact key only among
the entries that declare it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from kb import tables

_DRIVER_CLASS = re.compile(r"\b(?:psycopg2?|asyncpg)\.(?:errors|exceptions)\.(\w{1,60})")


def codes(exception: str, message: str) -> tuple[str, ...]:
    """The codes of an exception, in the order in which they stand: `bhk3`, `errno:111`, `models.E001`.

    PostgreSQL's drivers have a class for each SQLSTATE, which counts as the code (`sqlstate:23505`), also where
    SQLAlchemy quotes it: `(psycopg2.errors.UniqueViolation) …`.
    """
    found: list[tuple[int, str]] = []
    for row in _table():
        if row.needle in message:
            found += ((match.start(), row.prefix + match[1]) for match in _compiled(row.pattern).finditer(message))
    if "psycopg" in message or "asyncpg" in message or "psycopg" in exception or "asyncpg" in exception:
        states = _sqlstates()
        for place, text in ((-1, exception), (0, message)):
            for match in _DRIVER_CLASS.finditer(text):
                if state := states.get(match[1]):
                    found.append((place + match.start(), f"sqlstate:{state}"))
    if not found:
        return ()
    return tuple(dict.fromkeys(code for _, code in sorted(found)))


class _Code(NamedTuple):
    needle: str
    prefix: str
    pattern: str


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when a message first holds the needle."""
    return re.compile(pattern)


@cache
def _table() -> tuple[_Code, ...]:
    return tuple(_Code(row["needle"], row["prefix"], row["pattern"]) for row in tables.rows("codes.tsv"))


@cache
def _sqlstates() -> dict[str, str]:
    return {row["name"]: row["sqlstate"] for row in tables.rows("sqlstates.tsv")}
