"""Files of any format become one kind of document; nothing that a file holds is an error of the program."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import cues
from indexer.document import Document
from indexer.loose import extract_body, read_page
from indexer.printed import printed_errors
from indexer.readers import codelines, dates, read_document

PAGES = Path(__file__).with_name("fixtures") / "loose"


def read(name: str, text: str) -> Document:
    return read_document(name, text.encode())


def codes(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.kind == "code"]


class TestCode:
    CODE = "def pour(cup):\n    if cup.full:\n\n        return None\n\treturn cup"

    def test_of_html_stays_as_written(self) -> None:
        marked = self.CODE.replace("def", '<span class="k">def</span>').replace("return", "<b>return</b>")
        assert codes(read("a.html", f"<h1>Cups</h1><pre><code>{marked}\n</code></pre>")) == [self.CODE]

    def test_of_markdown_stays_as_written(self) -> None:
        assert codes(read("a.md", f"# Cups\n\n```python\n{self.CODE}\n```\n")) == [self.CODE]

    def test_of_a_notebook_stays_as_written(self) -> None:
        cell = {"cell_type": "code", "source": self.CODE.splitlines(keepends=True), "outputs": [], "metadata": {}}
        assert codes(read("a.ipynb", json.dumps({"cells": [cell], "nbformat": 4}))) == [self.CODE]

    def test_of_restructuredtext_stays_as_written(self) -> None:
        code = "def pour(cup):\n    if cup.full:\n\n        return None\n    return cup"
        indented = "\n".join(f"    {line}" if line else "" for line in code.split("\n"))
        assert codes(read("a.rst", f"Cups\n====\n\n.. code-block:: python\n\n{indented}\n")) == [code]

    def test_numbers_of_lines_and_buttons_are_no_code(self) -> None:
        page = (
            '<table><tr><td class="linenos"><pre>1\n2</pre></td><td><pre>a = 1\nb = 2</pre>'
            "<button>Copy</button></td></tr></table>"
        )
        assert codes(read("a.html", page)) == ["a = 1\nb = 2"]


class TestLines:
    def test_of_html_are_those_of_the_source(self) -> None:
        page = "<html><body>\n<h1>Cups</h1>\n\n<p>One &amp; two</p>\n<pre>a = 1\nb = 2</pre></body></html>"
        assert [block.lines for block in read("a.html", page).blocks] == [(2, 2), (4, 4), (5, 6)]

    def test_of_markdown_count_the_front_matter(self) -> None:
        page = "---\ntitle: Cups\n---\n\nHot water.\n"
        assert [block.lines for block in read("a.md", page).blocks] == [(5, 5)]


class TestCharacters:
    TEXT = "Ursache\n\nDie Größe „ä“ fehlt in der Übersicht, das lässt sich prüfen.\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_are_read_in_any_common_encoding(self, encoding: str) -> None:
        document = read_document("a.txt", self.TEXT.encode(encoding))
        assert "Größe „ä“ fehlt" in " ".join(block.text for block in document.blocks)

    def test_are_read_as_the_page_declares(self) -> None:
        page = '<html><head><meta charset="koi8-r"></head><body><p>Причина известна</p></body></html>'
        document = read_document("a.html", page.encode("koi8-r"))
        assert document.blocks[0].text == "Причина известна"

    def test_binary_is_a_problem_and_no_page(self) -> None:
        body = extract_body(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 20, "a.txt")
        assert body["entries"] == []
        assert [one["code"] for one in body["problems"]] == ["KB602"]

    def test_a_huge_file_is_a_problem(self) -> None:
        assert [one["code"] for one in extract_body(b"x" * (5 << 20), "a.txt")["problems"]] == ["KB601"]


class TestWhatAPageSaysOfItself:
    def test_json_ld_counts_before_the_text(self) -> None:
        data = {"@type": "Article", "headline": "Cups", "datePublished": "2020-02-03", "author": {"name": "Ada"}}
        page = (
            f'<html lang="en"><head><title>Cups | Shelf</title><link rel="canonical" href="https://shelf.example/cups">'
            f'<script type="application/ld+json">{json.dumps(data)}</script></head>'
            f"<body><h1>Cups</h1><p>Updated 4 March 2021</p></body></html>"
        )
        document = read("a.html", page)
        assert (document.title, document.published, document.author) == ("Cups", "2020-02-03", "Ada")
        assert document.source == "https://shelf.example/cups"

    def test_the_sites_name_is_not_the_title(self) -> None:
        assert read("a.html", "<title>Cups are hot - Shelf</title><p>Yes.</p>").title == "Cups are hot"

    def test_a_comments_date_is_not_the_pages(self) -> None:
        page = '<h1>Cups</h1><p>Hot.</p><div class="comments"><p>June 2 2024 by Bo</p><p>Nice</p></div>'
        assert read("a.html", page).published is None

    @pytest.mark.parametrize(
        ("text", "iso"),
        [
            ("14. Oktober 2022", "2022-10-14"),
            ("le 14 octobre 2022", "2022-10-14"),
            ("14 de octubre de 2022", "2022-10-14"),
            ("2022年10月14日", "2022-10-14"),
            ("Oct 14, 2022", "2022-10-14"),
            ("14/Oct/22", "2022-10-14"),
            ("14 октября 2022", "2022-10-14"),
            ("2022-13-45", None),
        ],
    )
    def test_dates_of_many_languages(self, text: str, iso: str | None) -> None:
        assert dates.parse(text) == iso


class TestChrome:
    def test_of_a_page_is_gone(self) -> None:
        page = (
            "<nav>Home</nav><div class='cookie-bar'>We use cookies</div><aside>More posts: KeyError: 'x'</aside>"
            "<article><h1>Cups</h1><p>Hot water.</p></article><footer>Imprint</footer><script>TypeError: x</script>"
        )
        assert [block.text for block in read("a.html", page).blocks] == ["Cups", "Hot water."]

    def test_a_class_that_sounds_like_it_does_not_lose_the_article(self) -> None:
        page = "<div class='page with-sidebar'><main><h1>Cups</h1><p>Hot water.</p></main></div>"
        assert [block.text for block in read("a.html", page).blocks] == ["Cups", "Hot water."]


class TestTables:
    """Each row of a table of cues does what its example shows."""

    @pytest.mark.parametrize("row", cues.rows("headings.tsv"), ids=lambda row: row["example"])
    def test_headings(self, row: dict[str, str]) -> None:
        assert cues.heading_role(row["example"]) == row["role"]

    @pytest.mark.parametrize("row", cues.rows("sentences.tsv"), ids=lambda row: row["example"])
    def test_sentences(self, row: dict[str, str]) -> None:
        assert cues.weights(row["example"]).get(row["role"], 0) >= int(row["weight"])

    @pytest.mark.parametrize("row", cues.rows("boilerplate.tsv"), ids=lambda row: row["example"])
    def test_boilerplate(self, row: dict[str, str]) -> None:
        assert cues.boilerplate(row["example"]) in (row["scope"], "end")

    @pytest.mark.parametrize("row", cues.rows("printed.tsv"), ids=lambda row: row["name"])
    def test_printed_errors(self, row: dict[str, str]) -> None:
        assert printed_errors(row["example"])

    @pytest.mark.parametrize("row", cues.rows("code_lines.tsv"), ids=lambda row: row["name"])
    def test_lines_of_code(self, row: dict[str, str]) -> None:
        assert codelines.weight(row["example"]) >= int(row["weight"])

    @pytest.mark.parametrize("row", cues.rows("walls.tsv"), ids=lambda row: row["phrase"])
    def test_walls(self, row: dict[str, str]) -> None:
        assert cues.is_wall(row["example"])


class TestAnyFile:
    @given(st.binary(max_size=400), st.sampled_from(["a.html", "a.md", "a.txt", "a.rst", "a.ipynb"]))
    def test_is_read_without_an_exception(self, data: bytes, name: str) -> None:
        extract_body(data, name)

    @given(st.text(max_size=400), st.sampled_from(["a.html", "a.md", "a.txt", "a.rst"]))
    def test_its_entries_are_ones_that_the_store_takes(self, text: str, name: str) -> None:
        page = f"Trouble\n\nKeyError: 'x{text}'\n\n{text}\n"
        for entry in read_page(page.encode("utf-8", "replace"), name, "here")[0]:
            assert entry.id.startswith("x/")
            assert 0 <= entry.confidence <= 1

    def test_nested_too_deep_is_a_problem(self) -> None:
        assert [one["code"] for one in extract_body(b"<div>" * 50_000, "a.html")["problems"]] == ["KB603"]

    def test_the_address_of_a_page_makes_its_id(self) -> None:
        page = (
            '<link rel="canonical" href="https://shelf.example/cups"><h1>Cups</h1><pre>KeyError: \'cup\'</pre><p>{}</p>'
        )
        first, again = (read_page(page.format(text).encode(), "a.html", "here")[0] for text in ("One.", "Two."))
        assert first[0].id == again[0].id


class TestArchives:
    PAGE = b"# Cups\n\n```\nKeyError: 'cup'\n```\n\nThe shelf is empty.\n"

    def archive(self, **pages: bytes) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in pages.items():
                archive.writestr(name, data)
        return file.getvalue()

    def test_each_page_of_a_zip_is_read(self) -> None:
        found = read_page(self.archive(**{"a/cups.md": self.PAGE, "logo.png": b"x"}), "wiki.zip", "here")[0]
        assert [(entry.file, entry.errors[0].exception) for entry in found] == [("wiki.zip/a/cups.md", "KeyError")]

    def test_a_path_that_leads_out_is_refused(self) -> None:
        body = extract_body(self.archive(**{"../../cups.md": self.PAGE}), "wiki.zip")
        assert body["entries"] == []
        assert [one["code"] for one in body["problems"]] == ["KB606"]

    def test_a_page_that_swells_is_refused(self) -> None:
        body = extract_body(self.archive(**{"cups.md": b"x" * (9 << 20)}), "wiki.zip")
        assert [one["code"] for one in body["problems"]] == ["KB606"]

    def test_a_damaged_archive_is_a_problem(self) -> None:
        assert [one["code"] for one in extract_body(b"PK\x03\x04 no zip", "wiki.zip")["problems"]] == ["KB606"]
