"""One analyzer: the words that come out of articles, pastes and queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import analysis


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("DetachedInstanceError", "detachedinstanceerror detached instance error"),
        ("sqlalchemy.orm.exc", "sqlalchemy.orm.exc sqlalchemy orm exc"),
        ("orm.exc.StaleDataError", "orm.exc.staledataerror orm exc staledataerror stale data error"),
        ("flush_pending_rows()", "flush_pending_rows flush pending row"),
        ("__init__", "__init__ init"),
        ("HTTPError", "httperror http error"),
        ("[Errno 111] refused", "errno 111 refused"),
        ("0x7f3a", "0x7f3a"),
        ("Python 3.12.", "python 3.12"),
        ("a C++ library, C# too", "c++ library c# too"),
        ("x != y -> z", "x != y -> z"),
        ("@property", "@ property"),
        ("unsupported operand type(s) for |: 'int'", "unsupported operand type s for | int"),
        ("It's the session's fault, can't go on", "session fault cant go"),
        ("sessions classes entries status redis class", "session class entry status redis class"),
        ("GROẞE Übung", "grosse übung"),
        ("not in None for from with", "not in none for from with"),
        ("- * / = > ... ,;", ""),
        ("'<' not supported, `*` and \"=\"", "< not supported * ="),
        ("'(' was never closed, '...' isn't", "( never closed ... isnt"),
        ("a < b, wow !! ok !", "< b wow !! ok !"),
        ("<table> a<b", "table b"),
        ("A" * 500, ""),
    ],
)
def test_words_of_errors(text: str, words: str) -> None:
    assert analysis.terms(text) == words.split()


def test_a_name_stands_where_its_first_part_does() -> None:
    tokens = {token.text: token.position for token in analysis.analyse("the StaleDataError again")}
    assert tokens == {"staledataerror": 0, "stale": 0, "data": 1, "error": 2, "again": 3}


@pytest.mark.parametrize(
    "text", ["the sqlalchemy.orm.StaleDataErrors' end", "..a_b.c__ it's C++ '<' != x", "HTTPError can't 3.12 __init__"]
)
def test_a_word_knows_where_it_stands(text: str) -> None:
    for token in analysis.analyse(text):
        assert text[token.start : token.end].casefold().replace("'", "").startswith(token.text)


@pytest.mark.parametrize(
    ("query", "unfinished"),
    [("Deta", "deta"), ("orm.Deta", "deta"), ("read expire_on", "expire_on"), ("done ", ""), ('"done"', ""), ("x", "")],
)
def test_the_last_name_may_be_unfinished(query: str, unfinished: str) -> None:
    assert analysis.query(query).unfinished == unfinished


def test_parts_are_marked_unless_they_were_also_typed() -> None:
    assert analysis.query("StaleDataError error").words == {
        "staledataerror": False,
        "stale": True,
        "data": True,
        "error": False,
    }


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ('find "the exact words" here', (("exact", "word"),)),
        ("typographic “exact words”", (("exact", "word"),)),
        ('"StaleDataError raised"', (("stale", "data", "error", "raised"),)),
        ('column "email" is null', ()),
        ('an unpaired " quote', ()),
        ('"over\nlines"', ()),
    ],
)
def test_quotes_ask_for_words_in_a_row(query: str, phrases: tuple[tuple[str, ...], ...]) -> None:
    assert analysis.query(query).phrases == phrases


def test_a_query_is_bounded() -> None:
    asked = analysis.query(" ".join(f"word{number}" for number in range(100_000)))
    assert len(asked.words) == analysis.QUERY_WORDS


@given(st.text())
def test_any_text_is_words(text: str) -> None:
    tokens = list(analysis.analyse(text))
    assert all(token.text and not token.text.isspace() for token in tokens)
    assert [token.position for token in tokens if token.leaf] == list(range(sum(token.leaf for token in tokens)))
    assert set(analysis.query(text).words) <= set(analysis.terms(text))


@given(st.text("aZ_.'+#@!->9 é", max_size=60))
def test_case_does_not_matter_for_what_is_found_whole(text: str) -> None:
    assert all(token.text == token.text.casefold() for token in analysis.analyse(text))
