"""The piece of an entry where the searched words stand, with their places, for lists of results.

Words are those of the analyzer that found the entry, so what is marked is what was found: a part of a name, a sign, a
phrase as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from kb import analysis
from kb.models import Entry, Span

WIDTH = 160
"""Characters of a snippet, but for the dots where it is cut."""
MOST_READ = 4_000
"""Characters of a passage that are looked at."""
PART = 1 / 3
"""What a part of a name is worth, against a word that was asked for itself."""
_MARKUP = re.compile(r"[`*]{1,3}|^\|[ :|-]+$|^\| | \|$", re.MULTILINE)
"""Of Markdown, what would only be in the way of the words: code, emphasis, the rules of tables."""
_APOSTROPHES = re.compile("['’]")


def snippets(entry: Entry, query: str) -> list[dict[str, Any]]:
    """What of the entry holds most of the query's words, `{"text", "marks": [[start, end]]}`: the wording of the error,
    and the passage or line of code. Of several wordings that hold them one is enough: they differ in little else."""
    asked = _Asked.of(query)
    found = []
    for passages in (_wordings(entry), _passages(entry)):
        best: tuple[float, str, list[Span]] = (0.0, "", [])
        for passage in passages:
            if asked.most(passage) <= best[0]:
                continue
            marks, worth = asked.marks(passage)
            if worth > best[0]:
                best = worth, passage, marks
                if worth >= asked.worth:
                    break
        if best[2]:
            found.append(best)
    found.sort(key=lambda one: -one[0])
    shown = {one["text"]: one for _, passage, marks in found for one in [_cut(passage, marks)]}
    return list(shown.values())


def marked(text: str, query: str) -> list[Span]:
    """Where something that the query asks for stands in a short text such as a title."""
    return _Asked.of(query).marks(text)[0]


def _wordings(entry: Entry) -> Iterator[str]:
    return (form.message for form in entry.errors if form.message)


def _passages(entry: Entry) -> Iterator[str]:
    """What else a reader sees of the entry, in its order; code by its lines."""
    prose = [entry.summary]
    for cause in entry.causes:
        prose += [f"{cause.title}. {cause.text}", cause.check]
    prose += [f"{fix.title}. {fix.text}" for fix in entry.fixes]
    prose += [f"{one.title}. {one.text}" for one in entry.avoid]
    yield from (_MARKUP.sub("", text)[:MOST_READ] for text in prose if text)
    for fix in entry.fixes:
        for code in fix.code:
            yield from (line.strip() for line in code[:MOST_READ].splitlines())


class _Asked:
    """What of a query is to be marked: whole words, parts of names, the beginning of the last one, phrases."""

    def __init__(self, asked: analysis.Query, alone: set[str]) -> None:
        self.whole = {word for word, part in asked.words.items() if not part and word in alone}
        self.parts = {word for word, part in asked.words.items() if part and word in alone}
        self.phrases = asked.phrases
        self.begun = asked.unfinished if len(asked.unfinished) > 1 else ""
        weights = dict.fromkeys(self.parts, PART) | dict.fromkeys(self.whole, 1.0)
        if self.begun:
            weights[self.begun] = 1.0
        self._weights = [(_stem(word), weight) for word, weight in weights.items()]
        self._weights += [(_stem(phrase[0]), 2.0 * len(phrase)) for phrase in self.phrases]
        self.worth = sum(weight for _, weight in self._weights)
        """What a passage would be worth that held all of it."""

    def most(self, passage: str) -> float:
        """What a passage may be worth at most: a look at its letters, which spares most of them being read."""
        letters = _APOSTROPHES.sub("", passage.casefold())
        return sum(weight for stem, weight in self._weights if stem in letters)

    @classmethod
    @lru_cache(maxsize=8)  # of one page of results, each asks for its title and its passages
    def of(cls, query: str) -> _Asked:
        asked = analysis.query(query)
        # Words of a phrase are marked as that phrase, not wherever else one of them stands.
        outside = analysis.outside_quotes(query) if asked.phrases else query
        return cls(asked, set(analysis.terms(outside)))

    def marks(self, passage: str) -> tuple[list[Span], float]:
        """Where something asked for stands, and how much of it: different words, parts of names a third each."""
        tokens = list(analysis.analyse(passage))
        leaves = [token for token in tokens if token.leaf]
        spans: list[Span] = []
        found: dict[object, float] = {}
        for token in tokens:
            end = token.end
            if token.text in self.whole:
                found[token.text] = 1.0
            elif self.begun and token.text.startswith(self.begun):
                found[self.begun] = 1.0
                end = token.start + len(self.begun)
            elif token.text in self.parts:
                found.setdefault(token.text, PART)
            else:
                continue
            spans.append((token.start, end))
        for phrase in self.phrases:
            for at in range(len(leaves) - len(phrase) + 1):
                if tuple(leaf.text for leaf in leaves[at : at + len(phrase)]) == phrase:
                    found[phrase] = 2.0 * len(phrase)
                    spans.append((leaves[at].start, leaves[at + len(phrase) - 1].end))
        return _merged(spans), sum(found.values())


def _stem(word: str) -> str:
    """The letters that a text holds wherever the analyzer makes this word of it: a plural's `ies` becomes a `y`."""
    return word[:-1] if word.endswith("y") and len(word) > 1 else word


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, overlapping ones as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _cut(passage: str, marks: list[Span]) -> dict[str, Any]:
    """A window of the passage around its first mark, cut at word ends."""
    start = 0
    if len(passage) > WIDTH:
        start = max(0, marks[0][0] - WIDTH // 4)
        start = passage.rfind(" ", 0, start) + 1
    end = min(len(passage), start + WIDTH)
    if end < len(passage):
        end = max(passage.rfind(" ", start, end), marks[0][1])
    before, behind = "… " if start else "", " …" if end < len(passage) else ""
    moved = len(before) - start
    shown = [[one + moved, other + moved] for one, other in marks if one >= start and other <= end]
    return {"text": before + re.sub(r"\s", " ", passage[start:end]) + behind, "marks": shown}
