"""Pages to look around in: all libraries, one library, all exceptions, one exception, what is new."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from flask import Blueprint, render_template, request, url_for
from werkzeug.exceptions import NotFound

from kb.catalogue import Family, short
from kb.classes import LINE_PREFIXES
from kb.models import Entry
from kb.store import lists
from kb.store.rows import Header
from web import api
from web.problems import NoSuchPage

browsing = Blueprint("browsing", __name__)

PAGE = 50
"""Entries on a page of a list."""
MOST_NAMES = 1_000
"""Libraries or exceptions that are listed; of more, those with the most entries."""
MOST_KIN = MOST_COMMON = 24


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page of a list is shown."""

    number: int
    total: int

    @classmethod
    def of(cls, total: int) -> Paging:
        """From the address. Raises NoSuchPage for a page that the list doesn't have."""
        given = request.args.get("page", "1")
        number = int(given) if given.isdecimal() and len(given) < 8 else 0
        if not 1 <= number <= max(1, -(-total // PAGE)):
            raise NoSuchPage("The list has no such page.")
        return cls(number, total)

    @property
    def offset(self) -> int:
        """How many entries stand before this page."""
        return (self.number - 1) * PAGE

    @property
    def more(self) -> bool:
        """Whether another page follows."""
        return self.number * PAGE < self.total


@dataclass(frozen=True, slots=True)
class News:
    """An entry among what is new, and why it stands there."""

    id: str
    title: str
    library: str
    why: str


@browsing.get("/browse")
def libraries() -> str:
    """All libraries."""
    counts = api.catalogue().counts()
    known = sorted(counts.libraries.values(), key=lambda one: -one.entries)[:MOST_NAMES]
    common = _most(counts.families, MOST_COMMON)
    return render_template(
        "libraries.html", libraries=sorted(known), total=counts.total, of=len(counts.libraries), exceptions=common
    )


@browsing.get("/l/<library>")
def library(library: str) -> str:
    """The entries of a library."""
    known = api.catalogue().counts().libraries.get(library)
    if known is None:
        raise NotFound(f"No entry is about a library called {library[:80]}.")
    paging = Paging.of(known.entries)
    with api.base().store.snapshot() as now:
        entries = lists.of_library(now, library, PAGE, paging.offset)
    return render_template("library.html", library=known, entries=entries, paging=paging)


@browsing.get("/x")
def exceptions() -> str:
    """All exceptions, by name without modules."""
    chosen = set(_most(api.catalogue().counts().families, MOST_NAMES))
    known = [one for one in api.catalogue().counts().families if one in chosen]
    letters = [(letter, list(group)) for letter, group in groupby(known, key=lambda one: one.name[:1].upper())]
    return render_template("exceptions.html", letters=letters, shown=len(known))


@browsing.get("/x/<exception>")
def exception(exception: str) -> str:
    """The entries of an exception, named with or without its modules, and its kin."""
    catalogue = api.catalogue()
    names = catalogue.counts().spellings.get(exception.casefold())
    if not names:
        raise NotFound(f"No entry names an exception {exception[:80]}.")
    names = names[:MOST_NAMES]
    with api.base().store.snapshot() as now:
        paging = Paging.of(lists.count_of_exceptions(now, names))
        entries = lists.of_exceptions(now, names, PAGE, paging.offset)
    parents, children = catalogue.family(names)
    return render_template(
        "exception.html",
        name=exception if exception in names else short(names[0]),
        names=names,
        entries=entries,
        paging=paging,
        parents=parents[:MOST_KIN],
        children=children[:MOST_KIN],
        left_out=max(0, len(children) - MOST_KIN),
    )


@browsing.get("/new")
def new() -> str:
    """What is new, by day."""
    paging = Paging.of(api.catalogue().counts().total)
    return render_template("new.html", days=newest(PAGE, paging.offset), paging=paging)


def newest(limit: int, offset: int = 0) -> list[tuple[str, list[News]]]:
    """Days and what is new of each, the last first: entries by their last proof, pages by their last change."""
    today = datetime.now(UTC).date().isoformat()
    with api.base().store.snapshot() as now:
        rows = lists.newest(now, today, limit, offset)
    days = []
    for day, group in groupby(rows, key=lambda row: row[0]):
        entries = (api.matcher().entry(entry_id) for _, entry_id in group)
        days.append((day, [News(one.id, one.title, one.library, _why(one, day)) for one in entries if one]))
    return days


@browsing.app_template_filter()
def short_exception(name: str) -> str:
    """An exception's name for people: without modules, and what a tool prints by its tool."""
    for prefix in LINE_PREFIXES:
        if name.startswith(prefix):
            return f"printed by {name.removeprefix(prefix)}"
    return short(name)


@browsing.app_template_filter()
def is_line(name: str) -> bool:
    """Whether an exception's name only stands for what a tool prints."""
    return name.startswith(LINE_PREFIXES)


@browsing.app_template_global()
def exception_url(name: str) -> str:
    """The page of an exception."""
    return url_for("browsing.exception", exception=name)


@browsing.app_template_global()
def wording_of(head: Header, names: Container[str] | None) -> str:
    """The first message of an entry, of these exceptions where some are given; empty where it has none."""
    entry = api.matcher().entry(head.id)
    forms = entry.errors if entry is not None else ()
    said = (one.message for one in forms if one.message and (names is None or one.exception in names))
    return " ".join(next(said, "").split())


@browsing.app_template_filter()
def told_exceptions(head: Header, most: int = 2) -> str:
    """The exceptions of an entry for a list, the first few of them."""
    names = list(dict.fromkeys(map(short_exception, head.exceptions)))
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _most(families: Iterable[Family], limit: int) -> Sequence[Family]:
    return sorted(families, key=lambda one: (-one.entries, one.name))[:limit]


def _why(entry: Entry, day: str) -> str:
    proven = sum(1 for fix in entry.fixes if any(proof.date[:10] == day for proof in fix.verified))
    if proven:
        return f"{proven} of {len(entry.fixes)} fixes proven" if len(entry.fixes) > 1 else "fix proven"
    return "page changed" if (entry.updated or "")[:10] == day else "page published"
