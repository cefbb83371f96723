"""Problems: what is wrong with an article, where, and what to do about it.

Codes, levels, messages and hints are the table `indexer/data/problems.tsv`; `docs/article-format.md`
shows it, and a test holds the two together. A code never changes its meaning.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Level = Literal["error", "warning"]

_LONGEST_VALUE = 120


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A row of the table. `message` and `hint` are format strings."""

    code: str
    level: Level
    message: str
    hint: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with one file. `line` counts from 1; 0 where the file as a whole is meant.

    At level `error` the article isn't indexed.
    """

    path: str
    line: int
    code: str
    level: Level
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.message}" + (f" ({self.hint})" if self.hint else "")

    def to_dict(self) -> dict[str, Any]:
        """The problem as `kb lint --json` and `kb extract --json` print it."""
        return {
            "path": self.path,
            "line": self.line,
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "hint": self.hint,
        }


@cache
def table() -> dict[str, ProblemKind]:
    """Every kind of problem, by code."""
    source = Path(__file__).parent / "data" / "problems.tsv"
    with source.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["code"]: ProblemKind(**row) for row in rows}  # type: ignore[arg-type]  # columns are the fields


def problem(code: str, path: str, line: int, **values: object) -> Problem:
    """The problem `code` at that place. Values come from articles, so they are cut and made printable."""
    kind = table()[code]
    shown = {name: printable(value) for name, value in values.items()}
    return Problem(path, line, code, kind.level, kind.message.format(**shown), kind.hint.format(**shown))


def printable(value: object) -> str:
    """One short line without control characters: what a terminal can be shown of a stranger's text."""
    text = " ".join(str(value).split())
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether one of them keeps its article out of the index."""
    return any(found.level == "error" for found in problems)
