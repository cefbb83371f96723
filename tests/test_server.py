"""The real server, as a process: several workers, bodies without a length, Ctrl-C, strangers' folders."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.errors import CallError
from tests.server_support import LIMIT, PATIENCE_SECONDS, Running, start, stop
from tests.web_support import HEADLINE, HEADLINE_ID, filled, settings_in
from web import server as web_server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("server")
    filled(folder)
    started = start(folder)
    yield started
    stop(started, signal.SIGTERM)


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
