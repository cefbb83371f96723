"""One generation of what is known, ready for lookups: the template index, codes, heads and entries.

It is built once a generation and never changed; entries are parsed when they are first needed. Where there are very
many, templates, heads and entries stay in the store until they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field
from typing import Protocol

from kb.models import Entry
from kb.packed_postings import PackedPostings
from kb.store.codec import entry_from_json
from kb.store.rows import Header
from kb.stored_templates import StoredTemplates
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

    def entry_count(self) -> int:
        """How many entries there are."""
        ...

    def postings(self) -> Mapping[str, bytes]:
        """The packed postings of all wordings; empty where they are few."""
        ...


class Late(Protocol):
    """Where things are read from one by one, when they are needed: the store, as it is then."""

    def entry(self, entry: str) -> Entry | None:
        """The entry of that id."""
        ...

    def header(self, entry: str) -> Header | None:
        """The entry of that id, without its body."""
        ...

    def headers(self) -> Iterable[Header]:
        """All entries without their bodies."""
        ...

    def templates_of(self, keys: Sequence[int]) -> Iterable[TemplateRow]:
        """The wordings of those keys."""
        ...


class LateHeads(Mapping[str, Header]):
    """All heads, each read when it is asked for."""

    def __init__(self, late: Late, count: int) -> None:
        self._late, self._count = late, count

    def __getitem__(self, entry_id: str) -> Header:
        head = self._late.header(entry_id)
        if head is None:
            raise KeyError(entry_id)
        return head

    def __iter__(self) -> Iterator[str]:
        return (head.id for head in self._late.headers())

    def __len__(self) -> int:
        return self._count

    def values(self) -> ValuesView[Header]:
        """All heads, in one reading."""
        return _LateValues(self)

    def items(self) -> ItemsView[str, Header]:
        """All heads by id, in one reading."""
        return _LateItems(self)

    def each(self) -> Iterator[Header]:
        """All heads, read while they are gone through."""
        return iter(self._late.headers())


class _LateValues(ValuesView[Header]):
    _mapping: LateHeads

    def __iter__(self) -> Iterator[Header]:
        return self._mapping.each()


class _LateItems(ItemsView[str, Header]):
    _mapping: LateHeads

    def __iter__(self) -> Iterator[tuple[str, Header]]:
        return ((head.id, head) for head in self._mapping.each())


@dataclass(slots=True)
class Knowledge:
    """A generation in memory. Build it with `load`."""

    generation: int
    index: TemplateIndex
    heads: Mapping[str, Header]
    codes: Mapping[str, tuple[str, ...]]
    redirects: Mapping[str, str]
    _fetch: Callable[[str], Entry | None]
    _entries: dict[str, Entry | None] = field(default_factory=dict)

    @classmethod
    def load(cls, generation: int, source: Source, late: Late) -> Knowledge:
        """Reads codes and, unless there are very many, heads, wordings and entries (as text, parsed when needed);
        otherwise they follow from `late`."""
        packed = source.postings()
        if packed:
            postings = PackedPostings(packed)
            index = TemplateIndex(StoredTemplates(late.templates_of, len(postings)), postings)
        else:
            index = TemplateIndex.build(all_wordings(source.templates()))
        count = source.entry_count()
        heads: Mapping[str, Header]
        fetch: Callable[[str], Entry | None]
        if count > MOST_BODIES:
            heads, fetch = LateHeads(late, count), late.entry
        else:
            heads, fetch = {head.id: head for head in source.headers()}, _parser(source.bodies())
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
