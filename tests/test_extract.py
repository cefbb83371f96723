"""What is read out of loose pages: error, cause, fix, reproduction, and nothing that the page doesn't say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from indexer.loose import entries_of, extract_body
from kb.templates import Template

PAGES = Path(__file__).with_name("fixtures") / "loose"


def body(name: str) -> dict[str, Any]:
    return extract_body((PAGES / name).read_bytes(), name)


def only(name: str) -> dict[str, Any]:
    entries = body(name)["entries"]
    assert len(entries) == 1
    return entries[0]


def causes(entry: dict[str, Any]) -> str:
    return "\n".join(part["text"] for part in entry["causes"])


def fixes(entry: dict[str, Any]) -> str:
    return "\n".join(part["text"] for part in entry["fixes"])


def fix_code(entry: dict[str, Any]) -> str:
    return "\n".join(code for part in entry["fixes"] for code in part["code"])


class TestAPageOfAKnowledgeBaseSavedAsText:
    def test_it_is_one_entry_with_the_error_as_printed(self) -> None:
        error = only("kb-page.txt")["errors"][0]
        assert error["exception"] == "shelf.db.errors.ClosedCursorError"
        assert error["message"] == "Cursor <reports at 0x2ba7710c4d0> is closed; fetch operation cannot proceed"

    def test_another_instance_of_the_error_fits_its_template(self) -> None:
        template = Template.parse(only("kb-page.txt")["errors"][0]["template"])
        assert template.match("Cursor <Invoices at 0x7f3c> is closed; fetch operation cannot proceed")

    def test_the_cause_is_what_the_page_says_and_where(self) -> None:
        (cause,) = only("kb-page.txt")["causes"]
        assert cause["text"].startswith("After cursor.close() there is a loop over the rows.")
        assert cause["lines"] == [20, 20]

    def test_incomplete_code_stays_as_it_is(self) -> None:
        page = (PAGES / "kb-page.txt").read_text()
        code = only("kb-page.txt")["reproduction"][-1]
        assert code in page
        assert 'print("owner      = " + str(\n' in code
        assert "\n\n\ndef monthly():" in code

    def test_no_fix_is_invented(self) -> None:
        assert only("kb-page.txt")["fixes"] == []

    def test_nothing_of_the_site_gets_in(self) -> None:
        said = json.dumps(only("kb-page.txt"))
        for noise in ("Biscuit", "helpful", "Oona", "Thanks a lot", "9f20bd", "Comment"):
            assert noise not in said

    def test_the_title_is_without_the_sites_name(self) -> None:
        assert body("kb-page.txt")["title"] == 'Django - Resolve "Cannot operate on a closed cursor"'

    def test_ids_stay_from_run_to_run(self) -> None:
        data = (PAGES / "kb-page.txt").read_bytes()
        (first,), (again,) = entries_of(data, "a.txt", "here"), entries_of(data, "b.txt", "there")
        assert first.id == again.id
        assert first.origin == "extracted"
