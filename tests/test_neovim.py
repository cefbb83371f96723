"""The Neovim plugin and the language server, in a real Neovim."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests import small
from tests.our_command import COMMAND, NO_COMMAND, ROOT, knowledge_in
from tests.web_support import serving

OTHER = (
    "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    x\nValueError: no cup for 'Ann'\n"
)
WRAPPED = "Water boils away,\nwhich [1] [nobody\nsees](/e/tea/cup):\n\n- it cracks\n  at once\n- it smells"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("neovim")
    texts = {
        "tea/kettle.md": small.article().replace("Water boils away.", WRAPPED),
        "tea/cup.md": small.article("Cup", "ValueError", "no cup for {guest}"),
    }
    small.base(folder, texts).close()
    return folder


@pytest.fixture
def neovim(lacking, folder, tmp_path):
    """Runs a Lua script in a Neovim without anybody's settings; returns what it printed last."""
    command = shutil.which("nvim") or lacking("Neovim (nvim) is not installed")

    def run(script, **more):
        environ = {
            **os.environ,
            "HOME": str(tmp_path),
            **knowledge_in(folder),
            "KB_TEST_PLUGIN": str(ROOT / "clients" / "neovim"),
            "KB_TEST_COMMAND": json.dumps(COMMAND),
            "KB_TEST_PASTE": json.dumps(small.PASTE.splitlines()),
            "KB_TEST_OTHER": json.dumps(OTHER.splitlines()),
            **more,
        }
        # A Lua error leaves Neovim waiting for a key: hence the time limit and the empty input.
        done = subprocess.run(
            [command, "--clean", "--headless", "-c", f"luafile {ROOT / 'tests' / 'editors' / script}"],
            env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1]), done

    return run


def check(results):
    for way in ("buffer", "range", "selection", "quickfix"):
        lines = results[way]["lines"]
        assert lines[0].startswith("Found it: RuntimeError: no water in kettle 'green'"), way
        assert "### Fix: fill the kettle first" in lines
        assert "filled = True" in lines
        at = lines.index("Water boils away, which [1] nobody sees (:KbShow tea/cup):")
        assert lines[at + 1 : at + 4] == ["", "- it cracks at once", "- it smells"]
        assert results[way]["closed"]
        assert not results[way]["modifiable"]
    assert [line.split(":")[0] for line in results["several"]["offered"]] == ["RuntimeError", "ValueError"]
    assert results["several"]["lines"][0].startswith("Not sure: these come near: ValueError: no cup")
    assert "- Cup  (:KbShow tea/cup)" in results["several"]["lines"]
    assert results["unknown"]["said"] == ["kb: nothing known about: OddError: nobody wrote about me"]
    assert "Kettle without water  tea/kettle" in results["search"]["offered"]
    assert results["show"]["lines"][:2] == ["# Kettle without water", "tea/kettle"]
    assert len(results["missing"]["said"]) == 1
    assert "tea/nothing" in results["missing"]["said"][0]
    assert results["completion"] == ["tea/kettle"]
    assert len(results["broken"]["said"]) == 1
    assert results["broken"]["said"][0].startswith("kb: ")
    assert results["broken"]["said"][0].count("kb: ") == 1


def test_the_plugin_answers_from_a_child(neovim):
    results, _ = neovim("neovim.lua")
    check(results)


def test_the_plugin_answers_from_a_server(neovim, folder):
    with serving(small.settings(folder)) as url:
        results, _ = neovim("neovim.lua", KB_TEST_URL=url, KB_TEST_COMMAND=json.dumps(NO_COMMAND))
    check(results)


def test_the_language_server_speaks_to_neovim(neovim):
    results, _ = neovim("language_server.lua")
    error = "RuntimeError: no water in kettle 'green', fill it before it boils"
    (found,) = results["opened"]
    assert found["text"] == error
    assert found["message"] == "Kettle without water"
    assert (found["source"], found["code"], found["severity"]) == ("kb", "tea/kettle", 3)
    assert "### Fix: fill the kettle first" in results["hover"]["contents"]["value"]
    assert results["nothing"] is None
    assert [action["title"] for action in results["actions"]] == ["kb: Kettle without water"]
    assert results["shown"].startswith("# Kettle without water")
    assert results["unknown"] is None
    assert len(results["messages"]) == 1
    assert results["changed"] == []
    assert [(one["message"], one["severity"]) for one in results["again"]] == [("Not sure. Near: Cup", 4)]
    assert results["source"] == []
