"""A page as plain text: what a browser's "save as text", a crawler or a person leaves of it."""

from __future__ import annotations

from indexer import cues
from indexer.document import Document
from indexer.readers import about, chat, mail, plain, speakers, ticket

_LONGEST_TITLE = 160


def read(name: str, text: str) -> Document:
    """The document of a text file."""
    lines = text.split("\n")
    for envelope in (mail, ticket, chat):
        if envelope.applies(lines):
            return envelope.read(name, text)
    title, skip = _title(lines)
    blocks = speakers.attributed(plain.blocks_of(lines[skip:], skip + 1))
    return about.describe(name, blocks, about.Meta(title=title))


def _title(lines: list[str]) -> tuple[str | None, int]:
    """The page's first line that is no chrome, without the site's name where the next line repeats it; and how many
    lines that takes."""
    for number, line in enumerate(lines[:40]):
        text = line.strip()
        if len(text) < 6 or cues.boilerplate(text):
            continue
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if following and following != text and text.endswith(following) and len(following) > len(text) / 3:
            return following, number + 2
        if following and len(text.split()) <= 2 and len(following) > len(text):
            continue  # a path of links, flattened
        if len(text) <= _LONGEST_TITLE:
            return text, number + 1
        break
    return None, 0
