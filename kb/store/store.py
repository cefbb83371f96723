"""The store's façade."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from kb.errors import StoreMissing, UnavailableError
from kb.feedback import Votes
from kb.models import Entry
from kb.store import schema
from kb.store.probe import Probe
from kb.store.reading import Snapshot, parsed
from kb.store.rows import Change, Document, Generation, Header, Source, TemplateRow, Wanted
from kb.store.sqlite import SQLite, database_for

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from kb.wanted import Unknown

BUSY_SECONDS = 5.0


class _Counted(NamedTuple):
    """Votes as they were counted at the database's version, and when that was last looked at."""

    looked: float
    version: int | None
    votes: Votes


class Store:
    """What is known, and what users said about it. Safe to share between threads and over a fork.

    Every method may raise UnavailableError (StoreBroken, StoreLocked, …): damage and locks can show at
    any time. The reading methods each read one state; for several that agree take `snapshot()`.
    """

    def __init__(self, database: SQLite) -> None:
        self._database = database
        self._probe = Probe(database)
        self._engine: Engine | None = None
        self._votes: _Counted | None = None

    @classmethod
    def open(cls, url: str, *, wait: float = BUSY_SECONDS) -> Self:
        """Opens a knowledge base that is there and up to date; never makes or changes one.

        `wait` is how many seconds a write waits for another writer. Raises SettingError for a URL that
        can't be used, StoreMissing, StoreOutdated, StoreBroken, StoreLocked.
        """
        database = database_for(url, wait)
        schema.require(database, _revision(database))
        return cls(database)

    @classmethod
    def create(cls, url: str, *, wait: float = BUSY_SECONDS) -> Self:
        """Opens a knowledge base, making its folder and tables or migrating them where needed.

        Only the `kb` command does this, under its file lock. Raises as `open`, but for StoreMissing.
        """
        database = database_for(url, wait)
        try:
            database.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise UnavailableError(f"{database.path.parent} can't be made: {problem}", "set data_dir") from problem
        try:
            found = _revision(database)
        except StoreMissing:
            found = None
        if found is None or found < schema.REVISION:
            from kb.migrations import upgrade

            with database.translated(), database.engine(migrating=True).begin() as connection:
                upgrade(connection)
        return cls.open(url, wait=wait)

    # --- reading -------------------------------------------------------------------------------

    def generation(self) -> Generation:
        """Which generation is served now; asked at each lookup, a few microseconds."""
        return self._probe.generation()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of the knowledge for several reads, whatever is published meanwhile."""
        connection = self._database.reader()
        try:
            with self._database.translated():
                connection.execute("BEGIN")
            yield Snapshot(self._database, connection)
        finally:
            connection.close()

    def sources(self) -> tuple[Source, ...]:
        """See `Snapshot.sources`."""
        with self.snapshot() as now:
            return now.sources()

    def documents(self, source: str) -> dict[str, Document]:
        """See `Snapshot.documents`."""
        with self.snapshot() as now:
            return now.documents(source)

    def headers(self) -> Iterator[Header]:
        """See `Snapshot.headers`."""
        with self.snapshot() as now:
            yield from now.headers()

    def bodies(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """See `Snapshot.bodies`."""
        with self.snapshot() as now:
            return now.bodies(ids)

    def entries(self) -> Iterator[Entry]:
        """See `Snapshot.entries`."""
        with self.snapshot() as now:
            yield from now.entries()

    def entry(self, entry: str) -> Entry | None:
        """The entry of that id, as it is now; quick, on the connection that `generation` uses."""
        body = self._probe.body(entry)
        return None if body is None else parsed(self._database, entry, body)

    def header(self, entry: str) -> Header | None:
        """The entry of that id without its body; as quick as `entry`."""
        return self._probe.header(entry)

    def templates_of(self, keys: Sequence[int]) -> list[TemplateRow]:
        """The templates of those keys that are there now, in any order; quick, for some hundred of them."""
        return self._probe.templates(keys)

    def templates(self) -> Iterator[TemplateRow]:
        """See `Snapshot.templates`."""
        with self.snapshot() as now:
            yield from now.templates()

    def codes(self) -> dict[str, tuple[str, ...]]:
        """See `Snapshot.codes`."""
        with self.snapshot() as now:
            return now.codes()

    def redirects(self) -> dict[str, str]:
        """See `Snapshot.redirects`."""
        with self.snapshot() as now:
            return now.redirects()

    # --- writing knowledge ---------------------------------------------------------------------

    def publish(self, change: Change) -> int:
        """Does the whole change in one transaction, which also raises the generation; answers its number.

        Readers see the old state or the new one, also when this process is killed in the middle. Raises
        StoreLocked where somebody is writing, or has published since `change.expected_generation`.
        """
        from kb.store import writing

        with self._writing() as connection:
            return writing.publish(connection, change)

    @contextmanager
    def rehearsal(self, change: Change) -> Iterator[Snapshot]:
        """What the knowledge will be once the change is published, to build an engine from: also which entries
        will come to light behind those that go. Nothing is kept; nobody else can write until the `with` ends, so
        read and leave. Raises as `publish` does.
        """
        from kb.store import writing

        with self._writing() as connection:
            writing.publish(connection, change, pack=False)
            driver = connection.connection.driver_connection
            assert driver is not None
            yield Snapshot(self._database, driver)
            connection.rollback()

    # --- what users say ------------------------------------------------------------------------

    def vote(self, entry: str, fix: str, worked: bool, fingerprint: str, voice: str = "") -> str:
        """Keeps a vote for a fix; answers the token for `unvote`. The caller has checked the ids.

        `voice` says who speaks (an address, a browser): of one voice the last vote of a day counts. It is kept as a
        hash that nothing can be learnt from when the day is over. Raises SaidTooMuch.
        """
        from kb.store import saying

        with self._writing() as connection:
            token = saying.vote(connection, (entry, fix), worked, fingerprint, voice)
        self._votes = None
        return token

    def unvote(self, token: str) -> bool:
        """Takes a vote back; False where there is none of that token."""
        from kb.store import saying

        with self._writing() as connection:
            done = saying.unvote(connection, token)
        self._votes = None
        return done

    def feedback(self, *, within: float = 0.0) -> Votes:
        """Votes by (entry, fix): how many worked, how many failed. Counted again only after a write. Votes that came
        through another process are seen `within` so many seconds, which saves looking whether there are any."""
        kept = self._votes
        now = time.monotonic()
        if kept is not None and now - kept.looked < within:
            return kept.votes
        version = self._probe.data_version()
        if kept is None or version is None or kept.version != version:
            with self.snapshot() as state:
                kept = _Counted(now, version, state.feedback())
        self._votes = kept._replace(looked=now)
        return kept.votes

    def want(self, error: Unknown, voice: str = "") -> tuple[Wanted, str]:
        """Counts an error that nothing is known about, with those near enough to be the same; answers it as it is
        kept now, and the token for `unwant`. `voice` as in `vote`. Raises SaidTooMuch."""
        from kb.store import saying

        with self._writing() as connection:
            return saying.want(connection, error, voice)

    def unwant(self, token: str) -> bool:
        """Takes back what `want` counted, until the day is over; False where there is nothing of that token."""
        from kb.store import saying

        with self._writing() as connection:
            return saying.unwant(connection, token)

    def bring(self, errors: Iterable[tuple[Unknown, int, str]]) -> None:
        """Adds errors that were wanted elsewhere: each with how often, and when last (ISO 8601, UTC)."""
        from kb.store import saying

        with self._writing() as connection:
            for error, count, last in errors:
                saying.bring(connection, error, count, last)

    def forget(self, fingerprint: str) -> bool:
        """Drops a wanted error; False where there is none of that fingerprint."""
        from kb.store import saying

        with self._writing() as connection:
            return saying.forget(connection, fingerprint)

    def wanted(self, limit: int = 50) -> tuple[Wanted, ...]:
        """The errors asked for in vain, most often wanted first."""
        with self.snapshot() as now:
            return now.wanted(limit)

    # --- housekeeping --------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self._database.require()
        if self._engine is None:
            self._engine = self._database.engine()
        with self._database.translated(), self._engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Gives all connections back."""
        self._probe.close()
        if self._engine is not None:
            self._engine = None
            self._database.tidy()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _revision(database: SQLite) -> str | None:
    connection = database.reader()
    try:
        return schema.revision(database, connection)
    finally:
        connection.close()
