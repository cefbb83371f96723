"""Messages that lost their end, their capitals or a word to a line's end still find their own wording first."""

from __future__ import annotations

import pytest

from kb.in_memory import matcher_of
from kb.models import Entry, ErrorForm, Fix
from kb.openings import Openings
from kb.store.rows import TemplateRow
from kb.template_index import TemplateIndex

WORDINGS = [
    ("mill.SackError", "too many sacks, at most {most} fit below the sluice gate"),
    ("mill.SackError", "sack code: {code} - {reason}"),
    ("TypeError", "{function}() got no argument '{name}'"),
    ("TypeError", "{function}() got no argument 'granularity'"),
    ("TypeError", "Grinder can't be turned by the Wheel of {mill}"),
    ("KeyError", "{key}"),
    ("MillError", "no grain"),
]


@pytest.fixture(scope="module")
def index() -> TemplateIndex:
    rows = [TemplateRow(n, f"e/{n}", name, message, 0) for n, (name, message) in enumerate(WORDINGS)]
    return TemplateIndex.build(rows)


def first(index: TemplateIndex, exception: str, message: str) -> str | None:
    hits = index.find(exception, message)
    return hits[0].row.message if hits else None


@pytest.mark.parametrize(
    "message",
    ["too many sacks, at most 7 fi", "too many sacks, at most 7 fit below the slu", "too many sacks, at"],
)
def test_a_message_whose_rare_words_were_cut_off_is_found_by_name_and_opening(index, message):
    hit = index.find("mill.SackError", message)[0]
    assert hit.row.message == WORDINGS[0][1]
    assert hit.cut


def test_a_message_that_ends_in_a_value_is_cut_and_one_that_goes_on_otherwise_is_not(index):
    assert index.find("SackError", "sack code: 429")[0].cut
    assert not any(hit.cut for hit in index.find("SackError", "sack code: ask the miller for it"))


def test_another_exception_that_opens_so_is_not_taken_for_it(index):
    assert first(index, "LookupError", "too many") is None


def test_a_message_in_small_letters_fits_whole(index):
    hit = index.find("typeerror", "grinder can't be turned by the wheel of ada")[0]
    assert hit.whole
    assert [capture.value for capture in hit.captures] == ["ada"]
    assert index.find("keyerror", "'rye'")[0].row.exception == "KeyError"
    assert not index.find("TypeError", "grinder can't be turned by the wheel of ada")[0].whole


def test_a_word_that_a_terminal_broke_still_tells_the_special_wording(index):
    found = [hit.row.message for hit in index.find("TypeError", "grind() got no argument 'granu\nlarity'")]
    assert WORDINGS[3][1] in found


def test_capitals_and_blanks_of_an_opening_do_not_count():
    openings = Openings.build([(7, "mill.SackError", "Too many"), (8, "SackError", "to"), (9, "SackError", "")])
    assert openings.find("SackError", "tO Om") == [7]
    assert openings.find("SackError", "to") == []


SCALE = "The scale is ambiguous for {mill}. Say in grams, ounces or sacks what you mean, and weigh once more, slowly."


class TestSomebodyWhoPastesOneSentence:
    """Of a message of several: it is all that they were shown as the error."""

    def test_is_answered(self) -> None:
        fixes = (Fix(id="fix", cause=None, title="Fix", text="Fix."),)
        one = Entry(
            "scale/ambiguous", "Which scale", "scale", "authored", (ErrorForm("ValueError", SCALE),), fixes=fixes
        )
        anything = Entry("any/value", "Any", "python", "authored", (ErrorForm("ValueError", "{message}"),), fixes=fixes)
        answer = matcher_of([one, anything]).lookup("ValueError: The scale is ambiguous for 'ada'.").answer
        assert (answer.verdict, answer.matches[0].entry.id) == ("match", "scale/ambiguous")

    def test_is_so_only_where_a_sentence_or_line_ends(self) -> None:
        index = TemplateIndex.build([TemplateRow(0, "e/0", "ValueError", SCALE, 0)])

        def opens(message: str) -> bool:
            return any(hit.opens for hit in index.find("ValueError", message))

        assert opens("The scale is ambiguous for ada.")
        assert not opens("The scale is ambiguous for ada. Say in grams")
        assert not opens("The scale is ambiguous fo")


REFUSED = (
    "the cart to {mill} couldn't be driven through the valley of the long river by {driver}: road 113 is under water"
)


@pytest.fixture(scope="module")
def matcher():
    fixes = (Fix(id="fix", cause=None, title="Fix", text="Fix."),)
    forms = (ErrorForm("cart.RoadError", REFUSED), ErrorForm("queue.Full", ""))
    return matcher_of([Entry("cart/road-refused", "Refused", "cart", "authored", forms, fixes=fixes)])


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        (REFUSED.format(mill="ada", driver="bo"), "match"),
        ("the cart to ada couldn't be driven through the valley of the long river by bo: road 113 is un", "match"),
        (
            "the cart to ada couldn't be driven through the valley of the long river by bo: road 99 has no bridge left",
            "related",
        ),
        ("the cart to ada couldn't be", "related"),
    ],
    ids=["whole", "cut off", "another refusal", "hardly anything left"],
)
def test_only_what_nothing_in_the_message_speaks_against_is_trusted(matcher, message, verdict):
    lookup = matcher.lookup(f"cart.RoadError: {message}")
    assert lookup.verdict == verdict
    assert lookup.answer.matches[0].entry.id == "cart/road-refused"


def test_a_name_that_lost_its_capitals_is_read_and_known_when_it_stands_alone(matcher):
    assert matcher.lookup("queue.full").answer.matches[0].entry.id == "cart/road-refused"
    assert matcher.lookup("disk.size: 3\nqueue.full\ndisk.name: a\n").verdict == "none"
