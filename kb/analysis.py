"""One analyzer for the language of errors: the same words come out of articles, pastes and typed queries.

- `sqlalchemy.orm.exc.DetachedInstanceError` is found whole, and by its parts: sqlalchemy, orm, exc, detached,
  instance, error. `snake_case` likewise.
- Symbols that tell errors apart stay: `C++`, `!=`, `->`, `@` (`kb/data/symbols.txt`), any one in quotes (`'<' not
  supported`, `'(' was never closed`), and a `<` or `!!` that stands alone. Numbers stay: `[Errno 111]` is errno, 111.
  Case is folded, a plural's `s` falls, nothing else is stemmed: stemmers wreck names.
- Text is read in one pass, and everything is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kb import tables

TEXT_LIMIT = 200_000
"""Characters of a text that are read."""
QUERY_LIMIT = 10_000
"""Characters of a query that are read."""
QUERY_WORDS = 256
"""Different words of a query that are looked at; an engine asks for the rarest of those it knows."""

_CHUNK_LIMIT = 200  # longer runs without a space are data (base64, hashes), not names
_WORD_LIMIT = 80

# A sign in quotes; a language's name; a word or name (with the end of "can't" or "it's"); a sign that stands alone and
# is no bullet, rule or quotation mark of a text; a run of operators.
_CHUNK = re.compile(
    r"""(?P<quoted>(?<=['"`])[^\w\s'"`]{1,3}(?=['"`]))|\b[A-Za-z](?:\+\+|#)|[\w.]+(?:['’][st]\b)?"""
    r"""|(?P<alone>(?<!\S)[!$?<^~%&]{1,3}(?!\S))|[!%&*+/:<=>@^|~-]+"""
)
_BOUNDARY = re.compile(r"_+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LAST_NAME = re.compile(r"\w{2,80}\Z")
_QUOTED = re.compile(r'"([^"\n]{1,200})"|“([^”\n]{1,200})”')


class Token(NamedTuple):
    """A word of a text. `part` marks those that stand inside a longer name. A `leaf` has no parts itself:
    leaves count the `position`, and a longer name stands where its first leaf does. In the text it is
    `[start:end]`."""

    text: str
    position: int
    part: bool
    leaf: bool
    start: int
    end: int


class Query(NamedTuple):
    """A query: its different words, with whether each was only a part of a name; what stood in quotes, as runs of
    two or more smallest words; and the name that it ends in, which somebody who types may not have finished (else
    empty)."""

    words: dict[str, bool]
    phrases: tuple[tuple[str, ...], ...]
    unfinished: str


def analyse(text: str) -> Iterator[Token]:
    """The words of a text in order. Total and linear in the text."""
    position = 0
    for match in _CHUNK.finditer(text, 0, TEXT_LIMIT):
        at = match.start()
        if match.lastgroup:
            yield Token(match[0], position, part=False, leaf=True, start=at, end=match.end())
            position += 1
            continue
        for word, part, leaf, start, end in _split(match[0]):
            yield Token(word, position, part, leaf, at + start, at + end)
            position += leaf


def terms(text: str) -> list[str]:
    """The words of a text, names whole and in parts, each as often as it stands there."""
    return [token.text for token in analyse(text)]


def query(text: str) -> Query:
    """A query read by the same rules. Any text is a query: there is no syntax but quotes, which ask for
    exact words in a row, and an unpaired one is ignored."""
    text = text[:QUERY_LIMIT]
    words: dict[str, bool] = {}
    for token in analyse(text):
        if len(words) >= QUERY_WORDS:
            break
        words[token.text] = words.get(token.text, True) and token.part
    runs = [[token.text for token in analyse(one or other) if token.leaf] for one, other in _QUOTED.findall(text)]
    last = _LAST_NAME.search(text)
    return Query(words, tuple(tuple(run) for run in runs if len(run) > 1), last[0].casefold() if last else "")


def outside_quotes(text: str) -> str:
    """A query without what stands in quotes."""
    return _QUOTED.sub(" ", text[:QUERY_LIMIT])


Piece = tuple[str, bool, bool, int, int]
"""A word of a run of characters: its text, whether it is a part, whether it is a leaf, and where it stands."""


@lru_cache(maxsize=16_384)
def _split(chunk: str) -> tuple[Piece, ...]:
    """The words of a run of characters."""
    if len(chunk) > _CHUNK_LIMIT:
        return ()
    if not (chunk[0].isalnum() or chunk[0] in "._"):
        known = tables.words("symbols.txt")
        operator = chunk if chunk in known else chunk.rstrip(":")
        return ((operator, False, True, 0, len(operator)),) if operator in known else ()
    if chunk[-1] in "+#":
        return ((chunk.casefold(), False, True, 0, len(chunk)),)
    kept = chunk.removesuffix("'s").removesuffix("’s")
    bare = kept.replace("'", "").replace("’", "")  # "can't" is cant
    start, end = len(bare) - len(bare.lstrip(".")), len(bare.rstrip("."))
    names = [name for name in bare[start:end].split(".") if name]
    if len(names) < 2 or all(name.isdecimal() for name in names):  # 3.12 is one word
        found = list(_name(bare[start:end], part=False, at=start))
    else:
        found = [(bare[start:end].casefold()[:_WORD_LIMIT], False, False, start, end)]
        at = start
        for name in bare[start:end].split("."):
            found += _name(name, part=True, at=at)
            at += len(name) + 1
    left_out = len(kept) - len(bare)
    return tuple((text, part, leaf, at, to + left_out * (to == end)) for text, part, leaf, at, to in found)


def _name(name: str, *, part: bool, at: int) -> Iterator[Piece]:
    """A name without dots: whole, and the words it is put together from. A name of several words counts in
    full, also at the end of a dotted one: people write `DetachedInstanceError` without its modules."""
    pieces = [(name[start:end], start) for start, end in _between(name) if start < end]
    if len(pieces) > 1 or (pieces and pieces[0][0] != name):  # also `__init__`
        yield name.casefold()[:_WORD_LIMIT], False, False, at, at + len(name)
        for piece, start in pieces:
            yield _singular(piece.casefold())[:_WORD_LIMIT], True, True, at + start, at + start + len(piece)
    elif pieces and (part or name.casefold() not in tables.words("stop_words.txt")):
        yield _singular(name.casefold())[:_WORD_LIMIT], part, True, at, at + len(name)


def _between(name: str) -> Iterator[tuple[int, int]]:
    """Where the words of a name stand: between underscores and before capitals."""
    start = 0
    for boundary in _BOUNDARY.finditer(name):
        yield start, boundary.start()
        start = boundary.end()
    yield start, len(name)


def _singular(word: str) -> str:
    """Without a plural's `s`; `class`, `status`, `redis` and short words keep theirs."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]
