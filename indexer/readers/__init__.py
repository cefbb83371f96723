"""A file → a `Document`, whatever its format. Parsing markup is a library's job; each format has its module here."""

from __future__ import annotations

from pathlib import PurePath

from indexer.document import Document
from indexer.readers import text_page


def read_document(name: str, data: bytes) -> Document:
    """The page that a file holds. Never raises: what can't be read gives a document with a problem and no blocks."""
    return text_page.read(name, data.decode("utf-8", "replace"))


_SUFFIX = PurePath
