"""Which first match may be called one: what no confidence, however high, makes up for."""

from __future__ import annotations

from collections.abc import Sequence

from kb.causes import singled_out
from kb.classes import Agreement
from kb.libraries import library_of
from kb.models import Entry, Traceback
from kb.ranking import Candidate

_OTHERS_CLASS = (Agreement.SUBCLASS, Agreement.SUPERCLASS, Agreement.NAMESAKE)


def trusted(candidate: Candidate, entry: Entry, chain: Sequence[Traceback]) -> bool:
    """Whether the entry may be called a `match` for its exception of the chain.

    Not without a fix; not where the message goes on otherwise than the wording, however much of it fits: two refusals
    of one connection differ in their last words only; not a general entry, unless evidence singles out one of its
    causes; and not where the exception is an application's own class that only descends from, or is called like, the
    one that the entry is about: its author knows why it is raised, we don't. A code in the message outweighs wording
    and class.
    """
    if not entry.fixes or ("unfitting" in candidate.features and candidate.tier != "code"):
        return False
    if entry.general and not singled_out(list(candidate.causes)):
        return False
    own_class = candidate.agreement in _OTHERS_CLASS
    return not (own_class and library_of(chain[candidate.exception]) != entry.library and candidate.tier != "code")
