"""The Python files of an installed package, found without importing it.

A package is named as it is installed (`scikit-learn`), as it is imported (`sklearn`, `sqlalchemy.orm`), or `python`
for the standard library.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple

from indexer.harvest_words import words
from kb.errors import CallError
from kb.libraries import PYTHON

MOST_FILES = 20_000
LARGEST_FILE = 4_000_000
"""Bytes; what is larger was made by a program."""

_SECONDS = 20


class SourceFile(NamedTuple):
    """A file of a package: the module it is, its name below the folder that packages lie in, and where it is."""

    module: str
    is_package: bool
    name: str
    path: Path

    def read(self) -> bytes:
        """The source; empty where it can't be read or is too large."""
        try:
            return self.path.read_bytes() if self.path.stat().st_size <= LARGEST_FILE else b""
        except OSError:
            return b""


def search_path(interpreter: str) -> list[str]:
    """Where another Python looks for packages. Raises CallError where it can't be asked."""
    ask = "import json, sys; print(json.dumps(sys.path))"
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter that the user named
            [interpreter, "-I", "-c", ask], capture_output=True, check=True, timeout=_SECONDS, text=True
        )
        return [str(folder) for folder in json.loads(done.stdout)]
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        raise CallError(f"{interpreter} can't be asked for its packages", "name a Python interpreter") from problem


def files(package: str, path: Sequence[str] | None = None) -> list[SourceFile]:
    """All files of a package, by name, at most `MOST_FILES`. `path` is where to look, by default as this Python does.

    Raises CallError where nothing of that name is installed.
    """
    looked_in = list(sys.path if path is None else path)
    if package == PYTHON:
        found = list(_standard_library(looked_in))
    else:
        found = list(_distributed(package, looked_in)) or list(_imported(package, looked_in))
    if not found:
        raise CallError(
            f"no installed package or module {package!r} with Python files",
            "install it beside kb, or name the Python that has it with --interpreter",
        )
    return sorted(found[:MOST_FILES], key=lambda file: file.name)


def _distributed(package: str, path: list[str]) -> Iterator[SourceFile]:
    """What a distribution's own list names; nothing for one that is installed as a link to its sources."""
    # An empty name would mean any distribution.
    found = next(iter(metadata.distributions(name=package, path=path)), None) if package else None
    for file in (found.files or ()) if found else ():
        if file.suffix == ".py" and ".." not in file.parts and found is not None:
            yield from _file(Path(str(found.locate_file(file))), file.parts)


def _imported(module: str, path: list[str]) -> Iterator[SourceFile]:
    """What importing a name would find, looked up part by part, since asking for `a.b` at once imports `a`."""
    parts = module.split(".")
    folders: list[str] = path
    for depth, part in enumerate(parts):
        spec = PathFinder.find_spec(part, folders) if part.isidentifier() else None
        if spec is None:
            return
        if spec.submodule_search_locations is None:
            if depth == len(parts) - 1 and spec.origin and spec.origin.endswith(".py"):
                yield from _file(Path(spec.origin), (*parts[:-1], f"{part}.py"))
            return
        folders = list(spec.submodule_search_locations)
    for folder in folders:
        yield from _below(Path(folder), tuple(parts))


def _standard_library(path: Iterable[str]) -> Iterator[SourceFile]:
    home = next((Path(folder) for folder in path if Path(folder, "os.py").is_file()), None)
    if home is not None:
        yield from _below(home, ())


def _below(folder: Path, above: tuple[str, ...]) -> Iterator[SourceFile]:
    count = 0
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - set(words("not_the_package")))
        inside = Path(root).relative_to(folder).parts
        for name in sorted(names):
            if name.endswith(".py"):
                yield from _file(Path(root, name), (*above, *inside, name))
                count += 1
        if count >= MOST_FILES:
            return


def _file(path: Path, parts: Sequence[str]) -> Iterator[SourceFile]:
    *folders, name = parts
    stem = name.removesuffix(".py")
    if any(part in words("not_the_package") for part in (*folders[1:], stem)) or stem.startswith("test_"):
        return
    is_package = stem == "__init__"
    yield SourceFile(".".join(folders if is_package else [*folders, stem]), is_package, "/".join(parts), path)
