"""What `docs/running-for-a-team.md` and the Dockerfile say is so. No image is built: that takes a Docker daemon."""

from __future__ import annotations

import configparser
import fnmatch
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from kb.settings import TABLE
from tests.server_support import start, stop
from tests.web_support import filled

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "running-for-a-team.md").read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    return [line.removeprefix(name).strip() for line in DOCKERFILE.splitlines() if line.startswith(name + " ")]


def copied() -> set[str]:
    """What the image takes from the source."""
    lines = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
    return {source for line in lines for source in line[:-1]}


def test_all_that_is_copied_is_there_and_not_ignored() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    for name in copied():
        assert (ROOT / name).exists(), name
        assert any(fnmatch.fnmatch(name, rule) for rule in kept), name


def test_every_package_is_copied() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    packages = setup["options"]["packages"].split()
    assert {package.partition(".")[0] for package in packages} <= copied()


def test_it_runs_without_root_and_keeps_its_data_in_a_volume() -> None:
    assert instructions("USER") == ["kb"]
    assert instructions("VOLUME") == ["/data"]
    assert "KB_DATA_DIR=/data" in DOCKERFILE
    assert json.loads(instructions("CMD")[-1]) == ["kb", "serve"]


@pytest.mark.parametrize("text", [DOCKERFILE, PAGE], ids=["Dockerfile", "page"])
def test_only_settings_that_there_are(text: str) -> None:
    known = {row.variable for row in TABLE}
    assert set(re.findall(r"\bKB_[A-Z_]+[A-Z]", text)) <= known


def test_the_health_check_tells_a_ready_server_from_none(tmp_path: Path) -> None:
    command = json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2])
    filled(tmp_path)
    server = start(tmp_path)
    program = command[2].replace("8765", str(server.port))
    try:
        assert subprocess.run([sys.executable, *command[1:2], program], check=False).returncode == 0
    finally:
        stop(server)
    done = subprocess.run([sys.executable, *command[1:2], program], check=False, stderr=subprocess.DEVNULL)
    assert done.returncode != 0


def test_the_units_of_the_service_are_ones(tmp_path: Path, lacking: Callable[[str], NoReturn]) -> None:
    analyze = shutil.which("systemd-analyze") or lacking("no systemd-analyze")
    units = dict(re.findall(r"^```ini\n# (\S+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE))
    assert set(units) == {"tracekb.service", "tracekb-articles.service", "tracekb-articles.timer"}
    for name, text in units.items():
        # The commands aren't where the page has them.
        (tmp_path / name).write_text(re.sub(r"/usr/(?:local/)?bin/(?:kb|git)", sys.executable, text))
    done = subprocess.run(
        [analyze, "verify", "--man=no", *(str(tmp_path / name) for name in units)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_backup_that_is_shown_holds_the_votes(tmp_path: Path) -> None:
    shown = re.search(r"python3 -c '([^']*)' \"\$KB_DATA_DIR/kb\.sqlite3\" kb-backup\.sqlite3", PAGE)
    assert shown is not None
    settings = filled(tmp_path)
    copy = tmp_path / "copy.sqlite3"
    source = settings.data_dir / "kb.sqlite3"
    subprocess.run([sys.executable, "-W", "ignore", "-c", shown[1], str(source), str(copy)], check=True)
    there, here = sqlite3.connect(source), sqlite3.connect(copy)
    try:
        for table in ("entry", "vote", "generation"):
            count = f"SELECT COUNT(*) FROM {table}"
            assert here.execute(count).fetchone() == there.execute(count).fetchone()
    finally:
        there.close()
        here.close()


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
@pytest.mark.parametrize(
    "left_out", ["def test_it(): pytest.skip('no tea')", "pytest.importorskip('no_tea', reason='no tea')"]
)
def test_nothing_is_left_out_silently_in_ci(tmp_path: Path, ci: str, status: int, left_out: str) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *")
    (tmp_path / "test_tea.py").write_text(f"import pytest\n{left_out}\n")
    (tmp_path / "test_cup.py").write_text("def test_cup(): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
    )
    assert bool(done.returncode) == bool(status), done.stdout
    assert ("left out, in CI: " in done.stdout and "no tea" in done.stdout) == bool(status)
