"""An export of GitHub issues → each issue with its comments: of the REST interface or of `gh issue list --json`.

A list of objects, each with its comments in it, or with their number where they lie beside in a file of their own
(`issues-comments.json` or `comments.json`), tied by their `issue_url`. Pull requests are left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from indexer.document import Block, Post
from indexer.dumps import DumpDamaged, beside
from indexer.dumps.topic import TELL_EVERY, Message, Told, Topic
from indexer.readers.charset import decoded
from indexer.readers.dates import parse
from indexer.readers.markdown import blocks_of
from kb.models import Span

LONGEST_EXPORT = 64 << 20
"""Bytes of an export, whose text is held in memory; a larger one is to be exported in several files."""
_GAP = re.compile(r"[\s,]*")
_ISSUE = re.compile(r"/issues/(\d{1,10})$")
_BOT = re.compile(r"\[bot\]$|^(?:github-actions|dependabot|app/)", re.I)


def topics(path: Path, told: Told) -> Iterator[Topic]:
    """The issues in the order of the file. Each is as long as its object there, and its lines are that object's."""
    apart: dict[int, list[Mapping[str, Any]]] = {}
    other = beside(path)
    for comment, _ in _objects(other) if other else ():
        if found := _ISSUE.search(_text(comment, "issue_url")):
            apart.setdefault(int(found[1]), []).append(comment)
    for count, (issue, lines) in enumerate(_objects(path)):
        if count % TELL_EVERY == 0:
            told(count)
        if "pull_request" not in issue and isinstance(issue.get("body"), str):
            yield _topic(issue, apart, lines)


def _objects(path: Path) -> Iterator[tuple[Mapping[str, Any], Span]]:
    """The objects of the list that the file is, each with its first and last line."""
    with path.open("rb") as file:
        data = file.read(LONGEST_EXPORT + 1)
    text = decoded(data) if len(data) <= LONGEST_EXPORT else None
    if text is None:
        raise DumpDamaged(f"it is longer than {LONGEST_EXPORT} bytes, or no text")
    decoder = json.JSONDecoder()
    at, line = text.find("[") + 1, 1
    counted = 0
    while True:
        at = _GAP.match(text, at).end()  # type: ignore[union-attr]  # it matches anything
        if text[at : at + 1] == "]":
            return
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise DumpDamaged(str(error)) from None
        first = line + text.count("\n", counted, at)
        line, counted = first + text.count("\n", at, end), end
        if isinstance(value, dict):
            yield value, (first, line)
        at = end


def _topic(issue: Mapping[str, Any], apart: Mapping[int, list[Mapping[str, Any]]], lines: Span) -> Topic:
    number = issue.get("number")
    if not isinstance(number, int):
        found = _ISSUE.search(_address(issue) or "")
        number = int(found[1]) if found else 0
    inside = issue.get("comments")
    comments = inside if isinstance(inside, list) else apart.get(number, [])
    messages = [Message(issue["body"], Post(1, _author(issue), "question"), lines)]
    for place, comment in enumerate((one for one in comments if isinstance(one, dict)), 2):
        messages.append(Message(_text(comment, "body"), _post(place, comment), lines))
    labels = issue.get("labels")
    return Topic(
        str(number or f"line-{lines[0]}"),
        messages,
        _blocks,
        title=_text(issue, "title") or None,
        source=_address(issue),
        published=parse(_text(issue, "created_at", "createdAt")),
        author=_author(issue) or None,
        tags=tuple(name for one in labels if (name := _label(one))) if isinstance(labels, list) else (),
    )


def _blocks(text: str) -> list[Block]:
    return blocks_of(text.replace("\r\n", "\n").split("\n"))


def _post(number: int, comment: Mapping[str, Any]) -> Post:
    author = _author(comment)
    bot = bool(_BOT.search(author)) or comment.get("isMinimized") is True
    role = _text(comment, "author_association", "authorAssociation").lower()
    return Post(number, author, "remark" if bot else "", role="" if role == "none" else role, score=_liked(comment))


def _liked(comment: Mapping[str, Any]) -> int | None:
    """How many gave a thumb up; None where nobody did, since most helpful comments have none."""
    reactions, groups = comment.get("reactions"), comment.get("reactionGroups")
    count = reactions.get("+1") if isinstance(reactions, dict) else None
    for group in groups if isinstance(groups, list) else ():
        users = group.get("users") if isinstance(group, dict) and group.get("content") == "THUMBS_UP" else None
        count = users.get("totalCount") if isinstance(users, dict) else count
    return count if isinstance(count, int) and count > 0 else None


def _author(value: Mapping[str, Any]) -> str:
    user = value.get("user") or value.get("author")
    return _text(user, "login") if isinstance(user, dict) else ""


def _address(issue: Mapping[str, Any]) -> str | None:
    """The page of an issue; `url` is it for `gh`, and the interface's own address for REST."""
    found = _text(issue, "html_url", "url")
    return found if found.startswith("https://") else None


def _label(value: Any) -> str:
    return _text(value, "name").lower() if isinstance(value, dict) else value.lower() if isinstance(value, str) else ""


def _text(value: Mapping[str, Any], *names: str) -> str:
    """The first of those keys that holds text; else empty."""
    return next((held for name in names if isinstance(held := value.get(name), str)), "")
