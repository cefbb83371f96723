"""One file → the entries it holds: an authored article strictly, any other page leniently."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import bundles, shelf
from indexer import proof as proofs
from indexer.authored import is_authored
from indexer.problems import Problem, has_errors, problem
from indexer.readers import LONGEST_PAGE
from indexer.to_entry import to_entry
from kb.models import Entry


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


def digest(path: Path) -> str:
    """SHA-256 of a file and of the proof beside it. Raises OSError where the file can't be read."""
    content = hashlib.sha256(path.read_bytes())
    beside = proofs.path_beside(path)
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
    except OSError:
        return Loaded("", problems=(problem("KB112", str(path), 0),))
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
