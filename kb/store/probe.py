"""The connection that is asked at each lookup: has anything changed, what does this entry say?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from threading import Lock
from typing import Any

from kb.store.codec import clean
from kb.store.reading import BODY, GENERATION, HEADERS, TEMPLATES, header_of
from kb.store.rows import Generation, Header, TemplateRow
from kb.store.sqlite import SQLite

_INHERITED: list[sqlite3.Connection] = []
"""SQLite forbids to use, and even to close, a connection that came through a fork: they are kept unused."""


class Probe:
    """One open connection, guarded by a lock, in a few microseconds a question. Made anew after a fork."""

    def __init__(self, database: SQLite) -> None:
        self._database = database
        self._connection: sqlite3.Connection | None = None
        self._lock = Lock()
        self._pid = os.getpid()

    def generation(self) -> Generation:
        """The generation now."""
        number, rules = self._ask(GENERATION) or (0, "")
        return Generation(number, rules)

    def data_version(self) -> int | None:
        """A number that changes with every write of any process; None where the database can't tell."""
        row = None if self._database.immutable else self._ask("PRAGMA data_version")
        return None if row is None else int(row[0])

    def body(self, entry: str) -> str | None:
        """The entry of that id as JSON text."""
        row = self._ask(BODY, (clean(entry),))
        return None if row is None else str(row[0])

    def header(self, entry: str) -> Header | None:
        """The entry of that id without its body."""
        row = self._ask(f"{HEADERS} AND e.id = ?", (clean(entry),))
        return None if row is None else header_of(row)

    def templates(self, keys: Sequence[int]) -> list[TemplateRow]:
        """The templates of those keys."""
        marks = ",".join("?" * len(keys))
        return [TemplateRow(*row) for row in self._all(f"{TEMPLATES} AND t.key IN ({marks})", keys)]

    def _ask(self, statement: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        rows = self._all(statement, values)
        return rows[0] if rows else None

    def _all(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if os.getpid() != self._pid:
            self._after_fork()
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._database.reader()
                rows = self._connection.execute(statement, values).fetchall()
                if self._database.immutable:
                    # Such a connection never looks at the file again.
                    self._drop()
            except sqlite3.Error as problem:
                self._drop()
                raise self._database.explain(problem) or problem from problem
            return rows

    def _after_fork(self) -> None:
        # Another thread may have held the lock when the process forked: nobody would ever release it here.
        self._lock = Lock()
        self._pid = os.getpid()
        if self._connection is not None:
            _INHERITED.append(self._connection)
            self._connection = None

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Gives the connection back; the next question opens another."""
        if os.getpid() != self._pid:
            self._after_fork()
        with self._lock:
            self._drop()
