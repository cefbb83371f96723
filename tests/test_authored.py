"""The strict format: what an article is read into, and every problem with its code and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import authored
from indexer.article import slug
from indexer.evidence import KINDS
from indexer.fences import ROLES
from indexer.front import FrontError, FrontMatter
from indexer.problems import problem, table

ROOT = Path(__file__).parents[1]
SHELF = Path(__file__).parent / "fixtures" / "articles"
KETTLE = SHELF / "teapot" / "kettle-is-empty.md"

FRONT = """\
---
title: A title
library: teapot
errors:
  - exception: ValueError
    message: "no {drink} left"
---
"""
SUMMARY = FRONT + "It ran out.\n"
CAUSE = SUMMARY + "\n## Cause: empty\nWhy.\n"


def parsed(text=None):
    article, problems = authored.parse(KETTLE, KETTLE.read_text() if text is None else text)
    assert article is not None, [str(one) for one in problems]
    return article


def found(text):
    """(code, line) of every problem."""
    return [(one.code, one.line) for one in authored.parse("articles/teapot/x.md", text)[1]]


def test_whole_article_is_read():
    article = parsed()
    assert article.id == "teapot/kettle-is-empty"
    assert article.summary.startswith("The program poured {drink}")
    assert article.summary.endswith("mean themselves.")
    assert [cause.title for cause in article.causes] == ["the kettle was never filled"] * 2
    assert article.front.requires == (("teapot>=2,<3",),)
    assert article.front.codes == ("tea418",)
    assert [one.title for one in article.avoid] == ["a bigger kettle"]
    assert [one.title for one in article.causes[0].avoid] == ["catching EmptyKettle"]


def test_ids_are_slugs_and_unique_over_causes_and_fixes():
    article = parsed()
    ids = [name for cause in article.causes for name in (cause.id, *(fix.id for fix in cause.fixes))]
    assert ids == [
        "the-kettle-was-never-filled",
        "fill-it-first",
        "ask-before-pouring",
        "the-kettle-was-never-filled-2",
        "fill-it-first-2",
    ]


def test_slug_is_short_ascii_and_cut_at_a_word():
    assert slug("Don't café `{drink}`!") == "dont-cafe-drink"
    assert slug("word " * 30) == "-".join(["word"] * 12)
    assert slug("…") == ""


def test_prose_keeps_what_is_shown_and_loses_what_has_a_part_to_play():
    cause = parsed().causes[0]
    assert cause.text == "A new kettle is empty. This is how it looks on the way:\n\n```text\n[        ]\n```"
    assert cause.check == "is there a `fill()` between making the kettle and pouring?"
    assert cause.fixes[0].text == "Costs nothing.\n\nAnd that's it."


def test_fix_shows_all_its_code_and_proves_only_what_is_tagged():
    fix = parsed().causes[0].fixes[0]
    assert [block.language for block in fix.blocks] == ["shell", "python"]
    assert [block.code.splitlines()[0] for block in fix.proven_blocks] == ['kettle = Kettle("K1")']


def test_evidence_has_its_lines():
    cause = parsed().causes[0]
    assert [(rule.kind, rule.pattern) for rule in cause.evidence] == [
        ("source", "*.pour(*"),
        ("slot:drink", "green*"),
        ("package", "teapot<3"),
    ]
    lines = KETTLE.read_text().splitlines()
    assert [lines[line - 1][:9] for line in cause.evidence_lines] == ["- source:", "- slot:dr", "- package"]


def test_lines_span_a_heading_and_all_below_it():
    first, second = parsed().causes
    lines = KETTLE.read_text().splitlines()
    assert lines[first.line - 1] == "## Cause: the kettle was never filled"
    assert lines[first.lines[1] - 1] == "The guest still has no {drink}."
    assert lines[first.fixes[0].lines[0] - 1] == "### Fix: fill it first"
    assert lines[first.fixes[0].lines[1] - 1] == "And that's it."
    assert lines[second.lines[1] - 1] == "```"


def test_programs_are_whole_and_named():
    programs = list(parsed().programs())
    assert [(one.kind, one.block) for one in programs] == [
        ("raises", "the-kettle-was-never-filled/raises-1"),
        ("fix", "fill-it-first"),
        ("fix", "ask-before-pouring"),
        ("fix", "fill-it-first-2"),
    ]
    assert programs[0].code == 'from teapot import Kettle\n\n\nKettle("K1").pour("tea")\n'
    assert programs[0].files == {"stock/leaves.py": "LEAVES = 3\n"}
    assert programs[2].files == {"stock/leaves.py": "LEAVES = 4\n"}


def test_second_block_of_a_fix_is_a_program_of_its_own():
    block = "```python fix\nassert True\n```\n"
    programs = list(parsed(CAUSE + "### Fix: drink water\n" + block + "\nOr:\n\n" + block).programs())
    assert [one.block for one in programs] == ["drink-water", "drink-water/fix-2"]


def test_shell_examples_take_no_python_setup():
    text = SUMMARY + "```python setup\nx = 1\n```\n\n## Cause: a\n```sh raises\nflask run\n```\n"
    assert [(one.language, one.code) for one in parsed(text).programs()] == [("shell", "flask run\n")]


def test_recorded_tracebacks_know_their_cause():
    cause, block = next(parsed().all_tracebacks())
    assert cause == "the-kettle-was-never-filled-2"
    assert block.code.endswith("teapot.errors.EmptyKettle: kettle K7 holds no tea\n")


def test_carriage_returns_change_nothing_but_the_hash():
    article, other = parsed(), parsed(KETTLE.read_text().replace("\n", "\r\n"))
    assert other.causes == article.causes
    assert other.sha256 != article.sha256


def test_example_bundled_sets_of_versions():
    text = SUMMARY.replace("errors:", 'requires: [["teapot<2"], ["teapot>=2", "cup"]]\npython: ["3.12"]\nerrors:')
    front = parsed(text).front
    assert front.requires == (("teapot<2",), ("teapot>=2", "cup"))
    assert front.python == ("3.12",)


def test_authored_is_told_from_loose():
    assert authored.is_authored(KETTLE.read_text())
    assert authored.is_authored("\ufeff" + KETTLE.read_text().replace("\n", "\r\n"))
    assert not authored.is_authored((SHELF / "notes" / "loose.md").read_text())
    assert not authored.is_authored("library: of congress\n")
    assert not authored.is_authored("---\ntitle: never closed\nlibrary: x\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just words.\n", ("KB101", 1)),
        ("---\nlibrary: x\ntitle: a: b\n---\nText.\n", ("KB102", 3)),
        ("---\njust words\n---\nText.\n", ("KB102", 2)),
        ("---\n- a\n---\nText.\n", ("KB102", 2)),
        (SUMMARY.replace("library", "libary"), ("KB103", 3)),
        (SUMMARY.replace("    message:", "    text: x\n    message:"), ("KB103", 6)),
        (SUMMARY.replace("title: A title\n", ""), ("KB104", 2)),
        (SUMMARY.replace("errors:\n", "runnable: false\nerrors:\n"), ("KB104", 2)),
        (SUMMARY.replace("errors:\n", "python: [3.10]\nerrors:\n"), ("KB105", 4)),
        (SUMMARY.replace("A title", "2024-01-01"), ("KB105", 2)),
        (SUMMARY.replace("errors:\n", "general: 'yes'\nerrors:\n"), ("KB106", 4)),
        (SUMMARY.replace("errors:\n", "tags: orm\nerrors:\n"), ("KB106", 4)),
        (SUMMARY.replace("errors:\n", "python: ['>=3.11']\nerrors:\n"), ("KB106", 4)),
        (SUMMARY.replace("errors:\n", "moved_to: teapot/cup\nerrors:\n"), ("KB106", 2)),
        (SUMMARY.replace("errors:\n", "title: Again\nerrors:\n"), ("KB107", 4)),
        (SUMMARY.replace("errors:\n", "tags: &t [a]\ncodes: *t\nerrors:\n"), ("KB108", 5)),
        (SUMMARY.replace("errors:\n", "requires: ['teapot =! 3']\nerrors:\n"), ("KB109", 4)),
        (SUMMARY.replace("errors:\n", "requires: ['a @ https://evil.example/a.whl']\nerrors:\n"), ("KB109", 4)),
        (SUMMARY.replace("errors:\n", "requires: ['python>=3.11']\nerrors:\n"), ("KB109", 4)),
        (SUMMARY.replace("{drink}", "{drink"), ("KB110", 6)),
        (SUMMARY.replace("{drink}", "{a}{b}"), ("KB110", 6)),
        (SUMMARY.replace("{drink}", "{Drink}"), ("KB110", 6)),
        (FRONT + "x" * authored.LONGEST, ("KB111", 0)),
        (SUMMARY + "\n## Reason: x\n", ("KB201", 10)),
        (SUMMARY + "\nText that became a heading\n---\n", ("KB201", 10)),
        (SUMMARY + "\n## Cause:\n", ("KB202", 10)),
        (SUMMARY + "\n### Fix: x\n", ("KB203", 10)),
        (SUMMARY + "\n### Cause: x\n", ("KB203", 10)),
        (SUMMARY + "\n## Avoid: x\n### Fix: y\n", ("KB203", 11)),
        (SUMMARY + "\n```python rises\nx\n```\n", ("KB204", 10)),
        (CAUSE + "```python setup\nx\n```\n", ("KB205", 12)),
        (SUMMARY + "\n```python raises\nx\n```\n", ("KB205", 10)),
        (CAUSE + "- a list\n\n  ```python raises\n  x\n  ```\n", ("KB205", 14)),
        (SUMMARY + "\n```python setup\nx\n```\n\n```python setup\nx\n```\n", ("KB206", 14)),
        (CAUSE + "```python evidence\nx\n```\n", ("KB207", 12)),
        (CAUSE + "```python raises\nx\n", ("KB208", 12)),
        (CAUSE + "```python raises\n```\n", ("KB209", 12)),
        (CAUSE + "```python file=../../x.py\nx\n```\n", ("KB210", 12)),
        (CAUSE + "```python file=/etc/passwd\nx\n```\n", ("KB210", 12)),
        (CAUSE + "```python file=example.py\nx\n```\n", ("KB210", 12)),
        (CAUSE + "```yaml evidence\n- frame: [\n```\n", ("KB211", 14)),
        (CAUSE + "```yaml evidence\nframe: x\n```\n", ("KB211", 13)),
        (CAUSE + "```yaml evidence\n- frame: x\n- frame: x\n  source: y\n```\n", ("KB211", 14)),
        (CAUSE + "```yaml evidence\n- fame: x\n```\n", ("KB212", 13)),
        (CAUSE + "```yaml evidence\n- slot:cup: x\n```\n", ("KB213", 13)),
        (CAUSE + "```yaml evidence\n- package: 'cup is old'\n```\n", ("KB109", 13)),
        (CAUSE + "\nOne line,\nand {cup} in another.\n", ("KB213", 14)),
        (SUMMARY.replace("A title", "A {cup}"), ("KB213", 2)),
        (SUMMARY.replace("errors:\n", "table: {cup: {a: b}}\nerrors:\n"), ("KB213", 4)),
        (CAUSE + "\nCheck: a?\n\nCheck: b?\n", ("KB214", 15)),
        (FRONT + "\n## Cause: x\nWhy.\n", ("KB215", 8)),
        (SUMMARY.replace("title:", "# write: better\ntitle:"), ("KB310", 2)),
        (SUMMARY + "\n<!-- write: more -->\n", ("KB310", 10)),
        (SUMMARY + "\n<b>loud</b> words\n", ("KB312", 10)),
        (SUMMARY + "\n<div>\nbox\n</div>\n", ("KB312", 10)),
    ],
)
def test_problem_has_code_and_line(text, expected):
    assert expected in found(text)


@pytest.mark.parametrize("text", [SUMMARY, CAUSE, CAUSE + "\n<!-- a note to other authors -->\n"])
def test_good_article_has_no_problem(text):
    assert found(text) == []


@pytest.mark.parametrize("deep", ["[" * 90_000, "- " * 90_000, "{a: " * 40_000, "? " * 90_000])
def test_yaml_that_nests_without_end_is_refused(deep):
    assert ("KB102", 3) in found(f"---\nlibrary: x\nerrors: {deep}\n---\nText.\n")
    assert "KB211" in [code for code, _ in found(f"{CAUSE}```yaml evidence\n{deep}\n```\n")]


def test_yaml_that_multiplies_is_refused():
    laughs = "---\na: &a [x, x]\nb: &b [*a, *a]\nlibrary: [*b, *b]\n---\nText.\n"
    assert found(laughs)[0] == ("KB108", 3)


@pytest.mark.parametrize("odd", ["2024-99-99", "!!python/object:os.system x", "{[a]: b}", "{{a: b}: c}", "\x07"])
def test_odd_yaml_is_refused(odd):
    assert found(SUMMARY.replace("A title", odd))[0][1] == 2


def test_problem_shows_a_strangers_text_on_one_printable_line():
    shown = problem("KB201", "a.md", 1, heading="x\x1b[31m\n" + "y" * 500)
    assert "\x1b" not in shown.message
    assert "\n" not in str(shown)
    assert len(shown.message) < 200


def test_problem_suggests_the_key_that_was_meant():
    (one,) = [one for one in authored.parse("x.md", SUMMARY.replace("library", "libary"))[1] if one.code == "KB103"]
    assert "`library`" in one.hint
    assert one.to_dict()["line"] == 3
    assert str(one).startswith("x.md:3: KB103 ")


@given(st.text(alphabet=st.sampled_from("#`-: \n{}<>[]*abc~|\r\0é"), max_size=200))
def test_any_body_is_read_without_raising(body):
    article, problems = authored.parse("articles/a/b.md", FRONT + body)
    assert (article is None) == any(one.level == "error" for one in problems)


@given(st.text(max_size=120))
def test_any_front_matter_is_read_without_raising(front):
    authored.parse("articles/a/b.md", f"---\nlibrary: x\n{front}\n---\nText.\n")


@given(st.text(max_size=120))
def test_any_evidence_is_read_without_raising(evidence):
    authored.parse("articles/a/b.md", CAUSE + f"```yaml evidence\n{evidence}\n```\n")


# --- the reference and the code say the same ----------------------------------------------------


def rows(heading):
    """First cell, without backticks, of the table below a heading of the reference."""
    text = (ROOT / "docs" / "article-format.md").read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return {line.split("|")[1].strip().strip("`"): line for line in lines[1:]}


def test_reference_lists_every_key():
    keys = set(FrontMatter.model_fields) | {f"errors.{name}" for name in FrontError.model_fields}
    assert set(rows("Front matter")) == keys


def test_reference_lists_every_tag_and_kind_of_evidence():
    assert {name.partition("=")[0] for name in rows("Code blocks")} == {*ROLES, "file", "no tag"}
    assert set(rows("Evidence")) == {*KINDS, "slot:NAME"}


def test_reference_lists_every_problem():
    listed = rows("Problems")
    assert set(listed) == set(table())
    for code, kind in table().items():
        assert kind.level in listed[code]


def test_shipped_reference_example_is_an_article():
    text = (ROOT / "docs" / "article-format.md").read_text()
    example = text.partition("~~~markdown\n")[2].partition("~~~\n")[0]
    article, problems = authored.parse("articles/sqlite3/no-such-table.md", example)
    assert not problems, [str(one) for one in problems]
    assert article is not None
