"""The normal form: what is the program's own becomes a slot, what tells errors apart stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import tables
from kb.normalize import core, fingerprint, normalize, rules_version

RULES = tables.rows("normalize.tsv")
TAILS = tables.rows("tails.tsv")

PIECES = st.sampled_from(
    [row["example"] for row in RULES]
    + [*"'\"`<>{}/\\-. \n_[](),:", "5", "a", "{number}", "{path}", "{link}", " at 0x1f", "0x", "b'x'", "[SQL: "]
    + ["[parameters: ", "(Background on", "Errno ", "::1", "1.2.3", "s", "MiB", "deadbee7", "x3", "e5", "==", "'int'"]
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["name"])
def test_every_rule_does_what_its_example_says(rule: dict[str, str]) -> None:
    assert normalize(rule["example"]).text == rule["normal"]
    assert rule["reason"]


@given(st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=60))
def test_a_normal_form_is_its_own_normal_form(message: str) -> None:
    normal = normalize(message)
    assert normalize(normal.text).text == normal.text


@given(st.lists(PIECES, max_size=9).map("".join))
def test_values_say_where_they_stood(message: str) -> None:
    for value in normalize(message).values:
        assert message[value.start : value.end] == value.raw


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Instance <users at 0x1ff9aa91350> is not bound", "Instance <app.Order object at 0x7f00aa> is not bound"),
        ("[Errno 2] No such file or directory: '/home/ada/a.csv'", "[Errno 2] No such file or directory: 'C:\\b.csv'"),
        ("cannot import name 'x' from 'y' (/srv/a/y.py)", "cannot import name 'z' from 'w' (C:\\Users\\bob\\w.py)"),
        ("Expecting value: line 1 column 2 (char 1)", "Expecting value: line 30 column 1 (char 977)"),
        ("timed out after 30s", "timed out after 1.5s"),
        ("a message\nthat was   wrapped", "a message that was wrapped"),
    ],
)
def test_two_programs_with_one_error_have_one_normal_form(one: str, other: str) -> None:
    assert normalize(one).text == normalize(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("[Errno 111] Connect call failed", "[Errno 113] Connect call failed"),
        ("[WinError 5] Access is denied", "[WinError 32] Access is denied"),
        ("'NoneType' object is not iterable", "'int' object is not iterable"),
        ("404 Client Error: Not Found", "401 Client Error: Not Found"),
        ("(at: https://sqlalche.me/e/20/bhk3)", "(at: https://sqlalche.me/e/20/gkpj)"),
        ("SQLSTATE[23505]: x", "SQLSTATE[23503]: x"),
        ("got <class 'str'>", "got <class 'list'>"),
    ],
)
def test_what_tells_errors_apart_stays(one: str, other: str) -> None:
    assert normalize(one).text != normalize(other).text


def test_the_code_of_a_link_outlives_the_series() -> None:
    old, new = (normalize(f"x (Background on this error at: https://sqlalche.me/e/{n}/bhk3)").text for n in (14, 20))
    assert old == new == "x (Background on this error at: {link}/bhk3)"


@pytest.mark.parametrize("tail", TAILS, ids=lambda tail: tail["name"])
def test_a_tail_is_cut_off(tail: dict[str, str]) -> None:
    assert core(tail["example"]) == tail["left"]
    assert tail["reason"]


def test_tails_may_follow_one_another() -> None:
    message = (
        "(sqlite3.OperationalError) no such column: t.nme\n[SQL: SELECT nme FROM t]\n[parameters: (1,)]\n"
        "(Background on this error at: https://sqlalche.me/e/20/e3q8)"
    )
    assert core(message) == "(sqlite3.OperationalError) no such column: t.nme"


def test_a_message_that_is_all_tail_stays_whole() -> None:
    assert core("[SQL: SELECT 1]") == "[SQL: SELECT 1]"


@given(st.lists(st.sampled_from([row["example"] for row in TAILS] + [" ", "\n", "x"]), max_size=5).map("".join))
def test_a_core_is_its_own_core(message: str) -> None:
    assert core(core(message)) == core(message)


def test_the_fingerprint_is_of_rules_type_and_normal_form() -> None:
    one = fingerprint("KeyError", "{quoted}")
    assert len(one) == 16
    assert int(one, 16) >= 0
    assert one == fingerprint("KeyError", "{quoted}")
    assert one != fingerprint("LookupError", "{quoted}")
    assert one != fingerprint("KeyError", "{number}")
    assert len({rules_version(), one}) == 2


def test_a_lone_surrogate_has_a_fingerprint() -> None:
    assert len(fingerprint("KeyError", normalize("'\ud800'").text + "\ud800")) == 16
