"""Votes: what they change in the order of fixes and entries, how little few of them do, and who may give how many."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import pipeline
from kb.errors import SaidTooMuch
from kb.feedback import in_order, share
from kb.models import Fix, Proof
from kb.ranking import Candidate, rank
from kb.store import Store
from tests import small

PROOF = (Proof("3.12", {}, "2026-01-01"),)
TWO = (Fix("first", "c", "First", ""), Fix("second", "c", "Second", ""))
counts = st.tuples(st.integers(0, 40), st.integers(0, 40))


def order(votes: dict[str, tuple[int, int]], fixes: tuple[Fix, ...] = TWO) -> list[str]:
    return [fix.id for fix in in_order("e", fixes, {("e", fix): said for fix, said in votes.items()})]


class TestOrder:
    def test_no_three_votes_change_the_authors_order(self) -> None:
        for first in range(4):
            for second in range(4 - first):
                for worked in range(first + 1):
                    for also in range(second + 1):
                        said = {"first": (worked, first - worked), "second": (also, second - also)}
                        assert order(said) == ["first", "second"], said

    @pytest.mark.parametrize(
        "said",
        [
            {"second": (4, 0)},
            {"first": (0, 4)},
            {"first": (1, 9), "second": (6, 1)},
            {"first": (0, 2), "second": (2, 0)},
        ],
    )
    def test_votes_that_agree_do(self, said: dict[str, tuple[int, int]]) -> None:
        assert order(said) == ["second", "first"]

    def test_a_fix_that_mostly_works_stays_before_one_that_nobody_tried(self) -> None:
        assert order({"first": (30, 20)}) == ["first", "second"]

    def test_votes_never_lift_a_fix_over_another_cause_or_a_proof(self) -> None:
        fixes = (Fix("a", "one", "", ""), Fix("b", "two", "", ""))
        assert order({"b": (99, 0), "a": (0, 99)}, fixes) == ["a", "b"]
        fixes = (Fix("a", "one", "", "", verified=PROOF), Fix("b", "one", "", ""))
        assert order({"b": (99, 0), "a": (0, 99)}, fixes) == ["a", "b"]

    @given(st.lists(counts, max_size=6))
    def test_no_fix_is_lost(self, said: list[tuple[int, int]]) -> None:
        fixes = tuple(Fix(str(number), "c", "", "") for number in range(len(said)))
        votes = {str(number): one for number, one in enumerate(said)}
        assert sorted(order(votes, fixes)) == sorted(votes)

    @given(counts)
    def test_the_interval_holds_the_share(self, said: tuple[int, int]) -> None:
        low, centre, high = share(*said)
        assert 0 <= low <= centre <= high <= 1
        if sum(said):
            assert low <= said[0] / sum(said) + 1e-9
            assert said[0] / sum(said) <= high + 1e-9

    def test_between_entries_they_are_the_very_last_key(self) -> None:
        plain = [Candidate(name, 0, "template", 0, {"literal": 3.0}) for name in ("a/a", "b/b")]
        assert [one.candidate.entry for one in rank(plain, 2, {"b/b": 0.9})] == ["b/b", "a/a"]
        better = [Candidate("a/a", 0, "template", 0, {"literal": 3.01}), plain[1]]
        assert [one.candidate.entry for one in rank(better, 2, {"b/b": 1.0})] == ["a/a", "b/b"]


class TestKept:
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'kb.sqlite3'}"

    @pytest.fixture
    def store(self, url: str) -> Iterator[Store]:
        with Store.create(url) as made:
            yield made

    def test_of_one_voice_the_last_vote_for_a_fix_counts(self, store: Store) -> None:
        first = store.vote("a/b", "c", True, "", "10.0.0.1 Firefox")
        store.vote("a/b", "c", False, "", "10.0.0.1 Firefox")
        store.vote("a/b", "other", True, "", "10.0.0.1 Firefox")
        store.vote("a/b", "c", True, "", "10.0.0.2 Firefox")
        assert store.feedback() == {("a/b", "c"): (1, 1), ("a/b", "other"): (1, 0)}
        assert store.unvote(first) is False

    def test_a_day_later_nobody_knows_who_spoke(self, store: Store, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        file = url.removeprefix("sqlite:///")

        def held() -> str:
            connection = sqlite3.connect(file)
            rows = [connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("vote", "voice", "day")]
            connection.close()
            return str(rows)

        store.vote("a/b", "c", True, "", "10.0.0.1 Firefox")
        today = sqlite3.connect(file)
        (hashed,) = today.execute("SELECT voice FROM vote").fetchone()
        (salt,) = today.execute("SELECT salt FROM day").fetchone()
        today.close()
        assert len(hashed) == 32
        assert "10.0.0.1" not in held()
        monkeypatch.setattr("kb.store.saying._now", lambda: "2999-01-01T00:00:00+00:00")
        store.vote("a/b", "c", True, "", "10.0.0.1 Firefox")
        assert hashed not in held()
        assert salt not in held()
        assert store.feedback() == {("a/b", "c"): (2, 0)}

    def test_a_voice_is_heard_so_often_a_day(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kb.store.saying.A_VOICE_A_DAY", 3)
        monkeypatch.setattr("kb.store.saying.ALL_VOICES_A_DAY", 5)
        for _ in range(3):  # taking a vote back doesn't give another
            store.unvote(store.vote("a/b", "c", True, "", "one"))
        with pytest.raises(SaidTooMuch):
            store.vote("a/b", "c", True, "", "one")
        store.vote("a/b", "c", True, "", "two")
        store.vote("a/b", "c", True, "")
        with pytest.raises(SaidTooMuch):
            store.vote("a/b", "c", True, "", "three")
        monkeypatch.setattr("kb.store.saying._now", lambda: "2999-01-01T00:00:00+00:00")
        store.vote("a/b", "c", True, "", "one")

    def test_what_others_say_is_seen_a_little_later_and_ones_own_at_once(self, store: Store, url: str) -> None:
        with Store.open(url) as other:
            assert other.feedback(within=60) == {}
            store.vote("a/b", "c", True, "")
            assert other.feedback(within=60) == {}
            assert other.feedback(within=0) == {("a/b", "c"): (1, 0)}
            other.vote("a/b", "c", True, "")
            assert other.feedback(within=60) == {("a/b", "c"): (2, 0)}
            store.vote("a/b", "c", False, "")
            time.sleep(0.02)
            assert other.feedback(within=0.01) == {("a/b", "c"): (2, 1)}


class TestKnowledge:
    def test_a_rebuild_leaves_votes_and_a_lost_fix_harms_nothing(self, tmp_path: Path) -> None:
        base = small.base(tmp_path, {"tea/kettle.md": small.article()})
        fix = base.matcher.lookup(small.PASTE).to_dict()["matches"][0]["fixes"][0]["id"]
        for _ in range(2):
            base.store.vote("tea/kettle", fix, True, "")
            base.store.vote("tea/kettle", "a-fix-of-old", False, "")
            base.store.vote("gone/entry", "fix", True, "")
        pipeline.index(small.settings(tmp_path), rebuild=True)
        text = small.article().replace("fill the kettle first", "pour water in")
        small.write(tmp_path / "articles", {"tea/kettle.md": text})
        pipeline.index(small.settings(tmp_path))
        (shown,) = base.matcher.lookup(small.PASTE).to_dict()["matches"][0]["fixes"]
        assert shown["feedback"] == {"worked": 0, "failed": 0}
        assert base.store.feedback()["tea/kettle", fix] == (2, 0)
        small.write(tmp_path / "articles", {"tea/kettle.md": small.article()})
        pipeline.index(small.settings(tmp_path))
        (shown,) = base.matcher.lookup(small.PASTE).to_dict()["matches"][0]["fixes"]
        assert shown["feedback"] == {"worked": 2, "failed": 0}
        base.close()

    def test_enough_votes_turn_two_fixes_of_a_cause_round(self, tmp_path: Path) -> None:
        more = "\n### Fix: buy another kettle\nOne with a lid.\n\n```python fix\nfilled = True\nassert filled\n```\n"
        base = small.base(tmp_path, {"tea/kettle.md": small.article() + more})

        def fixes() -> list[str]:
            return [fix["id"] for fix in base.matcher.lookup(small.PASTE).to_dict()["matches"][0]["fixes"]]

        author = fixes()
        for _ in range(3):
            base.store.vote("tea/kettle", author[1], True, "")
        assert fixes() == author
        base.store.vote("tea/kettle", author[1], True, "")
        assert fixes() == author[::-1]
        shown = base.matcher.entry_dict("tea/kettle")
        assert [fix["id"] for fix in shown["fixes"]] == author[::-1]
        base.close()
