"""One generation of what is known, ready for lookups: the template index, codes, heads and entries.

It is built once a generation and never changed; entries are parsed when they are first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kb.models import Entry
from kb.store.codec import entry_from_json
from kb.store.rows import Header
from kb.template_index import TemplateIndex, TemplateRow
from kb.wordings import all_wordings

KEPT_ENTRIES = 4096
"""Entries that stay parsed in memory."""
MOST_BODIES = 20_000
"""Up to so many entries are kept as text from the start, so that all of a generation's answers agree with each
other; of more, each is fetched when it is needed (about 10 kB an authored entry)."""


class Source(Protocol):
    """Where a generation is read from: a snapshot of the store."""

    def headers(self) -> Iterable[Header]:
        """All entries without their bodies."""
        ...

    def templates(self) -> Iterable[TemplateRow]:
        """All wordings."""
        ...

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        """Error code → ids of the entries that declare it."""
        ...

    def redirects(self) -> Mapping[str, str]:
        """Id that moved → where it moved to."""
        ...

    def bodies(self) -> Mapping[str, str]:
        """Id → entry as JSON."""
        ...


@dataclass(slots=True)
class Knowledge:
    """A generation in memory. Build it with `load`."""

    generation: int
    index: TemplateIndex
    heads: dict[str, Header]
    codes: Mapping[str, tuple[str, ...]]
    redirects: Mapping[str, str]
    _fetch: Callable[[str], Entry | None]
    _entries: dict[str, Entry | None] = field(default_factory=dict)

    @classmethod
    def load(cls, generation: int, source: Source, late: Callable[[str], Entry | None]) -> Knowledge:
        """Reads heads, templates, codes and, unless there are very many, entries (as text, parsed when needed);
        otherwise they follow by `late`."""
        heads = {head.id: head for head in source.headers()}
        index = TemplateIndex.build(all_wordings(source.templates()))
        fetch = late if len(heads) > MOST_BODIES else _parser(source.bodies())
        return cls(generation, index, heads, source.codes(), source.redirects(), fetch)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry, or None where there is none of that id."""
        try:
            return self._entries[entry_id]
        except KeyError:
            if len(self._entries) >= KEPT_ENTRIES:
                self._entries.clear()
            entry = self._entries[entry_id] = self._fetch(entry_id)
            return entry

    def resolve(self, entry_id: str) -> str:
        """The id that an id leads to today: itself, or where it moved to (through any number of moves)."""
        seen = {entry_id}
        while (moved := self.redirects.get(entry_id)) and moved not in seen:
            seen.add(moved)
            entry_id = moved
        return entry_id


def _parser(bodies: Mapping[str, str]) -> Callable[[str], Entry | None]:
    def fetch(entry_id: str) -> Entry | None:
        body = bodies.get(entry_id)
        return None if body is None else entry_from_json(body)

    return fetch
