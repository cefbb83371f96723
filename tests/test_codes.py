"""Codes: what names an error exactly, whatever words are around it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import tables
from kb.codes import codes

TABLE = tables.rows("codes.tsv")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["name"])
def test_every_row_finds_the_code_of_its_example(row: dict[str, str]) -> None:
    assert codes("SomeError", row["example"]) == (row["code"],)
    assert row["reason"]


def test_the_same_code_in_every_series_of_a_library() -> None:
    links = [
        f"x (Background on this error at: https://sqlalche.me/e/{series}gkpj)" for series in ("", "13/", "14/", "21/")
    ]
    assert {codes("", link) for link in links} == {("gkpj",)}


def test_a_drivers_class_stands_for_its_sqlstate() -> None:
    assert codes("psycopg.errors.UniqueViolation", "duplicate key value") == ("sqlstate:23505",)
    assert codes("asyncpg.exceptions.UndefinedTableError", 'relation "t" does not exist') == ("sqlstate:42P01",)


def test_a_quoted_driver_error_counts_and_comes_before_the_link() -> None:
    message = (
        "(psycopg2.errors.NotNullViolation) null value (Background on this error at: https://sqlalche.me/e/20/gkpj)"
    )
    assert codes("sqlalchemy.exc.IntegrityError", message) == ("sqlstate:23502", "gkpj")


@pytest.mark.parametrize(
    "message",
    [
        "404 Client Error: Not Found for url: https://example.com/e/20/bhk3",
        "list index out of range",
        "shape (1024, 768) is not aligned",
        "name 'E001' is not defined",
        "module 'models' has no attribute 'E0012'",
    ],
)
def test_no_code_where_there_is_none(message: str) -> None:
    assert codes("ValueError", message) == ()


@given(st.text(max_size=80), st.lists(st.sampled_from([row["example"] for row in TABLE]), max_size=4).map(" ".join))
def test_never_twice_and_never_an_exception(exception: str, message: str) -> None:
    found = codes(exception, message)
    assert len(found) == len(set(found))
