"""Search by words: what a reader types, and what a paste that nothing fits is made of.

Holds what belongs to one generation of knowledge: its full-text engine, and the words of quick search. Each is opened
when it is first asked for, and again when the knowledge has moved on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kb import analysis
from kb.answers import entry_head, entry_url
from kb.engines import Engine, Hit
from kb.errors import CallError, EngineUnavailable
from kb.facets import Facets, facets, is_of, raises
from kb.knowledge import Knowledge
from kb.models import Entry
from kb.quicksearch import QuickSearch
from kb.snippets import snippets
from kb.store.rows import Header

MOST_FOUND = 1_000
"""Entries that a search finds at most, and counts."""
LEAST_OF_QUERY = 0.2
"""Share of a query, rare words counting more, that an entry must hold to be found, and half of what the best one holds:
an entry with nothing of it but a `not` is none that anybody looks for."""
MOST_SUGGESTED = 20_000
"""Entries that quick search knows, the first ones by id: with very many, their words would be most of the memory."""


LEAST_OF_SUGGESTED = 0.99
"""Share of what was typed that an entry must hold to be offered for its texts: all of it, but for rounding."""
LONGEST_CURSOR = 9
"""Digits of a cursor. A number beyond the last result is no mistake: there may have been more of them before."""
MOST_KEPT = 32
"""Searches of which all that was found is kept."""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of search results: items as the contract shows them, how many there are, the next cursor."""

    items: list[dict[str, Any]]
    total: int
    next: str | None

    def to_dict(self) -> dict[str, Any]:
        """The search body of the contract."""
        return {"items": self.items, "total": self.total, "next": self.next}


class WordSearch:
    """Safe to share between threads. `open_engine` opens the full-text engine of a generation; it, and so all but
    `suggest`, may raise EngineUnavailable. `named` tells the entry of which a query is the message: it is found first,
    whatever words the message's values are."""

    def __init__(
        self, open_engine: Callable[[int], Engine], base_url: str, named: Callable[[Knowledge, str], str | None]
    ) -> None:
        self._open_engine = open_engine
        self._named = named
        self._base_url = base_url
        self._lock = threading.Lock()
        self._engine: tuple[int, Engine] | None = None
        self._quick: tuple[int, QuickSearch] | None = None
        self._kept: dict[tuple[int, str, str | None, str | None], list[Header]] = {}

    def hits(self, knowledge: Knowledge, words: str, limit: int) -> Sequence[Hit]:
        """Entries that share any of the words, best first, as the engine scores them."""
        return self._engine_of(knowledge).search(words, limit, exact=False)

    def search(
        self,
        knowledge: Knowledge,
        query: str,
        *,
        library: str | None,
        exception: str | None,
        limit: int,
        cursor: str | None,
        proven: bool | None,
    ) -> SearchPage:
        """As `Matcher.search`."""
        offset = offset_of(cursor)
        found = self._found(knowledge, query, library, exception)
        known = [head for head in found if proven is None or head.proven == proven]
        entries = (knowledge.entry(head.id) for head in known[offset : offset + limit])
        items = [self._hit(entry, query) for entry in entries if entry is not None]
        more = str(offset + limit) if len(known) > offset + limit else None
        return SearchPage(items, len(known), more)

    def facets(
        self, knowledge: Knowledge, query: str, library: str | None, exception: str | None, proven: bool | None
    ) -> Facets:
        """As `Matcher.facets`."""
        return facets(self._found(knowledge, query), library, exception, proven)

    def suggest(self, knowledge: Knowledge, prefix: str, limit: int) -> list[dict[str, Any]]:
        """As `Matcher.suggest`."""
        found = self._quick_search(knowledge).find(prefix, limit)
        if not found and len(analysis.query(prefix).words) > 1:
            # Words of a message with some left out between them: they stand in the texts, if anywhere.
            with suppress(EngineUnavailable):
                hits = self._engine_of(knowledge).search(prefix, limit, typing=True)
                found = [hit.id for hit in hits if hit.share >= LEAST_OF_SUGGESTED]
        heads = (head for one in found if (head := knowledge.heads.get(one)) and head.status == "published")
        return [
            {
                "id": head.id,
                "title": self._title(knowledge, head),
                "exception": head.exceptions[0] if head.exceptions else "",
                "library": head.library,
                "url": entry_url(head.id, self._base_url),
            }
            for head in heads
        ]

    def close(self) -> None:
        """Lets go of the full-text engine."""
        with self._lock:
            if self._engine is not None:
                self._engine[1].close()
                self._engine = None

    def _found(
        self, knowledge: Knowledge, query: str, library: str | None = None, exception: str | None = None
    ) -> list[Header]:
        """All that a search finds, kept for its next page, and for its counts, which are asked for together."""
        engine = self._engine_of(knowledge)
        asked = (knowledge.generation, query, library, exception)
        with self._lock:
            if (kept := self._kept.get(asked)) is not None:
                return kept
        hits = engine.search(query, MOST_FOUND, library=library, exception=exception, typing=True)
        least = max(LEAST_OF_QUERY, max((hit.share for hit in hits), default=0.0) / 2)
        ids = [hit.id for hit in hits if hit.share >= least]
        heads = (knowledge.heads.get(one) for one in ids)
        found = [head for head in heads if head is not None and head.status == "published"]
        named = self._named(knowledge, query)
        head = knowledge.heads.get(named) if named else None
        if head is not None and is_of(head, library) and raises(head, exception):
            found = [head, *(one for one in found if one.id != head.id)][:MOST_FOUND]
        with self._lock:
            while len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[asked] = found
        return found

    def _title(self, knowledge: Knowledge, head: Header) -> str:
        """As everywhere else, slots by their names; few titles have any, so that the entry is seldom fetched for it."""
        entry = knowledge.entry(head.id) if "{" in head.title else None
        return head.title if entry is None else str(entry_head(entry, {})["title"])

    def _hit(self, entry: Entry, query: str) -> dict[str, Any]:
        head = entry_head(entry, {}, self._base_url)
        return {
            "id": head["id"],
            "title": head["title"],
            "exception": entry.errors[0].exception if entry.errors else "",
            "library": head["library"],
            "url": head["url"],
            "proven": head["proven"],
            "snippets": snippets(entry, query),
        }

    def _quick_search(self, knowledge: Knowledge) -> QuickSearch:
        """Built when it is first asked for: a command that looks one paste up never does."""
        with self._lock:
            if self._quick is None or self._quick[0] != knowledge.generation:
                heads = islice(knowledge.heads.values(), MOST_SUGGESTED)
                self._quick = knowledge.generation, QuickSearch.build(heads)
            return self._quick[1]

    def _engine_of(self, knowledge: Knowledge) -> Engine:
        with self._lock:
            if self._engine is None or self._engine[0] != knowledge.generation:
                if self._engine is not None:
                    self._engine[1].close()
                    self._engine = None
                self._engine = knowledge.generation, self._open_engine(knowledge.generation)
            return self._engine[1]


def offset_of(cursor: str | None) -> int:
    """How many results stand before a page. Raises CallError for what no page's `next` is."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= LONGEST_CURSOR):
        raise CallError("that cursor is none that a search gave", "take the next of the page before, or leave it out")
    return int(cursor)
