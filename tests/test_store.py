"""The store on a real SQLite file: what is known, one generation at a time, and what users say about it."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.errors import SettingError, StoreBroken, StoreLocked, StoreMissing, StoreOutdated, UnavailableError
from kb.models import Entry, ErrorForm, Fix, Proof
from kb.store import Change, Source, Store, Upsert, entry_from_json, schema

SHIPPED = Source("shipped", "/opt/articles")
TEAM = Source("team", "/srv/errors", position=1)


def an_entry(entry: str = "shelf/book-lost", title: str = "The book is lost", **fields: object) -> Entry:
    form = ErrorForm("shelf.LostError", "book {title} is not on the shelf")
    return replace(Entry(entry, title, entry.partition("/")[0], "authored", (form,)), **fields)


def a_file(path: str, *entries: Entry, source: str = "shipped") -> Upsert:
    return Upsert(source, path, "0" * 64, (), entries)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'a folder%20with ?' / 'kb.sqlite3'}"


@pytest.fixture
def path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.create(url, wait=0.2) as made:
        yield made


def publish(store: Store, *upserts: Upsert, **fields: object) -> int:
    change = Change("rules-1", store.generation().number, (SHIPPED, TEAM), upserts)
    return store.publish(replace(change, **fields))


class TestKnowledge:
    def test_a_new_store_is_empty_and_of_generation_0(self, store: Store) -> None:
        assert store.generation() == (0, "")
        assert list(store.entries()) == []
        assert store.entry("shelf/book-lost") is None

    def test_an_entry_comes_back_whole(self, store: Store) -> None:
        entry = an_entry(
            codes=("E7",), fixes=(Fix("look", None, "Look", "below", verified=(Proof("3.12", {}, "2026"),)),)
        )
        assert publish(store, a_file("a.md", entry)) == 1
        assert store.generation() == (1, "rules-1")
        assert store.entry(entry.id) == entry
        assert list(store.entries()) == [entry]
        header = next(store.headers())
        assert (header.id, header.exceptions, header.proven, header.source) == (
            entry.id, ("shelf.LostError",), True, "shipped",
        )  # fmt: skip
        assert [tuple(row)[1:] for row in store.templates()] == [
            (entry.id, "shelf.LostError", "book {title} is not on the shelf", 0)
        ]
        assert store.codes() == {"E7": (entry.id,)}
        assert entry_from_json(store.bodies()[entry.id]) == entry
        assert store.bodies(["nobody/knows"]) == {}

    def test_a_changed_file_takes_the_place_of_the_old_one(self, store: Store) -> None:
        publish(store, a_file("a.md", an_entry(codes=("E7",)), an_entry("shelf/second")), a_file("b.md"))
        publish(store, a_file("a.md", an_entry(title="New words")))
        assert [(head.id, head.title) for head in store.headers()] == [("shelf/book-lost", "New words")]
        assert store.codes() == {}
        assert {path: one.entries for path, one in store.documents("shipped").items()} == {
            "a.md": ("shelf/book-lost",),
            "b.md": (),
        }

    def test_removal_of_files_and_of_sources(self, store: Store) -> None:
        publish(store, a_file("a.md", an_entry()), a_file("t.md", an_entry("team/own"), source="team"))
        publish(store, removed=(("shipped", "a.md"), ("shipped", "never-there.md")))
        assert [head.id for head in store.headers()] == ["team/own"]
        publish(store, sources=(), removed_sources=("team",))
        assert list(store.headers()) == []
        assert list(store.templates()) == []
        assert store.sources() == (SHIPPED,)

    def test_problems_are_kept_with_their_file(self, store: Store) -> None:
        publish(store, replace(a_file("bad.md"), problems=({"line": 3, "code": "KB101"},)))
        assert store.documents("shipped")["bad.md"].problems == ({"line": 3, "code": "KB101"},)

    def test_the_later_source_overrides_and_what_it_hid_comes_back(self, store: Store) -> None:
        ours, theirs = an_entry(title="shipped"), an_entry(title="team's own")
        publish(store, a_file("t.md", theirs, source="team"))
        publish(store, a_file("a.md", ours))
        assert store.entry(ours.id) == theirs
        assert len(list(store.headers())) == len(list(store.templates())) == 1
        publish(store, sources=(replace(SHIPPED, position=2),))
        assert store.entry(ours.id) == ours
        publish(store, removed=(("shipped", "a.md"),))
        assert store.entry(ours.id) == theirs

    def test_of_two_files_with_one_id_the_first_by_name_is_served(self, store: Store) -> None:
        publish(store, a_file("b.md", an_entry(title="b")), a_file("a.md", an_entry(title="a")))
        assert [entry.title for entry in store.entries()] == ["a"]

    def test_a_retired_entry_keeps_its_page_and_answers_no_paste(self, store: Store) -> None:
        publish(store, a_file("a.md", an_entry(status="retired", moved_to="shelf/new", codes=("E7",))))
        assert store.entry("shelf/book-lost") is not None
        assert list(store.templates()) == []
        assert store.codes() == {}
        assert store.redirects() == {"shelf/book-lost": "shelf/new"}

    def test_broken_text_is_stored(self, store: Store) -> None:
        entry = an_entry(title="half \ud83d and \0 nothing", summary="\udcff\0")
        publish(store, a_file("b\udce4d.md", entry))
        assert store.entry(entry.id) == entry
        assert next(store.headers()).title == "half \ufffd and \ufffd nothing"
        assert store.entry("\ud800") is None
        assert store.documents("\ud800") == {}
        assert store.unvote("\ud800\0") is False

    def test_a_rehearsal_shows_the_outcome_and_keeps_nothing(self, store: Store) -> None:
        ours, theirs = an_entry(title="shipped"), an_entry(title="team's own")
        publish(store, a_file("a.md", ours), a_file("t.md", theirs, source="team"))
        change = Change("rules-2", 1, removed=(("team", "t.md"),))
        with store.rehearsal(change) as then:
            assert then.entry(ours.id) == ours
        assert store.generation() == (1, "rules-1")
        assert store.entry(ours.id) == theirs
        assert store.publish(change) == 2


class TestGenerations:
    def test_a_snapshot_does_not_see_what_is_published_meanwhile(self, store: Store) -> None:
        publish(store, a_file("a.md", an_entry()))
        with store.snapshot() as before:
            publish(store, a_file("a.md", an_entry(title="New words")))
            assert before.generation.number == 1
            assert [head.title for head in before.headers()] == ["The book is lost"]
        assert store.generation().number == 2

    def test_another_store_on_the_file_notices(self, url: str, store: Store) -> None:
        with Store.open(url) as server:
            assert server.generation().number == 0
            publish(store, a_file("a.md", an_entry()))
            assert server.generation().number == 1

    def test_of_two_writers_the_second_is_told(self, store: Store) -> None:
        first, second = (Change("r", 0, (SHIPPED,), (a_file(name),)) for name in ("a.md", "b.md"))
        store.publish(first)
        with pytest.raises(StoreLocked, match="meanwhile"):
            store.publish(second)
        assert list(store.documents("shipped")) == ["a.md"]

    def test_a_change_that_fails_leaves_nothing(self, store: Store) -> None:
        with pytest.raises(Exception, match="FOREIGN KEY"):
            store.publish(Change("r", 0, (SHIPPED,), (a_file("a.md", an_entry()), a_file("x.md", source="unknown"))))
        assert store.generation().number == 0
        assert store.sources() == ()

    def test_threads_share_a_store(self, store: Store) -> None:
        seen: list[list[int]] = []

        def ask() -> None:
            numbers = []
            while not numbers or numbers[-1] < 10:
                with store.snapshot() as now:
                    assert len(list(now.headers())) == now.generation.number
                numbers.append(store.generation().number)
            seen.append(numbers)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(10):
            publish(store, a_file(f"{number}.md", an_entry(f"shelf/{number}")))
        for thread in threads:
            thread.join()
        assert len(seen) == 4
        assert all(numbers == sorted(numbers) for numbers in seen)

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
    def test_a_forked_process_goes_on_asking(self, url: str) -> None:
        program = """
            import os, sys
            from kb.store import Change, Store
            store = Store.open(sys.argv[1])
            store.generation()
            child = os.fork()
            if child == 0:
                os._exit(store.generation().number + store.publish(Change("r", 0)))
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
            assert store.generation().number == 1
        """
        Store.create(url).close()
        run = [sys.executable, "-W", "error", "-c", textwrap.dedent(program), url]
        assert subprocess.run(run, check=False).returncode == 0

    @pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
    def test_a_killed_writer_leaves_the_old_state_whole(self, url: str, store: Store) -> None:
        publish(store, a_file("a.md", an_entry()))
        program = """
            import os, signal, sys
            from kb.store import Change, Store, Upsert, writing
            after = writing._shadow
            def die(connection):
                after(connection)
                os.kill(os.getpid(), signal.SIGKILL)
            writing._shadow = die
            files = tuple(Upsert("shipped", f"{number}.md", "0" * 64, ({"x": "y" * 9000},)) for number in range(2000))
            Store.open(sys.argv[1]).publish(Change("r", 1, upserts=files, removed=(("shipped", "a.md"),)))
        """
        run = [sys.executable, "-c", textwrap.dedent(program), url]
        store.close()
        assert subprocess.run(run, check=False).returncode == -9
        assert store.generation() == (1, "rules-1")
        assert list(store.documents("shipped")) == ["a.md"]
        assert publish(store, a_file("b.md")) == 2


class TestUsersWords:
    def test_votes_are_counted_and_taken_back(self, store: Store) -> None:
        tokens = [store.vote("shelf/book-lost", "look", worked, "f" * 16) for worked in (True, True, False)]
        assert len(set(tokens)) == 3
        assert store.feedback() == {("shelf/book-lost", "look"): (2, 1)}
        assert store.unvote(tokens[2]) is True
        assert store.unvote(tokens[2]) is False
        assert store.feedback() == {("shelf/book-lost", "look"): (2, 0)}

    def test_votes_of_another_process_are_seen(self, url: str, store: Store) -> None:
        with Store.open(url) as server:
            assert server.feedback() == {}
            store.vote("shelf/book-lost", "look", True, "f" * 16)
            assert server.feedback() == {("shelf/book-lost", "look"): (1, 0)}

    def test_votes_outlive_their_entry(self, store: Store) -> None:
        publish(store, a_file("a.md", an_entry()))
        store.vote("shelf/book-lost", "look", True, "f" * 16)
        publish(store, sources=(), removed_sources=("shipped",))
        publish(store, a_file("a.md", an_entry()))
        assert store.feedback() == {("shelf/book-lost", "look"): (1, 0)}


class TestOpening:
    def test_open_makes_nothing(self, url: str, path: Path) -> None:
        with pytest.raises(StoreMissing, match="kb index"):
            Store.open(url)
        assert not path.parent.exists()

    @pytest.mark.parametrize("url", ["postgresql://h/db", "sqlite://", "sqlite:///:memory:", "kb.sqlite3", ""])
    def test_a_url_that_names_no_file(self, url: str) -> None:
        with pytest.raises(SettingError, match="sqlite:////"):
            Store.open(url)

    def test_a_url_that_is_refused_keeps_its_password(self) -> None:
        with pytest.raises(SettingError, match="postgresql://kb") as refused:
            Store.open("postgresql://kb:hunter2kettle@db.example.org/kb")
        assert "hunter2kettle" not in str(refused.value)

    def test_an_empty_file_is_a_missing_store_and_can_become_one(self, url: str, path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.touch()
        with pytest.raises(StoreMissing):
            Store.open(url)
        Store.create(url).close()
        Store.open(url).close()

    def test_a_folder_in_its_place(self, url: str, path: Path) -> None:
        path.mkdir(parents=True)
        for opener in (Store.open, Store.create):
            with pytest.raises(StoreBroken):
                opener(url)

    def test_a_file_that_is_no_database(self, url: str, path: Path) -> None:
        path.parent.mkdir(parents=True)
        path.write_text("Dear diary, " * 1000)
        for opener in (Store.open, Store.create):
            with pytest.raises(StoreBroken, match=r"kb\.sqlite3"):
                opener(url)
        assert path.read_text().startswith("Dear diary")

    def test_somebody_elses_database_is_left_alone(self, url: str, path: Path) -> None:
        path.parent.mkdir(parents=True)
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE recipes (name)")
        other.close()
        before = path.read_bytes()
        for opener in (Store.open, Store.create):
            with pytest.raises(StoreBroken, match="something else"):
                opener(url)
        assert path.read_bytes() == before

    @pytest.mark.parametrize(
        ("revision", "word", "command"), [("0000", "older", "kb index"), ("9999", "newer", "upgrade")]
    )
    def test_another_revision(self, url: str, path: Path, revision: str, word: str, command: str) -> None:
        Store.create(url).close()
        other = sqlite3.connect(path)
        other.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        other.commit()
        other.close()
        with pytest.raises(StoreOutdated, match=f"{word}.*{schema.REVISION}.*{command}"):
            Store.open(url)

    def test_damage_that_shows_at_a_query(self, url: str, path: Path) -> None:
        with Store.create(url) as store:
            publish(
                store, *(a_file(f"{number}.md", an_entry(f"shelf/{number}", "long " * 500)) for number in range(50))
            )
        content = bytearray(path.read_bytes())
        content[40 * 4096 :] = b"\xa5" * (len(content) - 40 * 4096)
        path.write_bytes(content)
        with Store.open(url) as store, pytest.raises(StoreBroken, match="damaged"):
            list(store.entries())

    def test_a_body_that_is_no_entry(self, url: str, path: Path, store: Store) -> None:
        publish(store, a_file("a.md", an_entry()))
        other = sqlite3.connect(path)
        other.execute("""UPDATE entry SET body = '{"from": "tomorrow"}'""")
        other.commit()
        other.close()
        with pytest.raises(StoreBroken, match="rebuild"):
            store.entry("shelf/book-lost")

    def test_a_writer_elsewhere_is_waited_for_and_then_named(self, path: Path, store: Store) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            for write in (lambda: publish(store), lambda: store.vote("a/b", "c", True, "d")):
                with pytest.raises(StoreLocked, match="another process"):
                    write()
            assert store.generation().number == 0
        finally:
            other.close()
        assert publish(store) == 1

    def test_a_vanished_file_is_not_made_again_by_a_vote(self, path: Path, store: Store) -> None:
        path.unlink()
        with pytest.raises(StoreMissing):
            store.vote("a/b", "c", True, "d")
        assert not path.exists()

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs to act as another user")
    def test_who_may_only_read_reads(self) -> None:
        program = """
            import os, sys
            from kb.errors import UnavailableError
            from kb.store import Change, Store, writing
            import sqlalchemy.dialects.sqlite
            os.setuid(65534)
            with Store.open(sys.argv[1]) as store:
                assert store.generation().number == 1
                assert store.feedback() == {}
                assert next(store.entries()).title == "The book is lost"
                assert store.generation().number == 1
                try:
                    store.publish(Change("r", 1))
                except UnavailableError as problem:
                    assert "can't be opened or written" in problem.message, problem
                else:
                    raise AssertionError
        """
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            url = f"sqlite:///{folder}/kb.sqlite3"
            with Store.create(url) as store:
                publish(store, a_file("a.md", an_entry()))
            run = [sys.executable, "-W", "error", "-c", textwrap.dedent(program), url]
            done = subprocess.run(run, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(UnavailableError, match="file"):
            Store.create(f"sqlite:///{tmp_path}/file/kb.sqlite3")


def test_reading_does_not_import_sqlalchemy(url: str, store: Store) -> None:
    publish(store, a_file("a.md", an_entry()))
    program = """
        import sys
        from kb.store import Store
        with Store.open(sys.argv[1]) as store:
            store.generation(), list(store.headers()), list(store.templates()), store.entry("a/b"), store.feedback()
        assert not {"sqlalchemy", "alembic"} & sys.modules.keys()
    """
    run = [sys.executable, "-W", "error", "-c", textwrap.dedent(program), url]
    assert subprocess.run(run, check=False).returncode == 0


def test_a_file_that_is_no_database_is_let_go_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kb.sqlite3").write_bytes(b"no database at all " * 200)
    opened: list[sqlite3.Connection] = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: opened.append(connect(*a, **k)) or opened[-1])
    with pytest.raises(StoreBroken):
        Store.open(f"sqlite:///{tmp_path / 'kb.sqlite3'}")
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")
    assert opened
