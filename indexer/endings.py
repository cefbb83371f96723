"""How an example ended, and whether that is how it should end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from indexer.article import Article
from indexer.process import Outcome
from kb.classes import LINE_PREFIXES, Agreement, agreement
from kb.models import Reading
from kb.normalize import core
from kb.templates import Template
from kb.tracebacks import read

_LONGEST_RECORD = 40_000
_SAME_CLASS = {Agreement.SAME, Agreement.NAME}


def raised(article: Article, outcome: Outcome) -> str | None:
    """What the program printed, where it ended in one of the article's errors; else None.

    The error may stand anywhere in the chain that was printed: what an article explains is often the cause of
    what came last. Standard error counts, or all output where only that shows the error (a test runner's report).
    """
    for printed in _outputs(outcome):
        if _shows(article, printed, failed=outcome.returncode != 0):
            return _bounded(printed)
    return None


def last_line(outcome: Outcome) -> str:
    """What a program said at its end: the exception it died of, else its last line, else its status."""
    for printed in _outputs(outcome):
        if errors := read(printed).errors:
            last = errors[-1][-1]
            return f"{last.type}: {last.message}"
    lines = (outcome.stderr.strip() or outcome.stdout.strip()).splitlines()
    return lines[-1] if lines else f"exit status {outcome.returncode}"


def _outputs(outcome: Outcome) -> Iterator[str]:
    if outcome.stderr.strip():
        yield outcome.stderr
    if outcome.stdout.strip():
        yield outcome.stdout + outcome.stderr


def _shows(article: Article, printed: str, failed: bool) -> bool:
    reading: Reading | None = None
    for form in article.front.errors:
        template = _template(form.message)
        if form.exception.startswith(LINE_PREFIXES):
            # A log line is written by programs that go on; what a command says counts when it fails.
            counts = failed or not form.exception.startswith("cli:")
            if counts and any(template.match(line.strip()) is not None for line in printed.splitlines()):
                return True
            continue
        if not failed:
            continue
        reading = reading or read(printed)
        for error in (one for chain in reading.errors for one in chain):
            if agreement(error.type, form.exception) in _SAME_CLASS and any(
                template.match(message) is not None for message in (error.message, core(error.message))
            ):
                return True
    return False


@lru_cache(4096)
def _template(message: str) -> Template:
    return Template.parse(message)


def _bounded(text: str) -> str:
    if len(text) <= _LONGEST_RECORD:
        return text
    return text[: _LONGEST_RECORD // 2] + "\n…\n" + text[-_LONGEST_RECORD // 2 :]
