"""PEP 678 notes: one line on the exception itself, which every sink shows: the console, pytest, logs, debug pages,
Sentry. Before Python 3.11 the note is kept in `__notes__`, where newer tools look, and nothing shows it."""

from __future__ import annotations

from contextlib import ContextDecorator
from typing import Any

from tracekb_client.known import quietly

PREFIX = "known fix: "
WAIT = 1.0
"""Seconds. The first lookup of a process starts `kb`; those that follow take milliseconds."""


def annotate(exc: BaseException, wait: float | None = WAIT) -> bool:
    """Adds the known fix to an exception as a note, unless it has one. Says whether it has one now; never raises."""
    try:
        notes = getattr(exc, "__notes__", None) or []
        if any(isinstance(note, str) and note.startswith(PREFIX) for note in notes):
            return True
        answer = quietly(exc, wait)
        if answer is None:
            return False
        note = PREFIX + answer.line()
        if hasattr(exc, "add_note"):
            exc.add_note(note)
        else:
            exc.__notes__ = [*notes, note]
        return True
    except Exception:  # an exception may refuse attributes
        return False


class noting(ContextDecorator):
    """`with noting():` or `@noting()`: exceptions that leave get the note and go on as they were."""

    def __init__(self, wait: float | None = WAIT) -> None:
        self._wait = wait

    def __enter__(self) -> noting:
        return self

    def __exit__(self, kind: Any, exc: Any, tb: Any) -> None:
        if isinstance(exc, Exception):
            annotate(exc, self._wait)
