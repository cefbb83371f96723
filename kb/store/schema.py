"""Whether a database is ours, and of our revision. Reading this costs no import of Alembic."""

from __future__ import annotations

import sqlite3

from kb.errors import StoreBroken, StoreMissing, StoreOutdated
from kb.store.sqlite import SQLite

REVISION = "0004"
"""The newest file in `kb/migrations/versions`; a test holds the two together."""


def revision(database: SQLite, connection: sqlite3.Connection) -> str | None:
    """The revision that the database is at; None where it is empty. Raises StoreBroken for somebody else's."""
    with database.translated():
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables:
            return None
        if not {"alembic_version", "generation"} <= tables:
            raise StoreBroken(f"{database} holds something else", "set database_url or data_dir to another place")
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None:
        raise StoreBroken(f"{database} doesn't say which revision it is", "move it away and run `kb index`")
    return str(row[0])


def require(database: SQLite, found: str | None) -> None:
    """Raises StoreMissing or StoreOutdated unless `found` is the revision that this program works with."""
    if found is None:
        raise StoreMissing(f"{database} is empty", "run `kb index` to fill it")
    if found < REVISION:
        raise StoreOutdated(
            f"{database} was made by an older version (revision {found}, needed {REVISION})",
            "run `kb index` to bring it up to date",
        )
    if found > REVISION:
        raise StoreOutdated(
            f"{database} was made by a newer version (revision {found}, known {REVISION})",
            "upgrade this program: `pipx upgrade tracekb`",
        )
