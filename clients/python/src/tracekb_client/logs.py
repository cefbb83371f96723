"""A `logging` filter: records with an exception carry its known fix."""

from __future__ import annotations

import logging

from tracekb_client.known import quietly


class KnownFix(logging.Filter):
    """Gives every record an attribute `kb` for formats to show: title and place of the fix, or nothing.

    The first time that an error is logged, `wait` seconds at most are spent on it; later ones are answered from memory.
    """

    def __init__(self, wait: float = 1.0) -> None:
        super().__init__()
        self._wait = wait

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record pass."""
        line = getattr(record, "kb", "")
        if isinstance(record.exc_info, tuple) and not line:
            answer = quietly(record.exc_info[1], self._wait, record.exc_info[2])
            line = answer.line() if answer is not None else ""
        record.kb = line
        return True
