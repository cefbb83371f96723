"""Stack traces of other languages: recognised, and not answered with Python's errors."""

import pytest

from kb import tables
from kb.in_memory import matcher_of
from kb.models import Entry, ErrorForm
from kb.tracebacks import read
from tests import small

ROWS = tables.rows("other_languages.tsv")
NODE = """/srv/shop/cart.js:3
  return cart.items.map(price)
                    ^

TypeError: Cannot read properties of undefined (reading 'map')
    at pay (/srv/shop/cart.js:3:21)
    at Object.<anonymous> (/srv/shop/cart.js:7:1)
"""


@pytest.mark.parametrize("row", ROWS, ids=[row["language"] for row in ROWS])
def test_each_is_told_by_its_line(row):
    assert read(f"it broke:\n{row['example']}\n").language == row["language"]


@pytest.mark.parametrize(
    "text",
    [
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nKeyError: 1\n',
        "KeyError: 'at'",
        "    at noon the server was restarted: 12:30:00",
        "Fatal Python error: Segmentation fault",
        "look at main.py:3:7",
        "",
    ],
)
def test_pythons_and_prose_are_not(text):
    assert read(text).language == ""


def test_a_trace_of_python_that_quotes_another_is_pythons():
    text = f'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nbridge.ScriptError: {NODE}'
    assert read(text).language == ""


def test_it_is_not_answered_with_errors_that_share_its_words(tmp_path):
    text = small.article("Cannot read properties of undefined carts", message="cart {cart} holds no items")
    base = small.base(tmp_path, {"tea/cart.md": text})
    assert base.matcher.lookup("cannot read properties of undefined carts").verdict == "related"
    found = base.matcher.lookup(NODE)
    base.close()
    assert (found.verdict, found.answer.matches, found.also) == ("none", (), ())
    assert "JavaScript" in found.notices[-1]


def test_a_wording_that_is_known_is_answered_all_the_same():
    form = ErrorForm("TypeError", "Cannot read properties of undefined (reading '{name}')")
    known = Entry("tea/cart", "Cannot read", "tea", "authored", (form,))
    found = matcher_of([known]).lookup(NODE)
    assert found.answer.matches[0].entry.id == known.id
    assert not found.notices


def test_a_bare_line_beside_it_that_only_resembles_a_wording_is_not_answered():
    form = ErrorForm("tea.ImportFailed", "Can't brew any of the module '{module}': kettle missing")
    known = Entry("tea/brew", "Can't brew", "tea", "authored", (form,))
    line = "Can't brew any of the module 'cart': Error"
    assert matcher_of([known]).lookup(line).answer.matches
    assert matcher_of([known]).lookup(f"{line}\n    at resolve (cart.js:469:15)\n").answer.matches == ()
