"""A glance instead of a look: did anything change since the sources were read last?

Every `kb` command asks this first, so it opens no article and imports little: it compares names, sizes and
times of files, the store's generation and the version of the rules with what the last run wrote down.
"""

from __future__ import annotations

import json
import os

from indexer import sources
from indexer.rules import rules_version
from kb.engines import generations
from kb.errors import StoreMissing, StoreOutdated
from kb.settings import Settings
from kb.store import Store

MARKS = "sources.json"
"""File in the data folder; losing it costs one reading of all sources."""


def is_current(settings: Settings) -> bool:
    """Whether the knowledge base is there and its sources look as they did when they were read.

    Raises UnavailableError where the store is there and can't be used.
    """
    now = _now(settings)
    try:
        return now is not None and now == json.loads((settings.data_dir / MARKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False


def mark(settings: Settings) -> None:
    """Writes down how the sources look; called under the lock, after they were read."""
    path = settings.data_dir / MARKS
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(_now(settings)), encoding="utf-8")
    fresh.replace(path)


def _now(settings: Settings) -> dict[str, str] | None:
    """How everything looks now; None where there is no complete knowledge base."""
    looked_at = sources.configured(settings)
    try:
        with Store.open(settings.database_url) as store:
            known = {source.id for source in looked_at}
            looked_at += [one for one in store.sources() if one.id not in known and one.kind == sources.REGISTERED]
            generation = store.generation()
    except (StoreMissing, StoreOutdated):
        return None  # the command makes or migrates it
    if not engine_is_there(settings.engine_url, generation.number):
        return None
    return {
        "index": _listing(settings.engine_url, generation.number),
        "database": settings.database_url,
        "engine": settings.engine_url,
        "generation": f"{generation.number} {generation.rules}",
        "stamp": sources.stamp(looked_at, rules_version()),
    }


def _listing(url: str, generation: int) -> str:
    """The files of a generation's full-text index by name and size, in which damage shows: it is never changed."""
    folder = generations.folder_for(url, generation)
    if folder is None:
        return ""
    try:
        with os.scandir(folder) as files:
            return " ".join(sorted(f"{file.name}:{file.stat().st_size}" for file in files))
    except OSError as problem:
        return type(problem).__name__


def engine_is_there(url: str, generation: int) -> bool:
    """Whether the full-text index of a generation is there; always so for one that keeps nothing on disk."""
    folder = generations.folder_for(url, generation)
    return folder is None or os.access(folder, os.F_OK)  # Path.exists raises where a folder above it is closed to us
