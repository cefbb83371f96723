"""Listings that something took a part of: kept as they are, and said so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from indexer.document import Block
from indexer.problems import Problem, problem

_PROTECTED = re.compile(r"\[email[\s\xa0]protected\]|\[protected\]|__cf_email__")
_OPENING = {"(": ")", "[": "]", "{": "}"}
_CODE = re.compile(r"^(?!\s*(?:#|//|File |at |Traceback)).*[=(]", re.M)
_STRINGS = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"", re.S)
_COMMENTS = re.compile(r"(?:#|//).*$", re.M)
_LONGEST = 20_000


def problems(name: str, blocks: Sequence[Block]) -> Iterator[Problem]:
    """A problem for each damaged listing, with its first line."""
    for block in blocks:
        if block.kind == "code" and is_incomplete(block.text):
            yield problem("KB604", name, block.lines[0])


def is_incomplete(code: str) -> bool:
    """Whether a listing says itself that a part is missing: an address that was hidden, or a bracket that is opened
    and neither closed nor left open at the end, as an excerpt may be."""
    if len(code) > _LONGEST:
        return False
    if _PROTECTED.search(code):
        return True
    if "Traceback (most recent call last)" in code or not _CODE.search(code):
        return False
    text = _COMMENTS.sub("", _STRINGS.sub("''", code))
    for number, line in enumerate(lines := text.split("\n")):
        depth = sum(line.count(sign) for sign in _OPENING) - sum(line.count(sign) for sign in _OPENING.values())
        follows = next((one for one in lines[number + 1 :] if one.strip()), "")
        if depth > 0 and line.rstrip().endswith("(") and _statement(follows, line):
            return True
    return False


def _statement(following: str, line: str) -> bool:
    """Whether the next line begins a statement of its own, no deeper than the one that was left open."""
    indent = len(following) - len(following.lstrip())
    return bool(following.strip()) and indent <= len(line) - len(line.lstrip()) and following.strip()[0] not in ")]}"
