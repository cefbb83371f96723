"""A real knowledge base behind a real `kb`, the client as pip installs it, and a child to run host programs in."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from indexer import pipeline

from tests import small

# A runner in the background may have been told to ignore it; the programs that tests start must hear Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[3]
ARTICLES = {
    "tea/kettle.md": small.article(),
    "tea/cup.md": small.article("Cup in pieces", "ValueError", "cup {cup} is in pieces, sweep before you walk"),
    "tea/leaves.md": small.article("No leaves", "ModuleNotFoundError", "No module named '{module}'"),
}
PATIENCE_SECONDS = 60.0
KB = """#!/bin/sh
PYTHONPATH='{root}' KB_DATA_DIR='{folder}/data' KB_ARTICLES_DIR='{folder}/articles' exec '{python}' -P -m cli.main "$@"
"""


@pytest.fixture(scope="session")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the PATH with `kb` in it, over a knowledge base of three small articles."""
    folder = tmp_path_factory.mktemp("knowledge")
    small.write(folder / "articles", ARTICLES)
    report = pipeline.index(small.settings(folder))
    assert not report.rejected
    return command(folder, KB.format(root=ROOT, folder=folder, python=sys.executable))


def command(folder: Path, script: str) -> Path:
    """A folder with this as `kb`."""
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "kb"
    program.write_text(script, encoding="utf-8")
    program.chmod(0o755)
    return program.parent


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, installed by pip from its own folder."""
    folder = tmp_path_factory.mktemp("client")
    ours = Path(__file__).resolve().parents[1]
    ignored = shutil.ignore_patterns("__pycache__", "tests", "build", "*.egg-info")
    shutil.copytree(ours, folder / "source", ignore=ignored)
    install = ["-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-build-isolation", "--target"]
    subprocess.run(
        [sys.executable, *install, str(folder / "site"), str(folder / "source")], check=True, capture_output=True
    )
    return folder / "site"


@dataclass(frozen=True)
class Host:
    """Runs somebody's program in a folder of its own, with the client installed."""

    folder: Path
    site: Path
    bin_folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def environment(self, **more: str) -> dict[str, str]:
        # In CI pytest repeats a collection error, and all that stands under it, in its summary.
        ours = ("KB_", "TRACEKB_", "PYTHON", "CI", "BUILD_NUMBER")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "PATH": f"{self.bin_folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.site),
            "HOME": str(self.folder),
            "TRACEKB_TIMEOUT": str(PATIENCE_SECONDS),
            **more,
        }

    def run(
        self, *arguments: str, python: str = sys.executable, stdin: str = "", **environ: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=self.environment(**environ),
            timeout=180,
            check=False,
        )


@pytest.fixture
def host(tmp_path: Path, site: Path, bin_folder: Path) -> Host:
    """A host program's place."""
    folder = tmp_path / "host"
    folder.mkdir()
    return Host(folder, site, bin_folder)


@pytest.fixture
def kb_that(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """The environment of a program whose `kb` is this shell script."""

    def make(script: str) -> dict[str, str]:
        return {"TRACEKB_COMMAND": str(command(tmp_path / "odd", f"#!/bin/sh\n{script}\n") / "kb")}

    return make


@pytest.fixture(scope="session")
def server(bin_folder: Path) -> Iterator[str]:
    """The address of a real server over the same knowledge base."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [str(bin_folder / "kb"), "serve", "--port", str(port), "--workers", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _wait_until_ready(port: int) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    raise AssertionError("the server didn't start")


def _pythons() -> dict[str, str]:
    found = {}
    for minor in range(8, 15):
        version = f"3.{minor}"
        installed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
        if sys.version_info[:2] == (3, minor):
            found[version] = sys.executable
        elif installed:
            found[version] = str(installed[-1])
        elif on_path := shutil.which(f"python{version}"):
            found[version] = on_path
    return found


PYTHONS = _pythons()


@pytest.fixture(params=[f"3.{minor}" for minor in range(8, 15)])
def any_python(request: pytest.FixtureRequest) -> str:
    """Each Python that the client is for and that is installed here; CI needs no more than the one it runs on."""
    if request.param not in PYTHONS:
        pytest.skip(f"Python {request.param} isn't installed here")
    return PYTHONS[request.param]
