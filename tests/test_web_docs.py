"""`docs/api.md` tells the truth: its examples run, and it names every route."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from flask import Flask

from tests.server_support import start, stop
from tests.web_support import application, filled

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8765"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(filled(tmp_path_factory.mktemp("docs")))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("docs-served")
    filled(folder)
    server = start(folder)
    yield f"http://127.0.0.1:{server.port}"
    stop(server)


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("block", blocks("python"))
def test_python_examples_run(block: str, address: str) -> None:
    printed = run([sys.executable, "-W", "ignore", "-c", block.replace(ADDRESS, address)])
    if "verdict" in block:
        assert printed.startswith("match\n")


@pytest.mark.parametrize("block", blocks("js"))
def test_javascript_examples_run(block: str, address: str, tmp_path: Path, lacking: Callable[[str], NoReturn]) -> None:
    if not shutil.which("node"):
        lacking("node is not installed")
    script = tmp_path / "example.mjs"
    script.write_text(block.replace(ADDRESS, address), encoding="utf-8")
    assert run(["node", str(script)]).startswith("match\n")


@pytest.mark.parametrize("block", blocks("sh"))
def test_curl_examples_run(block: str, address: str, lacking: Callable[[str], NoReturn]) -> None:
    if not shutil.which("curl"):
        lacking("curl is not installed")
    commands = block.replace("\\\n", " ").replace(ADDRESS, address).strip().splitlines()
    for command in commands:
        answer = json.loads(run(["sh", "-c", command]))
        assert "status" not in answer, answer


def test_the_lookup_body_shown_has_the_keys_of_a_real_one(app: Flask) -> None:
    shown = json.loads(next(block for block in blocks("json") if '"verdict"' in block))
    paste = re.search(r'paste = """(.*?)"""', PAGE, re.S)
    assert paste is not None
    real = app.test_client().post("/api/v1/lookup", json={"text": paste[1].replace("\\\n", "")}).json

    def compare(some: object, every: object, path: str) -> None:
        if isinstance(some, dict) and isinstance(every, dict):
            assert set(some) <= set(every) or path.endswith(("packages", "captures")), path
            for key in set(some) & set(every):
                compare(some[key], every[key], f"{path}.{key}")
        elif isinstance(some, list) and isinstance(every, list) and some and every:
            compare(some[0], every[0], f"{path}[]")

    compare(shown, real, "")
    assert shown["read"]["exceptions"][0]["span"] == real["read"]["exceptions"][0]["span"]
    assert shown["read"]["exceptions"][0]["frames"][0]["span"] == real["read"]["exceptions"][0]["frames"][0]["span"]
    assert shown["matches"][0]["slots"][0] == real["matches"][0]["slots"][0]


def test_every_route_is_named(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            assert path.removesuffix(".md") in PAGE, rule.rule
