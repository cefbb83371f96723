"""A chat kept as text → blocks: each message is a post; whose answer helped is left to `indexer.threads`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from indexer.cues import rows
from indexer.document import Block, Document, Post
from indexer.readers import about, dates, plain

_FEWEST = 3
"""Messages that make a text a chat."""
_EMOJI = re.compile(r"(?<![\w:]):[a-z][a-z0-9_+-]{1,40}:(?![\w:])(?: \d{1,3}(?= |$))?")
_NOTICE = re.compile(r"^(?:--|\*\*\*|-->|<--|-!-)\s")


def applies(lines: Sequence[str]) -> bool:
    """Whether enough lines say who speaks and when."""
    return sum(_speaker(line) is not None for line in lines[:2000]) >= _FEWEST


def read(name: str, text: str) -> Document:
    """The document of a chat log; it has no title."""
    lines = text.split("\n")
    starts = [(i, found) for i, line in enumerate(lines) if (found := _speaker(line))]
    head = " ".join(lines[: starts[0][0]]) if starts else ""
    blocks: list[Block] = []
    ends = [*(i for i, _ in starts[1:]), len(lines)]
    for number, ((start, (author, said)), end) in enumerate(zip(starts, ends, strict=True), 1):
        body = [said, *lines[start + 1 : end]]
        body = ["" if _NOTICE.match(line) else _EMOJI.sub("", line) for line in body]
        post = Post(number, author)
        for block in plain.blocks_of(body, start + 1):
            blocks.append(replace(block, post=post, kind="prose" if block.kind == "heading" else block.kind))
    exported = list(dates.find(head))
    first = next((one.iso for line in lines for one in dates.find(line)), None)
    meta = about.Meta(published=exported[0].iso if exported else first)
    document = about.describe(name, _merged(blocks), meta)
    return replace(document, title=None)


def _merged(blocks: Sequence[Block]) -> list[Block]:
    """Posts in a row by one speaker are one post."""
    found: list[Block] = []
    post: Post | None = None
    for block in blocks:
        assert block.post is not None
        if post is None or post.author != block.post.author:
            post = block.post
        found.append(replace(block, post=post))
    return found


def _speaker(line: str) -> tuple[str, str] | None:
    if len(line) > 4000:
        return None
    for pattern in _patterns():
        if found := pattern.match(line):
            return found["author"].strip(" @+%"), (found.groupdict().get("text") or "")
    return None


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["pattern"]) for row in rows("chat_lines.tsv"))
