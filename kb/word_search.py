"""Search by words: what a reader types, and what a paste that nothing fits is made of.

Holds what belongs to one generation of knowledge: its full-text engine, and the words of quick search. Each is opened
when it is first asked for, and again when the knowledge has moved on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from kb.answers import entry_head, entry_url
from kb.engines import Engine, Hit
from kb.facets import Facets, facets
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
    `suggest`, may raise EngineUnavailable."""

    def __init__(self, open_engine: Callable[[int], Engine], base_url: str) -> None:
        self._open_engine = open_engine
        self._base_url = base_url
        self._lock = threading.Lock()
        self._engine: tuple[int, Engine] | None = None
        self._quick: tuple[int, QuickSearch] | None = None

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
        offset = int(cursor) if cursor and cursor.isdecimal() else 0
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
        heads = (knowledge.heads[entry_id] for entry_id in self._quick_search(knowledge).find(prefix, limit))
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
        engine = self._engine_of(knowledge)
        hits = engine.search(query, MOST_FOUND, library=library, exception=exception, typing=True)
        least = max(LEAST_OF_QUERY, max((hit.share for hit in hits), default=0.0) / 2)
        heads = (knowledge.heads.get(hit.id) for hit in hits if hit.share >= least)
        return [head for head in heads if head is not None and head.status == "published"]

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
