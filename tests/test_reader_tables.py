"""The tables of the reader: every row's example is read, and the documentation names every row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.tracebacks import read
from kb.tracebacks.cleaning import CLEANERS, Cleaner
from kb.tracebacks.dialects import DIALECTS, Dialect
from kb.tracebacks.lines import split

PAGE = (Path(__file__).parent.parent / "docs" / "reader.md").read_text(encoding="utf-8")


def section(title: str) -> list[str]:
    text = PAGE.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^\| (?!name)([^|]+?) \|", text, re.MULTILINE)


def test_the_page_lists_the_dialects_in_their_order() -> None:
    assert section("Dialects") == [dialect.name for dialect in DIALECTS]


def test_the_page_lists_the_cleaners_in_their_order() -> None:
    assert section("Cleaners") == [cleaner.name for cleaner in CLEANERS]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_example_of_a_dialect_is_read_by_its_recogniser(dialect: Dialect) -> None:
    lines = split(dialect.example)
    trigger = re.compile(rf"\s*(?:{dialect.trigger})")
    first = next(number for number, line in enumerate(lines) if trigger.match(line.text))
    found = dialect.read(lines, first)
    assert found
    assert found.errors
    assert read(dialect.example).errors


@pytest.mark.parametrize("cleaner", CLEANERS, ids=lambda cleaner: cleaner.name)
def test_a_cleaner_sees_its_example(cleaner: Cleaner) -> None:
    assert cleaner.applies(cleaner.example)


@pytest.mark.parametrize(
    ("text", "type_", "message"),
    [
        ("KeyError 'rye'", "KeyError", "'rye'"),
        ("  ModuleNotFoundError No module named 'mill'", "ModuleNotFoundError", "No module named 'mill'"),
        ("TypeError unsupported operand type(s)", "TypeError", "unsupported operand type(s)"),
        ("KeyError when I grind rye", "KeyError", ""),
        ("KeyError, please help", "KeyError", ""),
        ("ValueError - how do I get rid of it?", "ValueError", ""),
        ("I get KeyError again and again", "KeyError", ""),
    ],
)
def test_a_colon_that_was_left_out(text: str, type_: str, message: str) -> None:
    ((found,),) = read(text).errors
    assert (found.type, found.message) == (type_, message)
    if message:
        start, end = found.span
        assert text[start:end].endswith(message)
