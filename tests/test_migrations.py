"""The history of the tables: from nothing to today's, without a configuration file, in any folder."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from kb.migrations.upgrading import configuration, upgrade
from kb.store import Store, schema
from kb.store.sqlite import SQLite
from kb.store.tables import metadata


@pytest.fixture
def database(tmp_path: Path) -> SQLite:
    return SQLite(tmp_path / "100% mine" / "kb.sqlite3", wait=1)


def revisions() -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()][::-1]


def test_the_store_knows_the_newest_revision_and_their_order() -> None:
    assert ScriptDirectory.from_config(configuration()).get_heads() == [schema.REVISION]
    assert revisions() == sorted(revisions()), "a number tells older from newer"


def test_migrated_tables_are_those_the_store_uses(database: SQLite) -> None:
    Store.create(f"sqlite:///{database.path}").close()
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("start", revisions())
def test_every_older_store_comes_up_to_date(database: SQLite, start: str) -> None:
    database.path.parent.mkdir()
    with database.engine(migrating=True).begin() as connection:
        upgrade(connection, start)
    Store.create(f"sqlite:///{database.path}").close()
    with Store.open(f"sqlite:///{database.path}") as store:
        assert store.generation() == (0, "")


def test_users_words_survive_making_it_again(database: SQLite) -> None:
    url = f"sqlite:///{database.path}"
    with Store.create(url) as store:
        store.vote("shelf/book-lost", "look", True, "f" * 16)
    with Store.create(url) as store:
        assert store.feedback() == {("shelf/book-lost", "look"): (1, 0)}


def test_a_migration_that_fails_leaves_nothing(database: SQLite, monkeypatch: pytest.MonkeyPatch) -> None:
    database.path.parent.mkdir()

    def fail() -> None:
        with database.engine(migrating=True).begin() as connection:
            upgrade(connection)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    connection = sqlite3.connect(database.path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()


def test_nothing_in_the_working_folder_is_looked_at(
    database: SQLite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    (hostile / "alembic.ini").write_text("[alembic]\nscript_location = .\n")
    (hostile / "env.py").write_text("raise SystemExit('run from the working folder')\n")
    monkeypatch.chdir(hostile)
    Store.create(f"sqlite:///{database.path}").close()
