"""A file → a `Document`, whatever its format. Parsing markup is a library's job; each format has its module here."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from pathlib import PurePath

from indexer.document import Document
from indexer.problems import problem
from indexer.readers.charset import decoded

LONGEST_PAGE = 4 << 20
"""Bytes of a page that is read; a longer one was not written by a person."""
_MOST_LINES = 20_000
"""Lines of a text that are read: a page with more is a log, whose work would grow with it."""
_MOST_BLOCKS = 10_000
"""Paragraphs, listings and rows of a page that are read."""
_BY_LINES = frozenset(("text_page", "markdown", "rst"))
_BY_SUFFIX = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".md": "markdown", ".markdown": "markdown", ".mdx": "markdown",
    ".rst": "rst", ".rest": "rst", ".ipynb": "notebook",
}  # fmt: skip
SUFFIXES = frozenset({*_BY_SUFFIX, ".txt", ".text"})
"""Endings of the names of pages."""
_HTML = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype html|html|head|body)\b", re.I | re.S)
_RST = re.compile(r"^\.\. [\w-]+::|^\.\. _[^\n:]{1,80}:|:[a-z]{2,12}:`[^`\n]{1,80}`", re.M)
"""A directive, a label or a role: marks of reStructuredText alone, whose files are often called `.txt`."""
_RST_MARKS = 3
_HEAD = 20_000


def read_document(name: str, data: bytes) -> Document:
    """The page that a file holds; what is no text, or too long, gives a document with a problem and no blocks.

    Raises what the parsers raise for a file that breaks them; `indexer.loose` makes a problem of it.
    """
    if len(data) > LONGEST_PAGE:
        return Document(name, problems=(problem("KB601", name, 0, limit=LONGEST_PAGE),))
    text = decoded(data)
    if text is None:
        return Document(name, problems=(problem("KB602", name, 0),))
    kind = _BY_SUFFIX.get(PurePath(name).suffix.lower(), "text_page")
    if kind in ("text_page", "markdown") and _HTML.match(text):
        kind = "html"
    if kind == "text_page" and len(_RST.findall(text[:_HEAD])) >= _RST_MARKS:
        kind = "rst"
    if not text.strip():
        return Document(name, problems=(problem("KB607", name, 0),))
    last = _MOST_LINES if kind in _BY_LINES else None
    rest = _end_of_line(text, last) if last else len(text)
    document: Document = import_module(f"indexer.readers.{kind}").read(name, text[:rest])
    return _bounded(document, name, last if rest < len(text) else None)


def _end_of_line(text: str, number: int) -> int:
    """Where the line of that number ends, else where the text does."""
    at = -1
    for _ in range(number):
        at = text.find("\n", at + 1)
        if at < 0:
            return len(text)
    return at


def _bounded(document: Document, name: str, last: int | None) -> Document:
    """The document without what is too much of it; where it isn't read whole, or holds nothing, it says so."""
    if not document.blocks and not document.problems and not document.title:
        return replace(document, problems=(problem("KB607", name, 0),))
    if len(document.blocks) > _MOST_BLOCKS:
        kept = document.blocks[:_MOST_BLOCKS]
        document = replace(document, blocks=kept)
        last = kept[-1].lines[1]
    if last is None:
        return document
    return replace(document, problems=(*document.problems, problem("KB608", name, last, last=last)))
