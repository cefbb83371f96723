"""nginx and Caddy as `docs/running-for-a-team.md` sets them up: its very snippets, with a port and an upstream of the
test's own put in their places."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.server_support import LIMIT, PATIENCE_SECONDS, ROOT, Running, start, stop

PAGE = (ROOT / "docs" / "running-for-a-team.md").read_text(encoding="utf-8")
NAME = "tools.example.org"
UPSTREAM = "127.0.0.1:8765"
NGINX = """
daemon off;
pid {folder}/nginx.pid;
{user}
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{site}
}}
"""
CADDY = "{\n    admin off\n    auto_https off\n}\n"
GUNICORN = """
import sys
sys.path.insert(0, {root!r})
from kb.settings import load
from web.server import load as made
application = made(load({flags!r}, {{}}))
"""


def snippets(language: str) -> list[str]:
    """The blocks of the page in one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def free_port() -> int:
    """A port of the range from which connections are never given theirs, so that it is still free a moment later."""
    while True:
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("", random.randrange(15_000, 30_000)))
            return int(probe.getsockname()[1])


@dataclass
class Site:
    """The server as people reach it."""

    proxy: str
    scheme: str
    port: int
    prefix: str

    @property
    def host(self) -> str:
        return f"{NAME}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}"

    def connect(self, client: str = "127.0.0.1") -> http.client.HTTPConnection:
        """A connection from this address of the machine; all of 127.0.0.0/8 is."""
        how: dict[str, Any] = {"timeout": PATIENCE_SECONDS, "source_address": (client, 0)}
        if self.scheme == "http":
            return http.client.HTTPConnection("127.0.0.1", self.port, **how)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=context, **how)

    def call(
        self, method: str, path: str, body: Any = None, *, client: str = "127.0.0.1", **head: str
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Status, headers and text of what is at `path`, as the proxy has it."""
        connection = self.connect(client)
        named = {name.replace("_", "-"): value for name, value in head.items()}
        connection.request(method, path, body, {"Host": self.host, **named})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.msg, text

    def json(self, path: str, sent: Any = None) -> Any:
        """What the API below the prefix answers."""
        if sent is None:
            status, _, text = self.call("GET", self.prefix + path)
        else:
            status, _, text = self.call("POST", self.prefix + path, json.dumps(sent), Content_Type="application/json")
        assert status in {200, 201}, text
        return json.loads(text)


@contextlib.contextmanager
def upstream(kind: str, folder: Path, **more: Any) -> Iterator[int]:
    """The application on `granian`, as `kb serve` runs it, or on `gunicorn`; its port."""
    if kind == "granian":
        running = start(folder, workers=1, **more)
        yield running.port
        stop(running)
        return
    flags = {"data_dir": str(folder / "data"), "articles_dir": str(folder / "articles"), "max_paste_bytes": LIMIT}
    (folder / "served.py").write_text(GUNICORN.format(root=str(ROOT), flags={**flags, **more}))
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "served"]
    with process(command, Running(None, port), folder):  # type: ignore[arg-type]
        yield port


@contextlib.contextmanager
def process(command: list[str], site: Running | Site, folder: Path, **environ: str) -> Iterator[None]:
    """A server until it is no longer needed, from when it takes connections on."""
    with (folder / "said.txt").open("w+") as said:
        started = subprocess.Popen(command, cwd=folder, env={**os.environ, **environ}, stdout=said, stderr=said)
        try:
            until = time.monotonic() + PATIENCE_SECONDS
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", site.port), timeout=1):
                    break
                if started.poll() is not None or time.monotonic() > until:
                    said.seek(0)
                    pytest.fail(f"{command[0]} didn't start: {said.read()}")
                time.sleep(0.05)
            yield
        finally:
            started.terminate()
            started.wait(PATIENCE_SECONDS)


@contextlib.contextmanager
def proxied(proxy: str, prefix: str, port: int, folder: Path, lacking: Callable[[str], NoReturn]) -> Iterator[Site]:
    """The proxy of that name before the application at `port`."""
    program = shutil.which(proxy, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or lacking(f"no {proxy}")
    run = {"nginx": _nginx, "caddy": _caddy}[proxy]
    with run(program, prefix, f"127.0.0.1:{port}", folder) as site:
        yield site


@contextlib.contextmanager
def _nginx(program: str, prefix: str, upstream: str, folder: Path) -> Iterator[Site]:
    (snippet,) = (one for one in snippets("nginx") if ("location /kb/" in one) == bool(prefix))
    listening = free_port()
    site = Site("nginx", "http" if prefix else "https", listening, prefix)
    if prefix:
        snippet = f"server {{\nlisten 127.0.0.1:{listening};\n{snippet}\n}}"
    else:
        made = folder / "tools.pem"
        command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tools -keyout tools.pem -out public.pem"
        subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
        made.write_text(made.read_text() + (folder / "public.pem").read_text())
        assert "listen 443 ssl;" in snippet
        snippet = snippet.replace("listen 443 ssl", f"listen 127.0.0.1:{listening} ssl")
        snippet = re.sub(r"/etc/ssl/tools\.(pem|key)", str(made), snippet)
    assert UPSTREAM in snippet
    user = "user root root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, user=user, site=snippet.replace(UPSTREAM, upstream)))
    with process([program, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(config)], site, folder):
        yield site


@contextlib.contextmanager
def _caddy(program: str, prefix: str, upstream: str, folder: Path) -> Iterator[Site]:
    (snippet,) = (one for one in snippets("caddyfile") if ("/kb/" in one) == bool(prefix))
    site = Site("caddy", "http", free_port(), prefix)
    assert snippet.startswith(f"{NAME} {{")
    config = folder / "Caddyfile"
    config.write_text(CADDY + snippet.replace(NAME, site.origin, 1).replace(UPSTREAM, upstream))
    command = [program, "run", "--config", str(config), "--adapter", "caddyfile"]
    with process(command, site, folder, HOME=str(folder), XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder)):
        yield site


CLIENTS = (f"127.0.{one // 250}.{one % 250 + 2}" for one in itertools.count(250))
"""Addresses of this machine, each for a client of its own."""
