"""A zip of pages → its pages. Nothing is unpacked to disk, and what it claims of sizes is not believed."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from indexer.readers import LONGEST_PAGE, SUFFIXES

MOST_MEMBERS = 5000
MOST_BYTES = 64 << 20
"""Bytes of all pages of an archive together, unpacked; what comes behind them is left out."""


@dataclass(frozen=True, slots=True)
class Member:
    """A page of an archive, or, where it isn't read, the `refusal` that says why."""

    name: str
    data: bytes = b""
    refusal: str = ""


def is_bundle(name: str) -> bool:
    """Whether a file of that name is an archive."""
    return name.lower().endswith(".zip")


def members(data: bytes) -> Iterator[Member]:
    """The pages of an archive, in its order. A damaged archive gives what can be read of it and a refusal."""
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:MOST_MEMBERS]:
                path = PurePosixPath(info.filename)
                if info.is_dir() or path.suffix.lower() not in SUFFIXES:
                    continue
                member = _member(archive, info, path)
                total += len(member.data)
                if total > MOST_BYTES:
                    yield Member(info.filename, refusal="the archive holds too much")
                    return
                yield member
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, zlib.error, ValueError) as error:
        yield Member("", refusal=str(error))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: PurePosixPath) -> Member:
    if path.is_absolute() or ".." in path.parts or "\\" in info.filename or ":" in info.filename:
        return Member(info.filename, refusal="its path leads out of the archive")
    if info.flag_bits & 1:
        return Member(info.filename, refusal="it is encrypted")
    with archive.open(info) as file:
        data = file.read(LONGEST_PAGE + 1)
    if len(data) > LONGEST_PAGE:
        return Member(info.filename, refusal="it is too long")
    return Member(info.filename, data)
