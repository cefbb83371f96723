"""Which role the headings give to what stands beneath them, and what of a page is not about its subject at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from indexer import cues
from indexer.document import LINK, Block
from indexer.printed import Printed, printed_line

_SENTENCE = re.compile(r"(?<=[.!?])[\"')”]?\s+(?=[\"'(“„«`A-ZÀ-ÖØ-ÞА-Я0-9_])|(?<=[。！？])")
_ABBREVIATION = re.compile(r"(?:e\.g|i\.e|etc|vs|cf|z\. ?B|bzw|Nr|approx)\.$")
_LABEL = re.compile(r"^(?P<label>[^\W\d_][^:：.!?\n]{1,40})\s?[:：]\s+(?P<rest>\S.*)$", re.S)
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
DROPPED = frozenset({"neither", "aside", "avoid", "diagnosis"})
"""Roles of sections that hold nothing of an error's cause, fix or reproduction."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A block and what its place says: `role` is what the nearest telling heading announces; `path` are the numbers
    of the headings above it, outermost first; `named` is the error that a heading names."""

    block: Block
    role: str | None = None
    path: tuple[int, ...] = ()
    named: Printed | None = None

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading."""
        return self.block.kind == "heading"


@dataclass(frozen=True, slots=True)
class _Open:
    level: int
    role: str | None
    number: int
    names_error: bool = False


def pieces(blocks: Sequence[Block], title: str | None) -> list[Piece]:
    """The blocks with their roles, without what is about the site."""
    found: list[Piece] = []
    stack: list[_Open] = []
    plain_title = cues.plain_heading(title or "")
    post: int | None = None
    for number, block in enumerate(_labels_split(_about_the_subject(blocks))):
        if post != (block.post.number if block.post else None):
            post, stack = (block.post.number if block.post else None), []
        if block.kind == "heading":
            while stack and stack[-1].level >= block.level:
                stack.pop()
            named = next(filter(None, map(printed_line, block.codes)), None) or error_in_heading(block.text)
            named = named or _called_an_error(block)
            linked = block.hint == LINK
            named = None if linked else named
            heads = block.level == 1 or cues.plain_heading(block.text) == plain_title
            role = None if heads or named else (not linked and block.hint) or cues.heading_role(block.text)
            stack.append(_Open(block.level, role, number, named is not None and block.level > 1))
            found.append(Piece(block, role, tuple(one.number for one in stack), named))
            continue
        role = next((one.role for one in reversed(stack) if one.role or one.names_error), None)
        if block.label:
            role = cues.heading_role(block.label) or role
        found.append(Piece(block, block.hint or role, tuple(one.number for one in stack)))
    return found


def sentences(text: str) -> list[str]:
    """A paragraph's sentences; abbreviations end none."""
    parts: list[str] = []
    for part in _SENTENCE.split(text):
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += " " + part
        elif part.strip():
            parts.append(part.strip())
    return parts


def error_in_heading(text: str) -> Printed | None:
    """The error that a heading names with its message: all of it, or behind words such as `How to fix`."""
    plain = re.sub(r"^[#\d.\s)]+", "", text).strip()
    if whole := printed_line(text) or printed_line(plain):
        return whole
    if found := _ERROR_IN_HEADING.search(plain):
        return printed_line(f"{found['type']}: {found['message'].rstrip(' ”’“?')}")
    if labelled := _LABELLED.match(plain):
        return Printed(None, labelled["message"], 0, 1, 1)
    quoted = re.search(r"[\"“„«`]([^\"”“»`]{8,200})[\"”“»`]", plain)
    return printed_line(quoted[1]) if quoted else None


def _called_an_error(block: Block) -> Printed | None:
    """The message that stands as code in a heading whose words call it an error (`the error “can't adapt”`)."""
    found = next((code for code in block.codes if len(code.split()) > 1), "")
    at = block.text.find(found)
    around = block.text[:at] + " " + block.text[at + len(found) :]
    if not found or not _CALLS_IT_ERROR.search(around):
        return None
    typed = _CLASS_SHOWN.match(found)
    return Printed(typed["type"], typed["message"], 0, 1) if typed else Printed(None, found, 0, 1, 1)


def _about_the_subject(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks up to where the page ends and the site goes on, without single lines about the site."""
    seen_code = False
    held: Block | None = None
    for block in blocks:
        scope = cues.boilerplate(block.text) if block.kind in ("prose", "item", "heading") else None
        if scope == "end" and seen_code and block.post is None:
            if held and held.kind == "prose" and held.text[-1:].isalnum():
                held = None  # the page breaks off in the middle of a sentence
            break
        if scope:
            continue
        seen_code = seen_code or block.kind in ("code", "output", "row")
        if held:
            yield held
        held = block
    if held:
        yield held


def _labels_split(blocks: Iterable[Block]) -> Iterator[Block]:
    """`Cause: the pool is empty` and a paragraph in bold are headings; one that is all code is a listing."""
    for block in blocks:
        asks = block.kind == "item" and block.text.rstrip().endswith(("?", "？"))
        if (block.kind == "prose" or asks) and block.strong and len(block.text) <= cues.LONGEST_HEADING:
            yield replace(block, kind="heading", level=7, text=block.text.rstrip(":："))
            continue
        if block.kind == "prose" and block.code_spans == ((0, len(block.text)),) and " " in block.text:
            yield replace(block, kind="code", code_spans=())
            continue
        found = _LABEL.match(block.text) if block.kind in ("prose", "item") else None
        if found and (role := cues.heading_role(found["label"])) and len(found["label"].split()) <= 4:
            cut = found.start("rest")
            spans = tuple((start - cut, end - cut) for start, end in block.code_spans if start >= cut)
            rest = replace(block, text=found["rest"], code_spans=spans)
            if block.kind == "prose":
                yield replace(block, kind="heading", level=7, text=found["label"], code_spans=())
                yield rest
            else:
                yield replace(rest, hint=block.hint or role)
        else:
            yield block
