"""Lists of entries for people who browse: counted, ordered and cut into pages by the database, so that no list costs
more for there being a million entries behind it."""

# ruff: noqa: S608 (all that is put into statements is written in this module, values are bound)

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from kb.store.codec import clean
from kb.store.reading import HEADERS, Snapshot, header_of
from kb.store.rows import Header

_SERVED = "NOT e.shadowed AND e.status = 'published'"
_LISTED = f"{HEADERS} AND e.status = 'published'"


class LibraryCount(NamedTuple):
    """How many entries a library has, and how many of them with a proven fix."""

    name: str
    entries: int
    proven: int


def libraries(now: Snapshot) -> list[LibraryCount]:
    """All libraries, by name."""
    rows = now.rows(
        "SELECT e.library, COUNT(*), SUM(CASE WHEN e.proven THEN 1 ELSE 0 END)"
        f" FROM entry e WHERE {_SERVED} GROUP BY e.library ORDER BY e.library"
    )
    return [LibraryCount(*row) for row in rows]


def exceptions(now: Snapshot) -> dict[str, int]:
    """All exceptions as entries name them, with their modules, and how many entries each has."""
    rows = now.rows(
        "SELECT t.exception, COUNT(DISTINCT t.entry) FROM template t JOIN entry e ON e.key = t.entry"
        f" WHERE {_SERVED} AND t.exception <> '' GROUP BY t.exception ORDER BY t.exception"
    )
    return {name: count for name, count in rows}  # noqa: C416 (rows are typed as of any length)


def of_library(now: Snapshot, library: str, limit: int, offset: int = 0) -> list[Header]:
    """The entries of a library, by title."""
    rows = now.rows(
        f"{_LISTED} AND e.library = ? ORDER BY LOWER(e.title), e.id LIMIT ? OFFSET ?", (clean(library), limit, offset)
    )
    return [header_of(row) for row in rows]


def of_exceptions(now: Snapshot, names: Sequence[str], limit: int, offset: int = 0) -> list[Header]:
    """The entries that name one of these exceptions, by library, then title."""
    marks = ",".join("?" * len(names))
    rows = now.rows(
        f"{_LISTED} AND e.key IN (SELECT t.entry FROM template t WHERE t.exception IN ({marks}))"
        " ORDER BY e.library, LOWER(e.title), e.id LIMIT ? OFFSET ?",
        (*map(clean, names), limit, offset),
    )
    return [header_of(row) for row in rows]


def count_of_exceptions(now: Snapshot, names: Sequence[str]) -> int:
    """How many entries name one of these exceptions."""
    marks = ",".join("?" * len(names))
    rows = now.rows(
        f"SELECT COUNT(*) FROM entry e WHERE {_SERVED}"
        f" AND e.key IN (SELECT t.entry FROM template t WHERE t.exception IN ({marks}))",
        tuple(map(clean, names)),
    )
    return int(next(rows)[0])


def newest(now: Snapshot, until: str, limit: int, offset: int = 0) -> list[tuple[str, str]]:
    """Days (ISO) and ids of the entries whose day is known, the newest first; none after `until`, which only a page's
    own mistake about its date can be."""
    rows = now.rows(
        f"SELECT e.dated, e.id FROM entry e WHERE {_SERVED} AND e.dated <= ?"
        " ORDER BY e.dated DESC, e.id LIMIT ? OFFSET ?",
        (until, limit, offset),
    )
    return [(day, entry) for day, entry in rows]


def behind(now: Snapshot, entry: str, limit: int) -> list[str]:
    """The ids that follow that one in their order."""
    rows = now.rows(
        f"SELECT e.id FROM entry e WHERE {_SERVED} AND e.id > ? ORDER BY e.id LIMIT ?", (clean(entry), limit)
    )
    return [found for (found,) in rows]


def dated(now: Snapshot, limit: int, offset: int = 0) -> list[tuple[str, str | None]]:
    """Ids in their order, and the day of each."""
    rows = now.rows(
        f"SELECT e.id, e.dated FROM entry e WHERE {_SERVED} ORDER BY e.id LIMIT ? OFFSET ?", (limit, offset)
    )
    return [(entry, day) for entry, day in rows]


def by_library(now: Snapshot, limit: int) -> list[Header]:
    """Entries by library, then title."""
    return [header_of(row) for row in now.rows(f"{_LISTED} ORDER BY e.library, LOWER(e.title), e.id LIMIT ?", (limit,))]


def linking_to(now: Snapshot, ids: Sequence[str], limit: int) -> list[Header]:
    """The entries that name one of these ids under what to see also, by title."""
    marks = ",".join("?" * len(ids))
    rows = now.rows(
        f"{_LISTED} AND e.key IN (SELECT l.entry FROM link l WHERE l.target IN ({marks}))"
        " ORDER BY LOWER(e.title), e.id LIMIT ?",
        (*map(clean, ids), limit),
    )
    return [header_of(row) for row in rows]
