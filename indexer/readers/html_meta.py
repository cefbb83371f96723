"""What the head of an HTML page, its JSON-LD and its microdata say about the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer.readers import dates
from indexer.readers.about import Meta, tag_list

_ARTICLE = frozenset(
    ("article", "blogposting", "techarticle", "newsarticle", "faqpage", "qapage", "howto", "webpage",
     "discussionforumposting", "question")
)  # fmt: skip
_SITE_SEPARATOR = re.compile(r"\s+(?:[|·•»–—]|-|::|›)\s+|(?<=\w): ")
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")
_PUBLISHED = ("article:published_time", "og:article:published_time", "datepublished", "date", "dc.date",
              "dcterms.created",
              "publish-date", "pubdate", "sailthru.date", "parsely-pub-date")  # fmt: skip
_UPDATED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "revised")
_TAG_SELECTORS = (
    '[rel="tag"], .post-tag, .label-list li, .aui-label, .post-tags a, .article-tags a, .taglist a, .entry-tags a'
)
_DATE_SELECTORS = (
    (
        '[itemprop="datePublished"], time[pubdate], time.published, time.entry-date, abbr.published, .published time',
        "published",
    ),
    ('[itemprop="dateCreated"]', "published"),
    ('[itemprop="dateModified"], time.updated, .last-updated time, .theme-last-updated time', "updated"),
)


def read(tree: LexborHTMLParser, source: str) -> Meta:
    """The metadata of a page; what it doesn't say stays empty."""
    meta = Meta()
    named = _named(tree)
    linked = next((one for one in _json_ld(tree) if _kind(one) in _ARTICLE), {})
    meta.title = _title(tree, named, linked)
    meta.published = dates.parse(linked.get("datePublished") or linked.get("dateCreated")) or _first(named, _PUBLISHED)
    meta.updated = dates.parse(linked.get("dateModified")) or _first(named, _UPDATED)
    for selector, kind in _DATE_SELECTORS:
        for one in tree.css(selector):
            value = one.attributes.get("datetime") or one.attributes.get("content") or one.attributes.get("title")
            if getattr(meta, kind) is None:
                setattr(meta, kind, dates.parse(value or one.text(deep=True)))
            break
    author = linked.get("author")
    author = author[0] if isinstance(author, list) and author else author
    author = author.get("name") if isinstance(author, dict) else author
    meta.author = author if isinstance(author, str) else next(iter(named.get("author", ())), None)
    meta.source = _address(tree, named, source)
    html = tree.css_first("html")
    meta.language = (html.attributes.get("lang") if html is not None else None) or None
    shown = [one.text(deep=True, strip=True).lower() for one in tree.css(_TAG_SELECTORS)]
    meta.tags = (
        tag_list(linked.get("keywords"))
        or [tag.lower() for tag in (*named.get("article:tag", ()), *named.get("og:article:tag", ()))]
        or tag_list(next(iter(named.get("keywords", ())), None))
        or list(dict.fromkeys(tag for tag in shown if 0 < len(tag) <= 40))
    )
    return meta


def _named(tree: LexborHTMLParser) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in tree.css("meta"):
        name = node.attributes.get("property") or node.attributes.get("name") or node.attributes.get("itemprop")
        content = node.attributes.get("content")
        if name and content:
            found.setdefault(name.lower(), []).append(content.strip())
    return found


def _json_ld(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    for node in tree.css('script[type="application/ld+json"]')[:8]:
        try:
            value = json.loads(node.text(deep=True)[:200_000])
        except (ValueError, RecursionError):
            continue
        graph = value.get("@graph", [value]) if isinstance(value, dict) else value
        yield from (one for one in (graph if isinstance(graph, list) else []) if isinstance(one, dict))


def _kind(value: dict[str, Any]) -> str:
    kind = value.get("@type")
    return str(kind[0] if isinstance(kind, list) and kind else kind).lower()


def _first(named: dict[str, list[str]], keys: tuple[str, ...]) -> str | None:
    return next((dates.parse(named[key][0]) for key in keys if key in named), None)


def _title(tree: LexborHTMLParser, named: dict[str, list[str]], linked: dict[str, Any]) -> str | None:
    """The headline, else the heading that stands in the window's title beside the site's name, else what is left of
    the window's title without that name."""
    if isinstance(linked.get("headline"), str):
        return _plain(linked["headline"])
    node = tree.css_first("title")
    window = _plain(node.text(deep=True)) if node is not None else ""
    headings = [_plain(one.text(deep=True)) for one in tree.css("h1, h2, h3")[:12] if not _leads_home(one)]
    headings = [re.sub(r"^#\s+|\s*[¶#]$", "", one).strip() for one in headings]
    inside = [one for one in headings if one and one.lower() in window.lower()]
    site = _plain(next(iter(named.get("og:site_name", ())), ""))
    inside = [one for one in inside if one != site]
    if inside:
        best = max(inside, key=len)
        if len(best) >= 0.35 * len(window) or len(inside) == 1:
            return best
    tops = [one for one in tree.css("main h1, article h1, h1") if not _leads_home(one)]
    first = next((_plain(one.text(deep=True)) for one in tops), "")
    if first and first.lower() != site.lower() and not window:
        return re.sub(r"^#\s+|\s*[¶#]$", "", first).strip()
    shown = _plain(next(iter(named.get("og:title", ())), "")) or window
    return first or without_site(shown, site) or None


def _leads_home(heading: LexborNode) -> bool:
    """Whether a heading is the site's banner: nothing but a link to its first page."""
    link = heading.css_first("a[href]")
    target = (link.attributes.get("href") or "") if link is not None else ""
    home = target.rstrip("/").rpartition("/")[2] in ("", "index.html", "index.htm", "..", ".") and "#" not in target
    return link is not None and home and link.text(strip=True) == heading.text(strip=True)


def without_site(title: str, site: str = "") -> str:
    """A window's title without the site's name at either end."""
    parts = _SITE_SEPARATOR.split(title)
    if site and len(parts) > 1:
        parts = [part for part in parts if part.lower() != site.lower()] or parts
    return max(parts, key=len).strip() if parts else title


def _plain(text: str) -> str:
    return re.sub(r"\s#\d+$", "", " ".join(text.replace("\u200b", "").split()))


def _address(tree: LexborHTMLParser, named: dict[str, list[str]], source: str) -> str | None:
    canonical = tree.css_first('link[rel="canonical"]')
    saved = _SAVED_FROM.search(source[:4000])
    found = (
        (canonical.attributes.get("href") if canonical is not None else None)
        or next(iter(named.get("og:url", ())), None)
        or (saved[1] if saved else None)
    )
    return found if found and found.startswith(("https://", "http://")) else None
