"""What does a lookup cost over HTTP? `POST /api/v1/lookup` beside an empty JSON route of the same application.

One worker process, 8 connections, pastes of twenty frames, ten results asked. Four routes take turns: an empty one of
a bare Flask application on the same kind of server, an empty one of ours, behind all that every request goes through,
the lookup of two thousand pastes that all came before, whose answers the server has ready (again), and the lookup
where it keeps none (`KB_RECENT_ANSWERS=0`), so that each paste is worked on as if it came for the first time (first).
share: of the empty route's requests a second that a lookup keeps, round by round; of bare: the same against the bare
application.
"""

from __future__ import annotations

import argparse
import http.client
import importlib.util
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from bench import http_load
from bench.corpus import harvested, pastes
from bench.http_app import EMPTY, THREADS
from bench.http_load import Load
from bench.http_parts import LOOKUP, parts
from bench.knowledge import recorded
from bench.latency import corpus_file, framed, store_file
from bench.report import heading, table
from bench.worker import rows_of
from indexer import pipeline
from kb.engines import EngineDocument, generations, open_engine
from kb.settings import load
from kb.store import Store

SHIPPED = "shipped articles"
_PASTES = 2000
_PATIENCE = 60.0


class Round(NamedTuple):
    """What the routes bore, one after the other."""

    bare: Load
    empty: Load
    again: Load
    first: Load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench http`."""
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load, each route and round")
    parser.add_argument("--servers", nargs="*", default=["granian", "gunicorn"], choices=["granian", "gunicorn"])
    parser.add_argument("--templates", type=int, default=100_000, help="0: only the shipped articles")
    parser.add_argument(
        "--folder", type=Path, help="where the corpus and its store are kept; by default the data folder"
    )


def run(options: argparse.Namespace) -> None:
    """Prints the tables."""
    notes = (__doc__ or "").split("\n\n", 1)[1].strip().split("\n")
    if not http_load.wrk():
        notes.append("wrk isn't installed: the load comes from Python threads, which are slower than the server.")
    heading("HTTP", *notes)
    rows, inside = [], []
    with TemporaryDirectory(prefix="kb-bench-") as folder:
        for name, environment, texts in _knowledge(options, Path(folder)):
            inside.append((name, *parts(environment, texts[:500])))
            for server in options.servers:
                if server == "gunicorn" and not importlib.util.find_spec("gunicorn"):
                    print("(gunicorn is left out: it isn't installed)")
                    continue
                rounds = _rounds(server, environment, texts, options, Path(folder))
                rows += [(name, server, pastes, *_figures(rounds, pastes)) for pastes in ("again", "first")]
    columns = ("knowledge", "server", "pastes", "bare, req/s", "empty, req/s", "lookup, req/s", "share", "by round")
    table((*columns, "of bare", "empty p99 ms", "lookup p99 ms", "p99 ratio", "failed"), rows)
    print("Inside one process, microseconds of CPU a call (medians): where a lookup's time goes.\n")
    columns = ("knowledge", "empty route", "lookup again", "lookup first", "its matcher", "of it reading")
    table((*columns, "body as a dict", "as JSON"), inside)


def _knowledge(options: argparse.Namespace, folder: Path) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Each knowledge base by name, the environment that opens it, and what is looked up in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
    shipped = {**kept, "KB_DATA_DIR": str(folder / "shipped")}
    pipeline.index(load({}, shipped))
    yield SHIPPED, shipped, [framed(case.text) for case in recorded()][:_PASTES]
    if options.templates:
        home = options.folder or load({}).data_dir / "bench"
        rows = harvested(home / "harvested.jsonl")
        corpus = corpus_file(home, rows, options.templates, fresh=False)
        store, _ = store_file(home, corpus, options.templates, fresh=False)
        many = {**kept, "KB_DATA_DIR": str(folder / "many"), "KB_DATABASE_URL": f"sqlite:///{store}"}
        many["KB_ENGINE_URL"] = _indexed(f"sqlite:///{store}", home / f"index-{store.stem}")
        asked = [text for _, text in pastes(rows_of(str(corpus), min(options.templates, 10_000)), _PASTES)]
        yield f"{options.templates} templates", many, asked


def _indexed(store_url: str, folder: Path) -> str:
    """The full-text engine over a store, which is asked where no template fits; building it takes a minute."""
    url = f"whoosh:///{folder.absolute().as_posix().lstrip('/')}"
    with closing(Store.open(store_url)) as store:
        number = store.generation().number
        target = generations.folder_for(url, number)
        if target is not None and not target.exists():
            building = generations.prepare(url)
            assert building is not None
            with closing(open_engine(generations.url_of(url, building), create=True)) as engine:
                engine.add(EngineDocument.of(entry) for entry in store.entries())
                engine.commit()
            generations.install(building, number)
    return url


def _rounds(
    server: str, environment: Mapping[str, str], texts: list[str], options: argparse.Namespace, folder: Path
) -> list[Round]:
    """Rounds of load, after each paste came once, and after a round that doesn't count."""
    with ExitStack() as stack:
        bare = stack.enter_context(serving(server, "bare", environment))
        ours = stack.enter_context(serving(server, "application", environment))
        forgetful = stack.enter_context(serving(server, "application", {**environment, "KB_RECENT_ANSWERS": "0"}))

        http_load.ask_each(ours, LOOKUP, texts)  # a round of load gets through a part of them only

        def put(port: int, path: str, texts: list[str]) -> Load:
            return http_load.put(port, path, texts, options.seconds, folder)

        rounds = [
            Round(put(bare, EMPTY, []), put(ours, EMPTY, []), put(ours, LOOKUP, texts), put(forgetful, LOOKUP, texts))
            for _ in range(options.rounds + 1)
        ]
    return rounds[1:]


def _figures(rounds: list[Round], pastes: str) -> tuple[object, ...]:
    lookups: list[Load] = [getattr(one, pastes) for one in rounds]
    shares = [lookup.rate / one.empty.rate for lookup, one in zip(lookups, rounds, strict=True)]
    return (
        statistics.median(one.bare.rate for one in rounds),
        statistics.median(one.empty.rate for one in rounds),
        statistics.median(lookup.rate for lookup in lookups),
        statistics.median(shares),
        f"{min(shares):.2f} to {max(shares):.2f}",
        statistics.median(lookup.rate / one.bare.rate for lookup, one in zip(lookups, rounds, strict=True)),
        statistics.median(one.empty.p99 for one in rounds),
        statistics.median(lookup.p99 for lookup in lookups),
        statistics.median(lookup.p99 / one.empty.p99 for lookup, one in zip(lookups, rounds, strict=True)),
        sum(load.failed for one in rounds for load in (one.empty, one.bare, getattr(one, pastes))),
    )


@contextmanager
def serving(server: str, name: str, environment: Mapping[str, str]) -> Iterator[int]:
    """One process of that server with an application of `bench.http_app`; its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if server == "granian":
        command = [sys.executable, "-m", "bench.http_app", str(port), name]
    else:
        command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "-k", "gthread"]
        command += ["--threads", str(THREADS[server]), "--log-level", "critical", f"bench.http_app:{name}()"]
    process = subprocess.Popen(command, env={**environment}, stdout=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", EMPTY)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server didn't start; what it said stands above")
