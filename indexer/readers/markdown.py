"""Markdown → blocks, with front matter in YAML or TOML, and with the boxes and tabs of MkDocs that aren't Markdown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from indexer.document import LINK, Block, Cell, Document, Kind
from indexer.readers import about, pasted, speakers
from kb.models import Span

_BOX = re.compile(r'^(?P<mark>!!!|\?\?\?\+?|===\+?!?) +(?P<kind>[\w-]*) *(?:"(?P<title>[^"\n]*)")?\s*$')
_CALLOUT = re.compile(r"^\[!(\w+)\]\s*")
_TEMPLATE_TAG = re.compile(r"\{[{%][<%]?.{0,200}?[>%]?[%}]\}|\[TOC\]|^:::+.*$")
_LONGEST_FRONT = 20_000
_DUNDER = re.compile(r"(?<![\w\\])__[a-z]{2,20}__(?=\(|\.py\b)")
"""`__init__()` and `__init__.py`, which nobody means as bold."""
_TAG = re.compile(r"<[^>]{0,400}>")


@dataclass(frozen=True, slots=True)
class _Box:
    """A box or tab: its lines from 0, the one behind the last, what it is and its title."""

    start: int
    end: int
    kind: str
    title: str


def read(name: str, text: str) -> Document:
    """The document of a Markdown file."""
    values, skip = front_matter(text)
    blocks = blocks_of(text.split("\n")[skip:], skip)
    return about.describe(name, speakers.attributed(blocks), about.from_front_matter(values))


def front_matter(text: str) -> tuple[Mapping[str, Any], int]:
    """What stands between `---` (YAML) or `+++` (TOML) at the very top, and how many lines that takes."""
    for fence, load in (("---", yaml.safe_load), ("+++", tomllib.loads)):
        if not text.startswith(fence + "\n"):
            continue
        end = text.find(f"\n{fence}", len(fence), _LONGEST_FRONT)
        if end < 0:
            return {}, 0
        try:
            values = load(text[len(fence) + 1 : end + 1])
        except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
            values = {}
        return (values if isinstance(values, dict) else {}), text[: end + 1].count("\n") + 1
    return {}, 0


def blocks_of(lines: Sequence[str], before: int = 0) -> list[Block]:
    """The blocks of some lines; `before` counts the lines of the file in front of them."""
    plain, boxes = _without_boxes(lines)
    tokens = _parser().parse("\n".join(plain))
    return _Walk(boxes, before).blocks(tokens)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.inline.ruler.before("emphasis", "dunder", _dunder)
    return parser


def _dunder(state: StateInline, silent: bool) -> bool:
    """The rule of the parser that leaves `__init__()` as it is written."""
    found = _DUNDER.match(state.src, state.pos) if state.src[state.pos] == "_" else None
    if not found:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _without_boxes(lines: Sequence[str]) -> tuple[list[str], list[_Box]]:
    """The lines with the contents of boxes and tabs moved to the left, so that they are read as what they are."""
    plain, boxes = list(lines), []
    at = 0
    while at < len(plain):
        found = _BOX.match(plain[at])
        if found:
            end = at + 1
            while end < len(plain) and (plain[end].startswith(("    ", "\t")) or not plain[end].strip()):
                plain[end] = plain[end][1 if plain[end][:1] == "\t" else 4 :]
                end += 1
            tab = found["mark"].startswith("===")
            boxes.append(_Box(at, end, "tab" if tab else found["kind"] or "note", found["title"] or ""))
            plain[at] = ""
        elif "{" in plain[at] or "[TOC]" in plain[at] or plain[at].startswith(":::"):
            plain[at] = _TEMPLATE_TAG.sub("", plain[at])
        at += 1
    return plain, boxes


class _Walk:
    def __init__(self, boxes: Sequence[_Box], before: int) -> None:
        self.boxes = boxes
        self.before = before
        self.found: list[Block] = []
        self.depth = 0
        self.quote: str | None = None
        self.announced: set[int] = set()

    def blocks(self, tokens: Sequence[Token]) -> list[Block]:
        at = 0
        while at < len(tokens):
            at = self._take(tokens, at)
        return self.found

    def _take(self, tokens: Sequence[Token], at: int) -> int:
        token = tokens[at]
        if token.type == "heading_open":
            self._inline(tokens[at + 1], "heading", int(token.tag[1]))
            return at + 3
        if token.type == "paragraph_open":
            self._inline(tokens[at + 1], "item" if self.depth else "prose", self.depth)
            return at + 3
        if token.type in ("fence", "code_block"):
            words = token.info.strip().lstrip("{.").split()
            text = token.content.rstrip("\n")
            self._add("code", text, token.map, language=words[0].rstrip("}").lower() if words else "")
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            self.depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self.depth -= 1
        elif token.type == "blockquote_open":
            self.quote = ""
        elif token.type == "blockquote_close":
            self.quote = None
        elif token.type == "table_open":
            return self._table(tokens, at)
        elif token.type == "html_block":
            self._html(token)
        return at + 1

    def _inline(self, token: Token, kind: Kind, level: int) -> None:
        if kind != "heading" and (parts := pasted.divided(token.content)):
            said, traceback = parts
            if said:
                self._add(kind, said, token.map, level=level)
            self._add("code", traceback, token.map)
            return
        line = _Inline(token.children or ())
        if self.quote == "" and (callout := _CALLOUT.match(line.text)):
            self.quote = callout[1].lower()
            line.cut(callout.end())
        if not line.text.strip() or (kind != "heading" and line.is_navigation):
            return
        if kind == "heading" and line.is_navigation:
            start = self.before + (token.map[0] if token.map else 0) + 1
            self.found.append(Block("heading", line.text, (start, start), level, hint=LINK))
            return
        self._add(kind, line.text, token.map, level=level, spans=line.spans, strong=line.is_strong, leads=line.leads)

    def _html(self, token: Token) -> None:
        from indexer.readers import html

        if not token.map or token.content.lstrip().startswith("<!--"):
            return
        for block in html.fragment(token.content, self.before + token.map[0]):
            self.found.append(block)

    def _table(self, tokens: Sequence[Token], at: int) -> int:
        headings: list[str] = []
        cells: list[Cell] = []
        head = True
        while tokens[at].type != "table_close":
            token = tokens[at]
            if token.type == "inline":
                line = _Inline(token.children or ())
                if head:
                    headings.append(line.text)
                else:
                    heading = headings[len(cells)] if len(cells) < len(headings) else ""
                    cells.append(Cell(heading, line.text, tuple(line.spans)))
            elif token.type == "thead_close":
                head = False
            elif token.type == "tr_close" and cells:
                self._add(
                    "row",
                    " | ".join(cell.text for cell in cells),
                    token.map or tokens[at - 1].map or self._row(tokens, at),
                    cells=cells,
                )
                cells = []
            at += 1
        return at + 1

    @staticmethod
    def _row(tokens: Sequence[Token], at: int) -> list[int] | None:
        while at and tokens[at].type != "tr_open":
            at -= 1
        return tokens[at].map

    def _add(self, kind: Kind, text: str, place: Sequence[int] | None, *, level: int = 0, language: str = "",
             spans: Sequence[Span] = (), strong: bool = False, leads: Sequence[Span] = (),
             cells: Sequence[Cell] = ()) -> None:  # fmt: skip
        start, end = (place[0], place[1]) if place else (0, 1)
        hint, label = "", ""
        for box in self.boxes:
            if box.start <= start < box.end:
                label = box.title
                hint = "" if box.kind == "tab" else box_hint(box.kind, box.title)
                if box.kind == "tab" and box.start not in self.announced:
                    self.announced.add(box.start)
                    self.found.append(Block("heading", label, (self.before + box.start + 1,) * 2, 7))
        if self.quote:
            hint = box_hint(self.quote, "")
        lines = (self.before + start + 1, self.before + max(end, start + 1))
        self.found.append(
            Block(
                kind, text, lines, level, language, tuple(spans), hint, label, None, tuple(cells), strong, tuple(leads)
            )
        )


def box_hint(kind: str, title: str) -> str:
    """The role of what stands in a box: what its title announces; a warning, a tip or a note is beside the matter."""
    from indexer.cues import heading_role

    return (heading_role(title) if title else None) or (
        "" if kind.lower() in ("example", "abstract", "quote") else "aside"
    )


class _Inline:
    """The text of a line of Markdown, with where inline code stands in it, and how much of it is links or bold."""

    def __init__(self, children: Sequence[Token]) -> None:
        self.text = ""
        self.spans: list[Span] = []
        self.leads: list[Span] = []
        self.linked = self.strong = self.links = 0
        bold_from, line_from = 0, 0
        depth_link = depth_strong = 0
        for child in children:
            piece = ""
            if child.type == "text":
                piece = child.content
            elif child.type == "code_inline":
                piece = child.content
                self.spans.append((len(self.text), len(self.text) + len(piece)))
            elif child.type in ("softbreak", "hardbreak"):
                piece = " "
                line_from = len(self.text) + 1
                if self.leads and self.leads[-1][1] == len(self.text):
                    self.leads[-1] = (self.leads[-1][0], line_from)
            elif child.type == "link_open":
                depth_link += 1
                self.links += 1
            elif child.type == "link_close":
                depth_link -= 1
            elif child.type == "strong_open":
                depth_strong += 1
                bold_from = len(self.text)
            elif child.type == "strong_close":
                depth_strong -= 1
                if bold_from == line_from or self.text[:bold_from].rstrip().endswith((".", ":", "!", "?")):
                    self.leads.append((bold_from, len(self.text)))
            elif child.type == "html_inline" and not _TAG.fullmatch(child.content):
                piece = child.content
            self.text += piece
            self.linked += len(piece) * (depth_link > 0)
            self.strong += len(piece) * (depth_strong > 0)

    def cut(self, start: int) -> None:
        """Take the first characters away."""
        self.text = self.text[start:]
        self.spans = [(a - start, b - start) for a, b in self.spans if a >= start]
        self.leads = [(a - start, b - start) for a, b in self.leads if a >= start]

    @property
    def is_strong(self) -> bool:
        """Whether all of it is bold."""
        code = sum(end - start for start, end in self.spans)
        return self.strong > 0 and self.strong + code > 0.85 * len(self.text.strip(" :：."))

    @property
    def is_navigation(self) -> bool:
        """Whether it is little else than links."""
        return self.links > 0 and self.linked > 0.6 * len(self.text.strip())
