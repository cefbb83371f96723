"""What does a lookup cost over HTTP? `POST /api/v1/lookup` beside an empty JSON route of the same application.

One worker process, 8 connections; the two routes take turns on the same server; requests a second, and the share of the
empty route's that the lookup keeps, round by round.
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
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import http_load
from bench.http_app import EMPTY, THREADS
from bench.http_load import Load
from bench.knowledge import recorded
from bench.report import heading, table
from indexer import pipeline
from kb.settings import load

LOOKUP = "/api/v1/lookup"
_PATIENCE = 30.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench http`."""
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load, each route and round")
    parser.add_argument("--servers", nargs="*", default=["granian", "gunicorn"], choices=["granian", "gunicorn"])


def run(options: argparse.Namespace) -> None:
    """Prints the table."""
    texts = [case.text for case in recorded()][:200]
    notes = (__doc__ or "").split("\n\n", 1)[1].strip().split("\n")
    if not http_load.wrk():
        notes.append("wrk isn't installed: the load comes from Python threads, which are slower than the server.")
    heading("HTTP", *notes)
    rows = []
    with TemporaryDirectory(prefix="kb-bench-") as folder:
        pipeline.index(load({"data_dir": folder}, {}))
        environment = {**os.environ, "KB_DATA_DIR": folder}
        for server in options.servers:
            if server == "gunicorn" and not importlib.util.find_spec("gunicorn"):
                print("(gunicorn is left out: it isn't installed)")
                continue
            with _serving(server, environment) as port:
                rounds = [_round(port, texts, options.seconds, Path(folder)) for _ in range(options.rounds + 1)][1:]
            shares = [lookup.rate / empty.rate for empty, lookup in rounds]
            rows.append(
                (
                    server,
                    statistics.median(empty.rate for empty, _ in rounds),
                    statistics.median(lookup.rate for _, lookup in rounds),
                    statistics.median(shares),
                    f"{min(shares):.2f} to {max(shares):.2f}",
                    statistics.median(empty.p99 for empty, _ in rounds),
                    statistics.median(lookup.p99 for _, lookup in rounds),
                    sum(empty.failed + lookup.failed for empty, lookup in rounds),
                )
            )
    columns = (
        "server",
        "empty, req/s",
        "lookup, req/s",
        "share",
        "by round",
        "empty p99 ms",
        "lookup p99 ms",
        "failed",
    )
    table(columns, rows)


def _round(port: int, texts: list[str], seconds: float, folder: Path) -> tuple[Load, Load]:
    empty = http_load.put(port, EMPTY, [], seconds, folder)
    return empty, http_load.put(port, LOOKUP, texts, seconds, folder)


@contextmanager
def _serving(server: str, environment: Mapping[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    if server == "granian":
        command = [sys.executable, "-m", "bench.http_app", str(port)]
    else:
        command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "1", "-k", "gthread"]
        command += ["--threads", str(THREADS), "--log-level", "critical", "bench.http_app:application()"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
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
