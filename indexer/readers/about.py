"""What a page says about itself: title, dates, author, tags, language, address; out of metadata first, then out of the
lines around its title. Lines that say nothing else are taken out of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer import cues
from indexer.document import Block, Document
from indexer.problems import Problem, problem
from indexer.readers import dates, languages

_SEPARATORS = re.compile(r"\s[›»·|•/→←>]\s|\s[—–]\s")
_TAGS_LINE = re.compile(
    r"(?:tags?|labels?|keywords?|schlagw\w+|étiquettes|etiquetas|标签|タグ)\s?[:：]\s*"
    r"(?P<tags>[^·|\n]{2,200})",
    re.I,
)
_HASH_TAGS = re.compile(r"(?<![\w&/])#([a-z][\w.+-]{1,30})")
_TAG_LINE = re.compile(r"\b([A-Z][\w.+-]{1,20}) articles\b")
_AUTHOR = re.compile(
    r"(?:author:|written by|posted by|\bby) @?(?P<name>[A-Z][\w.'-]{1,30}(?: [A-Z][\w.'-]{0,30}){0,2})"
)
_LONGEST_LINE = 220
_FIRST_BLOCKS = 14
"""Blocks from the top among which a bare date is the page's."""


@dataclass(slots=True)
class Meta:
    """What the metadata says, before the text is asked. `lines` are texts that stood beside the page (its byline)."""

    title: str | None = None
    published: str | None = None
    updated: str | None = None
    author: str | None = None
    source: str | None = None
    language: str | None = None
    tags: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "titel", "titre", "titulo", "título"),
    "published": ("published", "date", "datepublished", "pubdate", "publishdate", "publish_date", "created",
                  "created_at",
                  "date_created", "creation_date", "datum"),
    "updated": ("updated", "lastmod", "last_modified_at", "last_updated", "last_update", "datemodified", "modified",
                "updated_at", "lastupdated", "last_reviewed", "last-modified"),
    "author": ("author", "authors", "creator", "by"),
    "source": ("canonical_url", "canonical", "url", "source", "source_url", "link", "permalink"),
    "language": ("lang", "language", "locale"),
    "tags": ("tags", "keywords", "labels", "tag"),
}  # fmt: skip
"""Names that front matter has for what is asked for."""


def from_front_matter(values: Mapping[str, Any]) -> Meta:
    """The metadata of a block of front matter; what isn't there or has another type stays empty."""
    flat = {str(key).lower(): value for key, value in values.items()}
    for nested in ("taxonomies", "params", "extra"):
        if isinstance(flat.get(nested), dict):
            flat = {str(key).lower(): value for key, value in flat[nested].items()} | flat
    found: dict[str, Any] = {}
    for name, keys in KEYS.items():
        found[name] = next((flat[key] for key in keys if flat.get(key)), None)
    source = found["source"] if isinstance(found["source"], str) and "://" in found["source"] else None
    author = found["author"]
    author = author[0] if isinstance(author, list) and author else author
    author = author.get("name") if isinstance(author, dict) else author
    return Meta(
        title=_text(found["title"]),
        published=dates.parse(found["published"]),
        updated=dates.parse(found["updated"]),
        author=_text(author),
        source=source,
        language=_text(found["language"]),
        tags=tag_list(found["tags"]),
    )


def tag_list(value: object) -> list[str]:
    """Tags as a list, in small letters: from a list, or from words with commas between."""
    parts = value if isinstance(value, list) else re.split(r"[,;、]", str(value)) if value else []
    return list(dict.fromkeys(text for part in parts if (text := str(part).strip(" #`*\"'[]").lower())))


def _text(value: object) -> str | None:
    text = " ".join(str(value).split()) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""
    return text or None


def describe(name: str, blocks: Sequence[Block], meta: Meta, problems: Sequence[Problem] = ()) -> Document:
    """The document: metadata completed by the text, and the blocks without the lines that only hold metadata."""
    if cues.is_wall(" ".join((meta.title or "", *(block.text for block in blocks)))):
        return Document(name, title=meta.title, source=meta.source, problems=(problem("KB605", name, 0),))
    kept: list[Block] = []
    title = meta.title or _heading(blocks)
    found: list[dates.Dated] = [one for line in meta.lines for one in dates.find(line)]
    tags = list(meta.tags)
    author = meta.author
    texts = list(meta.lines)
    bare: str | None = None
    for number, block in enumerate(blocks):
        if not _may_be_meta(block):
            kept.append(block)
            continue
        text = block.text if block.kind != "row" else ": ".join(cell.text for cell in block.cells)
        here = list(dates.find(text))
        only = _only_meta(text, here, block)
        if only or number < _FIRST_BLOCKS:
            found += [one for one in here if one.kind]
            if only and here and bare is None and not here[0].kind and number < _FIRST_BLOCKS:
                bare = here[0].iso
        if only:
            texts.append(text)
        else:
            kept.append(block)
    for text in texts:
        if not tags:
            tags = _tags(text)
        author = author or _author(text)
    published = (
        meta.published
        or _kind(found, "published")
        or bare
        or next((d.iso for d in dates.find(title or "") if not d.kind), None)
    )
    if not meta.published and _kind(found, "updated") and not _kind(found, "published") and bare is None:
        published = None
    updated = meta.updated or _kind(found, "updated")
    body = tuple(kept)
    return Document(
        name,
        body,
        title=title,
        published=published or updated,
        updated=updated,
        author=author,
        source=meta.source,
        language=(meta.language or "")[:2].lower() or languages.guess(body),
        tags=tuple(tags),
        problems=tuple(problems),
    )


def _heading(blocks: Sequence[Block]) -> str | None:
    headings = [block for block in blocks if block.kind == "heading"]
    first = next((block for block in headings if block.level == 1), headings[0] if headings else None)
    return re.sub(r"\s*#\d+$|\s*¶$", "", first.text).strip() if first else None


def _kind(found: Sequence[dates.Dated], kind: str) -> str | None:
    return next((one.iso for one in found if one.kind == kind), None)


def _may_be_meta(block: Block) -> bool:
    return block.kind in ("prose", "item", "row") and len(block.text) <= _LONGEST_LINE


def _only_meta(text: str, here: Sequence[dates.Dated], block: Block) -> bool:
    """Whether a line only says something about the page: a date and its label, a path of links, tags."""
    rest = text
    for one in reversed(here):
        rest = rest[: one.start] + rest[one.end :]
    rest = rest.strip(" .,;:|·-—–()*_")
    if block.kind == "row":
        return len(block.cells) == 2 and bool(here) and len(rest) < 40
    separators = len(_SEPARATORS.findall(f" {text} "))
    if here and (len(rest) <= 30 or separators):
        return True
    if separators >= 2 and not text.rstrip().endswith((".", "!", "?", ":")):
        return True
    return (
        bool(_TAGS_LINE.match(text))
        or bool(_TAG_LINE.search(text) and len(text) < 60)
        or cues.boilerplate(text) == "line"
    )


def _tags(text: str) -> list[str]:
    if found := _TAGS_LINE.search(text):
        return tag_list(found["tags"])
    hashed = _HASH_TAGS.findall(text)
    if hashed and (len(hashed) > 1 or any(True for _ in dates.find(text))):
        return [tag.lower() for tag in hashed]
    return [tag.lower() for tag in _TAG_LINE.findall(text)]


def _author(text: str) -> str | None:
    found = _AUTHOR.search(text) or re.search(r"Author:?\W{0,4}(?P<name>[A-Z][\w. '-]{1,40}?)(?:\s*[·|,]|$)", text)
    return found["name"].strip() if found else None
