"""What is known, read from one state of the database. Plain SQL that any database understands."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from kb.errors import StoreBroken
from kb.models import Entry
from kb.store.codec import clean, entry_from_json
from kb.store.rows import Document, Generation, Header, Source, TemplateRow, Wanted
from kb.store.sqlite import SQLite

GENERATION = "SELECT number, rules FROM generation"
BODY = "SELECT body FROM entry WHERE id = ? AND NOT shadowed"
HEADERS = (
    "SELECT e.id, e.title, e.library, e.exceptions, e.origin, e.general, e.proven, e.status, d.source, e.moved_to"
    " FROM entry e JOIN document d ON d.key = e.document WHERE NOT e.shadowed"
)
TEMPLATES = (
    "SELECT t.key, e.id, t.exception, t.message, t.form FROM template t JOIN entry e ON e.key = t.entry"
    " WHERE NOT e.shadowed AND e.status <> 'retired'"
)


def header_of(row: tuple[Any, ...]) -> Header:
    """The header in a row of `HEADERS`."""
    entry, title, library, exceptions, origin, general, proven, status, source, moved_to = row
    named = tuple(json.loads(exceptions))
    return Header(entry, title, library, named, origin, bool(general), bool(proven), status, source, moved_to)


class Snapshot:
    """One state of the knowledge: whatever is published meanwhile, all reads agree with each other.

    Made by `Store.snapshot()`; usable from one thread at a time, until its `with` ends. Entries come in
    the order of their ids, one for each id (see `Source.position`).
    """

    def __init__(self, database: SQLite, connection: sqlite3.Connection) -> None:
        self._database = database
        self._connection = connection
        self.generation = Generation(*next(self.rows(GENERATION)))

    def rows(self, statement: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows that a statement of plain SQL reads from this state."""
        with self._database.translated():
            yield from self._connection.execute(statement, values)

    def sources(self) -> tuple[Source, ...]:
        """All sources, the one that overrides the others last."""
        rows = self.rows("SELECT id, location, kind, position FROM source ORDER BY position, id")
        return tuple(Source(*row) for row in rows)

    def documents(self, source: str) -> dict[str, Document]:
        """The files of a source by their path, with the ids of their entries (overridden ones too)."""
        held: dict[int, list[str]] = {}
        for key, entry in self.rows(
            "SELECT d.key, e.id FROM entry e JOIN document d ON d.key = e.document WHERE d.source = ? ORDER BY e.key",
            (clean(source),),
        ):
            held.setdefault(key, []).append(entry)
        rows = self.rows(
            "SELECT key, path, sha256, problems FROM document WHERE source = ? ORDER BY path", (clean(source),)
        )
        return {
            path: Document(source, path, sha256, tuple(json.loads(problems)), tuple(held.get(key, ())))
            for key, path, sha256, problems in rows
        }

    def headers(self) -> Iterator[Header]:
        """All entries, without their bodies."""
        for row in self.rows(f"{HEADERS} ORDER BY e.id"):
            yield header_of(row)

    def entry_count(self) -> int:
        """How many entries there are."""
        return int(next(self.rows("SELECT COUNT(*) FROM entry WHERE NOT shadowed"))[0])

    def bodies(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """The entries as JSON text, by id, to be parsed when one is needed (`codec.entry_from_json`).
        Ids that don't exist are left out."""
        if ids is None:
            return dict(self.rows("SELECT id, body FROM entry WHERE NOT shadowed ORDER BY id"))
        return {entry: body for entry in ids for (body,) in self.rows(BODY, (clean(entry),))}

    def entries(self) -> Iterator[Entry]:
        """All entries, whole."""
        for entry, body in self.rows("SELECT id, body FROM entry WHERE NOT shadowed ORDER BY id"):
            yield parsed(self._database, entry, body)

    def entry(self, entry: str) -> Entry | None:
        """The entry of that id."""
        body = self.bodies((entry,)).get(entry)
        return None if body is None else parsed(self._database, entry, body)

    def templates(self) -> Iterator[TemplateRow]:
        """Every wording of every entry that answers pastes: not of retired ones."""
        for row in self.rows(f"{TEMPLATES} ORDER BY e.id, t.form"):
            yield TemplateRow(*row)

    def postings(self) -> dict[str, bytes]:
        """The packed postings of all templates, by part (`kb.packed_postings`); empty where templates are few."""
        return dict(self.rows("SELECT name, data FROM posting ORDER BY name"))

    def codes(self) -> dict[str, tuple[str, ...]]:
        """Error codes and the ids of the entries about each, for entries that answer pastes."""
        found: dict[str, tuple[str, ...]] = {}
        for code, entry in self.rows(
            "SELECT c.code, e.id FROM code c JOIN entry e ON e.key = c.entry"
            " WHERE NOT e.shadowed AND e.status <> 'retired' ORDER BY c.code, e.id"
        ):
            found[code] = (*found.get(code, ()), entry)
        return found

    def redirects(self) -> dict[str, str]:
        """Ids that have moved, and where to (one step; what it moved to may have moved itself)."""
        rows = self.rows("SELECT id, moved_to FROM entry WHERE NOT shadowed AND moved_to IS NOT NULL ORDER BY id")
        return dict(rows)

    def feedback(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Votes by entry and fix: how many said that it worked, and that it didn't."""
        rows = self.rows(
            "SELECT entry, fix, SUM(CASE WHEN worked THEN 1 ELSE 0 END), COUNT(*) FROM vote GROUP BY entry, fix"
        )
        return {(entry, fix): (worked, votes - worked) for entry, fix, worked, votes in rows}

    def vote_counts(self) -> tuple[int, int]:
        """How many votes said that a fix worked, and how many that it didn't."""
        row = next(self.rows("SELECT COUNT(*), COALESCE(SUM(CASE WHEN worked THEN 1 ELSE 0 END), 0) FROM vote"))
        return int(row[1]), int(row[0] - row[1])

    def wanted_count(self) -> int:
        """How many different errors were asked for in vain."""
        return int(next(self.rows("SELECT COUNT(*) FROM wanted"))[0])

    def wanted(self, limit: int) -> tuple[Wanted, ...]:
        """The errors asked for in vain, most often wanted first."""
        rows = self.rows(
            "SELECT fingerprint, exception, normal, count, first, last, library FROM wanted"
            " ORDER BY count DESC, last DESC, fingerprint LIMIT ?",
            (limit,),
        )
        return tuple(Wanted(*row) for row in rows)


def parsed(database: SQLite, entry: str, body: str) -> Entry:
    """The entry in a body. Raises StoreBroken where there is none in it."""
    try:
        return entry_from_json(body)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise StoreBroken(f"{database}: entry {entry} can't be read", "run `kb index --rebuild`") from problem
