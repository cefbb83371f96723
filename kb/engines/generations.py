"""Engine folders, one a generation: `index/<number>/`, whole before the store's generation names it.

A run prepares a folder under a temporary name, fills it, installs it, and only then publishes. A run
that was killed leaves a folder that nobody reads; the next one clears it away. All of this happens under
the `kb` command's file lock. An engine that isn't kept on disk (`memory:`) has no folders.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

from kb.engines import open_engine, root_of
from kb.engines.base import Engine
from kb.errors import EngineUnavailable

_BUILDING = "building-"


def folder_for(url: str, generation: int) -> Path | None:
    """Where a generation's index lies; None for an engine without folders."""
    root = root_of(url)
    return None if root is None else root / str(generation)


def open_generation(url: str, generation: int) -> Engine:
    """The engine of a generation, for reading. Raises EngineUnavailable. For `memory:` it is empty: the
    caller fills it."""
    folder = folder_for(url, generation)
    return open_engine(url if folder is None else url_of(url, folder))


def url_of(url: str, folder: Path) -> str:
    """The URL of the same engine in another folder."""
    return f"{url.partition(':')[0]}:///{folder.as_posix().lstrip('/')}"


def prepare(url: str, from_generation: int | None = None) -> Path | None:
    """A folder under a temporary name: a copy of a generation's to be changed, or an empty one where
    that is None or gone. None for an engine without folders."""
    root = root_of(url)
    if root is None:
        return None
    try:
        root.mkdir(parents=True, exist_ok=True)
        for left in root.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        temporary = Path(mkdtemp(prefix=_BUILDING, dir=root))
        # As the umask has it: another user may serve what this one indexes.
        temporary.chmod(root.stat().st_mode & 0o777)
        if from_generation is not None and (root / str(from_generation)).is_dir():
            shutil.copytree(root / str(from_generation), temporary, dirs_exist_ok=True)
    except OSError as problem:
        raise EngineUnavailable(f"{root} can't be written: {problem}", "set engine_url or data_dir") from problem
    return temporary


def install(temporary: Path, generation: int) -> Path:
    """Gives a finished folder its generation's name, after its files have reached the disk. A folder of that
    name is one that a killed run left: no generation has named it yet."""
    target = temporary.parent / str(generation)
    try:
        if target.exists():
            shutil.rmtree(target)
        for file in temporary.iterdir():
            _flush(file)
        temporary.rename(target)
        _flush(temporary.parent)
    except OSError as problem:
        raise EngineUnavailable(
            f"{target} can't be written: {problem}", "check the disk, then run it again"
        ) from problem
    return target


def prune(url: str, generation: int) -> None:
    """Removes the folders of generations other than this one and the one before, in which readers may
    still be."""
    root = root_of(url)
    if root is None or not root.is_dir():
        return
    for folder in root.iterdir():
        if folder.name.isdecimal() and int(folder.name) not in (generation, generation - 1):
            shutil.rmtree(folder, ignore_errors=True)


def _flush(path: Path) -> None:
    """Whoosh doesn't: after a power failure the store could name an index that never reached the disk."""
    if os.name != "posix" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
