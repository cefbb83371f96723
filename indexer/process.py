"""Running one child process with its time and its output bounded."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

OUTPUT_BYTES = 1024 * 1024
"""What is kept of each stream; of a longer one its head and its tail."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended. A negative `returncode` is the signal that ended it; `seconds` is wall time."""

    returncode: int
    stdout: str
    stderr: str
    timed_out: bool
    seconds: float


def run(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path | None,
    seconds: float,
    keep: int = OUTPUT_BYTES,
) -> Outcome:
    """Run `argv` with nothing on its standard input, killing its whole process group after `seconds`.

    Raises OSError where the program can't be started at all.
    """
    start = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - no shell, and what runs is the caller's choice
        list(argv),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        out, err = _Tail(child.stdout, keep), _Tail(child.stderr, keep)
        timed_out = False
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            timed_out = True
        finally:
            # Also after a normal end (and after Ctrl-C): a grandchild left behind would hold the pipes open.
            _kill(child.pid)
        child.wait()
        return Outcome(child.returncode, out.text(), err.text(), timed_out, time.monotonic() - start)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


class _Tail:
    """Drains a stream in a thread of its own, keeping its first and its last half of `keep` bytes."""

    def __init__(self, stream: IO[bytes] | None, keep: int) -> None:
        assert stream is not None
        self._stream = stream
        self._half = keep // 2
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._kept = 0
        self._dropped = 0
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        while chunk := os.read(self._stream.fileno(), 65536):
            room = self._half - len(self._head)
            self._head += chunk[:room]
            if rest := chunk[room:]:
                self._tail.append(rest)
                self._kept += len(rest)
            while self._tail and self._kept - len(self._tail[0]) >= self._half:
                self._dropped += len(self._tail[0])
                self._kept -= len(self._tail.popleft())

    def text(self) -> str:
        self._thread.join(timeout=10)  # a daemon that fled the group may hold the pipe; its words are not waited for
        gap = f"\n… {self._dropped} bytes left out …\n".encode() if self._dropped else b""
        return (bytes(self._head) + gap + b"".join(list(self._tail))).decode("utf-8", "replace").replace("\r\n", "\n")
