"""Where articles come from: the configured folders and those that were registered, and what lies in them.

Each source is known by its place (`shipped` for our own), so that an upgrade, an edited file or another
folder touch only what they should.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from indexer import dumps
from kb.errors import CallError
from kb.settings import SHIPPED, Settings, shipped_articles
from kb.store import Source

SUFFIXES = frozenset({".html", ".htm", ".md", ".markdown", ".txt", ".text", ".rst", ".ipynb", ".zip"})
"""Endings of files that may hold articles; what is `.xml` or `.json` may be a dump of them, as its head tells."""

CONFIGURED, REGISTERED = "configured", "registered"
"""Kinds of source: named by the settings (and gone when they no longer name it), or by `kb index PATH`."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a source: its name inside the source (with `/`), and where it is."""

    name: str
    path: Path


def configured(settings: Settings) -> list[Source]:
    """The sources that the settings name; of two that hold one id the later is served."""
    found = []
    for position, place in enumerate(dict.fromkeys(settings.articles_dir)):
        if place == SHIPPED:
            found.append(Source(SHIPPED, str(shipped_articles()), CONFIGURED, position))
        else:
            path = str(Path(place).expanduser().absolute())
            found.append(Source(path, path, CONFIGURED, position))
    return found


def named(paths: Sequence[str], known: Sequence[Source]) -> list[Source]:
    """The sources that paths of a command name, registered behind all `known` ones where they are new.

    Raises CallError for a path that doesn't exist, unless it is a known source (whose folder is gone).
    """
    by_place = {source.location: source for source in known} | {source.id: source for source in known}
    position = max((source.position for source in known), default=-1)
    found = []
    for given in paths:
        place = str(Path(given).expanduser().absolute())
        source = by_place.get(given) if given == SHIPPED else by_place.get(place)
        if source is None:
            if not os.access(place, os.F_OK):
                raise CallError(f"{given} doesn't exist", "name an article or a folder of articles")
            position += 1
            source = Source(place, place, REGISTERED, position)
        found.append(source)
    return found


def exists(source: Source) -> bool:
    """Whether the source's folder or file is there (it may be on a disk that is not mounted)."""
    return os.access(source.location, os.F_OK)  # Path.exists raises where a folder above it is closed to us


def files(source: Source) -> Iterator[File]:
    """The files of a source that can hold articles, in the order of their names; hidden ones are left out."""
    root = Path(source.location)
    if may_be_file(root):
        yield File(root.name, root)
        return
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            one for one in folders if not one.startswith(".") and one not in ("node_modules", "__pycache__")
        )
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith(".") and may_be_file(path) and _may_hold_articles(path):
                yield File(path.relative_to(root).as_posix(), path)


def _may_hold_articles(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES or dumps.kind_of(path) is not None


def may_be_file(path: Path) -> bool:
    """Whether it is a file, or can't be told because it may not be looked at: who reads it will say so."""
    try:
        return path.is_file()
    except OSError:
        return True


def stamp(sources: Iterable[Source], rules: str) -> str:
    """A cheap digest of what lies in the sources (names, sizes, times), to see that nothing changed.

    Proofs count too: they are part of what an entry says.
    """
    digest = hashlib.sha256(rules.encode())
    for source in sources:
        digest.update(f"\0{source.id}\0{source.location}\0{source.kind}\0{source.position}".encode())
        for path, status in _looks(source.location):
            digest.update(f"\0{path}\0{status.st_size}\0{status.st_mtime_ns}".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _looks(place: str) -> Iterator[tuple[str, os.stat_result]]:
    """How all files below a folder look, or the one file; nothing of what can't be looked at, or is gone by now."""
    try:
        with os.scandir(place) as found:
            listed = sorted(found, key=lambda one: one.name)
    except NotADirectoryError:
        with suppress(OSError):
            yield place, Path(place).stat()
        return
    except OSError:
        return
    for entry in listed:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _looks(entry.path)
            continue
        with suppress(OSError):
            if entry.is_file():
                yield entry.path, entry.stat()
