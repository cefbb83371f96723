"""The commands that JetBrains' external tools run, with the IDE's macros filled in as it does."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests import small

ROOT = Path(__file__).parent.parent
TOOLS = ElementTree.parse(ROOT / "clients" / "jetbrains" / "kb.xml").getroot()


def command(name, **macros):
    tool = next(tool for tool in TOOLS if tool.get("name") == name)
    options = {option.get("name"): option.get("value") for option in tool.iter("option")}
    parameters = options["PARAMETERS"]
    for macro, value in macros.items():
        parameters = parameters.replace(f"${macro}$", value)
    return [options["COMMAND"], *shlex.split(parameters)]


@pytest.fixture
def environ(tmp_path):
    """With a `kb` on the path, a knowledge base, and clipboards that hold a traceback."""
    small.base(tmp_path, {"tea/kettle.md": small.article()}).close()
    (tmp_path / "my log.txt").write_text(small.PASTE)
    (tmp_path / "bin").mkdir()
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.start import main; main()"
    for name, does in {
        "kb": f'exec "{sys.executable}" -c "{start}" "$@"',
        "xclip": f'exec cat "{tmp_path}/my log.txt"',
        "pbpaste": f'exec cat "{tmp_path}/my log.txt"',
    }.items():
        script = tmp_path / "bin" / name
        script.write_text(f"#!/bin/sh\n{does}\n")
        script.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "KB_DATA_DIR": str(tmp_path / "data"),
        "KB_ARTICLES_DIR": str(tmp_path / "articles"),
    }


@pytest.mark.parametrize("name", ["Fix: this file", "Fix: clipboard (Linux)", "Fix: clipboard (macOS)"])
def test_a_tool_shows_the_fix(environ, tmp_path, name):
    run = command(name, FilePath=str(tmp_path / "my log.txt"))
    done = subprocess.run(run, env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert "Fix: fill the kettle first" in done.stdout
    assert done.stderr == ""


def test_every_tool_is_shown_and_named_once():
    names = [tool.get("name") for tool in TOOLS]
    assert len(names) == len(set(names)) == 4
    assert all(tool.get("showConsoleOnStdErr") == "true" and tool.get("disabled") == "false" for tool in TOOLS)
