"""Threads kept as text or Markdown: lines such as `**mirela** (maintainer) commented on …` divide them into posts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import islice

from indexer.cues import rows
from indexer.document import Block, Post
from indexer.readers import plain

_LONGEST_LINE = 160
_LABEL = re.compile(r"solution(?: #?\d{1,3})?:?", re.I)
"""A mark of an answer, in a thread; elsewhere the label of what mends an error."""


def attributed(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the post they stand in, without the lines that name speakers; unchanged where fewer than two
    posts are found."""
    if not any(_speaker(block, 1) and not _LABEL.fullmatch(block.text.strip(" *_-—")) for block in blocks):
        return list(blocks)
    found: list[Block] = []
    post: Post | None = None
    number = 0
    heading_level = 0
    for block in blocks:
        opened = _speaker(block, number + 1)
        if opened:
            number += 1
            post, heading_level = opened, block.level
            continue
        if post and block.kind == "heading" and heading_level and block.level < heading_level:
            post = None
        found.append(replace(block, post=post) if post else block)
    return found if number >= 2 else list(blocks)


def asking(blocks: Sequence[Block]) -> list[str]:
    """The line that says who asks and when, if there is one."""
    lines = (block.text for block in blocks if (post := _speaker(block, 1)) and post.kind == "question")
    return list(islice(lines, 1))


def first_of(lines: Sequence[str]) -> list[str]:
    """The first of some lines of text that says who speaks, if there is one."""
    return list(islice((line.strip() for line in lines if line.strip() and _said_by(line.strip(" *_-—"), 1)), 1))


def divided(lines: Sequence[str], first: int) -> list[Block]:
    """The blocks of plain text whose lines say who speaks; empty where fewer than two do."""
    starts = [i for i, line in enumerate(lines) if line.strip() and _said_by(line.strip(" *_-—"), 1)]
    if len(starts) < 2 or all(_LABEL.fullmatch(lines[i].strip(" *_-—")) for i in starts):
        return []
    found = plain.blocks_of(lines[: starts[0]], first)
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 1):
        post = _said_by(lines[start].strip(" *_-—"), number)
        blocks = plain.blocks_of(lines[start + 1 : end], first + start + 1)
        found += [replace(block, post=post) for block in blocks]
    return found


def _speaker(block: Block, number: int) -> Post | None:
    text = block.text.strip(" *_-—")
    return _said_by(text, number) if block.kind in ("prose", "heading") else None


def _said_by(text: str, number: int) -> Post | None:
    if len(text) > _LONGEST_LINE:
        return None
    for name, pattern in _patterns():
        found = pattern.fullmatch(text)
        if not found:
            continue
        groups = found.groupdict()
        role = (groups.get("role") or groups.get("role_after") or "").lower()
        kind = (groups.get("kind") or "").lower()
        accepted = bool(
            groups.get("accepted") or groups.get("accepted_mark") or groups.get("accepted_after") or kind == "solution"
        )
        if groups.get("lock") or name == "locked":
            return Post(number, groups.get("author") or "", "remark", role="bot")
        said = (
            "question" if kind in ("question", "asked") else "answer" if kind else ("question" if number == 1 else "")
        )
        score = int(groups["score"]) if groups.get("score") else None
        return Post(number, (groups.get("author") or "").strip(), said, accepted, score, role)  # type: ignore[arg-type]
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["name"], re.compile(row["pattern"], re.I)) for row in rows("speakers.tsv"))
