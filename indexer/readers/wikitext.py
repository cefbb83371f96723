"""MediaWiki's markup → blocks: headings, lists, listings, paragraphs. Templates and tables are left out: what they show
is not in the page."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from indexer.document import Block, Kind
from kb.models import Span

_LISTING = re.compile(r"<(?P<tag>syntaxhighlight|source|pre)\b(?P<attributes>[^<>]{0,300})>", re.I)
_LANGUAGE = re.compile(r"\blang\s*=\s*[\"']?([\w+#-]{1,30})", re.I)
_HEADING = re.compile(r"(={1,6})([^=\n].{0,300}?)\1\s*")
_ITEM = re.compile(r"([*#]+)\s*(\S.*)")
_COMMENT = re.compile(r"<!--[^<>]{0,5000}-->")
_REFERENCE = re.compile(r"<ref\b[^<>]{0,300}(?:/>|>[^<>]{0,2000}</ref>)", re.I)
_TEMPLATE = re.compile(r"\{\{[^{}]{0,2000}\}\}")
_CATEGORY = re.compile(r"\[\[Category:\s*([^\[\]|]{1,80})(?:\|[^\[\]]{0,80})?\]\]", re.I)
_FILE = re.compile(r"\[\[(?:File|Image):[^\[\]]{0,300}\]\]", re.I)
_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,200}\|)?([^\[\]|]{1,200})\]\]")
_AWAY = re.compile(r"\[https?://[^\s\[\]]{1,500} ([^\[\]]{1,200})\]")
_QUOTES = re.compile(r"'{2,5}")
_CODE = re.compile(r"<(code|tt|kbd|samp|nowiki)>([^\n]{0,400}?)</\1>", re.I)
_TAG = re.compile(r"</?\w[^<>]{0,300}>")


def blocks_of(text: str, before: int = 0) -> list[Block]:
    """The blocks of a page's markup; `before` counts the lines in front of it. Linear in the text."""
    lines = text.split("\n")
    found: list[Block] = []
    at = 0
    while at < len(lines):
        listing = _LISTING.search(lines[at])
        end = at + 1
        if listing and not lines[at][: listing.start()].strip():
            end = _listing(lines, at, listing, before, found)
        elif lines[at].startswith("{|"):
            end = next((i + 1 for i in range(at, len(lines)) if lines[i].startswith("|}")), len(lines))
        elif lines[at].startswith(" ") and lines[at].strip():
            end = _while(lines, at, lambda line: line.startswith(" "))
            code = "\n".join(html.unescape(_TAG.sub("", line[1:])) for line in lines[at:end]).rstrip()
            found.append(Block("code", code, (before + at + 1, before + end)))
        elif heading := _HEADING.fullmatch(lines[at].rstrip()):
            _say(found, "heading", heading[2], (before + at + 1, before + end), len(heading[1]))
        elif item := _ITEM.fullmatch(lines[at]):
            _say(found, "item", item[2], (before + at + 1, before + end), len(item[1]))
        elif lines[at].strip():
            end = _while(lines, at + 1, _goes_on)
            said = " ".join(line.strip().lstrip(":;") for line in lines[at:end])
            _say(found, "prose", said, (before + at + 1, before + end))
        at = end
    return found


def categories(text: str) -> tuple[str, ...]:
    """The categories that a page names, in small letters."""
    return tuple(dict.fromkeys(found[1].strip().lower() for found in _CATEGORY.finditer(text)))


def _listing(lines: Sequence[str], at: int, opened: re.Match[str], before: int, found: list[Block]) -> int:
    """Adds the listing that is opened in a line; answers the number of the line behind it."""
    close = f"</{opened['tag'].lower()}>"
    end = next((i for i in range(at, len(lines)) if close in lines[i].lower()), len(lines) - 1)
    inside = [lines[at][opened.end() :], *lines[at + 1 : end + 1]] if end > at else [lines[at][opened.end() :]]
    last = inside[-1].lower().find(close)
    inside[-1] = inside[-1][:last] if last >= 0 else inside[-1]
    code = "\n".join(inside).strip("\n").rstrip()
    code = html.unescape(code) if opened["tag"].lower() == "pre" else code
    language = _LANGUAGE.search(opened["attributes"])
    if code.strip():
        place = (before + at + 1, before + end + 1)
        found.append(Block("code", code, place, language=language[1].lower() if language else ""))
    return end + 1


def _goes_on(line: str) -> bool:
    """Whether a line belongs to the paragraph before it."""
    return bool(line.strip()) and not line.startswith((" ", "=", "*", "#", "{|")) and not _LISTING.match(line)


def _while(lines: Sequence[str], at: int, holds: Callable[[str], bool]) -> int:
    while at < len(lines) and holds(lines[at]):
        at += 1
    return at


def _say(found: list[Block], kind: Kind, markup: str, lines: Span, level: int = 0) -> None:
    """Adds a line of text; a paragraph that is all bold serves as a heading."""
    for pattern in (_COMMENT, _REFERENCE, _TEMPLATE, _TEMPLATE, _CATEGORY, _FILE):
        markup = pattern.sub("", markup)
    markup = _AWAY.sub(r"\1", _LINK.sub(r"\1", markup)).strip()
    strong = kind == "prose" and markup.startswith("'''") and markup.rstrip(":.").endswith("'''")
    strong = strong and markup.count("'''") == 2
    text, spans = "", []
    for number, piece in enumerate(_CODE.split(markup)):
        if number % 3 == 0:
            text += html.unescape(_TAG.sub("", _QUOTES.sub("", piece)))
        elif number % 3 == 2:
            code = html.unescape(piece)
            spans.append((len(text), len(text) + len(code)))
            text += code
    if not text.strip():
        return
    if strong and not spans:
        kind, level = "heading", 7
    found.append(Block(kind, text.rstrip(), lines, level, code_spans=tuple(spans)))
