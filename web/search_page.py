"""The search page, and search from the browser's own address bar (OpenSearch).

The page is made here alone: its script fetches the same address and takes the results out of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup, escape

from kb import snippets
from kb.errors import CallError
from web import api, mounting, rendering
from web.addresses import whole, whole_url
from web.problems import NoSuchPage
from web.xml import Node, document

finding = Blueprint("finding", __name__)

PAGE = 20
"""Results on a page."""
LONGEST = 1000
"""Characters of a query that are searched for; more is a paste, which the lookup page is for."""
MOST_CHOICES = 8
"""Choices of a filter that are shown at once; the others are folded away."""
MOST_FOLDED = 40
"""Choices that are folded away; those behind have an entry or two each."""


_SLOT = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]{0,40}\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The state of the search page: all of it stands in the address."""

    q: str
    library: str = ""
    exception: str = ""
    proven: str = ""
    cursor: str = ""

    @classmethod
    def of_request(cls) -> Asked:
        """From the address; what is longer than anything known is cut, what isn't known is left out."""
        given = request.args
        proven = given.get("proven", "")
        return cls(
            given.get("q", "").strip()[:LONGEST],
            given.get("library", "")[:200],
            given.get("exception", "")[:200],
            proven if proven in {"yes", "no"} else "",
            given.get("cursor", "")[:20],
        )

    def url(self, **changed: str) -> str:
        """The address of this state with some of it changed; from its first page unless that says otherwise."""
        wanted = replace(self, **{"cursor": "", **changed})
        held = ((name, getattr(wanted, name)) for name in ("q", "library", "exception", "proven", "cursor"))
        asked = urlencode([(name, value) for name, value in held if value])
        return url_for("finding.search") + (f"?{asked}" if asked else "")

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set."""
        held = {"library": self.library, "exception": self.exception, "proven": self.proven}
        return {name: value for name, value in held.items() if value}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter as it is shown: its choices with counts, the one that is set first."""

    name: str
    title: str
    choices: tuple[tuple[str, str, int], ...]
    """Value, what it is called, how many entries it leaves."""


@finding.get("/search")
def search() -> str:
    """Entries that hold the words, with filters."""
    asked = Asked.of_request()
    if not asked.q:
        counts = api.catalogue().counts()
        return render_template("search.html", asked=asked, page=None, libraries=counts.libraries.values())
    narrowed = (asked.library or None, asked.exception or None)
    proven = {"yes": True, "no": False}.get(asked.proven)
    try:
        page = api.matcher().search(asked.q, *narrowed, PAGE, asked.cursor or None, proven=proven)
    except CallError:
        raise NoSuchPage("These results have no such page: the link to it is damaged.") from None
    offset = int(asked.cursor or 0)
    if offset and not page.items:
        raise NoSuchPage("These results have no such page; perhaps there were more of them once.")
    return render_template(
        "search.html",
        asked=asked,
        page=page,
        first=offset + 1,
        back=str(max(0, offset - PAGE) or "") if offset else None,
        most_choices=MOST_CHOICES,
        most_folded=MOST_FOLDED,
        filters=_filters(asked, *narrowed, proven),
        unquoted=_unquoted(asked) if not page.items else None,
        near=api.matcher().suggest(asked.q, 5) if not page.items else [],
    )


@finding.get("/opensearch.xml")
def description() -> Response:
    """How a browser searches here from its address bar."""
    found = whole_url("finding.search") + "?q={searchTerms}"
    suggested = whole_url("finding.suggestions") + "?q={searchTerms}"
    root = Node("OpenSearchDescription", xmlns="http://a9.com/-/spec/opensearch/1.1/")
    root.add("ShortName", "tracekb")
    root.add("Description", "Python errors and their fixes")
    root.add("InputEncoding", "UTF-8")
    root.add("Image", whole(url_for("static", filename="icon.svg")), width="16", height="16", type="image/svg+xml")
    root.add("Url", type="text/html", method="get", template=found)
    root.add("Url", type="application/x-suggestions+json", method="get", template=suggested)
    root.add("Url", type="application/opensearchdescription+xml", rel="self", template=whole_url("finding.description"))
    return document(root, "application/opensearchdescription+xml")


@finding.get("/opensearch/suggestions")
def suggestions() -> Response:
    """What a browser offers while somebody types: completions, their descriptions, their addresses."""
    asked = request.args.get("q", "")[:LONGEST]
    items = api.matcher().suggest(asked, 8)
    answer = [
        asked,
        [rendering.plain(item["title"]) for item in items],
        [f"{item['exception']} ({item['library']})" for item in items],
        [
            whole(url_for("pages.entry", library=item["id"].partition("/")[0], slug=item["id"].partition("/")[2]))
            for item in items
        ],
    ]
    return Response(json.dumps(answer), content_type="application/x-suggestions+json")


@finding.app_template_filter()
def found_heading(title: str, query: str) -> Markup:
    """The title of a hit with the words that were asked for highlighted."""
    return mounting.linked(rendering.heading(title, snippets.marked(title, query)))


@finding.app_template_filter()
def marked(snippet: dict[str, Any]) -> Markup:
    """A snippet with its marks; places of a wording that hold something else in each program are set apart."""
    text, at = snippet["text"], 0
    pieces: list[Markup] = []
    for slot in _SLOT.finditer(text):
        pieces += _between(snippet, at, slot.start())
        inside = Markup("").join(_between(snippet, slot.start(), slot.end()))
        pieces.append(Markup('<span class="place">{}</span>').format(inside))
        at = slot.end()
    return Markup("").join([*pieces, *_between(snippet, at, len(text))])


def _between(snippet: dict[str, Any], first: int, last: int) -> Iterator[Markup]:
    """A piece of a snippet; a mark that reaches beyond it ends where it does."""
    text, at = snippet["text"], first
    for span in snippet["marks"]:
        start, end = max(span[0], at), min(span[1], last)
        if start < end:
            yield escape(text[at:start])
            yield Markup("<mark>{}</mark>").format(text[start:end])
            at = end
    yield escape(text[at:last])


def _filters(asked: Asked, library: str | None, exception: str | None, proven: bool | None) -> list[Filter]:
    found = api.matcher().facets(asked.q, library, exception, proven)
    proofs = (("yes", "with a proven fix", found.proven[True]), ("no", "without", found.proven[False]))
    return [
        Filter("library", "Library", tuple((name, name, count) for name, count in found.libraries.items())),
        Filter("exception", "Exception", tuple((name, name, count) for name, count in found.exceptions.items())),
        Filter("proven", "Proof", tuple(choice for choice in proofs if choice[2])),
    ]


def _unquoted(asked: Asked) -> tuple[str, int] | None:
    """The same words without quotes and filters, and how many entries hold them: for who found nothing."""
    bare = asked.q.replace('"', " ").replace("“", " ").replace("”", " ").strip()
    if bare == asked.q and not asked.filters:
        return None
    total = api.matcher().search(bare, limit=1).total
    return (bare, total) if total else None
