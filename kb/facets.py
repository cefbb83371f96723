"""How many of the entries found are of each library, exception and proof: the filters of a search, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kb.classes import LINE_PREFIXES
from kb.store.rows import Header


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts by library, by exception (its name without modules) and by whether a fix is proven, most frequent first.
    Each counts what passes the other filters, so that it says what choosing it would show."""

    libraries: dict[str, int]
    exceptions: dict[str, int]
    proven: dict[bool, int]


def facets(heads: Iterable[Header], library: str | None, exception: str | None, proven: bool | None) -> Facets:
    """The facets of these entries under the filters that are set."""
    libraries, exceptions, proofs = Counter[str](), Counter[str](), Counter[bool]()
    for head in heads:
        fits = (is_of(head, library), raises(head, exception), proven is None or head.proven == proven)
        if fits[1] and fits[2]:
            libraries[head.library] += 1
        if fits[0] and fits[2]:
            exceptions.update(short_names(head))
        if fits[0] and fits[1]:
            proofs[head.proven] += 1
    return Facets(_ordered(libraries), _ordered(exceptions), {True: proofs[True], False: proofs[False]})


def is_of(head: Header, library: str | None) -> bool:
    """Whether the entry is of the library; of any where None."""
    return library is None or head.library.casefold() == library.casefold()


def raises(head: Header, exception: str | None) -> bool:
    """Whether the entry is about the exception, named with or without its modules; about any where None."""
    if exception is None:
        return True
    wanted = exception.casefold()
    return any(wanted in (name.casefold(), name.casefold().rpartition(".")[2]) for name in head.exceptions)


def short_names(head: Header) -> set[str]:
    """The entry's exceptions without their modules; lines that tools print have none."""
    return {name.rpartition(".")[2] for name in head.exceptions if not name.startswith(LINE_PREFIXES)}


def _ordered(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
