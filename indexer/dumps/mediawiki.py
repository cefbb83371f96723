"""A MediaWiki export (`Special:Export`, `dumpBackup.php`) → its pages, each as its last revision says it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

from indexer.dumps.topic import LONGEST_MESSAGE, TELL_EVERY, Message, Told, Topic, may_tell_an_error
from indexer.dumps.xml_stream import events
from indexer.readers.wikitext import blocks_of, categories

_KEPT = frozenset({"base", "title", "ns", "timestamp", "text"})
_SPACES = frozenset({"0", "4", "12"})
"""Namespaces with pages for readers: articles, about the project, help. Those from 100 on are a wiki's own."""


def topics(path: Path, told: Told) -> Iterator[Topic]:
    """The pages whose text may print an error; of several revisions the last one. Addresses are made from the address
    that the export tells of its wiki."""
    base, pages = "", 0
    page: dict[str, str] = {}
    text: list[str] = []
    length, line, inside = 0, 0, ""
    for event in events(path):
        if event.kind == "open":
            inside, length = (event.text if event.text in _KEPT else ""), 0
            text.clear()
            if inside == "text":
                line = event.line
            elif event.text == "page":
                page = {}
        elif event.kind == "text":
            length += len(event.text)
            if inside and length <= LONGEST_MESSAGE:
                text.append(event.text)
        elif event.text == inside:
            page[inside] = "".join(text) if length <= LONGEST_MESSAGE else ""
            base = page[inside].rpartition("/")[0] if inside == "base" else base
            inside = ""
        elif event.text == "page":
            pages += 1
            if pages % TELL_EVERY == 0:
                told(pages)
            if _is_for_readers(page.get("ns", "0")) and may_tell_an_error(page.get("text", "")):
                yield _topic(page, base, line)


def _is_for_readers(space: str) -> bool:
    """Whether pages of that namespace are articles, and no talk about them."""
    number = int(space) if space.isascii() and space.isdigit() and len(space) < 6 else 1
    return space in _SPACES or (number >= 100 and number % 2 == 0)


def _topic(page: dict[str, str], base: str, line: int) -> Topic:
    title = " ".join(page.get("title", "").split())
    address = f"{base}/{quote(title.replace(' ', '_'), safe='/:')}" if base.startswith("https://") and title else None
    return Topic(
        title,
        (Message(page["text"]),),
        partial(blocks_of, before=line - 1),
        title=title or None,
        source=address,
        updated=page.get("timestamp", "")[:10] or None,
        tags=categories(page["text"]),
    )
