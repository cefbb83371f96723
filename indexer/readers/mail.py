"""A mail, a thread of mails or a digest kept as text → blocks: who is quoted asks, who quotes answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from indexer.cues import rows
from indexer.document import Block, Document, Post
from indexer.readers import about, dates, plain

_HEADER = re.compile(r"^(?P<name>[A-Z][A-Za-z-]{1,20})\s?: ?(?P<value>.*)$")
_NAMES = frozenset(
    ("from", "to", "cc", "date", "sent", "message-id", "reply-to", "in-reply-to", "references", "von", "datum", "de")
)
_MBOX = re.compile(r"^From \S+ ?.{0,80}\d{4}$")
_QUOTE = re.compile(r"^ ?((?:> ?)+)(.*)$")
_FOOTER = re.compile(r"^(?:-- ?$|_{10,}|-{20,}$|-{3,} ?(?:original message|ursprüngliche nachricht))", re.I)


def _words(kind: str) -> list[str]:
    return [re.escape(row["word"]) for row in rows("mail_words.tsv") if row["kind"] == kind]


@cache
def _wrote() -> re.Pattern[str]:
    return re.compile(rf"^.{{0,120}}(?:{'|'.join(_words('wrote'))})\w?\s?(?:.{{0,60}})?:\s*$", re.I)


@cache
def _closing() -> re.Pattern[str]:
    return re.compile(rf"^(?:{'|'.join(_words('closing'))})\b[^.:]{{0,40}}$", re.I)


@cache
def _prefix() -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:{'|'.join(_words('prefix'))})\s?:\s*|\[[^\]]{{1,40}}\]\s*)+", re.I)


@dataclass(slots=True)
class _Message:
    headers: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    first: int = 1


def applies(lines: Sequence[str]) -> bool:
    """Whether the text begins as mails do."""
    names = {found["name"].lower() for line in lines[:15] if (found := _HEADER.match(line))}
    return bool(names & set(_words("subject"))) and bool(names & _NAMES)


def read(name: str, text: str) -> Document:
    """The document of one mail or several."""
    messages = _messages(text.split("\n"))
    subjects = {_prefix().sub("", _subject(one)).strip() for one in messages}
    meta = about.Meta(
        title=subjects.pop() or None if len(subjects) == 1 else None,
        published=dates.parse(messages[0].headers.get("date")),
        author=_name(messages[0].headers.get("from", "")) or None,
    )
    blocks: list[Block] = []
    for number, message in enumerate(messages):
        blocks += _posts(message, number * 10 + 1, alone=len(messages) == 1)
    described = about.describe(name, blocks, meta)
    return replace(described, title=meta.title)


def _subject(message: _Message) -> str:
    return next((message.headers[name] for name in _words("subject") if name in message.headers), "")


def _messages(lines: Sequence[str]) -> list[_Message]:
    found: list[_Message] = []
    at = 0
    while at < len(lines):
        if _MBOX.match(lines[at]):
            at += 1
        starts = at < len(lines) and (not found or _starts(lines, at))
        if starts:
            message = _Message()
            while at < len(lines) and lines[at].strip():
                if header := _HEADER.match(lines[at]):
                    message.headers[header["name"].lower()] = header["value"].strip()
                at += 1
            message.first = at + 1
            found.append(message)
        elif at < len(lines):
            found[-1].lines.append(lines[at])
            at += 1
    return found or [_Message(lines=list(lines))]


def _starts(lines: Sequence[str], at: int) -> bool:
    """Whether a mail's headers begin in this line."""
    if at and lines[at - 1].strip() and not _MBOX.match(lines[at - 1]):
        return False
    headers = {found["name"].lower() for line in lines[at : at + 4] if (found := _HEADER.match(line))}
    return len(headers & {*_NAMES, *_words("subject")}) >= 2


def _posts(message: _Message, number: int, *, alone: bool) -> list[Block]:
    """A mail's own words, and, where it is the only one there is, those that it quotes."""
    depths: list[tuple[int, str]] = []
    for line in message.lines:
        quoted = _QUOTE.match(line)
        if not quoted and _FOOTER.match(line):
            depths.append((9, ""))
            break
        depths.append((quoted[1].count(">"), quoted[2]) if quoted else (0, line))
    quotes = any(depth == 1 for depth, _ in depths)
    author = _name(message.headers.get("from", ""))
    said = Post(number, author, "answer" if quotes and alone else "", accepted=quotes and alone)
    asked = Post(number + 1, "", "question")
    blocks: list[Block] = []
    if quotes and alone:
        blocks += _at_depth(depths, 1, message.first, asked)
    return blocks + _at_depth(depths, 0, message.first, said)


def _at_depth(depths: Sequence[tuple[int, str]], depth: int, first: int, post: Post) -> list[Block]:
    lines = [
        "" if there != depth or _wrote().match(text) or _closing().match(text.strip()) else text
        for there, text in depths
    ]
    blocks = plain.blocks_of(lines, first)
    if depth == 0 and blocks and blocks[-1].kind == "prose" and len(blocks[-1].text.split()) <= 3:
        blocks.pop()  # whoever signs
    return [replace(block, post=post) for block in blocks]


def _name(sender: str) -> str:
    return re.sub(r"\s*<[^>]*>|\"", "", sender).strip()[:80]
