"""Engines: one contract for all of them, then what belongs to one."""

import gc
import pickle
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage

from kb import analysis
from kb.engines import Engine, EngineDocument, open_engine
from kb.engines.scoring import Scores
from kb.errors import EngineUnavailable
from kb.models import Avoid, Cause, Entry, ErrorForm, Fix
from tests.engine_support import DOCUMENTS, ids


@pytest.fixture(params=["memory", "whoosh"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    made: list[Engine] = []

    def new() -> Engine:
        folder = tmp_path / f"index {len(made)}"
        url = "memory:" if request.param == "memory" else f"whoosh:///{folder.as_posix().lstrip('/')}"
        made.append(open_engine(url, create=True))
        return made[-1]

    yield new
    for engine in made:
        engine.close()


@pytest.fixture
def engine(make: Callable[[], Engine]) -> Engine:
    new = make()
    new.add(DOCUMENTS)
    new.commit()
    return new


class TestContract:
    """What every engine does."""

    def test_an_empty_one_finds_nothing(self, make: Callable[[], Engine]) -> None:
        empty = make()
        assert empty.count() == 0
        assert empty.search("book", 5) == []
        empty.commit()
        assert empty.search("book", 5) == []

    @pytest.mark.parametrize(
        ("query", "first"),
        [
            ("BookLostError", "shelf/book-lost"),
            ("shelf.errors.SessionClosedError", "shelf/session-closed"),
            ("book lost error", "shelf/book-lost"),
            ("errno 111", "wire/refused"),
            ("e42", "shelf/book-lost"),
            ("C++ ->", "wire/refused"),
            ("'<'", "wire/refused"),
            ("<", "wire/refused"),
            ("!!", "wire/refused"),
            ('"!!"', "wire/refused"),
            ("READING ROOM", "shelf/book-lost"),
            ("sessions", "shelf/session-closed"),
        ],
    )
    def test_words_find_their_entry_first(self, engine: Engine, query: str, first: str) -> None:
        assert ids(engine, query)[0] == first

    def test_what_an_entry_is_about_counts_more_than_what_it_mentions(self, engine: Engine) -> None:
        assert ids(engine, "closed session") == ["shelf/session-closed", "shelf/book-lost"]
        assert ids(engine, "lost book") == ["shelf/book-lost", "shelf/session-closed"]

    def test_share_says_how_much_was_found(self, engine: Engine) -> None:
        whole, *_ = engine.search("reading room", 5)
        assert whole.share == 1
        half, *_ = engine.search("room zebra", 5)
        assert 0 < half.share < 0.7
        assert all(0 < hit.share <= 1 and hit.score > 0 for hit in engine.search("book session zebra", 5))

    def test_quoted_words_must_stand_in_a_row(self, engine: Engine) -> None:
        assert ids(engine, '"open the session"') == ["shelf/session-closed"]
        assert ids(engine, '"room reading"') == []
        assert ids(engine, '"reading room" closed') == ["shelf/book-lost"]
        assert ids(engine, '"lost error" book') == ["shelf/book-lost"]
        assert ids(engine, '"room reading"', exact=False) == ["shelf/book-lost", "shelf/session-closed"]

    def test_signs_stand_in_phrases(self, engine: Engine) -> None:
        assert ids(engine, "\"'<' and '!!' stand\"") == ["wire/refused"]
        assert ids(engine, '"compare with !="') == []

    def test_a_slip_of_the_fingers_is_forgiven(self, engine: Engine) -> None:
        assert ids(engine, "conection")[0] == "wire/refused"  # too few
        assert ids(engine, "catalogye") == ["shelf/book-lost"]  # wrong
        assert ids(engine, "cataloguee") == ["shelf/book-lost"]  # too many
        assert ids(engine, "refusde") == ["wire/refused"]  # in the wrong order
        assert ids(engine, "catallogye") == []  # two slips
        assert ids(engine, "serve1") == []  # a number is no slip
        (misspelt,), (right,) = engine.search("catalogye", 1), engine.search("catalogue", 1)
        assert misspelt.score < right.score

    def test_the_last_word_may_be_unfinished(self, engine: Engine) -> None:
        assert ids(engine, "catal", typing=True) == ["shelf/book-lost"]
        assert ids(engine, "BookLostE", typing=True)[0] == "shelf/book-lost"
        assert ids(engine, "catal") == ids(engine, "catal ", typing=True) == []
        assert ids(engine, "refuse connec", typing=True) == ["wire/refused"]
        assert ids(engine, "zebra", typing=True) == []
        assert ids(engine, "catalogye", typing=True) == ["shelf/book-lost"], "nothing begins so: it is a slip"
        shares = {hit.id: hit.share for hit in engine.search("reading roo", 5, typing=True)}
        assert shares["shelf/book-lost"] == 1
        assert shares["shelf/session-closed"] < 1

    def test_a_whole_word_counts_more_than_one_that_begins_so(self, make: Callable[[], Engine]) -> None:
        engine = make()
        engine.add([EngineDocument("a/longer", "closedness"), EngineDocument("b/whole", "closed")])
        engine.commit()
        assert ids(engine, "closed", typing=True) == ["b/whole", "a/longer"]

    def test_filters(self, engine: Engine) -> None:
        assert ids(engine, "book session server", library="WIRE") == ["wire/refused"]
        assert ids(engine, "book", exception="booklosterror") == ["shelf/book-lost"]
        assert ids(engine, "book", exception="shelf.errors.BookLostError") == ["shelf/book-lost"]
        assert ids(engine, "book", library="shelf", exception="ConnectionRefusedError") == []
        assert ids(engine, "book", library="no such") == []

    def test_the_limit_holds(self, engine: Engine) -> None:
        assert len(engine.search("session", 1)) == 1
        assert engine.search("session", 0) == []

    def test_equal_ones_come_by_id(self, make: Callable[[], Engine]) -> None:
        engine = make()
        engine.add(EngineDocument(f"same/{name}", "Same words") for name in "dbeac")
        engine.commit()
        assert ids(engine, "same words") == [f"same/{name}" for name in "abcde"]

    def test_nothing_shows_before_the_commit(self, engine: Engine) -> None:
        engine.add([EngineDocument("new/one", "zebra")])
        engine.remove(["wire/refused"])
        assert ids(engine, "zebra") == []
        assert ids(engine, "refused") == ["wire/refused"]
        engine.commit()
        assert ids(engine, "zebra") == ["new/one"]
        assert ids(engine, "refused") == []
        assert engine.count() == 3

    def test_adding_again_replaces(self, engine: Engine) -> None:
        engine.add([EngineDocument("wire/refused", "zebra"), EngineDocument("wire/refused", "giraffe")])
        engine.commit()
        assert engine.count() == 3
        assert ids(engine, "zebra refused errno") == []
        assert ids(engine, "giraffe") == ["wire/refused"]

    def test_remove_then_add_in_one_commit(self, engine: Engine) -> None:
        engine.remove(["wire/refused", "never/there"])
        engine.add([EngineDocument("wire/refused", "zebra")])
        engine.commit()
        assert ids(engine, "zebra") == ["wire/refused"]

    @pytest.mark.parametrize(
        "query",
        ["", "  ", "the of", "* ? [a TO b] (", "id:wire/refused", 'NOT "', "\0\ud800", "a" * 100_000, "b " * 50_000],
    )
    def test_any_text_is_a_query(self, engine: Engine, query: str) -> None:
        assert isinstance(engine.search(query, 5, library=query[:50], exception=query[:50]), list)

    def test_broken_text_is_indexed(self, make: Callable[[], Engine]) -> None:
        engine = make()
        engine.add(
            [EngineDocument("x/\ud800", "zebra \ud800 \0", "\udfff", ("Odd Error, \ud800",), ("",), body="\ud800")]
        )
        engine.commit()
        assert len(engine.search("zebra", 5)) == 1
        assert len(engine.search("zebra", 5, exception="odd error, \ud800")) == 1

    def test_of_a_long_query_the_rare_words_are_asked_for(self, engine: Engine) -> None:
        noise = " ".join(f"unknown{number}" for number in range(100))
        assert ids(engine, f"{noise} errno refused") == ["wire/refused"]

    def test_threads_search_at_once(self, engine: Engine) -> None:
        wanted = ids(engine, "book session")
        seen: list[bool] = []

        def ask() -> None:
            seen.extend(ids(engine, "book session") == wanted for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen == [True] * 80


WORDS = ["book", "BookLostError", "session", "closed", "reading", "room", "errno", "111", "shelf", "zebra"]
texts = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.builds(EngineDocument, id=st.uuids().map(str), title=texts, body=texts), max_size=8), texts, st.data()
)
def test_whoosh_finds_what_memory_finds(
    tmp_path_factory: pytest.TempPathFactory, documents: list[EngineDocument], query: str, data: st.DataObject
) -> None:
    phrase = data.draw(st.sampled_from(["", ' "book session"', ' "closed BookLostError"']))
    cut = data.draw(st.integers(0, 3))
    found = []
    for url in ("memory:", f"whoosh://{tmp_path_factory.mktemp('index')}"):
        engine = open_engine(url, create=True)
        engine.add(documents)
        engine.commit()
        typed = (query + phrase)[: len(query + phrase) - cut]
        found.append({(hit.id, hit.share) for hit in engine.search(typed, 20, typing=cut > 0)})
        engine.close()
    assert found[0] == found[1]


class TestWhoosh:
    def test_it_is_found_again_on_disk(self, tmp_path: Path) -> None:
        url = f"whoosh://{tmp_path}/index"
        engine = open_engine(url, create=True)
        engine.add(DOCUMENTS)
        engine.commit()
        engine.close()
        for create in (False, True):
            again = open_engine(url, create=create)
            assert ids(again, "refused") == ["wire/refused"]
            again.close()

    def test_what_is_not_committed_is_dropped(self, tmp_path: Path) -> None:
        url = f"whoosh://{tmp_path}/index"
        engine = open_engine(url, create=True)
        engine.add(DOCUMENTS)
        engine.close()
        again = open_engine(url)
        assert again.count() == 0
        again.close()

    def test_a_missing_folder(self, tmp_path: Path) -> None:
        with pytest.raises(EngineUnavailable, match="rebuild"):
            open_engine(f"whoosh://{tmp_path}/none")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
    @pytest.mark.parametrize("content", [b"", b"junk" * 2000, b"\x80\x04.", pickle.dumps({"a": 1})])
    @pytest.mark.parametrize("kind", ["toc", "seg"])
    def test_damage(self, tmp_path: Path, content: bytes, kind: str) -> None:
        url = f"whoosh://{tmp_path}"
        engine = open_engine(url, create=True)
        engine.add(DOCUMENTS)
        engine.commit()
        engine.close()
        for file in tmp_path.glob(f"*.{kind}"):
            file.write_bytes(content)
        with pytest.raises(EngineUnavailable, match="rebuild"):
            open_engine(url).search("book", 5)
        gc.collect()  # Whoosh leaves damaged files open: their warnings are to be told here

    def test_a_second_writer_is_told(self, tmp_path: Path) -> None:
        engine = open_engine(f"whoosh://{tmp_path}", create=True)
        engine.add(DOCUMENTS)
        lock = FileStorage(tmp_path).lock("MAIN_WRITELOCK")
        assert lock.acquire()
        with pytest.raises(EngineUnavailable, match="can't be written"):
            engine.commit()
        lock.release()
        engine.commit()
        assert engine.count() == 3
        engine.close()

    def test_only_its_own_module_imports_it(self) -> None:
        program = """
            import sys
            from kb.engines import generations, open_engine
            open_engine("memory:").search("book", 5)
            assert "whoosh" not in sys.modules
        """
        assert (
            subprocess.run([sys.executable, "-W", "error", "-c", textwrap.dedent(program)], check=False).returncode == 0
        )


def test_a_document_holds_the_words_of_its_entry() -> None:
    entry = Entry(
        "shelf/book-lost",
        "The title",
        "shelf",
        "authored",
        (
            ErrorForm("shelf.LostError", "book {title} is lost"),
            ErrorForm("shelf.LostError", "no book {title}"),
            ErrorForm("", "x"),
        ),
        summary="The summary",
        causes=(Cause("c", "Cause title", "cause text", check="the check"),),
        fixes=(Fix("f", "c", "Fix title", "fix text", code=("fix_code()",)),),
        avoid=(Avoid("Avoid title", "avoid text"),),
        codes=("E42",),
        tags=("tag",),
    )
    document = EngineDocument.of(entry)
    assert document.exceptions == ("shelf.LostError",)
    assert document.exception_names == {"shelf.losterror", "losterror"}
    for text in ("The title", "book {title} is lost", "no book {title}", "E42", "tag", "shelf.LostError"):
        assert text in document.head
    for text in (
        "The summary",
        "Cause title",
        "cause text",
        "the check",
        "Fix title",
        "fix text",
        "fix_code()",
        "avoid text",
    ):
        assert text in document.body


@pytest.mark.parametrize(("typing", "asked"), [(True, 4), (False, 1)])
def test_words_that_stand_nearly_everywhere_are_asked_for_a_person_only(typing: bool, asked: int) -> None:
    # In a hundred thousand documents each costs as much as all else of a lookup.
    query = analysis.query("cup stands broken under saucer today")
    plan = Scores.plan(query, 100_000, lambda _: 20_000, lambda _: (), typing=typing)
    assert len(plan.words) == asked
    rare = Scores.plan(query, 100_000, {"saucer": 3, "today": 40_000}.get, lambda _: (), typing=False)
    assert list(rare.words) == ["saucer"]
