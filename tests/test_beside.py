"""Lines around a traceback: what a tool says in its own words counts where it is known, and never where it isn't."""

from __future__ import annotations

import pytest

from kb.in_memory import matcher_of
from kb.models import Entry, ErrorForm, Fix
from kb.tracebacks import read

TRACEBACK = """Traceback (most recent call last):
  File "/srv/mill/order.py", line 12, in pay
    sacks = store[kind]
KeyError: 'rye'
"""


def entry(identity: str, *forms: tuple[str, str]) -> Entry:
    errors = tuple(ErrorForm(*form) for form in forms)
    fixes = (Fix(id="fix", cause=None, title="Fix", text="Fix."),)
    return Entry(identity, identity, identity.partition("/")[0], "authored", errors, fixes=fixes)


@pytest.fixture(scope="module")
def matcher():
    return matcher_of(
        [
            entry("mill/unknown-grain", ("log:mill", "Refused a sack of unregistered grain '{grain}'.")),
            entry("mill/wheel", ("mill.WheelError", "the wheel of the mill couldn't be turned")),
            entry("python/key-error", ("KeyError", "{key}")),
        ]
    )


def told(text: str) -> list[str]:
    return [line.message for line in read(text).beside]


@pytest.mark.parametrize(
    "text",
    [
        f"[2025-03-14 09:26:53,589: ERROR/Miller] Refused a sack of unregistered grain 'rye'.\n{TRACEBACK}",
        f"Refused a sack of unregistered grain 'rye'.\nsack: <Sack 3>\n{TRACEBACK}",
        f"{TRACEBACK}\n[2025-03-14 09:26:53 +0000] [7] [ERROR] Refused a sack of unregistered grain 'rye'.\n",
        "KeyError: 'rye'\n  File \"/srv/mill/order.py\", line 12, in pay\n    sacks = store[kind]\n\n"
        "Refused a sack of unregistered grain 'rye'.\nThe sack was given back.\n",
    ],
    ids=["log line above", "paragraph above", "log line below", "paragraph below"],
)
def test_a_tools_own_line_answers_before_a_general_error(matcher, text):
    lookup = matcher.lookup(text)
    assert lookup.verdict == "match"
    assert lookup.answer.matches[0].entry.id == "mill/unknown-grain"
    assert any(match.entry.id == "python/key-error" for answer in lookup.also for match in answer.matches)


def test_a_tools_line_that_quotes_an_exception_answers_before_the_exception():
    known = [
        entry("mill/locked", ("cli:mill", "ERROR: The mill stands because of an OSError: [Errno 13] locked: '{door}'")),
        entry("python/os-error", ("OSError", "[Errno 13] {reason}: '{path}'")),
    ]
    lookup = matcher_of(known).lookup("ERROR: The mill stands because of an OSError: [Errno 13] locked: '/srv/mill'\n")
    assert lookup.answer.matches[0].entry.id == "mill/locked"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("/usr/bin/mill: No such grain rye", "match"),
        ("Unable to open the store 'north': No such grain rye", "related"),
        ("I get `mill`: No such grain rye", "related"),
        ("The mill says: No such grain rye", "related"),
        ("C:\\Program Files\\Mill\\mill.exe: No such grain rye", "match"),
    ],
)
def test_a_line_that_begins_with_a_program_is_not_any_sentence_that_ends_so(text, verdict):
    known = [entry("mill/no-such-grain", ("cli:mill", "{program}: No such grain {grain}"))]
    assert matcher_of(known).lookup(text).verdict == verdict


def test_what_follows_from_an_error_does_not_answer_before_it():
    known = [
        entry("mill/unclosed", ("log:mill", "Unclosed client session\nclient_session: {session}")),
        entry("python/key-error", ("KeyError", "{key}")),
    ]
    text = f"{TRACEBACK}Unclosed client session\nclient_session: <aiohttp.client.ClientSession object at 0x7f00>\n"
    assert matcher_of(known).lookup(text).answer.matches[0].entry.id == "python/key-error"
    assert matcher_of(known).lookup(text.removeprefix(TRACEBACK)).answer.matches[0].entry.id == "mill/unclosed"


@pytest.mark.parametrize(
    "around",
    ["2025-03-14 09:26:53,589 ERROR [mill] job 17 failed", "the wheel of the mill couldn't be turned", "What is this?"],
)
def test_what_no_tool_prints_is_not_answered_and_not_shown(matcher, around):
    alone, within = matcher.lookup(TRACEBACK), matcher.lookup(f"{around}\n{TRACEBACK}")
    assert [match.entry.id for match in within.answer.matches] == [match.entry.id for match in alone.answer.matches]
    assert within.also == alone.also == ()


def test_the_message_of_a_json_record_stands_beside_its_traceback():
    record = '{"level": "error", "message": "the flour is missing", "exc": "Traceback (most recent call last):\\n'
    assert "the flour is missing" in told(record + '  File \\"a.py\\", line 3, in f\\nKeyError: 1"}')


def test_lines_far_from_any_traceback_are_not_looked_at():
    assert "the mill failed" not in told("the mill failed\n" + "all is well\n" * 60 + TRACEBACK)
    assert told(TRACEBACK) == []


def test_what_a_tool_says_calmly_at_the_end_is_answered(matcher):
    text = "INFO  [mill] Wheel turns.\nINFO  [mill] Refused a sack of unregistered grain 'rye'.\n"
    assert matcher.lookup(text).answer.matches[0].entry.id == "mill/unknown-grain"
    assert matcher.lookup("INFO  [mill] Wheel turns.\nINFO  [mill] All is ground.\n").verdict == "none"


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ("\x1b[31mKeyError\x1b[0m: 'a'", "'a'"),
        ("[31mKeyError[0m: 'a[m'\n[1mx[m", "'a'\nx"),
        ("[main] [mill.wheel] KeyError: 'a'", "'a'"),
        ("\x1b[1mValueError\x1b[0m: Invalid \\escape at the mill", "Invalid \\escape at the mill"),
    ],
)
def test_colours_go_and_names_in_brackets_stay(printed, message):
    assert read(printed).errors[0][-1].message == message


def test_a_line_that_says_it_again_is_no_second_error():
    first = "A sack that was filled at the mill {one} cannot be opened in"
    whole = f"{first}\nmill {{two}} as it may burst. To serve both kinds of\nmills, sacks must be filled there."
    found = matcher_of([entry("mill/sack", ("ImportError", whole), ("cli:mill", first))]).lookup(
        "A sack that was filled at the mill 1.x cannot be opened in\nmill 2.0 as it may burst. "
        "To serve both kinds of\nmills, sacks must be filled there.\n"
    )
    assert [match.entry.id for match in found.answer.matches] == ["mill/sack"]
    assert found.also == ()
