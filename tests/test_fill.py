"""Captures in prose: filled in as inline code, and text wherever they land."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kb.fill import LONGEST, fill, shown

HOSTILE = [
    *["`", "``", "|", "{", "}", "{a}", "\\", "\n", "\n\n", "~~~", "```", "# h", "- ", "&lt;", " ", ")", "]", ">", '"'],
    *[
        "**b**",
        "[l](http://e.example)",
        "![i](http://e.example/i.png)",
        "<b>",
        "</code>",
        "<img src=x onerror=y>",
        "_e_",
    ],
]
PROSE = [
    *[
        "{a}",
        "{b}",
        "{a}",
        "text ",
        " ",
        "`",
        "``",
        "`code`",
        "`f({a})`",
        "\\",
        "\n",
        "\n\n",
        "- ",
        "| ",
        " |",
        "[",
        "](",
    ],
    *[
        "[t](http://x.example/{a})",
        "<a ",
        ")",
        "**",
        "> ",
        "    ",
        "```\n",
        "~~~\n",
        "# ",
        "[r]: {a}",
        "&",
        "| - | - |\n",
    ],
]


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("The {instance} is gone.", "The `users` is gone."),
        ("Call `session.add({instance})` first", "Call `session.add(users)` first"),
        ("{other_thing} is not known", "`other thing` is not known"),
        ("{unknown} and {{instance}} stay", "{unknown} and {{instance}} stay"),
        ("{instance}{instance}", "`users` `users`"),
        ("see [{instance}](https://example.com/{instance})", "see [`users`](https://example.com/{instance})"),
        ("```python\n{instance}\n```\n{instance}", "```python\n{instance}\n```\n`users`"),
        ("an odd ` and {instance}", "an odd ` and ``users``"),
        ("no slots", "no slots"),
    ],
)
def test_slots_are_filled(text: str, filled: str) -> None:
    assert fill(text, {"instance": "users"}, {"instance", "other_thing"}) == filled


def test_a_value_is_one_short_line() -> None:
    assert fill("{v}", {"v": "a\n\tb\u202ec`d"}, {"v"}) == "`a b c'd`"
    long = shown("x" * 500)
    assert len(long) == LONGEST
    assert long.endswith("…")


def test_a_value_is_redacted_first() -> None:
    assert fill("{url}", {"url": "postgresql://shop:hunter2@db/shop"}, {"url"}) == "`postgresql://shop:***@db/shop`"


def test_an_interface_finds_the_values_again_and_no_value_can_pretend() -> None:
    marked = fill("`f({a})` and {b}, {c}", {"a": "x\ufdd1y", "b": "z"}, {"a", "b", "c"}, "\ufdd0{}:{}\ufdd1".format)
    assert marked == "`f(\ufdd0a:x y\ufdd1)` and `\ufdd0b:z\ufdd1`, `c`"


def test_a_bar_does_not_end_a_tables_cell() -> None:
    html = MarkdownIt().enable("table").render(fill("| a | b |\n| - | - |\n| {t} | x |\n", {"t": "int | None"}, {"t"}))
    assert "<td><code>int | None</code></td>" in html


def _outside_code(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        yield from map(str, token.attrs.values())
        if token.children:
            yield from _outside_code(token.children)
        elif token.type not in ("code_inline", "code_block", "fence"):
            yield token.content


@example(["{a}", "```\n", "| - | - |\n"], ["|"], False)
@given(st.lists(st.sampled_from(PROSE), max_size=9), st.lists(st.sampled_from(HOSTILE), max_size=7), st.booleans())
def test_a_capture_stays_text_everywhere(prose: list[str], hostile: list[str], html: bool) -> None:
    value = "Qcapture" + "".join(hostile) + "Qcapture"
    filled = fill("".join(prose), {"a": value, "b": "other"}, {"a", "b"})
    markdown = MarkdownIt("commonmark", {"html": html}).enable(["table", "strikethrough"])
    assert not any("Qcapture" in text for text in _outside_code(markdown.parse(filled)))
