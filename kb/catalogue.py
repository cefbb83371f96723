"""What there is to browse: libraries, exceptions and their kin, with counts that are taken once a generation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from kb import classes
from kb.store import Store, lists
from kb.store.lists import LibraryCount
from kb.store.reading import Snapshot


@dataclass(frozen=True, slots=True)
class Kin:
    """Another exception that has entries, and how many."""

    name: str
    entries: int


@dataclass(frozen=True, slots=True)
class Family:
    """The exceptions of one name without modules: how many entries name one of them, and what packages have them (none
    for Python's own)."""

    name: str
    entries: int
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """One generation's libraries by name, and its exceptions with their modules."""

    generation: int
    libraries: dict[str, LibraryCount]
    exceptions: dict[str, int]
    families: tuple[Family, ...]
    """The exceptions by their names without modules, the same name once; without the lines that tools print."""
    spellings: dict[str, tuple[str, ...]]
    """An exception's name, whole or without its modules, in small letters → the exceptions it may mean."""

    @property
    def total(self) -> int:
        """How many entries there are."""
        return sum(library.entries for library in self.libraries.values())


class Catalogue:
    """The counts of the generation that is served. Safe to share between threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._counts: Counts | None = None

    def counts(self) -> Counts:
        """The counts, taken anew when the knowledge has moved on."""
        number = self._store.generation().number
        held = self._counts
        if held is not None and held.generation == number:
            return held
        with self._lock, self._store.snapshot() as now:
            found = lists.exceptions(now)
            spellings = defaultdict[str, list[str]](list)
            for name in found:
                for spelling in {name.casefold(), short(name).casefold()}:
                    spellings[spelling].append(name)
            self._counts = Counts(
                now.generation.number,
                {library.name: library for library in lists.libraries(now)},
                found,
                tuple(_families(now, found)),
                {spelling: tuple(names) for spelling, names in spellings.items()},
            )
            return self._counts

    def family(self, names: Sequence[str]) -> tuple[list[Kin], list[Kin]]:
        """The exceptions that these are derived from, and those derived from them, as far as they have entries."""
        parents, children = list[Kin](), list[Kin]()
        above = frozenset[str]().union(*(classes.ancestors(name) for name in names))
        for name, entries in self.counts().exceptions.items():
            if name in names or name.startswith(classes.LINE_PREFIXES):
                continue
            if name in above:
                parents.append(Kin(name, entries))
            elif not classes.ancestors(name).isdisjoint(names):
                children.append(Kin(name, entries))
        return parents, children


def _families(now: Snapshot, counts: dict[str, int]) -> Iterator[Family]:
    members = defaultdict[str, list[str]](list)
    for name in counts:
        if not name.startswith(classes.LINE_PREFIXES):
            members[short(name)].append(name)
    for name in sorted(members, key=lambda one: (one.casefold(), one)):
        names = members[name]
        entries = counts[names[0]] if len(names) == 1 else lists.count_of_exceptions(now, names)
        yield Family(name, entries, tuple(sorted({one.partition(".")[0] for one in names if "." in one})))


def short(name: str) -> str:
    """An exception's name without its modules; the mark of a line that a tool prints stays."""
    return name if name.startswith(classes.LINE_PREFIXES) else name.rpartition(".")[2]
