"""Values kept on disk in the order in which they came, to be gone through as often as needed: there may be more of
them than memory holds. The file is nameless and the program's own, so that nobody else's bytes are ever unpickled."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
_IN_MEMORY = 16 << 20
"""Bytes that are not worth a file."""


class Spool(Generic[T]):
    """Values of one kind, on disk. Not to be appended to while somebody goes through it."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, prefix="kb-spool-")  # noqa: SIM115  # see `close`
        self._starts: list[int] = []

    def append(self, value: T) -> None:
        """Keeps one more value."""
        self._starts.append(self._file.seek(0, 2))
        pickle.dump(value, self._file, pickle.HIGHEST_PROTOCOL)

    def cut(self, count: int) -> None:
        """Forgets all but the first `count` values."""
        if count < len(self._starts):
            self._file.truncate(self._starts[count])
            del self._starts[count:]

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[T]:
        self._file.seek(0)
        for _ in self._starts:
            yield pickle.load(self._file)  # noqa: S301  # nobody else can write to it

    def __contains__(self, value: object) -> bool:
        return any(one == value for one in self)

    def close(self) -> None:
        """Forgets the values."""
        self._file.close()
