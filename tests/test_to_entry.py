"""Article → Entry: what is served of an article, and which fixes count as verified."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from indexer import authored
from indexer.proof import ProofFile, Run, run_hash
from indexer.to_entry import to_entry

KETTLE = Path(__file__).parent / "fixtures" / "articles" / "teapot" / "kettle-is-empty.md"
ARTICLE, _ = authored.parse(KETTLE, KETTLE.read_text())
RUN = Run("fill-it-first", "3.12.1", {"teapot": "2.4"}, "passed", "2026-11-23")


def fixes(*runs, article=ARTICLE, sha=None):
    entry = to_entry(article, ProofFile(sha or run_hash(article), runs))
    return {fix.id: fix for fix in entry.fixes}


def test_entry_holds_what_the_article_says():
    entry = to_entry(ARTICLE, source="shipped")
    assert (entry.id, entry.library, entry.origin, entry.source) == (
        "teapot/kettle-is-empty",
        "teapot",
        "authored",
        "shipped",
    )
    assert [(form.exception, form.versions) for form in entry.errors] == [
        ("teapot.errors.EmptyKettle", "teapot>=2.1"),
        ("teapot.errors.EmptyKettle", "teapot<2.1"),
    ]
    assert [one.title for one in entry.avoid] == ["catching EmptyKettle", "a bigger kettle"]
    assert entry.see_also == ("teapot/lid-is-shut",)
    assert not entry.proven


def test_fixes_know_their_cause_and_keep_the_articles_order():
    assert [(fix.cause, fix.id) for fix in to_entry(ARTICLE).fixes] == [
        ("the-kettle-was-never-filled", "fill-it-first"),
        ("the-kettle-was-never-filled", "ask-before-pouring"),
        ("the-kettle-was-never-filled-2", "fill-it-first-2"),
    ]


def test_code_is_shown_as_written_and_the_program_is_whole():
    fix = fixes()["fill-it-first"]
    assert fix.code == (
        'pip install "teapot>=2"\n',
        'kettle = Kettle("K1")\nkettle.fill("tea")\nassert kettle.pour("tea") == "tea"\n',
    )
    assert fix.program.startswith(
        "# file: stock/leaves.py\nLEAVES = 3\n\n# file: example.py\nfrom teapot import Kettle\n"
    )
    assert fix.program.endswith(fix.code[1])


def test_causes_carry_whole_reproductions():
    entry = to_entry(ARTICLE)
    assert entry.causes[0].reproductions == entry.reproduction
    assert entry.reproduction[0].endswith('Kettle("K1").pour("tea")\n')


def test_verified_by_good_runs_of_this_content():
    found = fixes(RUN, replace(RUN, python="3.11.7"), replace(RUN, block="ask-before-pouring", outcome="failed"))
    assert [(one.python, one.packages, one.date) for one in found["fill-it-first"].verified] == [
        ("3.11.7", {"teapot": "2.4"}, "2026-11-23"),
        ("3.12.1", {"teapot": "2.4"}, "2026-11-23"),
    ]
    assert found["ask-before-pouring"].verified == ()


def test_proof_of_other_content_verifies_nothing():
    assert fixes(RUN, sha="0" * 64)["fill-it-first"].verified == ()


def test_fix_of_two_programs_needs_both_to_run():
    text = KETTLE.read_text().replace("And that's it.", "```python fix\nassert 1\n```\n")
    article, _ = authored.parse(KETTLE, text)
    second = replace(RUN, block="fill-it-first/fix-2", date="2026-11-24")
    assert fixes(RUN, article=article)["fill-it-first"].verified == ()
    (one,) = fixes(RUN, second, article=article)["fill-it-first"].verified
    assert one.date == "2026-11-24"


def test_table_of_replacements_travels():
    text = KETTLE.read_text().replace("codes:", 'table: {drink: {"coffee": "espresso"}}\ncodes:')
    article, _ = authored.parse(KETTLE, text)
    assert to_entry(article).table == {"drink": {"coffee": "espresso"}}
