"""The piece of an entry where the searched words stand, with their places, for lists of results."""

from __future__ import annotations

import re
from typing import Any

from kb.models import Entry

WIDTH = 160
"""Characters of a snippet."""
MOST_WORDS = 12
_WORD = re.compile(r"\w+")
_FENCE = re.compile(r"[`*]{1,3}")


def snippets(entry: Entry, query: str, most: int = 2) -> list[dict[str, Any]]:
    """The passages of the entry that hold most of the query's words: `{"text", "marks": [[start, end]]}`."""
    words = {word.casefold() for word in _WORD.findall(query)[:MOST_WORDS]}
    passages = [form.message for form in entry.errors if form.message]
    passages += [_FENCE.sub("", text) for text in (entry.summary, *(cause.text for cause in entry.causes))]
    passages += [_FENCE.sub("", f"{fix.title}. {fix.text}") for fix in entry.fixes]
    scored = []
    for place, passage in enumerate(passages):
        found = [one for one in _WORD.finditer(passage) if _is_one_of(one[0].casefold(), words)]
        if found:
            distinct = len({one[0].casefold() for one in found})
            scored.append((-distinct, place, passage, found))
    scored.sort(key=lambda one: one[:2])
    return [_cut(passage, found) for _, _, passage, found in scored[:most]]


def _is_one_of(word: str, words: set[str]) -> bool:
    return word in words or any(len(typed) > 2 and word.startswith(typed) for typed in words)


def _cut(passage: str, found: list[re.Match[str]]) -> dict[str, Any]:
    """A window of the passage around its first mark, cut at word ends."""
    start = 0
    if len(passage) > WIDTH:
        start = max(0, found[0].start() - WIDTH // 4)
        start = passage.rfind(" ", 0, start) + 1
    end = min(len(passage), start + WIDTH)
    if end < len(passage):
        end = max(passage.rfind(" ", start, end), found[0].end())
    marks = [[one.start() - start, one.end() - start] for one in found if one.start() >= start and one.end() <= end]
    return {"text": re.sub(r"\s", " ", passage[start:end]), "marks": marks}
