"""Messages that were pasted without the exception's name: what people type into a search box."""

from __future__ import annotations

import pytest

from kb.answers import Lookup
from kb.in_memory import matcher_of
from kb.matcher import Matcher
from kb.models import Entry, ErrorForm, Fix

FIXES = (Fix(id="fix", cause=None, title="Fix", text="Fix."),)


def entry(name: str, exception: str, message: str, library: str) -> Entry:
    return Entry(name, name, library, "authored", (ErrorForm(exception, message),), fixes=FIXES)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return matcher_of(
        [
            entry("mill/weight", "RuntimeError", "Scale error: no weight was left for {sack}", "mill"),
            entry("mill/sack", "ImportError", "No such sack named '{sack}'", "mill"),
            entry("bakery/same", "bakery.OvenError", "oven '{oven}' isn't lit, and nobody is there", "bakery"),
            entry("python/same", "ValueError", "oven '{oven}' isn't lit, and nobody is there", "python"),
            entry(
                "mill/long",
                "ValueError",
                "Grinding stones outside of the mill.\n\nThis means that the cart went off again.",
                "mill",
            ),
        ]
    )


def first(lookup: Lookup) -> tuple[str, str]:
    return lookup.verdict, lookup.answer.matches[0].entry.id


def test_what_looks_like_a_logs_label_may_be_the_wordings_beginning(matcher: Matcher) -> None:
    text = "Scale error: no weight was left for rye"
    found = matcher.lookup(text)
    assert first(found) == ("match", "mill/weight")
    (slot,) = found.answer.matches[0].slots
    assert slot.span is not None
    assert text[slice(*slot.span)] == "rye"


def test_a_short_message_is_trusted_where_nothing_else_was_pasted(matcher: Matcher) -> None:
    assert first(matcher.lookup("No such sack named 'rye'")) == ("match", "mill/sack")
    among = matcher.lookup("the cart failed:\n  No such sack named 'rye'\nand the miller went home\n")
    assert among.verdict != "match"


def test_of_two_that_say_the_same_pythons_own_comes_first(matcher: Matcher) -> None:
    assert first(matcher.lookup("oven 'big' isn't lit, and nobody is there"))[1] == "python/same"


def test_the_first_line_of_several_is_enough(matcher: Matcher) -> None:
    assert first(matcher.lookup("Grinding stones outside of the mill.")) == ("match", "mill/long")
