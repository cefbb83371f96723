"""The real server as a process, for the tests that need one."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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


def start(folder: Path, **more: Any) -> Running:
    """A server of two workers, started in a folder that holds packages named like ours; `more` are settings."""
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
    script.write_text(START.format(root=str(ROOT), flags={**flags, "max_paste_bytes": LIMIT, **more}))
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


def stop(running: Running, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
    running.process.send_signal(how)
    errors = running.process.communicate(timeout=PATIENCE_SECONDS)[1]
    return running.process.returncode, errors
