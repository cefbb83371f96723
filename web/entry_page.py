"""What the page of an entry shows beside the entry itself: its neighbours, and its proof in one line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.models import Entry
from kb.store import lists
from kb.store.rows import Header
from web import api

MOST_LINKING = 30


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The entries that this one names under what to see also (with those that aren't known, by id), and those that
    name it."""

    named: tuple[Header, ...]
    unknown: tuple[str, ...]
    naming: tuple[Header, ...]


@dataclass(frozen=True, slots=True)
class Proven:
    """How much of an entry was run: fixes, Pythons, packages with their versions, and the last day."""

    fixes: int
    of: int
    pythons: tuple[str, ...]
    packages: tuple[str, ...]
    last: str


def neighbours(entry: Entry) -> Neighbours:
    """The neighbours of an entry; an id that was moved stands for the one it leads to."""
    knowledge = api.matcher().knowledge()
    ids = list(dict.fromkeys(map(knowledge.resolve, entry.see_also)))
    heads = {one: head for one in ids if (head := knowledge.heads.get(one)) is not None}
    old = [moved for moved in knowledge.redirects if knowledge.resolve(moved) == entry.id]
    with api.base().store.snapshot() as now:
        naming = lists.linking_to(now, [entry.id, *old[:MOST_LINKING]], MOST_LINKING)
    unknown = tuple(one for one in ids if one not in heads)
    return Neighbours(tuple(heads.values()), unknown, tuple(one for one in naming if one.id not in heads))


def proven(entry: Entry) -> Proven | None:
    """What was run of an entry; None where nothing was."""
    runs = [proof for fix in entry.fixes for proof in fix.verified]
    if not runs:
        return None
    packages: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        for name, version in run.packages.items():
            packages[name].add(version)
    return Proven(
        sum(1 for fix in entry.fixes if fix.verified),
        len(entry.fixes),
        tuple(_ordered({run.python for run in runs})),
        tuple(f"{name} {', '.join(_ordered(versions))}" for name, versions in sorted(packages.items())),
        max(run.date for run in runs),
    )


def grouped(entry: Mapping[str, Any]) -> list[tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]]:
    """Each cause with its fixes, in the entry's order; at the end, under None, fixes that name no cause."""
    fixes: dict[str | None, list[Mapping[str, Any]]] = defaultdict(list)
    known = {cause["id"] for cause in entry["causes"]}
    for fix in entry["fixes"]:
        fixes[fix["cause"] if fix["cause"] in known else None].append(fix)
    parts: list[tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]]
    parts = [(cause, fixes[cause["id"]]) for cause in entry["causes"]]
    return [*parts, (None, fixes[None])] if fixes[None] else parts


def _ordered(versions: Iterable[str]) -> list[str]:
    """Versions by their numbers, so that 3.9 comes before 3.11."""
    return sorted(versions, key=lambda one: [int(part) if part.isdecimal() else 0 for part in one.split(".")])
