"""From what stands in a paste, one thing after another, to independent errors, each a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.models import Traceback
from kb.tracebacks.found import Found

Chain = tuple[Traceback, ...]
MAX_ERRORS = 50


def assemble(found: Sequence[Found]) -> tuple[Chain, ...]:
    """The independent errors: what chain sentences join is one, what is said twice counts once."""
    errors: list[Chain] = []
    chain: list[Traceback] = []
    for item in _with_frames(found):
        if item.link:
            last = _last_raised(item.errors)
            chain += [replace(tb, relation=item.link) if n == last else tb for n, tb in enumerate(item.errors)]
            continue
        errors.append((*chain, *item.errors))
        chain = []
    if chain:
        errors.append(_closed(chain))
    return _distinct(errors)[:MAX_ERRORS]


def _last_raised(errors: Sequence[Traceback]) -> int:
    return max((n for n, tb in enumerate(errors) if tb.relation == "raised"), default=-1)


def _closed(chain: list[Traceback]) -> Chain:
    """A chain whose end was cut off: the last exception there is counts as raised."""
    last = max((n for n, tb in enumerate(chain) if tb.relation in {"cause", "context"}), default=len(chain) - 1)
    return tuple(replace(tb, relation="raised") if n == last else tb for n, tb in enumerate(chain))


def _with_frames(found: Sequence[Found]) -> list[Found]:
    """Frames that have no exception below them go to the bare exception line just above them."""
    items: list[Found] = []
    for item in found:
        if item.errors:
            items.append(item)
        elif item.frames and items and items[-1].bare and not items[-1].link and item.start - items[-1].end <= 4:
            above = items[-1]
            errors = [*above.errors[:-1], replace(above.errors[-1], frames=item.frames)]
            items[-1] = Found(item.end, above.dialect, errors, link=item.link, start=above.start)
    return items


def _distinct(errors: Sequence[Chain]) -> tuple[Chain, ...]:
    """Each error once: the longest chain that ends in it, at the place of the first."""
    kept: dict[tuple[str, str], Chain] = {}
    for chain in errors:
        raised = chain[max(_last_raised(chain), 0)]
        key = (raised.name, " ".join(raised.message.split()))
        known = kept.get(key)
        if known is None or _weight(chain) > _weight(known):
            kept[key] = chain
    return tuple(kept.values())


def _weight(chain: Chain) -> int:
    return sum(1 + len(tb.frames) for tb in chain)
