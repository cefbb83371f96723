"""An article begun from a page: it holds what the page tells, and is one once its marks are filled in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli.main import kb
from indexer import authored
from indexer.page_draft import drafts
from kb.errors import CallError
from kb.templates import Template
from tests.test_draft import finished

PAGES = Path(__file__).with_name("fixtures") / "loose"
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))
TELLING = [name for name in EXPECTED if EXPECTED[name]["entries"]]

PAGE = """---
title: Kettle runs dry
canonical_url: https://wiki.example.org/kettle
tags: [tea]
---

# Kettle runs dry

The night shift asked the kettle {kettle} to boil and it refused with an error.

```
Traceback (most recent call last):
  File "/srv/bar.py", line 9, in serve
    kettle.pour("tea")
teapot.errors.EmptyKettle: kettle 'K7' holds no tea
```

## Cause

The kettle was never filled because `fill()` is called in a *second* <b>thread</b> for {size} cups.

## Solution

Call `fill()` before pouring:

```python
kettle = Kettle()


# at once
kettle.fill()
```

Then install the newer one:

```
pip install -U teapot
```
"""


def written(text: str) -> authored.Article:
    """The draft with its marks replaced, as an article without errors."""
    article, problems = authored.parse("articles/teapot/page.md", finished(text))
    assert article is not None, [str(one) for one in problems]
    return article


def test_what_the_page_tells_stands_in_its_place():
    (text,) = drafts(PAGE.encode(), "page.md")
    article = written(text)
    assert article.front.title == "Kettle runs dry"
    assert article.front.library == "teapot"
    assert article.front.references == ("https://wiki.example.org/kettle",)
    (form,) = article.front.errors
    assert form.exception == "teapot.errors.EmptyKettle"
    assert Template.parse(form.message).match("kettle 'B2' holds no tea") is not None
    assert "The night shift asked" in article.summary
    (cause,) = article.causes
    assert "never filled because `fill()`" in cause.text
    assert cause.evidence[0].pattern == '*kettle.pour("tea")*'
    (raises,) = cause.raises
    assert 'kettle.pour("tea")' in raises.code
    first, second = cause.fixes
    assert first.proven_blocks[0].code == "kettle = Kettle()\n\n\n# at once\nkettle.fill()\n"
    assert [block.code for block in second.blocks if not block.role] == ["pip install -U teapot\n"]


def test_what_the_page_does_not_say_is_marked():
    page = PAGE.partition("## Cause")[0]
    (text,) = drafts(page.encode(), "page.md")
    article, problems = authored.parse("articles/teapot/page.md", text)
    assert article is None
    assert {one.code for one in problems} == {"KB310"}
    assert written(text).causes[0].fixes[0].title == "…"


@pytest.mark.parametrize("name", TELLING)
def test_every_page_becomes_an_article_once_its_marks_are_filled(name):
    for text in drafts((PAGES / name).read_bytes(), name):
        _, problems = authored.parse("articles/teapot/page.md", text)
        assert {one.code for one in problems if one.level == "error"} == {"KB310"}
        assert written(text).causes


HOSTILE = st.text(alphabet="ab{}`#<>-=!$\\*_[]|~:\"' \n", max_size=60)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_nothing_that_a_page_says_breaks_the_format(title, cause, code):
    page = f"# {title}\n\n```\nTeaError: no water in kettle\n```\n\n## Cause\n\nBecause x {cause}\n\n## Fix\n\nUse:\n\n"
    page += "````python\npour(1)\n" + code.replace("````", "") + "\n````\n"
    for text in drafts(page.encode(), "page.md"):
        _, problems = authored.parse("articles/teapot/page.md", text)
        assert {one.code for one in problems if one.level == "error"} == {"KB310"}


def test_a_page_without_an_error_is_refused():
    with pytest.raises(CallError, match="tells no error"):
        drafts(b"# Tea\n\nIt is hot.\n", "page.md")


class TestTheCommand:
    def test_it_prints_the_chosen_draft(self, tmp_path):
        two = tmp_path / "two.md"
        two.write_text(
            "## A\n\n```\nKeyError: 'a'\n```\n\nFill it.\n\n## B\n\n```\nIndexError: list b\n```\n\nGrow it.\n"
        )
        result = CliRunner().invoke(kb, ["extract", "--markdown", "--entry", "2", str(two)])
        assert result.exit_code == 0, result.stderr
        assert 'exception: "IndexError"' in result.stdout
        assert "error 2 of 2" in result.stderr

    def test_it_takes_one_page_only(self, tmp_path):
        result = CliRunner().invoke(kb, ["extract", "--markdown", "a.md", "b.md"], catch_exceptions=True)
        assert isinstance(result.exception, CallError)
