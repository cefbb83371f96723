"""The two ways to a knowledge base: a kept child `kb serve --stdio`, and a server's URL.

Both block for as long as the other side likes; `client` bounds that. They raise Unavailable or Refused, or whatever the
operating system raises. What is only needed with an error is imported with the first one.
"""

from __future__ import annotations

import os

from tracekb_client.errors import Refused, Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import Popen
    from typing import IO, Any

LONGEST = 8 * 1024 * 1024
"""Bytes of an answer that are read; a real one has thousands."""


class Child:
    """One `kb serve --stdio`, started at the first question."""

    where = ""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: Popen[bytes] | None = None
        self._number = 0
        self._answered = False

    @property
    def preparing(self) -> bool:
        """Whether the child hasn't answered yet. It may be filling the knowledge base, which takes its time once."""
        return self._process is not None and not self._answered

    def lookup(self, request: dict[str, Any]) -> dict[str, Any]:
        """The lookup body."""
        process = self._process = self._process or _start(self._command)
        self._number += 1
        try:
            answer = self._exchange(process, {"id": self._number, "op": "lookup", **request})
        except Unavailable:  # who doesn't keep to the protocol once is in no known state
            self.kill()
            self.close()
            raise
        self._answered = True
        error = answer.get("error")
        if isinstance(error, dict):
            raise Refused(f"kb: {error.get('message')}"[:300])
        return answer

    def _exchange(self, process: Popen[bytes], request: dict[str, Any]) -> dict[str, Any]:
        import json

        assert process.stdin is not None
        assert process.stdout is not None
        name = f"`{self._command[0]} serve --stdio`"
        try:
            _write(process.stdin, json.dumps(request).encode() + b"\n")
            line = _read_line(process.stdout)
        except (OSError, ValueError):  # ended, or closed by who gave up on it
            line = b""
        if not line:
            raise Unavailable(f"{name} ended without an answer; `kb stats` tells why")
        answer = _object(line)
        if answer.get("id") != request["id"]:
            raise Unavailable(f"{name} doesn't answer as kb does")
        return answer

    def kill(self) -> None:
        """Ends the child, whatever it is doing; a thread that waits for its answer wakes up."""
        import signal
        from subprocess import TimeoutExpired

        process = self._process
        if process is None or process.poll() is not None:
            return
        try:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)  # its group: the command may be a script around kb
            else:
                process.kill()
            process.wait(2)
        except (OSError, TimeoutExpired):
            pass  # it ended by itself, or the operating system takes its time

    def close(self) -> None:
        """Lets go of a child that was ended, once no thread reads from it any more."""
        process, self._process, self._answered = self._process, None, False
        if process is not None:
            _close(process)

    def disown(self) -> None:
        """Forgets the child without ending it. It ends with its input, when it is done with what it does."""
        process, self._process, self._answered = self._process, None, False
        if process is not None:
            process.returncode = 0  # else Popen warns that it was never waited for
            _close(process)


class Server:
    """A server, asked over HTTP. No proxy is used and no redirect followed: a paste goes to the address that was set
    on purpose, or nowhere."""

    preparing = False

    def __init__(self, url: str, timeout: float) -> None:
        self.where = url.rstrip("/")
        self._timeout = timeout

    def lookup(self, request: dict[str, Any]) -> dict[str, Any]:
        """The lookup body."""
        import json
        from http.client import HTTPConnection, HTTPException, HTTPSConnection
        from urllib.parse import urlsplit

        parts = urlsplit(self.where)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self._timeout)
        try:
            connection.request(
                "POST",
                f"{parts.path}/api/v1/lookup",
                json.dumps(request).encode(),
                {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "tracekb-client"},
            )
            response = connection.getresponse()
            body = response.read(LONGEST)
        except (OSError, HTTPException) as problem:
            raise Unavailable(f"no answer from {self.where}: {str(problem) or type(problem).__name__}") from problem
        finally:
            connection.close()
        if response.status in (413, 422):
            raise Refused(f"{self.where} refused the paste with status {response.status}")
        if response.status != 200:
            raise Unavailable(f"{self.where} answered with status {response.status}")
        return _object(body)

    def close(self) -> None:
        """Nothing is kept between two questions."""

    kill = disown = close


def _start(command: tuple[str, ...]) -> Popen[bytes]:
    import shutil
    import subprocess

    program = shutil.which(command[0])
    # On Windows the current folder is searched first, and answers with a relative path. It is never where kb lives.
    if program is None or not (os.path.isabs(program) or os.path.dirname(command[0])):  # noqa: PTH117, PTH120
        raise Unavailable(
            f"the command {command[0]!r} isn't on the PATH; `pipx install tracekb` brings it, "
            "or TRACEKB_URL names a server"
        )
    # The host's Python settings would reach kb's own Python: a PYTHONPATH with a folder `web` in it, a PYTHONHOME.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment["TRACEKB_OFF"] = "1"  # a knowledge base that crashes doesn't look itself up
    return subprocess.Popen(
        [program, *command[1:], "serve", "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,  # a buffer has a lock, and after a fork whatever was in it
        env=environment,
        start_new_session=True,  # Ctrl-C is for the host
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _write(pipe: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[pipe.write(view) :]


def _read_line(pipe: IO[bytes]) -> bytes:
    """Up to a line break; nothing where the pipe ended before it."""
    parts: list[bytes] = []
    length = 0
    while length < LONGEST:
        part = pipe.read(65536)
        if not part:
            return b""
        line, found, _ = part.partition(b"\n")
        parts.append(line)
        length += len(line)
        if found:
            break
    return b"".join(parts)


def _close(process: Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _object(data: bytes) -> dict[str, Any]:
    import json

    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Unavailable("the answer is no JSON object; is it a knowledge base that was asked?")
    return value
