"""Which role the headings give to what stands beneath them, and what of a page is not about its subject at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from indexer import cues, naming, run_in
from indexer.document import LINK, Block
from indexer.printed import Printed

_SENTENCE = re.compile(r"(?<=[.!?])[\"')”]?\s+(?=[\"'(“„«`A-ZÀ-ÖØ-ÞА-Я0-9_])|(?<=[。！？])")
_ABBREVIATION = re.compile(r"(?:e\.g|i\.e|etc|vs|cf|z\. ?B|bzw|Nr|approx)\.$")
_LABEL = re.compile(r"^(?P<label>[^\W\d_][^:：.!?\n]{1,40})\s?[:：]\s+(?P<rest>\S.*)$", re.S)
_ALONE = re.compile(r"^(?P<label>[^\W\d_]\w{2,20}(?: \w{1,16}){0,2})\s?[:：]$")
"""A paragraph that is nothing but a label: `Actions:`."""
_LABEL_LEVEL = 7
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
    vague: bool = False


def pieces(blocks: Sequence[Block], title: str | None) -> list[Piece]:
    """The blocks with their roles, without what is about the site."""
    found: list[Piece] = []
    stack: list[_Open] = []
    plain_title = cues.plain_heading(title or "")
    post: int | None = None
    for number, block in enumerate(_labels_split(list(_about_the_subject(blocks)))):
        if post != (block.post.number if block.post else None):
            post, stack = (block.post.number if block.post else None), []
        if block.kind == "heading":
            while stack and stack[-1].level >= block.level:
                stack.pop()
            linked = block.hint == LINK
            named = None if linked else naming.of_heading(block)
            heads = block.level == 1 or cues.plain_heading(block.text) == plain_title
            role = None if heads or named else (not linked and block.hint) or cues.heading_role(block.text)
            vague = role == "error" and _is_vague(block)
            stack.append(_Open(block.level, role, number, named is not None and block.level > 1, vague))
            found.append(Piece(block, role, tuple(one.number for one in stack), named))
            continue
        above = next((one for one in reversed(stack) if one.role or one.names_error), None)
        # `Problems with cups` is about its own words, not about each of the questions beneath it.
        role = above.role if above and not (above.vague and above is not stack[-1]) else None
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


def _labels_split(blocks: Sequence[Block]) -> Iterator[Block]:
    """`Cause: the pool is empty` and a paragraph in bold are headings, and so are bold words that begin a paragraph and
    announce what it tells, or name an error; a paragraph that is all code is a listing."""
    parted = [(block, run_in.parts(block)) for block in blocks]
    named = any(part.kind == "heading" and naming.of_heading(part) for _, parts in parted for part in parts)
    for block, parts in parted:
        if len(parts) > 1:
            yield from (one for part in parts for one in ([part] if part.kind == "heading" else _label_split(part)))
        else:
            yield from (run_in.topic(block) if named else None) or _label_split(block)


def _label_split(block: Block) -> Iterator[Block]:
    asks = block.kind == "item" and block.text.rstrip().endswith(("?", "？"))
    if (block.kind == "prose" or asks) and block.strong and len(block.text) <= cues.LONGEST_HEADING:
        yield replace(block, kind="heading", level=7, text=block.text.rstrip(":："))
        return
    if block.kind == "prose" and block.code_spans == ((0, len(block.text)),) and " " in block.text:
        yield replace(block, kind="code", code_spans=())
        return
    announced = _ALONE.match(block.text) if block.kind == "prose" else None
    if announced and cues.heading_role(announced["label"]) and cues.is_telling_heading(announced["label"]):
        yield replace(block, kind="heading", level=7, text=announced["label"], code_spans=())
        return
    found = _LABEL.match(block.text) if block.kind in ("prose", "item") else None
    if found and (role := cues.heading_role(found["label"])) and len(found["label"].split()) <= 4:
        rest = block.cut(found.start("rest"), len(block.text))
        if block.kind == "prose":
            yield replace(block, kind="heading", level=7, text=found["label"], code_spans=())
            yield rest
        else:
            yield replace(rest, hint=block.hint or role)
    else:
        yield block


def tells(piece: Piece) -> bool:
    """Whether a piece tells why an error comes or what mends it."""
    if piece.block.kind not in ("prose", "item"):
        return piece.role in ("cause", "fix")
    said = cues.weights(piece.block.text)
    return piece.role in ("cause", "fix") or max(said.get("fix", 0), said.get("cause", 0)) >= 2


def is_topic(piece: Piece) -> bool:
    """Whether a heading says what is told beneath it (`Problem 3: the tea is cold`), and not which part of that."""
    vague = piece.role in ("error", "avoid") and _is_vague(piece.block)
    return piece.role is None or piece.named is not None or vague


def _is_vague(heading: Block) -> bool:
    """Whether what announces a role is little of a heading: it is about something more."""
    return heading.level < _LABEL_LEVEL and not cues.is_telling_heading(heading.text)
