"""A process that holds one subject over one corpus: `python -m bench.worker SUBJECT CORPUS SIZE STORE`.

It says what building it took, then, for each line it reads, answers that many pastes and says how long that took. So
its memory is its own, and the parent lets the subjects take turns.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.corpus import LAST_FRAME, Row, pastes
from bench.timing import percentile

KB = "kb lookup"
INDEX = "kb index alone"
QUERIES = 1000


def rss_mb() -> float:
    """Memory that this process holds now."""
    import os

    with Path("/proc/self/statm").open() as numbers:
        return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def rows_of(corpus: str, size: int) -> list[Row]:
    """The first rows of a corpus."""
    with Path(corpus).open(encoding="utf-8") as lines:
        return [Row(*json.loads(line)) for line in islice(lines, size)]


def identity(place: int) -> str:
    """The id of the entry that holds the template of that place."""
    return f"x/{place:012x}-0"


def main(subject: str, corpus: str, size: int, store: str) -> None:
    """Builds the subject and answers until the input ends."""
    asked = pastes(rows_of(corpus, min(size, 10_000)), QUERIES)
    started_at, started = rss_mb(), perf_counter()
    answer = _ours(subject, store) if subject in (KB, INDEX) else _peer(subject, corpus, size)
    ready = perf_counter() - started
    for _, text in asked[:20]:
        answer(text)
    gc.collect()
    gc.freeze()
    _say(ready_s=ready, rss_mb=rss_mb(), held_mb=rss_mb() - started_at)
    for line in sys.stdin:
        taken, right = [], 0
        for place, text in asked[: int(line)]:
            begun = perf_counter()
            found = answer(text)
            taken.append((perf_counter() - begun) * 1000)
            right += found == identity(place)
        _say(p50=percentile(taken, 0.5), p99=percentile(taken, 0.99), right=right / len(taken), rss_mb=rss_mb())


def _ours(subject: str, store_url: str) -> Callable[[str], str | None]:
    from kb.engines.memory import MemoryEngine
    from kb.knowledge import Knowledge
    from kb.matcher import Matcher
    from kb.store import Store

    store = Store.open(store_url)

    def load() -> Knowledge:
        with store.snapshot() as now:
            return Knowledge.load(now.generation.number, now, store)

    matcher = Matcher(lambda: store.generation().number, load, lambda _: MemoryEngine(), store.feedback)
    knowledge = matcher.knowledge()

    def lookup(text: str) -> str | None:
        matches = matcher.lookup(text).answer.matches
        return matches[0].entry.id if matches else None

    def index(text: str) -> str | None:
        hits = knowledge.index.find(*_error(text))
        return hits[0].row.entry if hits else None

    return lookup if subject == KB else index


def _peer(subject: str, corpus: str, size: int) -> Callable[[str], str | None]:
    from bench.knowledge import bare
    from bench.peers import PEERS
    from kb.models import ErrorForm

    rows = enumerate(rows_of(corpus, size))
    peer: Any = PEERS[subject][0]([bare(identity(i), row.library, [ErrorForm(*row[1:])]) for i, row in rows])

    def answer(text: str) -> str | None:
        found = peer.find(": ".join(_error(text)), 5)
        return found[0][0] if found else None

    return answer


def _error(text: str) -> tuple[str, str]:
    """Exception and message of a paste of ours, without reading it."""
    exception, _, message = text.rpartition(LAST_FRAME)[2].rstrip("\n").partition(": ")
    return exception, message


def _say(**figures: float) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
