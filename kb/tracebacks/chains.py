"""From what stands in a paste, one thing after another, to independent errors, each a chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kb.models import Traceback
from kb.tracebacks.found import Found

Chain = tuple[Traceback, ...]
MAX_ERRORS = 50
"""The last ones are kept: that is where a log tells what it died of."""


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
    return _distinct(errors)[-MAX_ERRORS:]


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
    """Each error once, at the place of the first: the chain that shows most of it.

    One error told twice may have gathered a line of the log at its end, may be cut off by `...`, or may be a mere
    heading without the message.
    """
    kept: list[Chain] = []
    by_name: dict[str, list[int]] = {}
    for chain in errors:
        name = _raised(chain).name
        known = next((n for n in by_name.get(name, ())[-8:] if _same(_raised(kept[n]), _raised(chain))), None)
        if known is None:
            by_name.setdefault(name, []).append(len(kept))
            kept.append(chain)
        elif _weight(chain) > _weight(kept[known]):
            kept[known] = _framed(chain, kept[known])
        else:
            kept[known] = _framed(kept[known], chain)
    return tuple(kept)


def _framed(chain: Chain, other: Chain) -> Chain:
    """The chain, with the frames of `other` where its own error was shown without any."""
    raised, frames = _raised(chain), _raised(other).frames
    if raised.frames or not frames:
        return chain
    return tuple(replace(tb, frames=frames) if tb is raised else tb for tb in chain)


def _raised(chain: Chain) -> Traceback:
    return chain[max(_last_raised(chain), 0)]


def _same(one: Traceback, two: Traceback) -> bool:
    """Whether two messages say the same, as far as the shorter one goes to the end of a line or of its dots."""
    short, long = sorted((one.message, two.message), key=len)
    if not short:
        return True
    if short.endswith(("...", "…")):
        return long.startswith(short.rstrip(".…")) or short == long
    return " ".join(long.split()) == " ".join(short.split()) or long.startswith(short + "\n")


def _weight(chain: Chain) -> tuple[bool, int, int]:
    """More of an error is better: a message at all, frames and causes, then the message with the least behind it."""
    raised = _raised(chain)
    whole = bool(raised.message) and not raised.message.endswith(("...", "…"))
    return whole, sum(1 + len(tb.frames) for tb in chain), -len(raised.message)
