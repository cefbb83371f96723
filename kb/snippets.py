"""The piece of an entry where the searched words stand, with their places, for lists of results.

Words are those of the analyzer that found the entry, so what is marked is what was found: a part of a name, a sign, a
phrase as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kb import analysis
from kb.models import Entry, Span

WIDTH = 160
"""Characters of a snippet."""
MOST_READ = 4_000
"""Characters of a passage that are looked at."""
_FENCE = re.compile(r"[`*]{1,3}")


def snippets(entry: Entry, query: str, most: int = 2) -> list[dict[str, Any]]:
    """The passages of the entry that hold most of the query's words: `{"text", "marks": [[start, end]]}`."""
    asked = _Asked.of(query)
    scored = []
    for place, passage in enumerate(_passages(entry)):
        marks, worth = asked.marks(passage)
        if marks:
            scored.append((-worth, place, passage, marks))
    scored.sort(key=lambda one: one[:2])
    shown: dict[str, dict[str, Any]] = {}  # wordings that differ in their tails only look the same here
    for _, _, passage, marks in scored:
        one = _cut(passage, marks)
        shown.setdefault(one["text"], one)
        if len(shown) == most:
            break
    return list(shown.values())


def marked(text: str, query: str) -> list[Span]:
    """Where something that the query asks for stands in a short text such as a title."""
    return _Asked.of(query).marks(text)[0]


def _passages(entry: Entry) -> Iterator[str]:
    """What a reader sees of the entry, in its order; code by its lines."""
    yield from (form.message for form in entry.errors if form.message)
    prose = [entry.summary]
    for cause in entry.causes:
        prose += [f"{cause.title}. {cause.text}", cause.check]
    prose += [f"{fix.title}. {fix.text}" for fix in entry.fixes]
    prose += [f"{one.title}. {one.text}" for one in entry.avoid]
    yield from (_FENCE.sub("", text)[:MOST_READ] for text in prose if text)
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

    @classmethod
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
                found.setdefault(token.text, 1 / 3)
            else:
                continue
            spans.append((token.start, end))
        for phrase in self.phrases:
            for at in range(len(leaves) - len(phrase) + 1):
                if tuple(leaf.text for leaf in leaves[at : at + len(phrase)]) == phrase:
                    found[phrase] = 2.0 * len(phrase)
                    spans.append((leaves[at].start, leaves[at + len(phrase) - 1].end))
        return _merged(spans), sum(found.values())


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
    shown = [[one - start, other - start] for one, other in marks if one >= start and other <= end]
    return {"text": re.sub(r"\s", " ", passage[start:end]), "marks": shown}
