"""Proof files: the same content gives the same bytes, dates stay with results, and damage is a problem, not a crash."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import authored, proof
from indexer.proof import ProofFile, RecordedTraceback, Run

KETTLE = Path(__file__).parent / "fixtures" / "articles" / "teapot" / "kettle-is-empty.md"
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"
RUN = Run("fill-it-first", "3.12.1", {"teapot": "2.4", "cup": "1.0"}, "passed", MONDAY)
OTHER = Run("ask-before-pouring", "3.12.1", {"teapot": "2.4"}, "failed", MONDAY, "AssertionError")
SHOWN = RecordedTraceback("a", "a/raises-1", "3.12.1", {"teapot": "2.4"}, "Traceback …\nEmptyKettle: K1\n")
FILE = ProofFile("ab" * 32, (RUN, OTHER), (SHOWN,))


def kettle(change=lambda text: text):
    article, problems = authored.parse(KETTLE, change(KETTLE.read_text()))
    assert article, problems
    return article


def test_file_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "deep" / "a.proof.json"
    assert proof.write(path, FILE)
    back, problems = proof.read(path)
    assert not problems
    assert back == replace(FILE, runs=(OTHER, RUN))


def test_text_is_the_same_whatever_the_order():
    other = ProofFile(FILE.article_sha256, (OTHER, replace(RUN, packages={"cup": "1.0", "teapot": "2.4"})), (SHOWN,))
    assert other.to_json() == FILE.to_json()
    assert FILE.to_json().endswith("}\n")


def test_date_stays_while_the_result_does(tmp_path):
    path = tmp_path / "a.proof.json"
    proof.write(path, FILE)
    tuesday = replace(FILE, runs=tuple(replace(run, date=TUESDAY) for run in FILE.runs))
    assert not proof.write(path, tuesday)
    assert proof.write(path, replace(tuesday, runs=(tuesday.runs[0], replace(tuesday.runs[1], outcome="passed"))))
    back, _ = proof.read(path)
    assert {run.block: run.date for run in back.runs} == {"fill-it-first": MONDAY, "ask-before-pouring": TUESDAY}


def test_date_is_new_for_new_content(tmp_path):
    path = tmp_path / "a.proof.json"
    proof.write(path, FILE)
    proof.write(path, replace(FILE, article_sha256="cd" * 32, runs=(replace(RUN, date=TUESDAY),)))
    assert proof.read(path)[0].runs[0].date == TUESDAY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "7",
        '{"article_sha256": 7, "runs": [], "tracebacks": []}',
        FILE.to_json().replace('"passed"', '"great"'),
        FILE.to_json().replace('"3.12.1"', "3.12"),
        FILE.to_json().replace('"2.4"', "2.4"),
        "[" * 100_000,
    ],
)
def test_damaged_file_is_a_problem(tmp_path, text):
    path = tmp_path / "a.proof.json"
    path.write_text(text)
    back, problems = proof.read(path)
    assert back is None
    assert [one.code for one in problems] == ["KB313"]


def test_damaged_file_is_replaced(tmp_path):
    path = tmp_path / "a.proof.json"
    path.write_bytes(b"\xff\xfe")
    assert proof.write(path, FILE)
    assert proof.read(path)[0] is not None


def test_missing_file_is_no_problem(tmp_path):
    assert proof.read(tmp_path / "a.proof.json") == (None, [])


def test_unknown_keys_are_left_alone():
    body = json.loads(FILE.to_json())
    body["note"] = "by hand"
    body["runs"][0]["seconds"] = 1
    assert len(proof.loads(json.dumps(body)).runs) == 2


@pytest.mark.parametrize("old", ["K1", "teapot>=2,<3", "holds no {drink}", "LEAVES = 4"])
def test_proof_ends_with_what_influences_runs(old):
    holding = ProofFile(proof.run_hash(kettle()))
    assert holding.holds_for(kettle())
    assert not holding.holds_for(
        kettle(
            lambda text: text.replace(
                old, old.replace("1", "2").replace("4", "5").replace("<3", "<4").replace("holds", "has")
            )
        )
    )


@pytest.mark.parametrize("old", ["Costs nothing.", "tags: [pouring]", "A bigger", "- source:"])
def test_proof_outlives_prose(old):
    new = {"tags: [pouring]": "tags: [tea]", "- source:": "- message:"}.get(old, "Other words.")
    assert ProofFile(proof.run_hash(kettle())).holds_for(kettle(lambda text: text.replace(old, new)))


def test_proof_lies_beside_the_article():
    assert proof.path_beside("articles/a/b.c.md") == Path("articles/a/b.c.proof.json")
