"""Errors that nobody could answer: what is kept of them, which are one, how an author gets at them."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from cli.main import kb
from indexer import authored, pipeline
from kb import tables
from kb.store import Store
from kb.templates import Template
from kb.wanted import LONGEST, Unknown, joined, keepable, template
from tests import small

LID = Unknown("teapot.errors.KettleLidError", "the lid of kettle {quoted} doesn't fit", "teapot")
PROSE = "the lid of the kettle doesn't fit and was refused by {} while it was closed"
hidden = st.text(string.ascii_letters + string.digits, min_size=8, max_size=60).filter(
    lambda text: re.search("[0-9]", text) and re.search("[a-zA-Z]", text)
)


def kept(message: str, exception: str = "teapot.errors.KettleLidError") -> str:
    error = keepable(exception, message, "teapot")
    assert error is not None
    return error.normal


class TestKept:
    @pytest.mark.parametrize(
        ("message", "normal"),
        [
            ("Instance <users at 0x1ff9> is not bound to a Session", "Instance {object} is not bound to a Session"),
            ("[Errno 111] Connection refused", "[Errno 111] Connection refused"),
            ("expected float64 but got int32, see utf-8", "expected float64 but got int32, see utf-8"),
            ("SQLSTATE[23505] unique", "SQLSTATE[23505] unique"),
            ("numpy 2.1.3 is not numpy>=2.2", "numpy 2.1.3 is not numpy>=2.2"),
            (
                "cannot import name 'tea' from 'shop' (/home/ada/shop.py)",
                "cannot import name {quoted} from {quoted}",
            ),
            (
                "Got DetachedInstanceError in make_tea() of shop.views",
                "Got DetachedInstanceError in make_tea() of shop.views",
            ),
            ("чайник не найден", "чайник не найден"),
        ],
    )
    def test_what_tells_errors_apart_stays(self, message: str, normal: str) -> None:
        assert kept(message) == normal

    @pytest.mark.parametrize(
        "message",
        [
            "login failed with hunter2",
            "no key s3cr3t!$x found",
            "token xKjHqPzRwTmNvBdL was refused",
            "Cookie: theme=dark; sessionid=abcdefghijkl",
            "could not connect to postgresql://shop:p!a$s&@db:5432/shop",
            "bad header Authorization: Basic YWRhOnNlY3JldA==",
            "user ada.l@example.com at 10.0.0.7",
            "in /home/ada/shop.py and C:\\Users\\Ada\\shop.py",
        ],
    )
    def test_what_is_no_word_does_not(self, message: str) -> None:
        said = kept(message)
        for secret in re.findall(r"hunter2|s3cr3t\S*|xKjH\w+|abcdefghijkl|p!a\$s&|YWRh\w+|ada\b|Ada\b|10\.0", message):
            assert secret not in said

    @given(hidden, st.sampled_from(["{}", "'{}'", "key={}", "({})", "x-{}", "{}:", "a/{}/b", "u{}", "[{}]", "{},{}"]))
    def test_a_planted_key_is_never_kept(self, secret: str, around: str) -> None:
        said = kept(PROSE.format(around.replace("{}", secret)))
        if secret.lower() not in tables.words("words_with_digits.txt"):
            assert secret not in said

    @given(st.sampled_from(tables.rows("secrets.tsv")), st.sampled_from(["", "could not do it: ", "x "]))
    def test_what_the_redaction_knows_is_never_kept(self, row: dict[str, str], before: str) -> None:
        example, redacted = (row[name].replace("\\n", "\n") for name in ("example", "redacted"))
        pattern = re.escape(redacted).replace(re.escape(row["placeholder"]), "(.+)", 1)
        found = re.fullmatch(pattern, example, re.DOTALL)
        assert found, row
        assert found[1] not in kept(before + example)

    @given(st.text(max_size=400))
    def test_any_message_is_kept_short_on_one_line_and_the_same_again(self, message: str) -> None:
        error = keepable("E", message, "")
        assert error is not None
        assert len(error.normal) <= LONGEST
        assert "\n" not in error.normal
        assert keepable(*error) == error

    @pytest.mark.parametrize("exception", ["", "hunter2x9", "a b", "xKjHqPzRwTmN", "E" * 300, "<script>", "../../x"])
    def test_a_type_that_is_none_is_refused(self, exception: str) -> None:
        assert keepable(exception, "m", "l") is None

    @pytest.mark.parametrize("library", ["../etc", "A", "a/b", "-", "a" * 99])
    def test_a_library_that_is_none_is_left_out(self, library: str) -> None:
        assert keepable("E", "m", library) == ("E", "m", "")


class TestClusters:
    @pytest.mark.parametrize(
        ("one", "other", "both"),
        [
            ("no such table: users", "no such table: orders", "no such table: {value}"),
            ("column users.name does not exist", "column tea.kind does not exist", "column {value} does not exist"),
            ("connection refused by peer", "connection reset by peer", None),
            ("no such table: users", "no such column: users", None),
            ("kettle {quoted} is empty", "kettle {quoted} is empty", "kettle {quoted} is empty"),
            ("kettle {quoted} is empty", "kettle {number} is empty", "kettle {value} is empty"),
            ("x", "y", None),
            ("one word more", "one word", None),
        ],
    )
    def test_what_is_one(self, one: str, other: str, both: str | None) -> None:
        assert joined(one, other) == both
        assert joined(other, one) == both
        if both:
            assert joined(both, other) == both

    @given(st.text("ab:_ {}", max_size=60))
    def test_any_normal_form_makes_a_template_that_can_be_read(self, message: str) -> None:
        normal = kept(message)
        Template.parse(template(normal))
        assert joined(normal, normal) == normal


class TestStore:
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        with Store.create(f"sqlite:///{tmp_path / 'kb.sqlite3'}") as made:
            yield made

    def test_near_errors_are_counted_as_one_under_their_type(self, store: Store) -> None:
        for table in ("users", "orders", "teas", "users"):
            store.want(Unknown("sqlite3.OperationalError", f"no such table: {table}", "python"))
        store.want(Unknown("shop.OperationalError", "no such table: users", "shop"))
        first, second = store.wanted()
        assert (first.count, first.normal) == (4, "no such table: {value}")
        assert (second.count, second.exception) == (1, "shop.OperationalError")

    def test_an_error_without_a_message_is_counted_too(self, store: Store) -> None:
        for _ in range(3):
            store.want(Unknown("shop.TeaError", "", "shop"))
        assert [(error.count, error.normal) for error in store.wanted()] == [(3, "")]

    @given(st.lists(st.lists(st.sampled_from(["no", "tea", "a.b", "c_1", "x:", "{quoted}"]), max_size=9), max_size=12))
    @hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_is_wanted_counts(self, store: Store, said: list[list[str]]) -> None:
        for error in store.wanted():
            store.forget(error.fingerprint)
        store.bring((Unknown("shop.TeaError", " ".join(words), "shop"), 1, "2026-11-23") for words in said)
        assert sum(error.count for error in store.wanted()) == len(said)

    def test_one_voice_asks_once_a_day_and_can_take_it_back(self, store: Store) -> None:
        store.want(LID, "somebody else")
        _, first = store.want(LID, "me")
        kept, second = store.want(LID, "me")
        assert kept.count == 2
        assert store.unwant(first) is False
        assert store.unwant(second) is True
        assert store.unwant(second) is False
        assert store.wanted()[0].count == 1

    def test_what_nobody_wants_any_more_is_gone(self, store: Store) -> None:
        _, token = store.want(LID)
        assert store.unwant(token)
        assert store.wanted() == ()

    def test_the_list_does_not_grow_without_end(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kb.store.saying.WANTED_LIMIT", 5)
        monkeypatch.setattr("kb.store.saying.WANTED_OF_A_TYPE", 3)
        letters = "abcdefgh"
        for exception in "AABCDEFG":
            store.want(Unknown(exception, "m", ""))
        assert len(store.wanted()) == 5
        assert store.wanted()[0].exception == "A"
        for letter in letters:
            store.want(Unknown("A", letter * 3, ""))
        assert sum(row.exception == "A" for row in store.wanted()) == 3


class TestCommand:
    @pytest.fixture
    def run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        base = small.base(tmp_path, {"tea/kettle.md": small.article()})
        base.store.want(LID)
        base.store.want(LID)
        base.store.want(Unknown("KeyError", "{quoted}", "python"))
        base.close()

        def call(*arguments: str) -> Result:
            options = ["--data-dir", str(tmp_path / "data"), "--articles-dir", str(tmp_path / "articles")]
            return CliRunner().invoke(kb, [*options, "wanted", *arguments], standalone_mode=False)

        return call

    def test_most_wanted_first(self, run) -> None:
        done = run("--json")
        assert done.return_value == 0
        items = json.loads(done.output)["items"]
        assert [item["count"] for item in items] == [2, 1]
        assert set(items[0]) == {"fingerprint", "exception", "normal", "library", "count", "first", "last"}
        assert "KettleLidError" in run().output

    def test_drafts_are_articles_but_for_their_marks(self, run, tmp_path: Path) -> None:
        done = run("--drafts", str(tmp_path / "drafts"))
        paths = [Path(line) for line in done.output.split()]
        assert paths[0] == tmp_path / "drafts/teapot/kettleliderror-the-lid-of-kettle-quoted-doesnt-fit.md"
        assert len(paths) == 2
        for path in paths:
            text = path.read_text(encoding="utf-8")
            _, problems = authored.parse(str(path), text)
            assert {one.code for one in problems} == {"KB310"}, [str(one) for one in problems]
        assert "the lid of kettle {quoted} doesn't fit" in paths[0].read_text(encoding="utf-8")
        paths[0].write_text("mine", encoding="utf-8")
        assert run("--drafts", str(tmp_path / "drafts")).output == ""
        assert paths[0].read_text(encoding="utf-8") == "mine"

    @pytest.mark.parametrize("quoted", ["'{kettle}'", '\\"{kettle}\\"', "`{kettle}`", "{kettle}"])
    def test_an_error_that_gets_an_entry_drops_out(self, run, tmp_path: Path, quoted: str) -> None:
        text = small.article("Lid", "teapot.errors.KettleLidError", f"the lid of kettle {quoted} doesn't fit")
        small.write(tmp_path / "articles", {"teapot/lid.md": text.replace("library: tea\n", "library: teapot\n")})
        pipeline.index(small.settings(tmp_path))
        assert [item["exception"] for item in json.loads(run("--json").output)["items"]] == ["KeyError"]

    def test_forgotten_and_brought_again(self, run, tmp_path: Path) -> None:
        listed = json.loads(run("--json").output)
        for item in listed["items"]:
            assert run("--forget", item["fingerprint"]).exception is None
        assert run().return_value == 1
        assert "no wanted error" in str(run("--forget", "0" * 16).exception)
        listed["items"][0]["normal"] += " said hunter2x"
        file = small.write(tmp_path, {"list.json": json.dumps(listed)}) / "list.json"
        again = json.loads(run("--import", str(file), "--json").output)["items"]
        assert [item["count"] for item in again] == [2, 1]
        assert again[0]["normal"] == f"{LID.normal} said {{value}}"

    @pytest.mark.parametrize("content", ["", "[]", '{"items": [1]}', '{"items": [{"exception": "a b"}]}', "\0"])
    def test_a_file_that_is_no_list_is_refused(self, run, tmp_path: Path, content: str) -> None:
        file = small.write(tmp_path, {"list.json": content}) / "list.json"
        assert "is no list of wanted errors" in str(run("--import", str(file)).exception)
        assert "can't read" in str(run("--import", str(tmp_path / "none")).exception)
