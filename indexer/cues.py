"""What headings and sentences announce, in several languages: the tables in `indexer/data`, asked.

Rows are phrases, not regular expressions; `…` in one stands for a few words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

DATA = Path(__file__).with_name("data")
LONGEST_HEADING = 120
"""Characters of a heading that a role is looked for in: what is longer is a sentence."""
_GAP = r"[^.!?\n]{0,60}?"
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EDGES = re.compile(r"^[\W\d_]+|[\W_]+$")
_LEAD_IN = re.compile(
    r"^(?:for example|for instance|in this case|in that case|in most cases|alternatively|as a result), "
)
_CLAUSE_FIRST = re.compile(r"(?:to|in order to|if|when|on) [^,.]{3,120}, (?:then |please |just |simply )?([^\W\d_]+)")
"""`To serve it, bind the socket`, `If it is closed, reopen it`: what is asked for stands behind the comma."""
_OUTCOMES = ("success", "refusal")
_MARKS = (("✅", "fix"), ("✔", "fix"), ("❌", "reproduction"), ("⛔", "reproduction"), ("🚫", "avoid"))


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """A table's rows as mappings of column to cell. Raises ValueError for a ragged row."""
    lines = [
        line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    header = lines[0].split("\t")
    return tuple(dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:])


@cache
def words(name: str) -> frozenset[str]:
    """A list's entries, one a line."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@lru_cache(4096)
def heading_role(heading: str) -> str | None:
    """The role that a heading (or bold line, label, table head) announces for what stands beneath it; else None."""
    for mark, role in _MARKS:
        if mark in heading:
            return role
    text = plain_heading(heading)
    if not text or len(text) > LONGEST_HEADING:
        return None
    return next((cue.says for cue in _headings() if cue.needle in text and cue.pattern.search(text)), None)


@lru_cache(4096)
def is_telling_heading(line: str) -> bool:
    """Whether a line without any mark of a heading is one: what announces a role is nearly half of it."""
    text = plain_heading(line)
    return any(
        cue.needle in text and (found := cue.pattern.search(text)) and len(found[0]) > 0.42 * len(text)
        for cue in _headings()
    )


def plain_heading(heading: str) -> str:
    """A heading in small letters, without what decorates it: numbers, signs and emoji at either end."""
    text = unicodedata.normalize("NFKC", heading).replace("’", "'")
    return _EDGES.sub("", text).lower().strip()


@lru_cache(8192)
def weights(sentence: str) -> dict[str, int]:
    """How much speaks for each role of a sentence: the weights of all cues in it, added up."""
    text = unicodedata.normalize("NFKC", sentence).replace("’", "'").lower().strip(" \t\n*_\"'“”-•")
    text = _LEAD_IN.sub("", text)
    found: dict[str, int] = {}
    for cue in _sentences():
        if cue.needle in text and cue.pattern.search(text):
            found[cue.says] = found.get(cue.says, 0) + cue.weight
    first = re.match(r"(?:then |now |please |just |simply |next,? |instead,? |so |and |or )?([^\W\d_]+)", text)
    first = _CLAUSE_FIRST.match(text) or first
    if first and first[1] in words("imperatives.txt"):
        found["fix"] = found.get("fix", 0) + 2
    return found


def sentence_role(sentence: str) -> str | None:
    """The role that most speaks for, if any; where two are equal, the one that is easier to be wrong about."""
    found = weights(sentence)
    if not found:
        return None
    order = ("output", "avoid", "diagnosis", "fix", "cause", "reproduction", "error")
    return max(found, key=lambda role: (found[role], -order.index(role)))


def tells_success(sentence: str) -> bool:
    """Whether somebody says that what the sentence tells did mend it (`Going back to 1.4 solved the problem`)."""
    said = plain_sentence(sentence)
    phrases = {kind: [row["phrase"] for row in rows("thanks.tsv") if row["kind"] == kind] for kind in _OUTCOMES}
    return any(one in said for one in phrases["success"]) and not any(one in said for one in phrases["refusal"])


@lru_cache(4096)
def boilerplate(line: str) -> str | None:
    """Whether a paragraph is about the site: `line`, or `end` where all that follows is."""
    text = plain_sentence(line)
    if not text or len(text) > 300:
        return None
    found = [cue.says for cue in _boilerplate() if cue.needle in text and cue.pattern.search(text)]
    if "end" in found and len(text) < 120:
        return "end"
    return "line" if found else None


def is_wall(text: str) -> bool:
    """Whether a page's few words say that it is a gate (a check for people, a log-in) and not an article."""
    said = plain_sentence(text)
    return len(said) < 1200 and any(row["phrase"] in said for row in rows("walls.tsv"))


def plain_sentence(text: str) -> str:
    """Small letters, one space between words, nothing decorative in front."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'").lower()
    return re.sub(r"^[\W_]+", "", " ".join(text.split()))


@dataclass(frozen=True, slots=True)
class _Cue:
    """A row of a table. `needle` is a piece of text without which the pattern can't be found: looking for it first
    makes a question to hundreds of rows cheap."""

    needle: str
    pattern: re.Pattern[str]
    says: str
    weight: int = 1


def _cue(row: Mapping[str, str], says: str) -> _Cue:
    match, phrase = row["match"], row["phrase"]
    body = _one(match, phrase, row["language"])
    whole = {"is": rf"^{body}$", "starts": rf"^{body}", "has": body}[match]
    return _Cue(phrase.split("…")[0].strip().split(" ")[0], re.compile(whole), says, int(row.get("weight", 1)))


def _one(match: str, phrase: str, language: str) -> str:
    body = _GAP.join(re.escape(part.strip()).replace(r"\ ", r"\s+") for part in phrase.split("…"))
    if _IDEOGRAPH.search(phrase) or match != "has" or language in ("de", "nl"):
        return body
    # A phrase begins at a word, but in languages that join words; it may end inside one, because words are inflected.
    return (r"(?<!\w)" if phrase[0].isalnum() else "") + body


@cache
def _headings() -> tuple[_Cue, ...]:
    return tuple(_cue(row, row["role"]) for row in rows("headings.tsv"))


@cache
def _sentences() -> tuple[_Cue, ...]:
    return tuple(_cue(row, row["role"]) for row in rows("sentences.tsv"))


@cache
def _boilerplate() -> tuple[_Cue, ...]:
    return tuple(_cue(row, row["scope"]) for row in rows("boilerplate.tsv"))
