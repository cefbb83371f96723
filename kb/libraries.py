"""Which library an exception comes from: by its printed module, else by the innermost frame that is
inside an installed package, else it is Python's own.

Libraries are named as entry ids name them (`flask-sqlalchemy`, `pillow`), modules as they are imported.
"""

from __future__ import annotations

import re
import sys
from functools import cache, lru_cache
from pathlib import Path

from kb.models import Traceback

PYTHON = "python"
_INSTALLED = re.compile(
    r"(?:(?:site|dist)-packages|[Ll]ib[/\\]python[\d.]+|[Pp]ython[\d.-]+[/\\][Ll]ib)[/\\](?!(?:site|dist)-packages)"
    r"([A-Za-z_][A-Za-z0-9_]*)"
)
"""The top-level module in a library file's name: `…/site-packages/flask/app.py`, `…/python3.12/asyncio/…`."""
_SHORTENED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[/\\]")
"""The same where a log shortens paths: `sqlalchemy/orm/loading.py`."""


def library_of(traceback: Traceback) -> str:
    """The library whose exception this is."""
    module = traceback.type.partition(".")[0] if "." in traceback.type else ""
    if module and module not in ("builtins", "__main__", "exceptions") and not traceback.type.startswith("."):
        return library_of_module(module)
    for frame in reversed(traceback.frames):
        if frame.in_app:
            return PYTHON
        if inside := _installed(frame.filename):
            return inside
    return PYTHON


def libraries_of(traceback: Traceback) -> frozenset[str]:
    """Every library that shows in an exception: its own, and those of its frames."""
    inside = {_installed(frame.filename) or _shortened(frame.filename) for frame in traceback.frames}
    return frozenset({library_of(traceback), *inside} - {""})


@lru_cache(4096)
def _installed(filename: str) -> str:
    """The library that an installed file belongs to; empty where it is no such file."""
    found = _INSTALLED.search(filename)
    return library_of_module(found[1]) if found else ""


@lru_cache(4096)
def _shortened(filename: str) -> str:
    """The same for a file whose path a log has shortened."""
    found = _SHORTENED.match(filename)
    return library_of_module(found[1]) if found else ""


@lru_cache(1024)
def library_of_module(module: str) -> str:
    """The library that a top-level module belongs to; `python` for the standard library."""
    known = _table().get(module)
    if known:
        return known
    return PYTHON if module in sys.stdlib_module_names else module.lower().replace("_", "-")


@cache
def _table() -> dict[str, str]:
    path = Path(__file__).with_name("data") / "libraries.tsv"
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", ""))
    return {row[0]: row[1] for row in rows}
