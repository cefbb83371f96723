"""The other ways in which a known wording is printed, derived from the one that an article gives.

- `(psycopg2.errors.UniqueViolation) duplicate key …` is a driver's error quoted by SQLAlchemy; the driver, used
  alone or printed as the cause, says `psycopg2.errors.UniqueViolation: duplicate key …`.
- `ERROR: Could not find a version …` is a tool's line; in a log the label stands elsewhere, or is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kb.classes import LINE_PREFIXES
from kb.store.rows import TemplateRow

_QUOTED = re.compile(r"\((?P<type>[A-Za-z_][\w.]*\.[A-Z]\w*)\) (?P<message>(?s:.+))")
"""`(module.Class) message`, as SQLAlchemy wraps a driver's error."""
_LABEL = re.compile(r"\[?(?:error|warning|fatal|critical|failed|info)\]?(?:: *| +)(?:\[[^\]\s]*\] *)?", re.IGNORECASE)
"""The label at the start of a tool's or a log's line: `ERROR: `, `[ERROR] `, `INFO  [alembic.env] `."""


def all_wordings(rows: Iterable[TemplateRow]) -> Iterator[TemplateRow]:
    """The rows, each with those that can be derived from it; all bear the id and the form of their origin."""
    for row in rows:
        yield row
        if quoted := _QUOTED.fullmatch(row.message):
            yield row._replace(exception=quoted["type"], message=quoted["message"])
        if row.exception.startswith(LINE_PREFIXES):
            bare = row.message[label.end() :] if (label := _LABEL.match(row.message)) else ""
            if bare.strip():
                yield row._replace(message=bare)
