"""Lint: what is wrong with articles that can be read, alone and between each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import authored, proof
from indexer import shelf as shelf_module
from indexer.lint import lint
from indexer.problems import problem
from indexer.proof import ProofFile, Run
from kb.errors import CallError

SHELF = Path(__file__).parent / "fixtures" / "articles"

GOOD = """\
---
title: No {drink}
library: teapot
errors:
  - exception: ValueError
    message: "no {drink} left"
runnable: false
why: it is an example
---
It ran out.

## Cause: nobody bought any
Tea ends.

Check: is the tin empty?

```text traceback
ValueError: no tea left
```

### Fix: buy some
```shell
buy tea
```
"""


@pytest.fixture
def shelf(tmp_path):
    """Writes articles into a folder: `shelf("teapot/empty", text)`."""

    def write(identity, text=GOOD):
        path = tmp_path / f"{identity}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    write.folder = tmp_path
    return write


def found(*paths, **options):
    return [(one.code, one.line) for one in lint(paths, **options)]


def test_good_articles_lack_only_their_proof():
    assert [(one.code, Path(one.path).name) for one in lint([SHELF])] == [("KB308", "kettle-is-empty.md")]


def test_loose_pages_and_hidden_folders_are_left_alone(shelf):
    shelf("teapot/empty")
    shelf("teapot/README", "# Not an article\n")
    shelf(".git/teapot/empty", "---\nlibrary: x\n---\n")
    assert found(shelf.folder) == []


def test_file_that_is_named_is_always_read_strictly(shelf):
    assert found(shelf("teapot/README", "# Not an article\n")) == [("KB101", 1)]


def test_file_that_is_no_text(shelf):
    path = shelf("teapot/empty")
    path.write_bytes(b"---\nlibrary: \xff\n---\n")
    assert found(shelf.folder) == [("KB112", 0)]


def test_missing_path_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError, match="doesn't exist"):
        lint([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("library: teapot", "library: cup", ("KB301", 3)),
        ("No {drink}", "No {drink}.", ("KB303", 2)),
        ("No {drink}", "No {drink} " + "left" * 30, ("KB303", 2)),
        ("Check: is the tin empty?\n", "", ("KB304", 12)),
        ("### Fix: buy some\n```shell\nbuy tea\n```\n", "", ("KB305", 12)),
        ("```shell\nbuy tea\n```\n", "Buy some.\n", ("KB306", 21)),
        ("```text traceback\nValueError: no tea left\n```\n", "", ("KB307", 12)),
        ("why: it", 'references: ["http://tea.example"]\nwhy: it', ("KB309", 8)),
        (GOOD[GOOD.index("## Cause") :], "", ("KB311", 0)),
        ("runnable: false\nwhy: it is an example\n", "general: false\n", ("KB315", 7)),
        ("why: it", "see_also: [teapot/none]\nwhy: it", ("KB402", 8)),
        ("why: it", "see_also: [teapot/empty]\nwhy: it", ("KB402", 8)),
        ("why: it", "see_also: [../../etc/passwd]\nwhy: it", ("KB402", 8)),
        ("Tea ends.", "Tea ends, see [there](/e/teapot/none).", ("KB403", 13)),
        ("Tea ends.", "Tea ends, see [there](other.md).", ("KB403", 13)),
        ("Tea ends.", "Tea ends, see [there](//[x).", ("KB403", 13)),
    ],
)
def test_problem_has_code_and_line(shelf, old, new, expected):
    assert old in GOOD
    assert found(shelf("teapot/empty", GOOD.replace(old, new))) == [expected]


@pytest.mark.parametrize("identity", ["teapot/Empty", "teapot/a--b", "teapot/a_b", "teapot/" + "a" * 61])
def test_id_has_a_style(shelf, identity):
    assert ("KB302", 0) in found(shelf(identity))


def test_names_of_other_articles(shelf):
    text = GOOD.replace("why: it", "see_also: [teapot/lid, cup/broken]\nwhy: it")
    path = shelf("teapot/empty", text)
    assert found(path) == [("KB402", 8), ("KB402", 8)]
    shelf("teapot/lid", GOOD.replace("left", "under the lid"))
    assert found(path) == [("KB402", 8)]
    assert found(path, known=["cup/broken"]) == []


def test_ids_of_a_folder_are_known_without_reading():
    assert shelf_module.ids(SHELF) == {"teapot/kettle-is-empty", "teapot/lid-is-shut", "notes/loose"}


def test_retired_article_needs_a_successor_that_exists(shelf):
    retired = "---\ntitle: Old\nlibrary: teapot\nstatus: retired\nmoved_to: teapot/empty\n---\nIt moved.\n"
    path = shelf("teapot/old", retired)
    assert found(path) == [("KB402", 5)]
    shelf("teapot/empty")
    assert found(shelf.folder) == []


def test_one_message_one_article(shelf):
    shelf("teapot/empty")
    other = shelf("teapot/gone", GOOD.replace("{drink}", "{brew}").replace('"no', '"no \\n '))
    (one,) = lint([shelf.folder])
    assert (one.code, one.path, one.line) == ("KB401", str(other), 6)
    assert "teapot/empty" in one.message


@pytest.mark.parametrize("old", ["exception: ValueError", "why: it"])
def test_same_message_of_another_exception_or_of_a_general_article(shelf, old):
    new = {"exception: ValueError": "exception: KeyError", "why: it": "general: true\nwhy: it"}[old]
    shelf("teapot/empty")
    shelf("teapot/gone", GOOD.replace(old, new))
    assert found(shelf.folder) == []


def test_one_id_one_article(shelf):
    shelf("a/teapot/empty")
    shelf("b/teapot/empty")
    assert found(shelf.folder) == [("KB404", 0)]


RUNNABLE = GOOD.replace("runnable: false\nwhy: it is an example\n", "").replace("```shell", "```python fix")


def proven(path, outcome="passed", block="buy-some", text=RUNNABLE):
    article, _ = authored.parse(path, text)
    run = Run(block, "3.12.1", {"teapot": "2"}, outcome, "2026-11-23", "" if outcome == "passed" else "it rained")
    proof.write(proof.path_beside(path), ProofFile(proof.run_hash(article), (run,)))


def test_proof_that_holds_is_silent(shelf):
    path = shelf("teapot/empty", RUNNABLE)
    proven(path)
    assert found(path) == []


def test_draft_needs_no_proof(shelf):
    assert found(shelf("teapot/empty", RUNNABLE.replace("errors:", "status: draft\nerrors:"))) == []


def test_proof_that_is_missing_stale_incomplete_failed_or_broken(shelf):
    path = shelf("teapot/empty", RUNNABLE)
    assert found(path) == [("KB308", 0)]
    proven(path, text=RUNNABLE.replace("buy tea", "buy more tea"))
    assert found(path) == [("KB308", 0)]
    proven(path, block="another")
    assert found(path) == [("KB308", 20)]
    proven(path, outcome="failed")
    (one,) = lint([path])
    assert one.code == "KB314"
    assert "it rained (Python 3.12.1, teapot 2)" in one.message
    proof.path_beside(path).write_text("{")
    assert found(path) == [("KB313", 0)]


def test_callers_add_checks_of_their_own(shelf):
    path = shelf("teapot/empty")
    seen = lint([path], extra_checks=[lambda articles: [problem("KB302", "b.md", 1, slug=one.id) for one in articles]])
    assert [one.path for one in seen] == ["b.md"]


def test_problems_are_sorted_by_path_and_line(shelf):
    shelf("teapot/b", GOOD.replace("Check: is", "Is").replace("library: teapot", "library: cup"))
    shelf("teapot/a", GOOD.replace("left", "here").replace("Check: is", "Is"))
    places = [(one.path, one.line) for one in lint([shelf.folder])]
    assert places == sorted(places)
    assert len(places) == 3
