"""One file → the entries it holds: an authored article strictly, any other page leniently."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from indexer import proof as proofs
from indexer import shelf
from indexer.authored import is_authored
from indexer.problems import Problem, has_errors, problem
from indexer.to_entry import to_entry
from kb.models import Entry

LONGEST_FILE = 16 << 20
"""Bytes of a file that is read at all; a longer one is no page that a person wrote."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file holds. `sha256` covers all that the entries depend on: the file, and its proof."""

    sha256: str
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether something is so wrong with the file that nothing of it is used."""
        return not self.entries and has_errors(self.problems)


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
        if path.stat().st_size > LONGEST_FILE:
            return Loaded("", problems=(problem("KB111", str(path), 0, limit=LONGEST_FILE),))
        sha256, data = digest(path), path.read_bytes()
    except OSError:
        return Loaded("", problems=(problem("KB112", str(path), 0),))
    if path.suffix.lower() == ".md" and is_authored(data[:LONGEST_FILE].decode("utf-8", "replace")):
        return _authored(path, name, source, sha256)
    return _loose(path, name, source, sha256, data)


def _authored(path: Path, name: str, source: str, sha256: str) -> Loaded:
    article, found = shelf.load(path)
    if article is None or article.front.status == "draft":
        return Loaded(sha256, problems=tuple(found))
    proof, damaged = proofs.read(proofs.path_beside(path))
    return Loaded(sha256, (replace(to_entry(article, proof, source), file=name),), (*found, *damaged))


def _loose(path: Path, name: str, source: str, sha256: str, data: bytes) -> Loaded:
    from indexer.loose import entries_of

    return Loaded(sha256, entries_of(data, name, source))
