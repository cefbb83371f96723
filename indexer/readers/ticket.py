"""A ticket kept as text → blocks: fields on top, sections with labels, comments at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from indexer import cues
from indexer.document import Block, Document, Post
from indexer.readers import about, dates, plain

_FIELD = re.compile(r"^(?P<name>[A-Z][A-Za-z() /-]{1,28}):\s*(?P<value>.*)$")
_NAMES = frozenset(
    ("key", "issue", "type", "status", "resolution", "priority", "severity", "component", "components", "reporter",
     "assignee", "created", "updated", "labels", "project", "id", "ticket", "state", "milestone", "owner", "opened",
     "closed", "tags")
)  # fmt: skip
_COMMENT = re.compile(
    r"^\[?(?P<date>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)\]? (?P<author>[^:\n]{1,60}): (?P<text>.*)$"
)
_FEWEST = 4


def applies(lines: Sequence[str]) -> bool:
    """Whether the text begins with a ticket's fields."""
    return len(_fields(lines)[0]) >= _FEWEST


def read(name: str, text: str) -> Document:
    """The document of a ticket."""
    lines = text.split("\n")
    fields, skip = _fields(lines)
    title = (
        fields.get("summary")
        or fields.get("title")
        or fields.get("subject")
        or _section(lines, skip, ("summary", "title"))
    )
    meta = about.Meta(
        title=title,
        published=dates.parse(fields.get("created") or fields.get("opened") or fields.get("date")),
        updated=dates.parse(fields.get("updated") or fields.get("resolved")),
        author=fields.get("reporter") or fields.get("author"),
        tags=about.tag_list(fields.get("labels") or fields.get("tags")),
    )
    at = next((i for i in range(skip, len(lines)) if _COMMENT.match(lines[i])), len(lines))
    blocks = plain.blocks_of(lines[skip:at], skip + 1)
    blocks = [block for block in blocks if block.text != title]
    mended = any(block.kind == "heading" and cues.heading_role(block.text) == "fix" for block in blocks)
    if not mended:
        blocks = [replace(block, post=Post(1, meta.author or "", "question")) for block in blocks]
        blocks += _comments(lines, at)
    return about.describe(name, blocks, meta)


def _fields(lines: Sequence[str]) -> tuple[dict[str, str], int]:
    """The fields on top, by their names in small letters, and the line behind them."""
    fields: dict[str, str] = {}
    known = 0
    for number, line in enumerate(lines[:40]):
        found = _FIELD.match(line)
        if not found or not found["value"].strip():
            if line.strip() or (fields and not line.strip()):
                return (fields if known >= 3 else {}), number
            continue
        name = found["name"].strip().lower()
        known += bool(_NAMES & set(name.split()))
        fields[name] = found["value"].strip()
    return (fields if known >= 3 else {}), min(len(lines), 40)


def _section(lines: Sequence[str], start: int, names: tuple[str, ...]) -> str | None:
    for number in range(start, min(len(lines) - 1, start + 20)):
        if lines[number].strip().rstrip(":").lower() in names:
            return lines[number + 1].strip() or None
    return None


def _comments(lines: Sequence[str], start: int) -> list[Block]:
    starts = [i for i in range(start, len(lines)) if _COMMENT.match(lines[i])]
    blocks: list[Block] = []
    for number, (at, end) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 2):
        found = _COMMENT.match(lines[at])
        assert found is not None
        post = Post(number, found["author"])
        body = [found["text"], *lines[at + 1 : end]]
        rule = next((i for i, line in enumerate(body) if re.match(r"^-{10,}$", line)), len(body))
        blocks += [replace(block, post=post) for block in plain.blocks_of(body[:rule], at + 1)]
    return blocks
