"""What people type for a search: messages without the exception's name, without quotation marks, in small letters."""

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


@pytest.mark.parametrize(
    "text",
    [
        "No such sack named rye",
        "ImportError: No such sack named rye",
        "no such sack named rye",
        "importerror: no such sack named rye",
    ],
)
def test_quotation_marks_and_capitals_may_be_missing(matcher: Matcher, text: str) -> None:
    found = matcher.lookup(text)
    assert first(found) == ("match", "mill/sack")
    assert [slot.value for slot in found.answer.matches[0].slots] == ["rye"]


def test_an_apostrophe_stays_or_goes_with_the_marks(matcher: Matcher) -> None:
    for text in ("oven big isn't lit, and nobody is there", "oven big isnt lit, and nobody is there"):
        assert first(matcher.lookup(f"ValueError: {text}")) == ("match", "python/same")


def test_a_librarys_exception_is_known_in_small_letters_where_it_stands_alone(matcher: Matcher) -> None:
    text = "ovenerror: oven 'big' isn't lit, and nobody is there"
    assert first(matcher.lookup(text)) == ("match", "bakery/same")
    among = matcher.lookup(f"oven: big\n{text}\nlit: no\n")
    assert all(one.traceback.type != "ovenerror" for one in among.answer.exceptions)


QUOTED = """\
  error: subprocess-exited-with-error

  × Grinding flour for rye did not run successfully.
  │ exit code: 1
  ╰─> [4 lines of output]
      running grind_ext
      error: Millstone 14.0 or greater is required for whole grain
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with the mill.
  ERROR: Failed grinding flour for rye
ERROR: Could not grind flour for rye, which is required to bake the bread of today
"""


@pytest.mark.parametrize("text", [QUOTED, QUOTED[QUOTED.index("running") :]], ids=["whole", "begun in its midst"])
def test_what_the_quoted_program_says_comes_before_what_the_quoting_one_says(text: str) -> None:
    outer = (
        "ERROR: Failed grinding flour for {sack}",
        "ERROR: Could not grind flour for {sack}, which is required to {aim}",
    )
    quoting = Entry(
        "mill/grinding", "Grinding", "mill", "authored", tuple(ErrorForm("cli:mill", one) for one in outer), fixes=FIXES
    )
    quoted = entry("mill/stone", "cli:mill", "error: Millstone 14.0 or greater is required for {kind}", "mill")
    assert first(matcher_of([quoting, quoted]).lookup(text)) == ("match", "mill/stone")
