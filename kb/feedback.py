"""What readers said of fixes, and the little that it changes.

A fix's place is its author's and the paste's to give. Votes only reorder the fixes of one cause, of which a paste
can't tell the better, and decide between entries that are equal in everything else. A few votes prove nothing: of
each fix the Wilson score interval says between which shares "it worked" really lies (95 %; Wilson 1927, for ratings
Miller, "How Not To Sort By Average Rating", 2009), and its centre is the share drawn towards one half by how
little was said. A fix passes the one before it only where the interval of one of the two lies wholly to one side of
the other's centre. That takes at least four votes, whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from kb.models import Fix

Votes = Mapping[tuple[str, str], tuple[int, int]]
"""(entry id, fix id) → how often readers said that it worked and that it did not."""

_Z = 1.959964
"""The normal distribution's quantile for an interval of 95 %."""


class Share(NamedTuple):
    """How often a fix works, as far as its votes tell: bounds and centre of the interval, from 0 to 1."""

    low: float
    centre: float
    high: float


@lru_cache(4096)
def share(worked: int, failed: int) -> Share:
    """The Wilson score interval of those votes; of none at all it is everything."""
    votes = worked + failed
    square = _Z * _Z
    centre = (worked + square / 2) / (votes + square)
    half = _Z / (votes + square) * sqrt(worked * failed / votes + square / 4) if votes else 0.5
    return Share(max(0.0, centre - half), centre, min(1.0, centre + half))


def in_order(entry_id: str, fixes: Iterable[Fix], votes: Votes) -> list[Fix]:
    """The fixes, those of one cause in the order that their votes give where they clearly say so, else as they came.

    A fix that was proven never stands behind one that wasn't because of votes.
    """
    ordered: list[tuple[Fix, Share]] = []
    for fix in fixes:
        said = share(*votes.get((entry_id, fix.id), (0, 0)))
        place = len(ordered)
        while place and _passes(fix, said, *ordered[place - 1]):
            place -= 1
        ordered.insert(place, (fix, said))
    return [fix for fix, _ in ordered]


def liking(fixes: Sequence[tuple[int, int]]) -> float:
    """What is said of an entry by the votes for all its fixes, from 0 to 1; one half where nothing was said."""
    return share(sum(worked for worked, _ in fixes), sum(failed for _, failed in fixes)).centre


def by_entry(votes: Votes) -> dict[str, float]:
    """`liking` of every entry that has votes, by its id."""
    said: dict[str, list[tuple[int, int]]] = {}
    for (entry_id, _), counts in votes.items():
        said.setdefault(entry_id, []).append(counts)
    return {entry_id: liking(counts) for entry_id, counts in said.items()}


def _passes(later: Fix, its: Share, earlier: Fix, theirs: Share) -> bool:
    same_kind = later.cause == earlier.cause and bool(later.verified) == bool(earlier.verified)
    return same_kind and (its.low > theirs.centre or its.centre > theirs.high)
