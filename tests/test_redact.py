"""Redaction: secrets out, the rest as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import tables
from kb.redact import CHUNK, redact, redact_value, secrets

TABLE = tables.rows("secrets.tsv")
EXAMPLES = [row["example"].replace("\\n", "\n") for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['kind']}: {row['reason'][:40]}")
def test_every_row_takes_its_secret_out(row: dict[str, str]) -> None:
    redacted = redact(row["example"].replace("\\n", "\n"))
    assert redacted.text == row["redacted"]
    assert {span.kind for span in redacted.spans} == {row["kind"]}


@pytest.mark.parametrize("password", ["hunter2", "p@ss:w/rd", "$a!&b%20", "x#y?z=1", "(paren)"])
def test_a_password_of_a_data_source_name_may_hold_any_sign(password: str) -> None:
    text = redact(f"could not connect to postgresql+psycopg://shop:{password}@db.internal:5432/shop").text
    assert password not in text
    assert text.endswith("://shop:***@db.internal:5432/shop")


@pytest.mark.parametrize(
    "text",
    [
        "KeyError: 'DATABASE_PASSWORD'",
        "at commit 3f2a1b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a",
        "invalid literal for int() with base 10: '12a'",
        'password authentication failed for user "shop"',
        "    password = os.environ['SHOP_PASSWORD']",
        "    token = get_token(request)",
        "connect(password=None)",
        "Unexpected token: )",
        "max_tokens=4096 is too large",
        "Bearer authentication is required",
        "http://localhost:8000/users/ada@home",
        "    return weights@inputs.T",
        "@app.route('/login')",
        "the SECRET_KEY setting must not be empty",
        "sorted(rows, key=lambda row: row[0])",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact(text).text == text


def test_spans_are_in_the_given_text_and_in_order() -> None:
    text = 'File "/home/ada/app.py"\npassword="s3cret" for ada@example.com'
    spans = redact(text).spans
    assert [(span.kind, text[span.start : span.end]) for span in spans] == [
        ("user", "ada"),
        ("password", "s3cret"),
        ("email", "ada@example.com"),
    ]


NOISE = st.sampled_from(
    ["@", "://", ":", "=", "***", "<user>", "<email>", "password", "'", '"', " ", "\n", "/home/", "a1"]
)


@given(st.lists(st.sampled_from(EXAMPLES) | NOISE | st.text(max_size=5), max_size=8).map("".join))
def test_redacting_again_changes_nothing_and_text_hardly_grows(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text
    assert len(once.text) <= len(text) + len("<email>") * len(once.spans)
    ends = [0, *(place for span in once.spans for place in (span.start, span.end)), len(text)]
    assert ends == sorted(ends)


def test_a_captured_value_is_redacted_too() -> None:
    assert redact_value("postgresql://shop:hunter2@db/shop") == "postgresql://shop:***@db/shop"


@pytest.mark.parametrize("before", range(CHUNK - 12, CHUNK + 3))
def test_a_secret_is_found_wherever_it_stands_in_a_long_text(before):
    (found,) = secrets(f"{'x ' * (before // 2)}{' ' * (before % 2)}password='hunter2' and more")
    assert (found.kind, found.end - found.start) == ("password", 7)


def test_a_secret_is_found_beside_broken_text():
    assert redact("\ud800 password='hunter2'").text == "\ud800 password='***'"
