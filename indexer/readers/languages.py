"""Which language a page is written in, where it doesn't say so: by its script, else by its commonest small words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from indexer.cues import rows
from indexer.document import Block

_SAMPLE = 6000
"""Characters of prose that are looked at."""


def guess(blocks: Sequence[Block]) -> str | None:
    """The language as two letters; None where there is too little prose to tell."""
    text = ""
    for block in blocks:
        if block.kind in ("prose", "item", "heading"):
            text += " " + block.text
        if len(text) > _SAMPLE:
            break
    if len(re.findall(r"[\u3040-\u30ff]", text)) > 3:
        return "ja"
    if len(re.findall(r"[\uac00-\ud7af]", text)) > 3:
        return "ko"
    if len(re.findall(r"[\u4e00-\u9fff]", text)) > 6:
        return "zh"
    counts = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    scores = {language: sum(counts[word] for word in words) for language, words in _words()}
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] >= 3 else None


@cache
def _words() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((row["language"], tuple(row["words"].split())) for row in rows("languages.tsv"))
