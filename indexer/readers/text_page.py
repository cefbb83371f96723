"""A page as plain text: what a browser's "save as text", a crawler or a person leaves of it."""

from __future__ import annotations

import re

from indexer import cues
from indexer.document import Document
from indexer.printed import printed_line
from indexer.readers import about, chat, fielded, mail, plain, speakers, ticket

_LONGEST_TITLE = 160
_TOP = 15
_NAMED = re.compile(r"([A-Z][A-Za-z ]{1,24}): \S")
_FIELD = re.compile(r"([A-Z_]{2,20})=(.{0,2000})")
_ADDRESS = re.compile(r"[\w.-]+(?:/[\w.-]+)+/?")
"""A line that is only a path: `owner/project`."""
_NUMBER = re.compile(r"\s#\d{1,7}$")
_BYLINE = re.compile(
    r"@[\w.-]{1,40}|#\d{1,7}|(?:asked|answered|edited|modified|viewed) .{0,40}\d.{0,20}"
    r"|\d{1,4} (?:answers?|comments?|replies|views?|likes?)"
    r"|.{4,60} [–—-] ?\w[\w.-]{1,30} \w{3} \d{1,2}.{0,20}",
    re.I,
)


def read(name: str, text: str) -> Document:
    """The document of a text file."""
    lines = text.split("\n")
    for envelope in (fielded, mail, ticket, chat):
        if envelope.applies(lines):
            document: Document = envelope.read(name, text)
            return document
    title, skip = _title(lines)
    body = _without_fields(lines)[skip:]
    about_it = {i for i, line in enumerate(body) if _is_chrome(line)} | _top_fields(body)
    beside = [body[i] for i in sorted(about_it)] + speakers.first_of(body[:_TOP])
    body = ["" if i in about_it else line for i, line in enumerate(body)]
    blocks = speakers.divided(body, skip + 1) or speakers.attributed(plain.blocks_of(body, skip + 1))
    return about.describe(name, blocks, about.Meta(title=title, lines=beside))


def _without_fields(lines: list[str]) -> list[str]:
    """The lines with the fields for machines that error catalogues print read as what they say."""
    roles = {row["name"]: row["role"] for row in cues.rows("machine_fields.tsv")}
    found = {i: field for i, line in enumerate(lines) if (field := _FIELD.fullmatch(line)) and field[1] in roles}
    if len(found) < 2:
        return lines
    said = {"error": "{}", "cause": "Cause: {}", "fix": "Fix: {}", "dropped": ""}
    return [said[roles[found[i][1]]].format(found[i][2]) if i in found else line for i, line in enumerate(lines)]


def _top_fields(lines: list[str]) -> set[int]:
    """The lines at the top, two or more in a row, that are fields of the page (`Author: …`) and announce nothing."""
    found: set[int] = set()
    run: list[int] = []
    for number, line in enumerate([*lines[:_TOP], ""]):
        field = _NAMED.match(line)
        if field and cues.heading_role(field[1]) in (None, "neither") and not printed_line(line):
            run.append(number)
            continue
        found |= set(run) if len(run) > 1 else set()
        run = []
    return found


def _is_chrome(line: str) -> bool:
    """Whether a line is a button, a byline or the like, which stands alone even where no empty line divides it."""
    return (
        0 < len(line) <= 80
        and not line[0].isspace()
        and (cues.boilerplate(line) == "line" or bool(_BYLINE.fullmatch(line.strip())))
    )


def _issue_title(lines: list[str], at: int) -> tuple[str, int] | None:
    """The title of an issue copied out of a browser, among some lines from one on: it ends with its number, and who
    opened it stands close below."""
    for number in range(at, min(at + _TOP, len(lines))):
        text = lines[number].strip()
        if len(text) <= _LONGEST_TITLE and _NUMBER.search(text) and speakers.first_of(lines[number + 1 : number + 5]):
            return _NUMBER.sub("", text), number + 1
    return None


def _title(lines: list[str]) -> tuple[str | None, int]:
    """The page's first line that is no chrome, without the site's name where the next line repeats it; and how many
    lines that takes."""
    for number, line in enumerate(lines[:40]):
        text = line.strip()
        if len(text) < 6 or cues.boilerplate(text) or _ADDRESS.fullmatch(text):
            continue
        if (found := _issue_title(lines, number)) is not None:
            return found
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        for later in range(number + 1, min(number + 4, len(lines))):
            again = lines[later].strip()
            if len(text) / 3 < len(again) < len(text) and again in text:
                return again, later + 1
        if following and len(text.split()) <= 2 and len(following) > len(text):
            continue  # a path of links, flattened
        if len(text) <= _LONGEST_TITLE:
            return _NUMBER.sub("", re.sub(r"^#\d+ ", "", text)), number + 1
        break
    return None, 0
