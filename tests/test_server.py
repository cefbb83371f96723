"""The real server, as a process: several workers, bodies without a length, Ctrl-C, strangers' folders."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kb.errors import CallError
from tests.web_support import HEADLINE, HEADLINE_ID, filled, settings_in
from web import server as web_server

ROOT = Path(__file__).resolve().parent.parent
START = """
import sys
sys.path.insert(0, {root!r})
from kb.settings import load
from web.server import serve
serve(load({flags!r}, {{}}))
"""
HOSTILE = "raise SystemExit('a stranger was imported: ' + __name__)"
LIMIT = 20_000
PATIENCE_SECONDS = 60


@dataclass
class Running:
    process: subprocess.Popen[str]
    port: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def get(self, path: str) -> tuple[int, bytes]:
        connection = self.connect()
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def post(self, body: object, head: dict[str, str]) -> tuple[int, bytes]:
        connection = self.connect()
        chunked = not isinstance(body, bytes)
        connection.request("POST", "/api/v1/lookup", body=body, headers=head, encode_chunked=chunked)  # type: ignore[arg-type]
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, answer


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("server")
    filled(folder)
    started = start(folder)
    yield started
    stop(started, signal.SIGTERM)


def start(folder: Path) -> Running:
    """A server of two workers, started in a folder that holds packages named like ours."""
    strangers = folder / "strangers"
    for name in ("web", "kb", "cli", "indexer", "granian", "flask"):
        (strangers / name).mkdir(parents=True, exist_ok=True)
        (strangers / name / "__init__.py").write_text(HOSTILE)
        (strangers / name / "app.py").write_text(HOSTILE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = {"data_dir": str(folder / "data"), "articles_dir": str(folder / "articles"), "port": port, "workers": 2}
    script = folder / "start.py"
    script.write_text(START.format(root=str(ROOT), flags={**flags, "max_paste_bytes": LIMIT}))
    process = subprocess.Popen(
        [sys.executable, str(script)], cwd=strangers, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    running = Running(process, port)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            assert running.get("/readyz")[0] == 200
            return running
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                process.kill()
                pytest.fail(f"the server didn't start: {process.communicate()[1]}")
            time.sleep(0.1)


def stop(running: Running, how: signal.Signals) -> tuple[int, str]:
    running.process.send_signal(how)
    errors = running.process.communicate(timeout=PATIENCE_SECONDS)[1]
    return running.process.returncode, errors


def test_it_serves_the_page_and_the_api(running: Running) -> None:
    assert b"What went wrong?" in running.get("/")[1]
    status, body = running.post(HEADLINE.encode(), {"Content-Type": "text/plain"})
    assert status == 200
    assert json.loads(body)["matches"][0]["id"] == HEADLINE_ID


def pieces(size: int) -> Callable[[], Iterator[bytes]]:
    def parts() -> Iterator[bytes]:
        left = size
        while left > 0:
            yield b"x" * min(left, 65_536)
            left -= 65_536

    return parts


@pytest.mark.parametrize("size", [LIMIT + 1, 1_000_000, 8_000_000])
def test_a_chunked_body_over_the_limit_is_told_so(running: Running, size: int) -> None:
    status, body = running.post(pieces(size)(), {"Content-Type": "text/plain"})
    assert status == 413
    assert json.loads(body)["status"] == 413


@pytest.mark.parametrize("size", [LIMIT + 1, 8_000_000])
def test_a_body_with_a_length_over_the_limit_is_told_so(running: Running, size: int) -> None:
    status, body = running.post(b"x" * size, {"Content-Type": "text/plain"})
    assert status == 413
    assert json.loads(body)["status"] == 413


def test_a_chunked_body_within_the_limit_is_read_whole(running: Running) -> None:
    text = HEADLINE.rjust(LIMIT)
    parts = [text[start : start + 1000].encode() for start in range(0, len(text), 1000)]
    status, body = running.post(iter(parts), {"Content-Type": "text/plain"})
    assert status == 200
    assert json.loads(body)["verdict"] == "match"


def test_a_slow_client_does_not_stop_the_others(running: Running) -> None:
    slow = [socket.create_connection(("127.0.0.1", running.port), timeout=PATIENCE_SECONDS) for _ in range(4)]
    for connection in slow:
        head = "POST /api/v1/lookup HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nabc"
        connection.sendall(head.encode())
    try:
        for _ in range(8):
            assert running.get("/healthz")[0] == 200
    finally:
        for connection in slow:
            connection.close()


def test_a_taken_port_is_refused(running: Running, tmp_path: Path) -> None:
    with pytest.raises(CallError, match=f"127.0.0.1:{running.port} can't be listened on"):
        web_server.serve(settings_in(tmp_path, port=running.port))


def test_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    filled(tmp_path)
    started = start(tmp_path)
    status, errors = stop(started, signal.SIGINT)
    assert status == 0
    assert "Traceback" not in errors
    assert f"Serving on http://127.0.0.1:{started.port}" in errors
    with pytest.raises(ConnectionRefusedError):
        started.get("/healthz")
    with pytest.raises(ProcessLookupError):
        os.killpg(started.process.pid, 0)
