"""What single elements of a page say about themselves, by their names, classes and attributes."""

from __future__ import annotations

import re
from functools import cache

from selectolax.lexbor import LexborNode

from indexer import cues
from indexer.document import STANDINGS

_LANGUAGE = re.compile(r"(?:^|[\s_-])(?:language|lang|highlight|brush|hljs|sourceCode)[-: ]+([\w+#-]+)")
_NO_LANGUAGE = frozenset(("none", "auto", "block", "default", "plaintext"))
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def words(node: LexborNode) -> list[str]:
    """The words in an element's classes and id, in small letters."""
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return split_words(names) if names.strip() else []


@cache
def split_words(names: str) -> list[str]:
    """The words of some names: `comments-list` and `siteFooter` hold two each."""
    return [word.lower() for word in _WORDS.findall(names)]


@cache
def chrome() -> frozenset[str]:
    """Words of classes that no part of an article has."""
    return frozenset(row["word"] for row in cues.rows("chrome.tsv"))


def is_anchor_sign(node: LexborNode) -> bool:
    """A link to a heading, printed as a sign behind it."""
    return node.text(deep=True).strip() in ("", "¶", "#", "§", "🔗", "\u200b")


def language(node: LexborNode) -> str:
    """The language that the classes of a listing, or of what is around it, name; else empty."""
    one: LexborNode | None = node
    names = [node.attributes.get("class") or "", node.attributes.get("data-syntaxhighlighter-params") or ""]
    if inner := node.css_first("code"):
        names.append(inner.attributes.get("class") or "")
    for _ in range(2):
        one = one.parent if one else None
        if one is not None:
            names.append(one.attributes.get("class") or "")
    for name in names:
        for found in _LANGUAGE.finditer(name):
            if found[1].lower() not in _NO_LANGUAGE:
                return found[1].lower()
    return ""


def name_in(node: LexborNode) -> str:
    """Who wrote a post, as far as the markup says it."""
    for selector in ('[itemprop="name"]', ".username", ".author", ".creator", ".user-details a", "strong"):
        if (one := node.css_first(selector)) is not None:
            return " ".join(one.text(deep=True).split())[:60]
    return ""


def standing(node: LexborNode) -> str:
    """The role in the project or forum that a post prints for its author."""
    for one in node.css(".Label, .label, .badge, .role, .user-title, .user-role, .timeline-comment-label")[:6]:
        text = one.text(deep=True, strip=True).lower()
        if text in STANDINGS:
            return text
    return ""


def score(node: LexborNode) -> int | None:
    """How a post was voted for, as far as the markup says it."""
    for selector, attribute in (
        ("", "data-score"),
        (".js-vote-count", "data-value"),
        ('[itemprop="upvoteCount"]', "data-value"),
    ):
        one = node if not selector else node.css_first(selector)
        value = one.attributes.get(attribute) if one is not None else None
        if value and re.fullmatch(r"-?\d{1,6}", value):
            return int(value)
    return None


def is_layout(table: LexborNode) -> bool:
    """Whether a table only arranges what stands in it: listings, other tables, or paragraphs in a single column."""
    if table.attributes.get("role") == "presentation" or table.css_first("pre, table table") is not None:
        return True
    columns = max((sum(cell.tag in ("td", "th") for cell in row.iter()) for row in table.css("tr")), default=0)
    return columns <= 1 and table.css_first("td p, td ul, td div") is not None
