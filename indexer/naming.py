"""The error that a heading, a label or a quotation names, where no program prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from indexer import cues
from indexer.document import Block
from indexer.printed import Printed, command_of, printed_line
from indexer.readers import codelines

QUOTED = re.compile(r"[\"“„«]([^\"”“»\n]{6,400})[\"”“»]")
_ERROR_IN_HEADING = re.compile(
    r"(?P<type>(?:[A-Za-z_]\w*\.){0,12}[A-Z]\w{1,80}"
    r"(?:Error|Exception|Warning|NotFound|Interrupt|Exit)): (?P<message>\S.*)$"
)
_LABELLED = re.compile(
    r"(?:error(?: message)?|fehler(?:meldung)?|erreur|erro)\s?[:：]\s*[\"“„«]"
    r"(?P<message>[^\"”“»\n]{6,200})[\"”“»]$",
    re.I,
)
"""`Error: "Invalid seal"`, as a heading."""
_CALLS_IT_ERROR = re.compile(r"\b(?:errors?|exceptions?|crash(?:es)?|fehler|erreur|excepci[oó]n|erro)\b", re.I)
_CLASS_SHOWN = re.compile(r"<class '(?P<type>[\w.]{1,80})'>: (?P<message>\S.*)$")
_IN_HEADING = re.compile(r"[\"“„«`]([^\"”“»`]{8,200})[\"”“»`]")
_ONE_WORD = re.compile(r"[a-z]+(?:[-_][a-z]+){2,}")
"""`externally-managed-environment`: the name of an error, where the words beside it say so."""
_OPENS = '"“„«'
_LONGEST = 300
_CALL = re.compile(r"\w\([^()]*\)$|\w\(\)|<\w+(?:-\w+)+>$|[{};=]$")
"""A call, a link or a statement, whatever its words sound like."""
_MENDED = re.compile(r"(?:\W|\d|\bbug\b|\bsupport\b){0,12}fix(?:e[sd])?\b", re.I)
"""How an entry of a change log begins."""
_NEAR = 40
_FEWEST = 3
"""Words of a message where no capital says that it is one, and it is none of the usual short ones."""
_NOT = re.compile(
    r"^no \w|\b(?:is|are|was|were|be|do|does|did|has|have|had|could|must|may|will|should|would) not\b"
    r"|\bnot (?:found|in|on|an?|the|available|enough|valid|yet|\w{1,20}(?:ed|able))\b"
)


def of_heading(block: Block) -> Printed | None:
    """The error that a heading names: printed as programs do, quoted, or set as code and sounding like one."""
    named = next(filter(None, map(printed_line, block.codes)), None) or error_in_heading(block.text)
    return named or _called_an_error(block) or next(_quoted_messages(block), None)


def error_in_heading(text: str) -> Printed | None:
    """The error that a heading names with its message: all of it, or behind words such as `How to fix`."""
    plain = re.sub(r"^[#\d.\s)]+", "", text).strip()
    if plain[:1] in _OPENS and (quoted := _IN_HEADING.match(plain)):
        return printed_line(quoted[1])
    if whole := printed_line(text) or printed_line(plain):
        return whole
    if found := _ERROR_IN_HEADING.search(plain):
        return printed_line(f"{found['type']}: {found['message'].rstrip(' ”’“?')}")
    if labelled := _LABELLED.match(plain):
        return Printed(None, labelled["message"], 0, 1, 1)
    inside = _IN_HEADING.search(plain)
    return printed_line(inside[1]) if inside else None


@lru_cache(4096)
def message(phrase: str) -> Printed | None:
    """The error that a phrase of code or a quotation is: as programs print it, or in words that sound like one."""
    phrase = phrase.strip(" *…")
    words = phrase.split()
    if len(words) < 2 or len(phrase) > _LONGEST or command_of(phrase) or _CALL.search(phrase):
        return None
    if printed := printed_line(phrase, strict=False):
        return printed
    if codelines.weight(phrase) == 2 or codelines.are_commands(phrase) or phrase.endswith(("?", "？")):
        return None
    if len(words) < _FEWEST and phrase[0].islower() and phrase.lower() not in cues.words("short_messages.txt"):
        return None
    return Printed(None, phrase, 0, 1, 1) if sounds_wrong(phrase) else None


def sounds_wrong(text: str) -> bool:
    """Whether a message holds one of the words that errors are told by."""
    lower = text.lower()
    return any(word in lower for word in cues.words("error_words.txt")) or _NOT.search(lower) is not None


def framed(sentence: str, codes: tuple[str, ...]) -> Iterator[Printed]:
    """The errors that a sentence quotes and calls so: `fails with "…"`, `throws a … error`."""
    for phrase in dict.fromkeys((*codes, *QUOTED.findall(sentence))):
        at = sentence.find(phrase)
        if at < 0 or len(phrase) < 6:
            continue
        before = sentence[max(0, at - _NEAR) : at].rstrip('"“„«`( ').lower()
        after = sentence[at + len(phrase) :].lstrip('"”“»`.,) ').lower()
        if _frames("before").search(before) or _frames("after").match(after):
            found = message(phrase)
            if found and not _frames("undone").search(sentence.lower()) and not _MENDED.match(sentence):
                yield found


def is_release_note(item: str) -> bool:
    """Whether an item of a list tells what a release mended, in whichever of its sentences."""
    return _MENDED.match(item) is not None or _frames("undone").search(item.lower()) is not None


def _called_an_error(block: Block) -> Printed | None:
    """The message that stands as code in a heading whose words call it an error (`the error “can't adapt”`)."""
    phrases = (*block.codes, *(one for one in _IN_HEADING.findall(block.text) if _ONE_WORD.fullmatch(one)))
    found = next((one for one in phrases if len(one.split()) > 1 or _ONE_WORD.fullmatch(one)), "")
    at = block.text.find(found)
    around = block.text[:at] + " " + block.text[at + len(found) :]
    says = _frames("before").search(block.text[:at].rstrip('"“„«` ').lower())
    if not found or not (says or _CALLS_IT_ERROR.search(around)):
        return None
    typed = _CLASS_SHOWN.match(found)
    return Printed(typed["type"], typed["message"], 0, 1) if typed else Printed(None, found, 0, 1, 1)


def _quoted_messages(block: Block) -> Iterator[Printed]:
    for phrase in (*block.codes, *_IN_HEADING.findall(block.text)):
        if found := message(phrase):
            yield found


@cache
def _frames(place: str) -> re.Pattern[str]:
    """All phrases of one place as one pattern: in front of a quotation, with a few words between, or behind it."""
    phrases = "|".join(re.escape(row["phrase"]) for row in cues.rows("quoting.tsv") if row["place"] == place)
    if place == "before":
        return re.compile(rf"(?<!\w)(?:{phrases})(?: \w{{1,12}}){{0,2}}[:：]?$")
    return re.compile(rf"(?:{phrases})(?!\w)" if place == "after" else rf"(?<!\w)(?:{phrases})")
