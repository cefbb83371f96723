"""Labelled pastes, and what a right answer is.

Cases are JSON lines with `id, text, form, library, exception, explain, family, fix_any, exceptions_any, answerable`.
A match is right when one of its errors bears one of `exceptions_any` (by the last part of the name; without the field
`exception` or `explain`; any where none is named) and one of the regular expressions `fix_any` is found in its fixes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """A paste and its label. An unanswerable one is right where no match is claimed."""

    id: str
    text: str
    form: str
    library: str
    family: str
    answerable: bool
    exceptions: frozenset[str]
    fix_any: tuple[re.Pattern[str], ...] = ()
    entry: str | None = None
    """The id of the one right entry, where it is known; it stands in for the other labels."""

    def is_right(self, match: Mapping[str, Any], fixes: int | None = None) -> bool:
        """Whether a match, as a lookup answers it, is right; by its first so many fixes, by default by all."""
        if self.entry is not None:
            return bool(match["id"] == self.entry)
        given = {last_part(form["exception"]) for form in match["errors"]}
        if self.exceptions and not self.exceptions & given:
            return False
        text = _fix_text(match["title"], match["fixes"][:fixes])
        return any(pattern.search(text) for pattern in self.fix_any)


def last_part(name: str | None) -> str:
    """`DetachedInstanceError` of a dotted name, in small letters."""
    return (name or "").rpartition(".")[2].strip().lower()


def load(paths: Iterable[str | Path]) -> list[Case]:
    """All cases of the files."""
    lines = (line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines())
    return [case_of(json.loads(line)) for line in lines if line.strip()]


def case_of(row: dict[str, Any]) -> Case:
    """The case of one line."""
    names = row["exceptions_any"] if "exceptions_any" in row else [row.get("exception"), row.get("explain")]
    return Case(
        id=str(row["id"]),
        text=row["text"],
        form=row.get("form", ""),
        library=row.get("library", ""),
        family=row.get("family") or str(row["id"]),
        answerable=bool(row.get("answerable", True)),
        exceptions=frozenset(map(last_part, names)) - {""},
        fix_any=tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in row.get("fix_any", ())),
    )


def _fix_text(title: str, fixes: Sequence[Mapping[str, Any]]) -> str:
    parts = [title]
    for fix in fixes:
        parts += [fix["title"], fix["text"], *fix["code"]]
    return "\n".join(parts)
