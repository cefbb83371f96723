"""What holds for any text at all: a reading, spans inside the text, work that grows no faster than the text."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.models import Reading
from kb.tracebacks import decode, read, repair

FIXTURES = sorted((Path(__file__).parent / "fixtures" / "tracebacks").glob("*.txt"))
TEXTS = [path.read_bytes().decode("utf-8") for path in FIXTURES]
PIECES = [
    "Traceback (most recent call last):\n",
    '  File "a.py", line 1, in f\n',
    "    g()\n",
    "KeyError: 'a'",
    "\n",
    "\r\n",
    "\\n",
    '"',
    "'",
    "{",
    "> ",
    "  | ",
    "  +-+---------------- 1 ----------------\n",
    "\x1b[31m",
    "&lt;",
    "<pre>",
    "</pre>",
    "web_1  | ",
    "E   ",
    "----> 1 x\n",
    "│ a │\n",
    "╭─ Error ─╮\n",
    "(Caused by KeyError('",
    "error: ",
    "The above exception was the direct cause of the following exception:\n",
    "b'",
    "\\",
    "\ud800",
    "\x00",
    "🦉",
]


def check(text: str) -> Reading:
    reading = read(text)
    for chain in reading.errors:
        assert chain
        assert sum(tb.relation == "raised" for tb in chain) == 1
        for tb in chain:
            assert 0 <= tb.span[0] <= tb.span[1] <= len(text)
            assert len(tb.origins) == len(tb.message)
            if tb.message:
                start, end = tb.span_of(0, len(tb.message)) or (-1, -1)
                assert 0 <= start < end <= len(text)
            for frame in tb.frames:
                assert 0 <= frame.span[0] <= frame.span[1] <= len(text)
    return reading


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    check(text)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_heap_of_pieces_is_read(text: str) -> None:
    check(text)


@pytest.mark.parametrize("number", range(len(TEXTS)), ids=lambda number: FIXTURES[number].stem)
def test_any_prefix_and_any_rest_is_read(number: int) -> None:
    text = TEXTS[number]
    step = max(1, len(text) // 40)
    for cut in range(0, len(text), step):
        check(text[:cut])
        check(text[cut:])


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_pastes_cut_doubled_indented_and_interleaved_are_read(chance: random.Random) -> None:
    lines = chance.choice(TEXTS).splitlines(keepends=True)
    others = chance.choice(TEXTS).splitlines(keepends=True)
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(lines) + 1)
        change = chance.randrange(4)
        if change == 0:
            del lines[at : at + 2]
        elif change == 1:
            lines[at:at] = lines[at : at + 3]
        elif change == 2 and at < len(lines):
            lines[at] = " " * chance.randrange(9) + lines[at].lstrip()
        elif others:
            lines.insert(at, chance.choice(others))
    check("".join(lines))


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "\n",
        '"',
        "\\n",
        "<span>",
        "&lt;",
        "KeyError: ",
        "Traceback (most recent call last):\n",
        '  File "a.py", line 1, in f\n    g()\n',
        "  | Traceback (most recent call last):\n",
        "  +-+---------------- 1 ----------------\n",
        "Cell In[1], line 1\n",
        "│ a │\n",
        "a.py:1: in f\n",
        "E   x\n",
        '{"a": "Traceback (most recent call last):\\n  File \\"x.py\\", line 1\\nKeyError: 1"}\n',
        ', "  File \\"x.py\\", line 1, in f\\n"',
        'Traceback (most recent call last): File "a.py", line 1, in f x() ',
    ],
    ids=lambda unit: unit.strip()[:20] or repr(unit),
)
def test_work_grows_no_faster_than_the_text(unit: str) -> None:
    """Calls of functions are counted, not time: eight times the text may take about eight times the calls."""
    small = unit * (4000 // len(unit))
    assert calls(small * 8) <= 10 * calls(small) + 2000


def calls(text: str) -> int:
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        read(text)
    finally:
        sys.setprofile(before)
    return count


def test_of_a_very_long_paste_both_ends_are_read() -> None:
    text = "ValueError: at the top\n" + "nothing here\n" * 50_000 + "KeyError: 'at the end'\n"
    reading = check(text)
    assert [chain[-1].name for chain in reading.errors] == ["ValueError", "KeyError"]
    assert reading.notices


def test_of_a_very_deep_recursion_both_ends_are_kept() -> None:
    frames = "".join(f'  File "a.py", line {n}, in f\n    f()\n' for n in range(1, 5001))
    (chain,) = read(f"Traceback (most recent call last):\n{frames}RuntimeError: too deep\n").errors
    kept = chain[-1].frames
    assert len(kept) <= 200
    assert (kept[0].lineno, kept[-1].lineno) == (1, 5000)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("KeyError: 'ä'".encode(), "KeyError: 'ä'"),
        (b"\xef\xbb\xbfKeyError", "KeyError"),
        ("KeyError: 'ä'".encode("utf-16"), "KeyError: 'ä'"),
        (b"\xfe\xff" + "ä".encode("utf-16-be"), "ä"),
        ("ä".encode("utf-32"), "ä"),
        (b"M\xfcller \x96 \x81", "Müller – \ufffd"),
        ("grün".encode() + b" gr\xfcn \xc3", "grün grün Ã"),
        (b"", ""),
    ],
)
def test_bytes_are_decoded(data: bytes, text: str) -> None:
    assert decode(data) == text


@given(st.binary())
def test_any_bytes_are_decoded(data: bytes) -> None:
    check(decode(data))


@given(st.text(alphabet=st.characters()))
def test_repaired_text_keeps_its_length_and_can_be_encoded(text: str) -> None:
    repaired = repair(text)
    assert len(repaired) == len(text)
    assert "\x00" not in repaired
    repaired.encode("utf-8")
    assert repair(repaired) == repaired


def test_nothing_in_the_midst_of_a_word_breaks_it() -> None:
    (chain,) = read("tea.Kettle\x00Error: no wa\x00ter in the kettle").errors
    assert (chain[0].type, chain[0].message) == ("tea.KettleError", "no water in the kettle")


def test_a_warning_that_lost_its_capitals_keeps_its_place() -> None:
    text = "/srv/tea.py:7: runtimewarning: coroutine 'boil' was never awaited\n  boil()\nruntimewarning: enable it\n"
    assert [chain[0].message for chain in read(text).errors] == [
        "coroutine 'boil' was never awaited",
        "enable it",
    ]
