"""The template index: of many templates the few that a message fits, best first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.postings import CROWD, MemoryPostings, literal_words, message_words
from kb.template_index import TemplateIndex, TemplateRow
from kb.templates import skeleton

FORMS = [
    ("python/attribute", "AttributeError", "'{type}' object has no attribute '{attribute}'"),
    ("python/none-attribute", "AttributeError", "'NoneType' object has no attribute '{attribute}'"),
    ("python/key", "KeyError", "{key}"),
    ("python/assertion", "AssertionError", ""),
    ("flask/template", "jinja2.exceptions.TemplateNotFound", "{template}"),
    ("orm/detached", "orm.exc.DetachedError", "Instance {instance} is not bound to a Session; refresh cannot proceed"),
    ("orm/table", "orm.exc.OperationalError", "(sqlite3.OperationalError) no such table: {table}\n[SQL: {rest}]"),
    ("sqlite/table", "sqlite3.OperationalError", "no such table: {table}"),
    ("django/table", "django.db.utils.OperationalError", "no such table: {table}"),
    ("python/enum", "ValueError", "{value} is not a valid {enum}"),
    ("python/module", "ModuleNotFoundError", "No module named {module}"),
    ("shop/bad", "ValueError", "a lone { brace is refused by the linter"),
]
INDEX = TemplateIndex.build(TemplateRow(i, *form, 0) for i, form in enumerate(FORMS))


def top(exception: str, message: str) -> str | None:
    hits = INDEX.find(exception, message)
    return hits[0].row.entry if hits else None


def test_a_template_that_cannot_be_parsed_is_left_out() -> None:
    assert len(INDEX) == len(FORMS) - 1


def test_the_form_with_more_literal_text_is_preferred() -> None:
    hits = INDEX.find("AttributeError", "'NoneType' object has no attribute 'name'")
    assert [hit.row.entry for hit in hits] == ["python/none-attribute", "python/attribute"]
    assert all(hit.whole and hit.share == 1 for hit in hits)
    assert [capture.value for capture in hits[1].captures] == ["NoneType", "name"]


def test_a_suggestion_at_the_end_changes_nothing() -> None:
    assert top("AttributeError", "'Cart' object has no attribute 'totl'. Did you mean: 'total'?") == "python/attribute"


def test_tails_may_be_missing_or_be_there() -> None:
    message = "(sqlite3.OperationalError) no such table: users"
    tail = "\n[SQL: SELECT 1]\n(Background on this error at: https://sqlalche.me/e/20/e3q8)"
    assert top("orm.exc.OperationalError", message) == "orm/table"
    assert top("orm.exc.OperationalError", message + tail) == "orm/table"


def test_between_equals_the_exception_decides() -> None:
    assert top("sqlite3.OperationalError", "no such table: users") == "sqlite/table"
    assert top("django.db.utils.OperationalError", "no such table: users") == "django/table"
    assert {hit.agrees for hit in INDEX.find("OperationalError", "no such table: users")} == {1}


def test_messages_that_say_nothing_are_found_by_name_only() -> None:
    assert top("KeyError", "'price'") == "python/key"
    assert top("TemplateNotFound", "cart.html") == "flask/template"
    assert top("AssertionError", "") == "python/assertion"
    assert top("RuntimeError", "'price'") is None


def test_damaged_messages_find_their_template() -> None:
    whole = "Instance <users at 0x1f> is not bound to a Session; refresh cannot proceed"
    for damaged in (whole[:55], f"worker 3 | {whole} | done", whole.upper(), whole.replace("proceed", "pro\nceed")):
        hits = INDEX.find("orm.exc.DetachedError", damaged)
        assert hits[0].row.entry == "orm/detached"
        assert not hits[0].whole


@pytest.mark.parametrize("name", ["Colour", "shop.Colour", "HTTPMethod", "_Kind"])
def test_a_slot_for_a_class_holds_a_class(name: str) -> None:
    assert top("ValueError", f"'teal' is not a valid {name}") == "python/enum"


@pytest.mark.parametrize("prose", ["choice", "URL", "shade of the palette", "value for Colour of the cart"])
def test_a_slot_for_a_class_holds_no_prose(prose: str) -> None:
    assert top("ValueError", f"'teal' is not a valid {prose}") is None


@pytest.mark.parametrize(("exception", "message"), [("valueerror", "'teal' is not a valid colour")])
def test_a_class_typed_in_small_letters_is_one(exception: str, message: str) -> None:
    assert top(exception, message) == "python/enum"


def test_an_error_typed_from_memory_needs_neither_capitals_nor_its_name() -> None:
    hit = INDEX.find("", "no module named tillroll")[0]
    assert (hit.row.entry, hit.whole) == ("python/module", True)


def test_unknown_words_find_nothing() -> None:
    assert INDEX.find("ShopError", "the cart of the customer is locked by another till") == []


def test_the_words_of_a_template_are_words_of_its_instances() -> None:
    assert literal_words(skeleton("pre{a}post The {b}th row of {c}: Value_1 {d}")) == ["the", "row", "of", "value_1"]


def test_a_crowd_is_told_apart_by_a_third_word() -> None:
    colours = [f"colour{i}" for i in range(CROWD * 3)]
    texts = [f"zig zag common {colour}" for colour in colours] + [f"other common {i}" for i in range(200)]
    postings = MemoryPostings(texts)
    for number in (0, CROWD, CROWD * 3 - 1):
        found = list(postings.fitting(postings.ranks(message_words(texts[number]))))
        assert number in found
        assert len(found) < CROWD


NAMES = ["session", "table", "column", "engine", "row", "index", "value", "model", "field", "cursor"]
TEMPLATE = st.lists(st.sampled_from([*NAMES, "{x}", "{y}"]), min_size=2, max_size=7).map(" ".join)
SLOTS_ONCE = TEMPLATE.filter(lambda text: max(text.count("{x}"), text.count("{y}")) < 2)


@settings(max_examples=60)
@given(st.lists(SLOTS_ONCE, min_size=1, max_size=40, unique=True), st.data())
def test_whatever_fits_is_found(texts: list[str], data: st.DataObject) -> None:
    index = TemplateIndex.build(TemplateRow(i, f"e/{i}", "ShopError", text, 0) for i, text in enumerate(texts))
    chosen = data.draw(st.integers(0, len(texts) - 1))
    message = re.sub(r"\{(\w)\}", lambda slot: f"the {slot[1]}1 value", texts[chosen])
    hits = index.find("ShopError", message)
    assert chosen in {hit.row.id for hit in hits}
    assert [hit.weight for hit in hits] == sorted((hit.weight for hit in hits), reverse=True)


@given(st.text(max_size=60), st.text("'{}<>[]()\n aeinorst", max_size=80))
def test_no_paste_raises(exception: str, message: str) -> None:
    for hit in INDEX.find(exception, message):
        for capture in hit.captures:
            assert message[capture.start : capture.end] == capture.raw
