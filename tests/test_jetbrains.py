"""The commands that JetBrains' external tools run, with the IDE's macros filled in as it does."""

from __future__ import annotations

import os
import shlex
import subprocess
from xml.etree import ElementTree

import pytest

from tests import small
from tests.our_command import ROOT, knowledge_in, put_on_path

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
    clipboard = f'cat "{tmp_path}/my log.txt"'
    path = put_on_path(tmp_path / "bin", xclip=clipboard, pbpaste=clipboard)
    return {**os.environ, **knowledge_in(tmp_path), "PATH": path}


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
