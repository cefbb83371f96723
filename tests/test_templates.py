"""Templates: literal text with named slots, matched in linear time, and what their slots catch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.captures import typed_value
from kb.templates import Template

DETACHED = "Instance {instance} is not bound to a Session; attribute refresh operation cannot proceed"


def caught(template: str, message: str) -> dict[str, str] | None:
    captures = Template.parse(template).match(message)
    return None if captures is None else {capture.name: capture.value for capture in captures}


def test_a_template_knows_its_parts() -> None:
    template = Template.parse("{{{errors}}} in {place}")
    assert template.parts == ("{", "errors", "} in ", "place", "")
    assert template.slots == ("errors", "place")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a {b} c {", "position 8"),
        ("a } b", "position 2"),
        ("a {1} b", "position 2"),
        ("a { b } c", "position 2"),
        ("line {line}{rest}", "position 11"),
    ],
)
def test_a_bad_template_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Template.parse(text)


@pytest.mark.parametrize(
    ("template", "message", "values"),
    [
        (DETACHED, DETACHED.replace("{instance}", "<users at 0x1ff9aa91350>"), {"instance": "users"}),
        (
            "'{type}' object has no attribute '{attribute}'",
            "'Cart' object has no attribute 'total'",
            {"type": "Cart", "attribute": "total"},
        ),
        ("{{{key}}} is missing", "{name} is missing", {"key": "name"}),
        ("{key}", "'price'", {"key": "price"}),
        ("", "", {}),
        ("no slots here", "no slots here", {}),
        ("{name} = {name}", "a = a", {"name": "a"}),
        ("{name} = {name}", "a = b = a = b", {"name": "a = b"}),
    ],
)
def test_a_message_fits_and_its_slots_are_caught(template: str, message: str, values: dict[str, str]) -> None:
    assert caught(template, message) == values


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("'{type}' object", "'' object"),
        ("no slots here", "no slots here at all"),
        ("{a} is {b}", " is x"),
        ("{name} = {name}", "a = b"),
        ("key {key}", "key"),
        ("", "x"),
        ("a {x} b {y} c", "a 1 b c"),
    ],
)
def test_what_does_not_fit(template: str, message: str) -> None:
    assert caught(template, message) is None


def test_wrapping_does_not_matter_and_spans_are_in_the_message() -> None:
    message = "Instance  <users at\n 0x1f> is not bound to\n   a Session; attribute refresh operation cannot proceed\n"
    captures = Template.parse(DETACHED).match(message)
    assert captures is not None
    assert message[captures[0].start : captures[0].end] == captures[0].raw == "<users at\n 0x1f>"


def test_a_slot_over_a_line_break_counts_unless_its_name_announces_lines() -> None:
    for name, breaks in (("value", 1), ("detail", 0)):
        template = Template.parse(f"bad: {{{name}}}")
        captures = template.match("bad: one\ntwo")
        assert captures is not None
        assert template.line_breaks(captures) == breaks


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("<users at 0x1ff9aa91350>", "users"),
        ("<__main__.User object at 0x7f00>", "User"),
        ("<class 'app.models.User'>", "app.models.User"),
        ("<function main.<locals>.inner at 0x7f00>", "main.<locals>.inner"),
        ("<bound method Cart.total of <app.Cart object at 0x7f00>>", "Cart.total"),
        ("<Response [404]>", "<Response [404]>"),
        ("'name'", "name"),
        ('"it\'s"', "it's"),
        ("'a', 'b'", "'a', 'b'"),
        ("  3 ", "3"),
        ("''", "''"),
    ],
)
def test_the_value_is_what_a_reader_wants_to_see(raw: str, value: str) -> None:
    assert typed_value(raw) == value


def test_specificity_counts_literal_text() -> None:
    bare, short, long = (Template.parse(text).specificity for text in ("{key}", "no {key} here", DETACHED))
    assert bare == 0 < short < long


WORDS = st.text("abc ", min_size=1, max_size=6)


@given(
    st.lists(WORDS, min_size=1, max_size=4),
    st.lists(st.text("abc\n{}'", min_size=1, max_size=5), min_size=3, max_size=3),
)
def test_every_instance_fits_its_template(literals: list[str], values: list[str]) -> None:
    names = [f"s{i}" for i in range(len(literals) - 1)]
    template = "".join(
        literal + (f"{{{name}}}" if name else "") for literal, name in zip(literals, [*names, ""], strict=True)
    )
    message = "".join(literal + value for literal, value in zip(literals, [*values[: len(names)], ""], strict=True))
    blank = any(not value.strip() for value in values)
    assert blank or Template.parse(template).match(message) is not None


@given(st.text("ab{}<>' \n", max_size=12), st.text("ab<>' \n", max_size=30))
def test_captures_never_lie_about_the_message(text: str, message: str) -> None:
    try:
        template = Template.parse(text.replace("{}", "{x}"))
    except ValueError:
        return
    found = [template.match(message) or (), part.captures if (part := template.search(message)) else ()]
    for capture in (capture for captures in found for capture in captures):
        assert message[capture.start : capture.end] == capture.raw
        assert capture.raw


@pytest.mark.parametrize(
    ("damaged", "kind"),
    [
        ("instance <users at 0x1f> is not bound to a Session; attribute REFRESH operation cannot proceed", "recased"),
        ("Instance <users at 0x1f> is not bound to a Session; attribute ref\nresh operation cannot proceed", "recased"),
        (
            "ERROR Instance <users at 0x1f> is not bound to a Session; attribute refresh operation cannot proceed!",
            "infix",
        ),
        ("Instance <users at 0x1f> is not bound to a Session; attribute ref", "prefix"),
        ("users at 0x1f> is not bound to a Session; attribute refresh operation cannot proceed", "suffix"),
        ("und to a Session; attribute refresh operation cannot proceed", "suffix"),
    ],
)
def test_a_damaged_message_is_recognised(damaged: str, kind: str) -> None:
    part = Template.parse(DETACHED).search(damaged)
    assert part is not None
    assert part.kind == kind
    assert part.covered > 0.6
    assert (part.covered == 1) == (kind in ("recased", "infix"))
    for capture in part.captures:
        assert "users" in capture.raw


def test_other_text_is_not_recognised() -> None:
    part = Template.parse(DETACHED).search("list index out of range")
    assert part is None or part.covered < 0.2


def test_a_slot_at_the_edge_of_a_part_takes_the_nearest_word_only() -> None:
    part = Template.parse("{count} validation errors for {model}").search(
        "ERROR app: 3 validation errors for Order (see below)"
    )
    assert part is not None
    assert [capture.raw for capture in part.captures] == ["3", "Order"]
