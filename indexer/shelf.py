"""Articles on disk: which files below a path are authored articles, and reading one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from indexer.article import Article
from indexer.authored import LONGEST, is_authored, parse
from indexer.problems import Problem, problem
from indexer.sources import may_be_file
from kb.errors import CallError

_LONGEST_BYTES = LONGEST * 4


def find(paths: Iterable[str | Path]) -> list[Path]:
    """The articles that the paths name: a file itself, of a folder every authored `.md` file below it.

    Loose pages in a folder (no front matter of ours) are left out, and so is all below hidden folders.
    Raises CallError for a path that doesn't exist.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            for file in sorted(path.rglob("*.md")):
                hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
                if not hidden and may_be_file(file) and _looks_authored(file):
                    found[file] = None
        elif path.is_file():
            found[path] = None
        else:
            raise CallError(f"{path} doesn't exist", "name an article or a folder of articles")
    return list(found)


def ids(folder: Path) -> set[str]:
    """The ids of the articles in a folder, by their paths alone; nothing is read."""
    return {f"{path.parent.name}/{path.stem}" for path in folder.glob("*/*.md")}


def load(path: Path) -> tuple[Article | None, list[Problem]]:
    """The article in that file, and its problems; a file that can't be read is a problem, too."""
    try:
        if path.stat().st_size > _LONGEST_BYTES:
            return None, [problem("KB111", str(path), 0, limit=LONGEST)]
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None, [problem("KB112", str(path), 0)]
    except OSError as refused:
        return None, [problem("KB113", str(path), 0, reason=refused.strerror or refused)]
    return parse(path, text)


def _looks_authored(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_authored(file.read(_LONGEST_BYTES).decode("utf-8", "replace"))
    except OSError:
        return True  # so that `load` can say what is wrong with it
