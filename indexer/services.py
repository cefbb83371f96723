"""Servers that examples talk to: started inside the sandbox of each run, by its unprivileged user, and gone with it.

`indexer/data/services.tsv` names the server's program and its Debian package, `service-<name>.sh` starts it and ends
when it can be used. `docs/verifying.md` says how examples reach them.
"""

from __future__ import annotations

import csv
import glob
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from indexer.process import Outcome
from indexer.sandbox import Mount

_DATA = Path(__file__).parent / "data"
_INSIDE = "/run/services"
_FAILED = 75
"""The exit status of a program whose server didn't start: EX_TEMPFAIL of sysexits.h."""
_REFUSED = "did not start"

# What a server says goes to a file: an example's output must be its own.
_START = f"""
while [ "$1" != -- ]; do
    sh {_INSIDE}/service-$1.sh >/tmp/.service-$1 2>&1 </dev/null || {{
        echo "the service $1 {_REFUSED}" >&2
        cat /tmp/.service-$1 >&2
        exit {_FAILED}
    }}
    shift
done
shift
exec "$@"
"""


def missing(services: Sequence[str]) -> str | None:
    """Which of these servers isn't installed, and how to get it; None where all are."""
    for name in services:
        program, package = _table()[name]
        if not glob.glob(program):  # noqa: PTH207 - the pattern is a whole path
            return f"{name} is not installed (Debian: apt-get install {package})"
    return None


def mounts(services: Sequence[str]) -> list[Mount]:
    """What a sandbox must show to start them."""
    return [(_DATA / f"service-{name}.sh", f"{_INSIDE}/service-{name}.sh") for name in services]


def command(services: Sequence[str], argv: Sequence[str]) -> list[str]:
    """`argv`, run as soon as the services can be used."""
    return ["sh", "-c", _START, "sh", *services, "--", *argv] if services else list(argv)


def failed(outcome: Outcome) -> str | None:
    """Which service didn't start, and what it said last; None where all did."""
    lines = outcome.stderr.strip().splitlines()
    if outcome.returncode != _FAILED or not lines or not lines[0].endswith(_REFUSED):
        return None
    return f"{lines[0]}: {lines[-1]}" if len(lines) > 1 else lines[0]


@cache
def _table() -> dict[str, tuple[str, str]]:
    with (_DATA / "services.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["name"]: (row["program"], row["package"]) for row in csv.DictReader(lines, delimiter="\t")}
