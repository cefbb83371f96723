"""A new article: filled in from what a paste says, and reported as unfinished until it is written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import authored
from indexer.draft import draft, template
from kb.errors import CallError
from kb.models import Frame, Reading, Traceback
from kb.templates import Template

FRAMES = (
    Frame("/srv/bar.py", 3, "<module>", "serve()", True, (0, 1)),
    Frame("/srv/bar.py", 9, "serve", 'kettle.pour("tea")', True, (0, 1)),
    Frame("/venv/lib/python3.12/site-packages/teapot/kettle.py", 5, "pour", "raise EmptyKettle", False, (0, 1)),
)
CAUSE = Traceback("KeyError", "'K7'", "cause", (0, 1))
MESSAGE = "kettle <teapot.Kettle object at 0x7f12ab34cd10> in '/srv/kitchen/k.db' holds {no} tea"
ERROR = Traceback("teapot.errors.EmptyKettle", MESSAGE, "raised", (0, 1), FRAMES)
READING = Reading("python", ((CAUSE, ERROR),), packages={"teapot": "2.4"})


def finished(text):
    """The draft as if its author had replaced every mark."""
    text = re.sub(r"<!-- write:[^\n]*-->", "Words.", text)
    return (
        re.sub(r"^# write:[^\n]*\n", "", text, flags=re.MULTILINE)
        .replace("```python setup\n```\n", "")
        .replace(" raises\n```", " raises\n1\n```")
        .replace(" fix\n```", " fix\n1\n```")
    )


@pytest.mark.parametrize("reading", [None, READING, Reading("none")])
def test_draft_is_complete_but_for_its_marks(reading):
    text = draft("teapot/kettle-is-empty", reading)
    article, problems = authored.parse("articles/teapot/kettle-is-empty.md", text)
    assert article is None
    assert {one.code for one in problems} == {"KB310"}
    article, problems = authored.parse("articles/teapot/kettle-is-empty.md", finished(text))
    assert not problems, [str(one) for one in problems]


def test_draft_takes_the_last_raised_error_of_the_paste():
    article, _ = authored.parse("x/teapot/a.md", finished(draft("teapot/a", READING)))
    (form,) = article.front.errors
    assert form.exception == "teapot.errors.EmptyKettle"
    captures = Template.parse(form.message).match(
        MESSAGE.replace("0x7f12ab34cd10", "0x7f99").replace("/srv", "/home/me")
    )
    assert captures is not None
    assert article.front.requires == (("teapot==2.4",),)
    assert article.causes[0].evidence[0].pattern == '*kettle.pour("tea")*'


def test_no_secret_of_the_paste_gets_into_an_article():
    frame = Frame("/srv/bar.py", 9, "serve", 'Kettle(password="hunter2kettle").boil()', True, (0, 1))
    error = Traceback("teapot.errors.Denied", "no tea for password=hunter2kettle", "raised", (0, 1), (frame,))
    text = draft("teapot/denied", Reading("python", ((error,),)))
    assert "no tea for password=" in text
    assert "hunter2kettle" not in text


def test_draft_needs_what_the_exception_comes_from():
    built_in = Reading("python", ((Traceback("KeyError", "'K7'", "raised", (0, 1)),),))
    assert "requires" not in draft("teapot/no-such-kettle", built_in)
    assert 'requires: ["teapot==2.4"]' in draft("shop/kettle-is-empty", READING)


def test_template_numbers_what_differs_and_joins_what_is_the_same():
    slots = Template.parse(template("moved '/a/b.txt' to '/c/d.txt', then '/a/b.txt' again")).slots
    assert len(slots) == 3
    assert slots[0] == slots[2] != slots[1]


@given(st.text(max_size=200))
def test_template_of_any_message_can_be_read_and_fits_it(message):
    made = Template.parse(template(message))
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in made.slots)


@pytest.mark.parametrize("identity", ["kettle", "teapot/", "Teapot/x", "a/b/c", "../etc/passwd", "a/b.md", "a/-b"])
def test_id_that_is_none_is_refused(identity):
    with pytest.raises(CallError, match="no id"):
        draft(identity)
