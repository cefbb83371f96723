"""The values that go into the store and come out of it. No I/O, no SQLAlchemy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from kb.models import Entry, Origin


class Generation(NamedTuple):
    """Which state of the knowledge this is. `number` rises by one with each change (0: nothing indexed
    yet); `rules` is the hash of rules, analyzer and schema that the knowledge was built with."""

    number: int
    rules: str


@dataclass(frozen=True, slots=True)
class Source:
    """A place that articles come from. `id` is its short name (`shipped`), `location` the folder or file.

    Where two sources hold an entry of the same id, the one with the higher `position` is served: a
    team's own folder, standing behind `shipped` in the configured list, overrides what was shipped.
    """

    id: str
    location: str
    kind: str = "folder"
    position: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was indexed: content hash (hex), the problems found in it, the ids of its entries."""

    source: str
    path: str
    sha256: str
    problems: tuple[Mapping[str, Any], ...] = ()
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Upsert:
    """A file to be stored with all its entries, in place of what was known of it. `problems` are JSON
    objects. A file without entries is kept too, so that it isn't read again until it changes."""

    source: str
    path: str
    sha256: str
    problems: tuple[Mapping[str, Any], ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """All that one `Store.publish` does.

    `sources` are added, or updated where their id is known; the rest of a known source stays as it is.
    `removed` holds `(source, path)` pairs; `removed_sources` go with all their documents.
    `upserts` are gone through more than once. `expected_generation` is the number the change was computed from.
    """

    rules: str
    expected_generation: int
    sources: tuple[Source, ...] = ()
    upserts: Collection[Upsert] = ()
    removed: tuple[tuple[str, str], ...] = ()
    removed_sources: tuple[str, ...] = ()


class Header(NamedTuple):
    """What lists and filters need of an entry, without parsing the whole of it."""

    id: str
    title: str
    library: str
    exceptions: tuple[str, ...]
    origin: Origin
    general: bool
    proven: bool
    status: str
    source: str
    moved_to: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """An error that was asked for and not known: how often, first and last time (ISO 8601, UTC)."""

    fingerprint: str
    exception: str
    normal: str
    count: int
    first: str
    last: str
    library: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The error as the API and the command show it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class TemplateRow(NamedTuple):
    """One wording of an entry: `form` is its index in the entry's `errors`; `id` is unique in a generation."""

    id: int
    entry: str
    exception: str
    message: str
    form: int
