"""The tables in `kb/data`: tab-separated, one header line, `#` starts a comment line; no quoting, so that a pattern
stands there as it is.

Read once and cheaply: YAML would cost the command line more time at its start than a whole lookup takes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def text(name: str) -> str:
    """A data file's text, e.g. `normalize.tsv`."""
    return (DATA / name).read_text(encoding="utf-8")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """A table's rows as mappings of column to cell, in the file's order. Raises ValueError for a ragged row."""
    lines = [line for line in text(name).splitlines() if line and not line.startswith("#")]
    header = lines[0].split("\t")
    return tuple(dict(zip(header, line.split("\t"), strict=True)) for line in lines[1:])


@cache
def words(name: str) -> frozenset[str]:
    """A list's entries, one a line."""
    return frozenset(line for line in text(name).splitlines() if line and not line.startswith("#"))
