"""Reading what people hand to the command: files and standard input, bounded."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from kb.errors import CallError
from kb.tracebacks.decode import decode

CUT = "\n[… {count} bytes left out …]\n"
"""Stands between the head and the tail of an input over the limit."""


def read_paste(name: str, limit: int) -> tuple[str, list[str]]:
    """The text of a file (`-`: standard input) and notices about it.

    Of an input over `limit` bytes the head and the tail are kept, half the limit each: the error of a long
    log stands at its end, what led to it at its start. Raises CallError where the file can't be read.
    """
    if name == "-":
        return _read("standard input", sys.stdin.buffer, limit)
    path = Path(name)
    try:
        with path.open("rb") as file:
            return _read(name, file, limit)
    except IsADirectoryError:
        raise CallError(f"{name} is a folder", "name a file, or - for standard input") from None
    except FileNotFoundError:
        raise CallError(f"no file {name}", "check the path, or use - for standard input") from None
    except OSError as problem:
        raise CallError(f"can't read {name}: {problem.strerror}", "check its permissions") from problem


def read_page(name: str) -> bytes:
    """The bytes of an article's file; of one that is longer than any article (a device never ends) just enough for
    its reader to say so. Raises OSError where the file can't be read."""
    from indexer import bundles
    from indexer.readers import LONGEST_PAGE

    longest = bundles.MOST_BYTES if bundles.is_bundle(name) else LONGEST_PAGE
    with Path(name).open("rb") as file:
        return file.read(longest + 1)


def _read(name: str, file: BinaryIO, limit: int) -> tuple[str, list[str]]:
    head = file.read(limit + 1)
    if len(head) <= limit:
        return decode(head), []
    half = limit // 2
    kept, left_out = head[:half], len(head) - half
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode):
        left_out = status.st_size - 2 * half
        file.seek(-half, os.SEEK_END)
        tail = file.read(half)
    else:
        tail = head[half:]
        while chunk := file.read(1 << 16):
            left_out += len(chunk)
            tail = (tail + chunk)[-half:]
        left_out -= len(tail)
    notice = f"{name} is longer than {limit} bytes; its first and last {half} bytes were read"
    return decode(kept) + CUT.format(count=left_out) + decode(tail), [notice]
