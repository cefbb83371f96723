"""An issue and its comments as command line tools print them (`gh issue view --comments`) → blocks: fields and a tab, a
line of dashes, the text, and the same again for each comment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from indexer.document import STANDINGS, Block, Document, Post
from indexer.readers import about, dates, markdown

_FIELD = re.compile(r"(?P<name>[a-z][a-z-]{1,20}):\t(?P<value>.{0,1000})")
_RULE = "--"
_MOST_FIELDS = 20


def applies(lines: Sequence[str]) -> bool:
    """Whether a text begins with such fields, a title and an author among them."""
    fields, end = _fields(lines, 0)
    return {"title", "author"} <= fields.keys() and end < len(lines) and lines[end] == _RULE


def read(name: str, text: str) -> Document:
    """The document of an issue and its comments."""
    lines = text.split("\n")
    top, at = _fields(lines, 0)
    blocks: list[Block] = []
    fields, number = top, 1
    while at < len(lines):
        end = next((i for i in range(at + 1, len(lines)) if lines[i] == _RULE), len(lines))
        standing = fields.get("association", "")
        post = Post(
            number,
            fields.get("author", ""),
            "question" if number == 1 else "",
            role=standing if standing.startswith(STANDINGS) else "",
        )
        blocks += (replace(block, post=post) for block in markdown.blocks_of(lines[at + 1 : end], at + 1))
        fields, at = _fields(lines, end + 1)
        number += 1
    meta = about.Meta(
        title=top["title"],
        published=dates.parse(top.get("created")),
        author=top["author"],
        source=top.get("url"),
        tags=about.tag_list(top.get("labels")),
    )
    return about.describe(name, blocks, meta)


def _fields(lines: Sequence[str], at: int) -> tuple[dict[str, str], int]:
    """The fields from a line on, and the line behind them."""
    fields: dict[str, str] = {}
    while at < len(lines) and len(fields) < _MOST_FIELDS and (found := _FIELD.fullmatch(lines[at])):
        fields[found["name"]] = found["value"].strip()
        at += 1
    return fields, at
