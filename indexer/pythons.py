"""Which Pythons there are to run examples with."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from indexer import process

# Of a virtual environment's Python the one it was made from: an environment can't be made from another's links.
_PROBE = """
import json, os, sys
version = "%d.%d" % sys.version_info[:2]
usual = os.path.join(sys.base_prefix, "bin", "python" + version)
base = usual if os.path.exists(usual) else getattr(sys, "_base_executable", sys.executable)
print(json.dumps([version, "%d.%d.%d" % sys.version_info[:3], base, sys.base_prefix]))
"""
_NAME = re.compile(r"python3(\.\d{1,2})?")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python: its `version` as articles ask for it (`3.11`), its `release` (`3.11.7`), its program and
    the folder it is installed in."""

    version: str
    release: str
    executable: Path
    prefix: Path


def running() -> str:
    """The version of the Python that runs this, which is the one an article is proven with by default."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def find(paths: Iterable[str] = ()) -> dict[str, Interpreter]:
    """The interpreters at `paths`, else those named `python3` and `python3.x` on the path and the running one, by
    version, oldest first; the first of each version counts. What is no Python 3, or doesn't start, is left out."""
    found: dict[str, Interpreter] = {}
    with ThreadPoolExecutor(8) as pool:
        for interpreter in pool.map(_probe, list(dict.fromkeys(paths)) or _on_path()):
            if interpreter:
                found.setdefault(interpreter.version, interpreter)
    return dict(sorted(found.items(), key=lambda item: tuple(map(int, item[0].split(".")))))


def _on_path() -> list[str]:
    candidates = [sys.executable]
    for folder in os.get_exec_path():
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if _NAME.fullmatch(entry.name))
        except OSError:
            continue
        candidates += [os.path.join(folder, name) for name in names]  # noqa: PTH118 - the path must stay as it is
    # Two names for one program are common; asking it twice would only cost time.
    return list({os.path.realpath(path): path for path in reversed(candidates)}.values())[::-1]


def _probe(path: str) -> Interpreter | None:
    try:
        answer = process.run([path, "-I", "-c", _PROBE], os.environ, None, seconds=20)
        version, release, executable, prefix = json.loads(answer.stdout)
    except (OSError, ValueError):
        return None
    return Interpreter(version, release, Path(executable), Path(os.path.realpath(prefix)))
