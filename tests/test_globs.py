import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.globs import matches


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*/threading.py", "/usr/lib/python3.11/threading.py", True),
        ("*/threading.py", "/app/threading.pyc", False),
        ("*rows[0]*", "print(rows[0])", True),  # brackets stand for themselves
        ("rows?", "rows!", False),
        ("run", "run", True),
        ("run", "runs", False),
        ("a*a", "a", False),  # head and tail may not share a letter
        ("*b*b*", "abcb", True),
        ("", "", True),
        ("*", "", True),
    ],
)
def test_only_the_star_is_special(pattern, text, fits):
    assert matches(pattern, text) is fits


@given(st.lists(st.text("ab", max_size=3), min_size=1, max_size=4), st.data())
def test_a_pattern_fits_what_it_was_cut_from(pieces, data):
    text = pieces[0]
    for piece in pieces[1:]:
        text += data.draw(st.text("abc", max_size=3)) + piece
    assert matches("*".join(pieces), text)
