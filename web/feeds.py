"""What programs read to keep up: the feed of what is new, the site map, rules for robots, an index for agents."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import NotFound

from kb.store import lists
from web import api, rendering
from web.addresses import entry_url, markdown_url, whole, whole_url
from web.browse import newest, short_exception
from web.xml import Node, document

feeds = Blueprint("feeds", __name__)

MOST_NEWS = 50
MOST_IN_MAP = 40_000
"""Addresses in one site map; its format allows 50,000 and 50 MB."""
MOST_FOR_AGENTS = 5_000
"""Entries that the index for agents names one by one; with more, libraries only."""
_MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


@feeds.get("/new.atom")
def atom() -> Response:
    """What is new, as an Atom feed."""
    days = newest(MOST_NEWS)
    feed = Node("feed", xmlns="http://www.w3.org/2005/Atom")
    feed.add("title", "tracekb: what is new")
    feed.add("id", whole_url("browsing.new"))
    feed.add("updated", f"{days[0][0] if days else '1970-01-01'}T00:00:00Z")
    feed.add("link", rel="alternate", type="text/html", href=whole_url("browsing.new"))
    feed.add("link", rel="self", type="application/atom+xml", href=whole_url("feeds.atom"))
    feed.add("author").add("name", "tracekb")
    for day, news in days:
        for one in news:
            item = feed.add("entry")
            address = whole(entry_url(one.id))
            item.add("title", rendering.plain(one.title))
            item.add("id", address)
            item.add("link", rel="alternate", type="text/html", href=address)
            item.add("updated", f"{day}T00:00:00Z")
            item.add("summary", f"{one.library}: {one.why}")
    return document(feed, "application/atom+xml")


@feeds.get("/sitemap.xml")
def site_map() -> Response:
    """All pages; where they are too many for one map, the maps."""
    counts = api.catalogue().counts()
    if counts.total > MOST_IN_MAP:
        index = Node("sitemapindex", xmlns=_MAP)
        for number in range(-(-counts.total // MOST_IN_MAP)):
            index.add("sitemap").add("loc", whole_url("feeds.part_of_map", number=number))
        return document(index, "application/xml")
    pages = [whole_url("pages.home"), *map(whole_url, ("browsing.libraries", "browsing.exceptions", "browsing.new"))]
    pages += [whole_url("browsing.library", library=name) for name in counts.libraries]
    return _map(0, pages)


@feeds.get("/sitemap/<int:number>.xml")
def part_of_map(number: int) -> Response:
    """One of the maps of very many entries."""
    if number * MOST_IN_MAP >= api.catalogue().counts().total:
        raise NotFound("There is no such map.")
    return _map(number, [])


@feeds.get("/robots.txt")
def robots() -> Response:
    """What robots should leave alone: searches without end, and the API."""
    lines = [
        "User-agent: *",
        f"Disallow: {url_for('finding.search')}",
        f"Disallow: {url_for('api.openapi').removesuffix('openapi.json')}",
        f"Sitemap: {whole_url('feeds.site_map')}",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@feeds.get("/llms.txt")
def for_agents() -> Response:
    """What is here for language models, in the form of llmstxt.org: each entry by its Markdown."""
    counts = api.catalogue().counts()
    lines = [
        "# tracekb",
        "",
        "> Python errors with their causes and fixes. Each entry holds the error's wordings, how to tell its causes"
        " apart, and fixes as code that was run; proofs name the Python, the packages and the day.",
        "",
        f"{counts.total} entries of {len(counts.libraries)} libraries. To look a traceback up, POST it as text/plain to"
        f" {whole_url('api.lookup')}: the answer says `match` only where it can be trusted. To search by words, GET"
        f" {whole_url('api.search')}?q=.",
        "",
    ]
    if counts.total > MOST_FOR_AGENTS:
        lines += ["## Libraries", ""]
        lines += [
            f"- [{name}]({whole_url('browsing.library', library=name)}): {library.entries} entries"
            for name, library in counts.libraries.items()
        ]
    else:
        with api.base().store.snapshot() as now:
            heads = lists.by_library(now, MOST_FOR_AGENTS)
        for library, group in groupby(heads, key=lambda head: head.library):
            lines += [f"## {library}", ""]
            lines += [
                f"- [{_label(head.title)}]({whole(markdown_url(head.id))}): "
                + ", ".join(dict.fromkeys(map(short_exception, head.exceptions)))
                for head in group
            ]
            lines.append("")
    lines += ["", "## Optional", "", f"- [OpenAPI description]({whole_url('api.openapi')}): the HTTP API", ""]
    return Response("\n".join(lines), content_type="text/plain; charset=utf-8")


def _map(number: int, pages: list[str]) -> Response:
    root = Node("urlset", xmlns=_MAP)
    for address in pages:
        root.add("url").add("loc", address)
    with api.base().store.snapshot() as now:
        entries = lists.dated(now, MOST_IN_MAP, number * MOST_IN_MAP)
    for entry_id, day in entries:
        url = root.add("url")
        url.add("loc", whole(entry_url(entry_id)))
        if day:
            url.add("lastmod", day)
    return document(root, "application/xml")


def _label(title: str) -> str:
    """A title that can stand in the brackets of a link."""
    return rendering.plain(title).replace("[", "(").replace("]", ")")
