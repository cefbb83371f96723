"""`Posts.xml` of a Stack Exchange dump → each question whose text may print an error, with the answer that helped.

Answers come in any order and far behind their questions, so the two meet in a database on disk: the first pass keeps
the questions, the second the best answer of each. What is in memory at any time is one post.
"""

from __future__ import annotations

import html
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from indexer.document import Post
from indexer.dumps.topic import LONGEST_MESSAGE, TELL_EVERY, Message, Told, Topic, may_tell_an_error
from indexer.dumps.xml_stream import events
from indexer.readers.html import fragment

_QUESTION, _ANSWER = "1", "2"
_SITE = re.compile(r"((?:[a-z0-9-]{1,40}\.){1,3}(?:com|net|org))(?:-Posts)?", re.I)
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -8192;
CREATE TABLE question (id INTEGER PRIMARY KEY, accepted INTEGER, line INTEGER, title TEXT, body TEXT, tags TEXT,
  created TEXT, changed TEXT, author TEXT);
CREATE TABLE answer (question INTEGER PRIMARY KEY, accepted INTEGER, score INTEGER, line INTEGER, body TEXT,
  author TEXT);
"""
_BETTER = """
INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (question) DO UPDATE
SET accepted = excluded.accepted, score = excluded.score, line = excluded.line, body = excluded.body,
  author = excluded.author
WHERE (excluded.accepted, excluded.score) > (answer.accepted, answer.score)
"""
_JOINED = """
SELECT q.id AS id, q.line AS line, q.title AS title, q.body AS body, q.tags AS tags, q.created AS created,
  q.changed AS changed, q.author AS author, a.accepted AS accepted, a.score AS score,
  a.line AS answer_line, a.body AS answer, a.author AS helper
FROM question q JOIN answer a ON a.question = q.id ORDER BY q.id
"""


def topics(path: Path, told: Told) -> Iterator[Topic]:
    """The answered questions, by their numbers: with the accepted answer, else with the best one above nought.

    Addresses are made from the site that the file's name or its folder's tells (`superuser.com/Posts.xml`).
    """
    site = _site(path)
    with (
        tempfile.TemporaryDirectory(prefix="kb-dump-") as folder,
        closing(sqlite3.connect(Path(folder, "posts.db"), isolation_level=None)) as kept,
    ):
        kept.row_factory = sqlite3.Row
        kept.executescript(_TABLES)
        for line, post in _posts(path, _QUESTION, told):
            _keep_question(kept, line, post)
        for line, post in _posts(path, _ANSWER, told):
            _keep_answer(kept, line, post)
        for row in kept.execute(_JOINED):
            yield _topic(site, row)


def _posts(path: Path, kind: str, told: Told) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The posts of a kind, each with its line in the file."""
    for number, event in enumerate(one for one in events(path) if one.kind == "open" and one.text == "row"):
        if number % TELL_EVERY == 0:
            told(number)
        post = event.attributes
        if post.get("PostTypeId") == kind and 0 < len(post.get("Body", "")) <= LONGEST_MESSAGE:
            yield event.line, post


def _keep_question(kept: sqlite3.Connection, line: int, post: Mapping[str, str]) -> None:
    if _number(post, "Id") and post.get("AnswerCount") != "0" and may_tell_an_error(post["Body"]):
        author = post.get("OwnerUserId") or post.get("OwnerDisplayName")
        kept.execute(
            "INSERT OR REPLACE INTO question VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _number(post, "Id"),
                _number(post, "AcceptedAnswerId"),
                line,
                post.get("Title"),
                post["Body"],
                post.get("Tags", ""),
                post.get("CreationDate", "")[:10],
                post.get("LastEditDate", "")[:10],
                author,
            ),
        )


def _keep_answer(kept: sqlite3.Connection, line: int, post: Mapping[str, str]) -> None:
    question, score = _number(post, "ParentId"), _number(post, "Score")
    asked = kept.execute("SELECT accepted FROM question WHERE id = ?", (question,)).fetchone()
    if asked is None:
        return
    accepted = asked[0] != 0 and asked[0] == _number(post, "Id")
    if accepted or score > 0:
        author = post.get("OwnerUserId") or post.get("OwnerDisplayName")
        kept.execute(_BETTER, (question, accepted, score, line, post["Body"], author))


def _topic(site: str | None, row: sqlite3.Row) -> Topic:
    question = Post(1, f"asker {row['author']}", "question")
    answer = Post(2, f"user {row['helper']}", "answer", bool(row["accepted"]), row["score"])
    return Topic(
        str(row["id"]),
        (
            Message(row["body"], question, (row["line"], row["line"])),
            Message(row["answer"], answer, (row["answer_line"], row["answer_line"])),
        ),
        lambda text: fragment(text, 0),
        title=html.unescape(row["title"]) if row["title"] else None,
        source=f"https://{site}/q/{row['id']}" if site else None,
        published=row["created"] or None,
        updated=row["changed"] or None,
        tags=tuple(re.findall(r"[^<>|]+", row["tags"])),
    )


def _number(post: Mapping[str, str], name: str) -> int:
    """A number of a post; 0 where it has none that is one."""
    value = post.get(name, "")
    return int(value) if re.fullmatch(r"-?\d{1,15}", value, re.ASCII) else 0


def _site(path: Path) -> str | None:
    """The site that a dump is of; None where neither the file nor the two folders around it are named after one."""
    resolved = path.absolute()
    names = (resolved.stem, *(folder.name for folder in list(resolved.parents)[:2]))
    return next((found[1].lower() for name in names if (found := _SITE.fullmatch(name))), None)
