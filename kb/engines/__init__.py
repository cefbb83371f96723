"""Which entries hold these words? Engines, opened by URL.

A new engine needs a class that does what `Engine` says, a line in `_OPENERS`, and to pass
`tests/test_engines.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kb.engines.base import Engine, EngineDocument, Hit
from kb.errors import SettingError

__all__ = ["Engine", "EngineDocument", "Hit", "open_engine", "root_of"]


def open_engine(url: str, *, create: bool = False) -> Engine:
    """The engine that a URL names: `memory:` (new and empty) or `whoosh:///folder`.

    `create` makes an index where there is none. Raises SettingError for a URL that names no engine,
    EngineUnavailable where the index is missing or damaged.
    """
    return _opener(url)(url, create)


def root_of(url: str) -> Path | None:
    """The folder in an engine's URL; None for one that keeps nothing on disk. Raises SettingError."""
    _opener(url)
    folder = url.partition(":///")[2]
    if not folder:
        return None
    # `whoosh:///C:/index` names a drive, any other folder starts at the root.
    return Path(folder if folder[1:2] == ":" else f"/{folder}")


def _open_memory(url: str, create: bool) -> Engine:
    from kb.engines.memory import MemoryEngine

    return MemoryEngine()


def _open_whoosh(url: str, create: bool) -> Engine:
    from kb.engines.whoosh import WhooshEngine

    folder = root_of(url)
    if folder is None:
        raise SettingError(f"engine_url {url!r} names no folder", "write whoosh:///folder")
    return WhooshEngine(folder, create=create)


_OPENERS: dict[str, Callable[[str, bool], Engine]] = {"memory": _open_memory, "whoosh": _open_whoosh}


def _opener(url: str) -> Callable[[str, bool], Engine]:
    scheme = url.partition(":")[0]
    try:
        return _OPENERS[scheme]
    except KeyError:
        known = ", ".join(f"{name}:" for name in _OPENERS)
        raise SettingError(f"engine_url {url!r} names no engine", f"known are {known}") from None
