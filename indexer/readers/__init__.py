"""A file → a `Document`, whatever its format. Parsing markup is a library's job; each format has its module here."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import PurePath

from indexer.document import Document
from indexer.problems import problem
from indexer.readers.charset import decoded

LONGEST_PAGE = 4 << 20
"""Bytes of a page that is read; a longer one was not written by a person."""
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
    document: Document = import_module(f"indexer.readers.{kind}").read(name, text)
    return document
