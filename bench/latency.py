"""How long does a lookup take? A paste of twenty frames in, the ranked answer out, by size of the knowledge base.

`kb lookup` reads the paste, finds, judges and ranks. `kb index alone` and the alternatives are handed exception and
message: that is the part of the work that grows with the knowledge base.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import perf_counter, thread_time
from typing import IO

from bench import cases
from bench.accuracy import OURS, error_line
from bench.corpus import Row, grown, harvested
from bench.knowledge import bare, recorded, shipped
from bench.peers import Peer, available
from bench.report import heading, table
from bench.timing import Timing, alternate
from bench.worker import INDEX, KB, QUERIES, identity, rows_of
from kb.matcher import Matcher
from kb.models import ErrorForm
from kb.settings import load
from kb.store import Change, Source, Store, Upsert

SLOW = {
    "Whoosh alone": 10_000,
    "rapidfuzz": 100_000,
    "chunks in order": 100_000,
    "SQLite FTS5": 100_000,
    "bm25s": 100_000,
}
"""The largest size at which an alternative is measured: beyond it one lookup takes a fifth of a second or more."""
FEWER = {"Whoosh alone": 50, "rapidfuzz": 100, "chunks in order": 100, "SQLite FTS5": 100, "bm25s": 200}
"""Pastes a round, where a thousand would take too long."""
PASTES, FRAMES = 200, 20
"""Recorded tracebacks that are looked up, and the frames that each is given."""
_HEADER = "Traceback (most recent call last):\n"
BATCH = 5000
"""Entries that are published as one file."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench latency`."""
    parser.add_argument(
        "--sizes", default="10000,100000", help="templates, by default 10000,100000 (1000000 takes minutes)"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", nargs="*", metavar="NAME", help="alternatives to run; by default all")
    parser.add_argument("--folder", type=Path, help="where corpora and stores are kept; by default in the data folder")
    parser.add_argument("--fresh", action="store_true", help="harvest and build everything again")
    parser.add_argument(
        "--cases", nargs="+", type=Path, metavar="FILE", help="labelled pastes, to be looked up as well"
    )
    parser.add_argument("--skip-shipped", action="store_true", help="leave out the shipped articles")


def run(options: argparse.Namespace) -> None:
    """Prints the tables."""
    if not options.skip_shipped:
        _shipped(options)
    sizes = sorted(int(size) for size in options.sizes.split(",") if size)
    if not sizes:
        return
    folder = options.folder or load({}).data_dir / "bench"
    rows = harvested(folder / "harvested.jsonl", fresh=options.fresh)
    heading(
        f"Latency by size: templates grown from {len(rows)} harvested ones",
        *(__doc__ or "").split("\n\n", 1)[1].strip().split("\n"),
        "Subjects take turns, each in a process of its own; milliseconds, medians of rounds. ready: seconds until the",
        "first answer. first: share of pastes whose own template came first. MB: memory of the whole process.",
    )
    _by_size(options, folder, rows, sizes)


def _shipped(options: argparse.Namespace) -> None:
    recordings = [case.text for case in recorded()]
    texts = [framed(text) for text in recordings[:: max(1, len(recordings) // PASTES)]]
    with shipped() as base:
        entries = list(base.store.entries())
        peers = {name: make(entries) for name, make in available(options.peers).items()}
        gc.collect()
        gc.freeze()
        _whole(options, base.matcher, peers, f"pastes of twenty frames, {len(entries)} shipped entries", texts)
        if options.cases:
            given = [case.text for case in cases.load(options.cases)]
            _whole(options, base.matcher, peers, f"{len(given)} given pastes, {len(entries)} shipped entries", given)
        gc.unfreeze()


def _whole(
    options: argparse.Namespace, matcher: Matcher, peers: Mapping[str, Peer], title: str, texts: Sequence[str]
) -> None:
    lines = {text: error_line(matcher, text) for text in texts}
    subjects: dict[str, Callable[[str], object]] = {OURS: lambda text: matcher.lookup(text).to_dict()}
    for name, peer in peers.items():
        subjects[name] = lambda text, peer=peer: peer.find(lines[text], 5)  # type: ignore[misc]
    timings = alternate(subjects, texts, options.rounds)
    busy = alternate(subjects, texts, options.rounds, thread_time)
    heading(
        f"A whole lookup: {title} (milliseconds)",
        "Ours from the paste to the answer as it is handed out; alternatives are handed the error and answer with ids.",
        "CPU: time that the thread was at work, which other programs on the machine disturb less.",
    )
    ours = busy[OURS].p50
    table(
        ("subject", "p50", "p99", "CPU p50", "CPU p99", "CPU p50 / ours"),
        [
            (name, timing.p50, timing.p99, busy[name].p50, busy[name].p99, busy[name].p50 / ours)
            for name, timing in timings.items()
        ],
    )


def framed(text: str) -> str:
    """A traceback with so many frames of an application in front of its own that there are twenty."""
    header, found, rest = text.partition(_HEADER)
    missing = max(0, FRAMES - text.count('  File "'))
    frames = "".join(
        f'  File "/srv/app/shop/orders_{i}.py", line {7 * i + 3}, in handle_{i}\n    total = price(order, step={i})\n'
        for i in range(missing)
    )
    return header + found + frames + rest if found else f"{_HEADER}{frames}{text}"


@dataclass
class _Worker:
    """A subject at a size, in its process."""

    subject: str
    size: int
    process: subprocess.Popen[str]
    ready: dict[str, float] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)

    def ask(self, pastes: int) -> None:
        """One round."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{pastes}\n")
        self.process.stdin.flush()
        self.last = _answer(self.process.stdout)
        self.timing.p50s.append(self.last["p50"])
        self.timing.p99s.append(self.last["p99"])


def _by_size(options: argparse.Namespace, folder: Path, rows: Sequence[Row], sizes: Sequence[int]) -> None:
    corpus = corpus_file(folder, rows, sizes[-1], fresh=options.fresh)
    peers = list(available(options.peers))
    workers: list[_Worker] = []
    built: dict[int, tuple[float | None, float]] = {}
    try:
        for size in sizes:
            path, seconds = store_file(folder, corpus, size, fresh=options.fresh)
            built[size] = seconds, path.stat().st_size / 1e6
            for subject in (KB, INDEX, *peers):
                if size <= SLOW.get(subject, 10**9):
                    workers.append(_start(subject, corpus, size, f"sqlite:///{path}"))
        for _ in range(options.rounds):
            for worker in workers:
                worker.ask(FEWER.get(worker.subject, QUERIES))
    finally:
        for worker in workers:
            worker.process.terminate()
            worker.process.communicate()
    smallest = {worker.subject: worker.timing.p50 for worker in reversed(workers)}
    ours = {worker.size: worker.timing.p50 for worker in workers if worker.subject == INDEX}
    table(
        ("templates", "subject", "p50", "p99", "p50 / index alone", f"p50 / at {sizes[0]}", "first", "ready", "MB"),
        [
            (
                worker.size,
                worker.subject,
                worker.timing.p50,
                worker.timing.p99,
                worker.timing.p50 / ours[worker.size],
                worker.timing.p50 / smallest[worker.subject],
                worker.last["right"],
                worker.ready["ready_s"],
                worker.last["rss_mb"],
            )
            for worker in workers
        ],
    )
    table(
        ("templates", "store built in s", "store MB"),
        [(size, seconds, megabytes) for size, (seconds, megabytes) in built.items()],
    )


def _start(subject: str, corpus: Path, size: int, store: str) -> _Worker:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.worker", subject, str(corpus), str(size), store],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    worker = _Worker(subject, size, process)
    worker.ready = _answer(process.stdout)
    return worker


def _answer(lines: IO[str] | None) -> dict[str, float]:
    assert lines is not None
    line = lines.readline()
    if not line:
        raise SystemExit("a benchmark's process died; what it said stands above")
    found: dict[str, float] = json.loads(line)
    return found


def corpus_file(folder: Path, rows: Sequence[Row], size: int, *, fresh: bool) -> Path:
    """The file that holds at least so many templates."""
    of = hashlib.sha256(repr(rows).encode()).hexdigest()[:8]
    path = folder / f"corpus-{of}-{size}.jsonl"
    if fresh or not path.exists():
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(row)}\n" for row in grown(rows, size))
    return path


def store_file(folder: Path, corpus: Path, size: int, *, fresh: bool) -> tuple[Path, float | None]:
    """A store of bare entries, and how long it took where it was made now."""
    from kb.store.schema import REVISION

    path = folder / f"store-{REVISION}-{corpus.stem}-{size}.sqlite3"
    if path.exists() and not fresh:
        return path, None
    for old in folder.glob(f"{path.name}*"):
        old.unlink()
    started = perf_counter()
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    with Store.create(f"sqlite:///{half}") as store:
        numbered = iter(enumerate(rows_of(str(corpus), size)))
        upserts = []
        while batch := list(islice(numbered, BATCH)):
            entries = tuple(bare(identity(i), row.library, [ErrorForm(*row[1:])]) for i, row in batch)
            upserts.append(Upsert("bench", f"{len(upserts)}.md", "0" * 64, entries=entries))
        store.publish(Change("bench", 0, (Source("bench", str(corpus)),), tuple(upserts)))
    half.replace(path)
    return path, perf_counter() - started
