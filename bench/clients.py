"""What does the client library cost a program that works? Each host with it and without, in turns.

Processor time. The difference of the medians is what a user pays who has no error: an import, hooks that aren't
called, an option of pytest. Nobody asks the knowledge base.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.report import heading, table

SOURCE = Path(__file__).resolve().parent.parent / "clients" / "python" / "src"
INSTALL = "import tracekb_client; tracekb_client.install()\n"
LOOP = "import asyncio\n{}asyncio.run(asyncio.sleep(0))\n"
TESTS = "import pytest\n@pytest.mark.parametrize('n', range(200))\ndef test_fine(n): pass\n"
PYTEST = ("-m", "pytest", "-q", "-pno:cacheprovider", "test_fine.py", "-ppytest_tracekb")
PLAIN = (("-c", "pass"), ("-c", LOOP.format("")), PYTEST[:-1])
HOSTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "a program that does nothing": (PLAIN[0], ("-c", INSTALL)),
    "a program with an event loop": (PLAIN[1], ("-c", LOOP.format(INSTALL))),
    "200 tests, with the plugin installed": (PLAIN[2], PYTEST),
    "200 tests, pytest --kb": (PLAIN[2], (*PYTEST, "--kb")),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench clients`."""
    parser.add_argument("--rounds", type=int, default=11)


def run(options: argparse.Namespace) -> None:
    """Prints the table."""
    with TemporaryDirectory(prefix="kb-bench-") as folder:
        Path(folder, "test_fine.py").write_text(TESTS, encoding="utf-8")
        commands = dict.fromkeys(command for pair in HOSTS.values() for command in pair)
        taken: dict[tuple[str, ...], list[float]] = {command: [] for command in commands}
        for number in range(options.rounds + 1):
            for command in commands:
                milliseconds = _cpu(command, folder)
                if number:
                    taken[command].append(milliseconds)
    heading("What the client library costs a program that works (milliseconds)", *(__doc__ or "").split("\n")[2:4])
    rows = []
    for host, pair in HOSTS.items():
        without, with_it = (statistics.median(taken[command]) for command in pair)
        rows.append((host, without, with_it, with_it - without))
    table(("host", "without", "with", "difference"), rows)


def _cpu(arguments: tuple[str, ...], folder: str) -> float:
    """Milliseconds of processor time that a program takes."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # other plugins would only add noise
        "TRACEKB_COMMAND": "/nowhere/kb",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000
