"""Reading what people hand to the command: files and standard input, bounded."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, NoReturn

from kb.errors import CallError
from kb.tracebacks.decode import decode, mark_of

SLACK = 8
"""A JSON line may be this many times as long as the paste in it: its escapes, and some more."""
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


def bounded_lines(source: IO[bytes], longest: int) -> Iterator[bytes | None]:
    """The lines of an input as they come; None stands for one over `longest` bytes, which is never held whole."""
    while line := source.readline(longest + 1):
        if len(line) <= longest:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = source.readline(longest)
        yield None


def object_of(line: bytes) -> dict[str, Any]:
    """A line of JSON that holds an object, in whatever encoding. Raises ValueError saying what is wrong with it."""
    try:
        value = json.loads(decode(line), parse_constant=_no_constant)
    except json.JSONDecodeError as problem:
        raise ValueError(f"no JSON: {problem.msg} at column {problem.colno}") from None
    except RecursionError:
        raise ValueError("no JSON: it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"no JSON: it has no {name}")  # else it would come back in our answer, which others must read


def counted(number: int, one: str, many: str) -> str:
    """`1 entry`, `2 entries`."""
    return f"{number} {one if number == 1 else many}"


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
    return decode(kept) + CUT.format(count=left_out) + _decoded_tail(tail, half + left_out, mark_of(kept)), [notice]


def _decoded_tail(tail: bytes, start: int, mark: bytes) -> str:
    """The end of an input from byte `start` on, in the encoding of the mark that the input began with."""
    width = {2: 2, 4: 4}.get(len(mark), 1)  # bytes of a character in UTF-16 and UTF-32; the cut may be inside one
    return decode(mark + tail[-start % width :])
