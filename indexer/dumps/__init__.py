"""Files that hold many pages: a Stack Exchange dump, an export of GitHub issues, of a MediaWiki.

They may be far larger than memory: each module here streams its format and gives one `Topic` after another. Here is
only what tells such files from others, so that it costs nothing where there are none; `reading` reads them.
"""

from __future__ import annotations

import re
from pathlib import Path

_HEAD = 4096
"""Bytes of a file that tell whether it is a dump."""
_XML = re.compile(rb"\s*(?:<\?xml[^>]{0,200}\?>)?\s*<(?P<root>posts|mediawiki)\b")
_XML_KINDS = {b"posts": "stack_exchange", b"mediawiki": "mediawiki"}
_ISSUES = re.compile(rb"\s*\[\s*\{\s*\"")
_ISSUE_KEYS = (b'"title"', b'"body"', b'"html_url"', b'"number"', b'"comments"', b'"labels"', b'"author"', b'"state"')


class DumpDamaged(ValueError):
    """The file can't be read as the dump that it seems to be; the text says why."""


def kind_of(path: Path) -> str | None:
    """The module that reads the dump at `path`; None where it is none, or can't be read. Only the head is looked at."""
    suffix = path.suffix.lower()
    if suffix not in (".xml", ".json") or path.name.endswith(".proof.json"):
        return None
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return None
    if suffix == ".xml":
        found = _XML.match(head)
        return _XML_KINDS[found["root"]] if found else None
    issues = _ISSUES.match(head) and b'"issue_url"' not in head and sum(key in head for key in _ISSUE_KEYS) >= 2
    return "github_issues" if issues else None


def beside(path: Path) -> Path | None:
    """The file that belongs to the dump at `path`: the comments of issues, where they are exported by themselves."""
    if kind_of(path) != "github_issues":
        return None
    names = (f"{path.stem}-comments.json", f"{path.stem}.comments.json", "comments.json")
    return next((found for name in names if (found := path.with_name(name)).is_file() and found != path), None)
