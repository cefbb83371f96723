"""The VS Code extension's unit tests, against this very `kb`; the real editor is driven by `make editors`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from tests.web_support import filled

EXTENSION = Path(__file__).resolve().parent.parent / "clients" / "vscode"
OLDEST_NODE = 20


def test_the_extension_type_checks_and_passes_its_own_tests(tmp_path: Path, lacking: Callable[[str], NoReturn]) -> None:
    node, npm, kb = shutil.which("node"), shutil.which("npm"), Path(sys.executable).with_name("kb")
    if not node or not npm:
        lacking("no node and npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().lstrip("v").split(".")[0]) < OLDEST_NODE:
        lacking(f"node {version.strip()} is older than {OLDEST_NODE}")
    installed = EXTENSION / "node_modules" / ".package-lock.json"
    wanted = EXTENSION / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        fetched = subprocess.run([npm, "ci"], cwd=EXTENSION, capture_output=True, text=True, check=False)
        if fetched.returncode:
            lacking(f"npm can't install: {fetched.stderr[-300:]}")
    settings = filled(tmp_path)
    environment = {
        **os.environ,
        "KB_DATA_DIR": str(settings.data_dir),
        "KB_ARTICLES_DIR": str(tmp_path / "articles"),
        "TRACEKB_TEST_COMMAND": str(kb),
        "TRACEKB_TEST_PYTHON": sys.executable,
    }
    run = subprocess.run([npm, "test"], cwd=EXTENSION, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
