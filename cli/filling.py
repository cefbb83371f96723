"""Filling the knowledge base before a command needs it, with a word on standard error when it takes time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from indexer import sources
from indexer.freshness import is_current
from kb.errors import UnavailableError
from kb.settings import Settings

if TYPE_CHECKING:
    from indexer.pipeline import Progress


def refresh_quietly(settings: Settings) -> None:
    """Fills or refreshes where something changed. What can't be refreshed (a read-only folder, another
    process at it, a full disk) but can be read is used as it is; raises UnavailableError where there is nothing."""
    for source in sources.configured(settings):
        if not sources.exists(source):
            print(f"kb: {source.location} is not there; check articles_dir (KB_ARTICLES_DIR)", file=sys.stderr)
    if is_current(settings):
        return
    from indexer.pipeline import refresh

    try:
        with progress_bar("Indexing articles") as progress:
            report = refresh(settings, progress)
    except UnavailableError as problem:
        if not _readable(settings):
            raise
        print(f"kb: the articles changed and can't be indexed now: {problem}", file=sys.stderr)
        return
    for path, reason in report.rejected if report else ():
        print(f"kb: {path} was left out: {reason}", file=sys.stderr)


@contextmanager
def progress_bar(label: str) -> Iterator[Progress | None]:
    """A progress bar on standard error, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total, name: bar.update(
            task, completed=done, total=total, description=f"{label} {name}"[:60]
        )


def _readable(settings: Settings) -> bool:
    from kb.store import Store

    try:
        Store.open(settings.database_url).close()
    except UnavailableError:
        return False
    return True
