"""One file → the entries it holds: an authored article strictly, any other page leniently."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import bundles, dumps, shelf
from indexer import proof as proofs
from indexer.authored import is_authored
from indexer.problems import Problem, has_errors, problem
from indexer.readers import LONGEST_PAGE
from indexer.to_entry import to_entry
from kb.models import Entry

PORTION = 500
"""Entries of a dump that are one document of the store."""
MOST_PROBLEMS = 20
"""Problems of a dump that are kept: what is wrong with many of its pages is wrong with all of them."""
_PART = re.compile(r"(?P<dump>.+)#\d{4,}", re.S)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds. `sha256` covers all that the entries depend on: the file, and its proof."""

    sha256: str
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    loose: bool = False

    @property
    def rejected(self) -> bool:
        """Whether something is so wrong with the file that nothing of it is used."""
        return not self.entries and has_errors(self.problems)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What a run tells of a file that is used: the problems of a loose page, whose author runs no lint."""
        return self.problems if self.loose and not self.rejected else ()


def file_of(document: str) -> str:
    """The name of the file that a document of the store came from: a part of a dump is named after the dump."""
    found = _PART.fullmatch(document)
    return found["dump"] if found else document


def digest(path: Path) -> str:
    """SHA-256 of a file and of what belongs to it: the proof of an article, the comments of a dump of issues.

    Raises OSError where the file can't be read.
    """
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256")
    beside = proofs.path_beside(path)
    if (comments := dumps.beside(path)) is not None:
        content.update(b"\0comments\0" + comments.read_bytes())
    if path.suffix == ".md" and beside.is_file():
        content.update(b"\0proof\0" + beside.read_bytes())
    return content.hexdigest()


def load(path: Path, name: str, source: str) -> Loaded:
    """The entries of the file at `path`; `name` is what it is called inside its source.

    Never raises for what the file holds; what is wrong with it is in `problems`.
    """
    try:
        limit = bundles.MOST_BYTES if bundles.is_bundle(name) else LONGEST_PAGE
        if path.stat().st_size > limit:
            return Loaded("", problems=(problem("KB601", name, 0, limit=limit),))
        sha256, data = digest(path), path.read_bytes()
    except OSError as refused:
        return Loaded("", problems=(problem("KB113", str(path), 0, reason=refused.strerror or refused),))
    if path.suffix.lower() == ".md" and is_authored(data.decode("utf-8", "replace")):
        return _authored(path, name, source, sha256)
    return _loose(path, name, source, sha256, data)


def _authored(path: Path, name: str, source: str, sha256: str) -> Loaded:
    article, found = shelf.load(path)
    if article is None or article.front.status == "draft":
        return Loaded(sha256, problems=tuple(found))
    proof, damaged = proofs.read(proofs.path_beside(path))
    return Loaded(sha256, (replace(to_entry(article, proof, source), file=name),), (*found, *damaged))


def _loose(path: Path, name: str, source: str, sha256: str, data: bytes) -> Loaded:
    from indexer.loose import read_page

    entries, problems = read_page(data, name, source)
    return Loaded(sha256, entries, problems, loose=True)


def load_parts(path: Path, name: str, source: str, told: Callable[[int], None]) -> Iterator[tuple[str, Loaded]]:
    """The documents that the file at `path` is kept as, each by its name: itself, or, of a dump, `name#0001` and so on
    with some hundred entries each, and behind them the dump itself without any.

    So no more of a dump is in memory than one such part, and that it was read whole shows in its own document. `told`
    is called with the number of records that were read. Never raises for what the file holds.
    """
    if dumps.kind_of(path) is None:
        yield name, load(path, name, source)
        return
    try:
        sha256 = digest(path)
        problems: list[Problem] = []
        for number, entries in enumerate(_portions(path, name, source, problems, told), 1):
            yield f"{name}#{number:04}", Loaded(sha256, entries, loose=True)
        yield name, Loaded(sha256, (), tuple(problems), loose=True)
    except (OSError, dumps.DumpDamaged) as error:
        yield name, Loaded("", problems=(problem("KB603", name, 0, reason=error),))


def _portions(
    path: Path, name: str, source: str, problems: list[Problem], told: Callable[[int], None]
) -> Iterator[tuple[Entry, ...]]:
    """The entries of a dump, some hundred at a time; the first of its problems go into `problems`."""
    from indexer.dumps import reading

    held: list[Entry] = []
    for topic in reading.topics(path, told):
        entries, found = reading.read(topic, name, source)
        held += entries
        # One page that can't be read keeps nothing else out.
        problems += [replace(one, level="warning") for one in found[: MOST_PROBLEMS - len(problems)]]
        if len(held) >= PORTION:
            yield tuple(held)
            held = []
    if held:
        yield tuple(held)
