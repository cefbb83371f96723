"""Times that can be compared on a noisy machine: what is compared takes turns, and ratios are of medians of rounds."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any


@dataclass
class Timing:
    """Milliseconds a call: one median and one 99th percentile for each round."""

    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)

    def add(self, calls: Sequence[float]) -> None:
        """A round's calls."""
        self.p50s.append(statistics.median(calls))
        self.p99s.append(percentile(calls, 0.99))

    @property
    def p50(self) -> float:
        """The median of the rounds' medians."""
        return statistics.median(self.p50s)

    @property
    def p99(self) -> float:
        """The median of the rounds' 99th percentiles."""
        return statistics.median(self.p99s)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def calls(
    function: Callable[[Any], object], inputs: Sequence[Any], clock: Callable[[], float] = perf_counter
) -> list[float]:
    """Milliseconds that each call takes, by that clock."""
    taken = []
    for one in inputs:
        started = clock()
        function(one)
        taken.append((clock() - started) * 1000)
    return taken


def alternate(
    subjects: Mapping[str, Callable[[Any], object]],
    inputs: Sequence[Any],
    rounds: int = 5,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, Timing]:
    """Each subject with all inputs, in turns, after a turn that doesn't count."""
    timings = {name: Timing() for name in subjects}
    for number in range(rounds + 1):
        for name, function in subjects.items():
            taken = calls(function, inputs, clock)
            if number:
                timings[name].add(taken)
    return timings
