"""How long until the first answer? `kb lookup` as a command, and the first and later answers of `kb serve --stdio`.

Beside them stand a Python that does nothing and one that only imports what a lookup needs: what no program in Python
can be faster than, and what is left of the rest. `kb run` starts two: what it adds to a program is all but the nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.knowledge import recorded
from bench.report import heading, table
from bench.timing import Timing, alternate

_KB = [sys.executable, "-m", "cli.start"]
_IMPORTS = "import cli.main, cli.lookup, indexer.freshness, kb.opening, kb.store, cli.render"
REQUESTS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench cold`."""
    parser.add_argument("--rounds", type=int, default=5)


def run(options: argparse.Namespace) -> None:
    """Prints the table."""
    text = recorded()[0].text
    with TemporaryDirectory(prefix="kb-bench-") as folder:
        environment = {**os.environ, "KB_DATA_DIR": folder}
        # Installed packages are there in compiled form.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        started = perf_counter()
        _run([*_KB, "lookup", "--json"], environment, text)
        filled = perf_counter() - started
        nothing = "python -c pass"
        subjects: dict[str, Callable[[str], object]] = {
            nothing: lambda _: _run([sys.executable, "-c", "pass"], environment),
            "kb run -c pass": lambda _: _run([*_KB, "run", "-c", "pass"], {**environment, "VIRTUAL_ENV": sys.prefix}),
            "the imports of a lookup": lambda _: _run([sys.executable, "-c", _IMPORTS], environment),
            "kb lookup --json": lambda text: _run([*_KB, "lookup", "--json"], environment, text),
            "kb lookup, for a terminal": lambda text: _run([*_KB, "lookup"], environment, text),
            "kb serve --stdio, first answer": lambda text: _conversation(text, environment, 1),
        }
        timings = alternate(subjects, [text], options.rounds)
        later = Timing()
        for _ in range(options.rounds):
            later.add(_conversation(text, environment, REQUESTS)[1:])
    timings["kb serve --stdio, later answers"] = later
    heading("Cold start (milliseconds)", *(__doc__ or "").split("\n\n", 1)[1].strip().split("\n"))
    table(
        ("subject", "median", f"times {nothing!r}"),
        [(name, timing.p50, timing.p50 / timings[nothing].p50) for name, timing in timings.items()],
    )
    print(f"The first command of all, which also indexes the articles: {filled:.1f} s\n")


def _run(command: Sequence[str], environment: Mapping[str, str], text: str = "") -> None:
    done = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(f"{' '.join(command)} failed: {done.stderr.strip()}")


def _conversation(text: str, environment: Mapping[str, str], requests: int) -> list[float]:
    """Milliseconds to each answer; the first one counts from the start of the process."""
    taken, begun = [], perf_counter()
    command = [*_KB, "serve", "--stdio"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        for number in range(requests):
            child.stdin.write(json.dumps({"id": number, "op": "lookup", "text": text}) + "\n")
            child.stdin.flush()
            if not child.stdout.readline():
                raise SystemExit("kb serve --stdio ended without an answer")
            taken.append((perf_counter() - begun) * 1000)
            begun = perf_counter()
        child.stdin.close()
    return taken
