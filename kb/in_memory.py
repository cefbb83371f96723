"""A matcher over entries that were never stored: for the linter, which looks articles up in each other, and for
benchmarks. Words alone find nothing in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kb.engines.memory import MemoryEngine
from kb.knowledge import Knowledge
from kb.matcher import Matcher
from kb.models import Entry
from kb.store.codec import entry_to_json
from kb.store.rows import Header, TemplateRow


def matcher_of(entries: Iterable[Entry]) -> Matcher:
    """A matcher that answers from these entries."""
    source = _Entries(list(entries))
    knowledge = Knowledge.load(1, source, source)
    return Matcher(lambda: 1, lambda: knowledge, lambda _: MemoryEngine())


class _Entries:
    """Entries as `Knowledge.load` reads them from a store."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = {one.id: one for one in entries}

    def headers(self) -> Iterator[Header]:
        return (self._header(one) for one in self._entries.values())

    def templates(self) -> Iterator[TemplateRow]:
        wordings = ((entry, place, form) for entry in self._entries.values() for place, form in enumerate(entry.errors))
        for number, (entry, place, form) in enumerate(wordings, 1):
            yield TemplateRow(number, entry.id, form.exception, form.message, place)

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for entry in self._entries.values():
            for code in entry.codes:
                found[code].append(entry.id)
        return {code: tuple(ids) for code, ids in found.items()}

    def redirects(self) -> Mapping[str, str]:
        return {one.id: one.moved_to for one in self._entries.values() if one.moved_to}

    def bodies(self) -> Mapping[str, str]:
        return {one.id: entry_to_json(one) for one in self._entries.values()}

    def entry_count(self) -> int:
        return len(self._entries)

    def postings(self) -> Mapping[str, bytes]:
        return {}

    def entry(self, entry: str) -> Entry | None:
        return self._entries.get(entry)

    def header(self, entry: str) -> Header | None:
        found = self._entries.get(entry)
        return None if found is None else self._header(found)

    def templates_of(self, keys: Sequence[int]) -> list[TemplateRow]:
        wanted = set(keys)
        return [row for row in self.templates() if row.id in wanted]

    @staticmethod
    def _header(one: Entry) -> Header:
        names = tuple(dict.fromkeys(form.exception for form in one.errors))
        return Header(
            one.id,
            one.title,
            one.library,
            names,
            one.origin,
            one.general,
            one.proven,
            one.status,
            one.source,
            one.moved_to,
        )
