"""Snippets: what was searched for is marked, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.models import Avoid, Cause, Entry, ErrorForm, Fix
from kb.snippets import snippets

ENTRY = Entry(
    "shelf/book-lost",
    "A book is lost",
    "shelf",
    "authored",
    (ErrorForm("shelf.errors.BookLostError", "book {title} is not on the shelf (BookLostError, [Errno 42])"),),
    summary="Somebody took the book. Books come back: look in the reading room, then in the room for reading.",
    causes=(
        Cause("taken", "taken away", "`a < b` holds, so the ORDER_OF_SHELVES is odd. " + "filler " * 60 + "zebra"),
    ),
    fixes=(Fix("look", "taken", "look again", "Open it.", code=("shelf.reopen(lost=True)\nshelf.look()",)),),
    avoid=(Avoid("shouting", "It wakes the librarian."),),
)


def marked(query: str) -> list[list[str]]:
    return [[one["text"][start:end] for start, end in one["marks"]] for one in snippets(ENTRY, query)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("somebody", ["Somebody"]),
        ("order", ["ORDER"]),
        ("booklosterror", ["BookLostError"]),
        ("librar", ["librar"]),
        ("reopen", ["reopen"]),
        ("42 errno", ["Errno", "42"]),
        ("a <", ["<"]),
        ('"reading room"', ["reading room"]),
        ('"come back" librarian', ["come back"]),
    ],
)
def test_what_was_searched_for_is_marked(query: str, first: list[str]) -> None:
    assert marked(query)[0] == first


def test_words_of_a_phrase_are_not_marked_elsewhere() -> None:
    assert marked('"room for reading"') == [["room for reading"]]


def test_nothing_found_nothing_shown() -> None:
    assert marked("giraffe") == []


def test_a_long_passage_is_cut_around_its_first_mark() -> None:
    (only,) = snippets(ENTRY, "zebra")
    assert len(only["text"]) <= 164
    assert only["text"].startswith("… ")
    assert only["text"].endswith("zebra")


@given(st.text(max_size=80))
def test_marks_lie_in_their_snippet(query: str) -> None:
    for one in snippets(ENTRY, query):
        assert all(0 <= start < end <= len(one["text"]) for start, end in one["marks"])
