"""Inline code around a traceback: the marks that people put there go, the backticks of messages stay."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.tracebacks import read
from kb.tracebacks.inline_code import MOST_LINES, untick
from kb.tracebacks.lines import split

FRAME = '  File "/srv/tea/brew.py", line 7, in pour'


def unticked(text: str) -> str:
    return "\n".join(line.text for line in untick(split(text)))


class TestMarks:
    def test_go_from_the_first_line_and_the_last(self) -> None:
        assert (
            unticked(f"`Traceback …:\n{FRAME}\nKeyError: 'cup'`\nHelp!")
            == f"Traceback …:\n{FRAME}\nKeyError: 'cup'\nHelp!"
        )

    def test_of_two_backticks_go_both(self) -> None:
        text = f"``Traceback …:\n{FRAME}\nNameError: `cup` is not defined``"
        assert unticked(text) == f"Traceback …:\n{FRAME}\nNameError: `cup` is not defined"

    def test_around_a_frame_of_its_own_go(self) -> None:
        assert unticked(f"`{FRAME.strip()}`") == FRAME.strip()

    def test_of_several_pieces_all_go(self) -> None:
        assert unticked(f"`a:\n{FRAME}`\nand\n`b:\n{FRAME}`") == f"a:\n{FRAME}\nand\nb:\n{FRAME}"

    def test_leave_every_character_where_it_stood(self) -> None:
        text = "`KeyError: 1\nat the end`"
        lines = untick(split(text))
        assert [[text[at] for at in line.origins()] for line in lines] == [list("KeyError: 1"), list("at the end")]

    def test_gone_leave_an_error_that_is_read(self) -> None:
        (chain,) = read(f"`Traceback (most recent call last):\n{FRAME}\nKeyError: 'cup'`").errors
        assert (chain[-1].type, chain[-1].message) == ("KeyError", "'cup'")


class TestBackticks:
    def test_of_a_name_stay(self) -> None:
        text = "`cup` is not defined\n`pour`"
        assert unticked(text) == text

    def test_of_fences_stay(self) -> None:
        text = f"```\n{FRAME}\n```"
        assert unticked(text) == text

    def test_without_a_partner_stay(self) -> None:
        text = f"`Traceback …:\n{FRAME}\nKeyError: 'cup'"
        assert unticked(text) == text

    def test_that_close_in_the_midst_of_a_line_stay(self) -> None:
        text = "`Traceback …:\nKeyError: 1` is what it said\nand `cup`"
        assert unticked(text) == text

    def test_whose_partner_is_far_away_stay(self) -> None:
        text = "`a" + "\nb" * MOST_LINES + "\nc`"
        assert unticked(text) == text

    def test_of_which_two_open_and_one_closes_stay(self) -> None:
        text = "``a\nb`"
        assert unticked(text) == text

    def test_absent_cost_no_copy(self) -> None:
        lines = split("KeyError: 1\nat the end")
        assert untick(lines) is lines

    @given(st.text("`a \n", max_size=60))
    def test_anywhere_take_nothing_else_along(self, text: str) -> None:
        assert unticked(text).replace("`", "").split() == text.replace("`", "").split()
