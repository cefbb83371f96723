"""The SQLite branch: connections, their pragmas, and what its errors mean. No other module of the store
knows the dialect; another database gets a class of this shape, and `database_for` a line.

Reading uses the driver itself, with plain SQL: importing SQLAlchemy takes longer (0.2 s) than a whole
lookup from the command line. It is imported when something is written.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from kb.errors import SettingError, StoreBroken, StoreLocked, StoreMissing, UnavailableError
from kb.redact import redact

if TYPE_CHECKING:
    from sqlalchemy import Engine

# `SQLITE_BUSY` and so on, without their extended upper bytes.
_BUSY, _LOCKED, _READONLY, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 5, 6, 8, 11, 13, 14, 26

_WHO = "check who may read and write there"
_REBUILD = "move it away and run `kb index`; votes in it can be saved first with `sqlite3 FILE .recover`"


def database_for(url: str, wait: float) -> SQLite:
    """The database that a URL names. Raises SettingError where it can't be used."""
    for prefix in ("sqlite:///", "sqlite+pysqlite:///"):
        if url.startswith(prefix) and len(url) > len(prefix) and not url.endswith(":memory:"):
            return SQLite(Path(url[len(prefix) :]).absolute(), wait)
    raise SettingError(
        f"database_url {redact(url).text!r} can't be used", "give a SQLite file, such as sqlite:////home/me/kb.sqlite3"
    )


class SQLite:
    """One SQLite file in WAL mode. `wait` is how many seconds a write waits for another writer."""

    def __init__(self, path: Path, wait: float) -> None:
        self.path = path
        self.wait = wait
        self.immutable = False

    def __str__(self) -> str:
        return str(self.path)

    def require(self) -> None:
        """Raises StoreMissing or StoreBroken where there is no file that could be opened."""
        try:
            mode = self.path.stat().st_mode
        except PermissionError as problem:
            raise UnavailableError(f"{self.path} can't be looked at: {problem.strerror}", _WHO) from problem
        except OSError:
            raise StoreMissing(f"no knowledge base at {self.path}", "run `kb index` to make one") from None
        if not stat.S_ISREG(mode):
            raise StoreBroken(f"{self.path} is no file", "set database_url to a file")

    def reader(self) -> sqlite3.Connection:
        """A new connection that can't write, in autocommit mode, usable from any thread (not from two at
        a time). Raises StoreMissing and UnavailableError."""
        self.require()
        with self.translated():
            connection = self._connect("mode=ro")
            try:
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            except sqlite3.Error as problem:
                connection.close()
                if not isinstance(problem, sqlite3.OperationalError) or not self._on_read_only_folder():
                    raise
                # WAL needs a shared-memory file beside the database, which can't be made here. Nothing is
                # waiting in the log, so the file alone is the whole truth.
                connection = self._connect("mode=ro&immutable=1")
                self.immutable = True
            else:
                self.immutable = False
            return connection

    def _connect(self, parameters: str) -> sqlite3.Connection:
        address = f"file:{quote(self.path.as_posix())}?{parameters}"
        return sqlite3.connect(address, uri=True, timeout=self.wait, isolation_level=None, check_same_thread=False)

    def _on_read_only_folder(self) -> bool:
        log = self.path.with_name(self.path.name + "-wal")
        return not os.access(self.path.parent, os.W_OK) and not (log.exists() and log.stat().st_size)

    def engine(self, *, migrating: bool = False) -> Engine:
        """For writing: each transaction takes the write lock at once, because a reading transaction that
        turns into a writing one fails without waiting. A connection lives as long as its transaction,
        so that nothing is shared over a fork or between threads.

        `migrating` makes the file where it is missing, and leaves foreign keys alone, because SQLite alters
        a table by copying and dropping it.
        """
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool

        def connect() -> sqlite3.Connection:
            connection = self._connect("mode=rwc" if migrating else "mode=rw")
            try:
                connection.execute("PRAGMA journal_mode=WAL").close()
                connection.execute("PRAGMA synchronous=NORMAL").close()
                connection.execute(f"PRAGMA foreign_keys={'OFF' if migrating else 'ON'}").close()
            except BaseException:
                connection.close()
                raise
            return connection

        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine

    def tidy(self) -> None:
        """Moves the log into the file, which SQLite does when a connection that may write is the last to
        go: a reader leaves it. Then the file alone can be copied, or read where nothing can be written."""
        with suppress(sqlite3.Error):
            connection = self._connect("mode=rw")
            try:
                connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            finally:
                connection.close()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turns the driver's errors into ours, also where SQLAlchemy has wrapped them."""
        try:
            yield
        except Exception as problem:
            explained = self.explain(problem)
            if explained is None:
                raise
            raise explained from problem

    def explain(self, problem: Exception) -> UnavailableError | None:
        """What an error means for the user; None where it isn't about the state of the database."""
        cause = getattr(problem, "orig", problem)
        if not isinstance(cause, sqlite3.DatabaseError) or isinstance(
            cause, sqlite3.IntegrityError | sqlite3.ProgrammingError
        ):
            return None
        code = getattr(cause, "sqlite_errorcode", _CORRUPT) & 0xFF
        if code in {_BUSY, _LOCKED}:
            return StoreLocked(
                f"{self.path} is being written by another process", "try again when `kb index` has finished there"
            )
        if code in {_READONLY, _CANTOPEN}:
            return UnavailableError(f"{self.path} can't be opened or written: {cause}", _WHO)
        if code == _FULL:
            return UnavailableError(f"{self.path} can't be written: {cause}", "make room on the disk")
        if code == _NOTADB:
            return StoreBroken(f"{self.path} is no SQLite database", _REBUILD)
        return StoreBroken(f"{self.path} is damaged: {cause}", _REBUILD)
