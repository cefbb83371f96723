"""What is read out of loose pages: error, cause, fix, reproduction, and nothing that the page doesn't say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.loose import extract_body, read_page
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
        (first,), (again,) = read_page(data, "a.txt", "here")[0], read_page(data, "b.txt", "there")[0]
        assert first.id == again.id
        assert first.origin == "extracted"


EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", EXPECTED)
class TestPagesOfManyShapes:
    def test_what_the_page_says_of_itself(self, name: str) -> None:
        read, wanted = body(name), EXPECTED[name]
        assert {key: read[key] for key in ("title", "published", "language")} == {
            key: wanted[key] for key in ("title", "published", "language")
        }

    def test_its_entries(self, name: str) -> None:
        entries, wanted = body(name)["entries"], EXPECTED[name]["entries"]
        assert [entry["errors"][0]["exception"] for entry in entries] == [one["exception"] for one in wanted]
        for entry, one in zip(entries, wanted, strict=True):
            assert one["message"] in entry["errors"][0]["message"]
            holds(one["cause"], causes(entry))
            holds(one["fix"], fixes(entry))
            holds(one["fix_code"], fix_code(entry))
            holds(one["reproduction"], "\n".join(entry["reproduction"]))
            said = json.dumps(entry, ensure_ascii=False)
            assert not [noise for noise in one["never"] if noise in said]
            assert not [code for code in one.get("not_fix_code", ()) if code in fix_code(entry)]


def holds(wanted: list[str], text: str) -> None:
    """All that is wanted is there; where nothing is wanted, any text may be."""
    assert [part for part in wanted if part not in text] == []


class TestTemplates:
    def test_a_name_that_the_pages_code_uses_is_a_slot(self) -> None:
        (error,) = body("preguntas.md")["entries"][0]["errors"]
        assert error["template"] == "no such table: {name}"

    def test_they_parse_and_fit_the_message_that_they_were_made_of(self) -> None:
        for name in EXPECTED:
            for entry in body(name)["entries"]:
                for error in entry["errors"]:
                    template = Template.parse(error["template"])
                    assert template.match(error["message"]) is not None or not error["message"]
