"""The Emacs commands, in a real Emacs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests import small
from tests.our_command import COMMAND, NO_COMMAND, ROOT, knowledge_in
from tests.web_support import serving

HOSTILE = small.PASTE.replace("green", "\x1b[31m\x07red")
WRAPPED = "Water boils away,\nwhich [1] [nobody\nsees](/e/tea/kettle):\n\n- it cracks\n  at once\n- it smells"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("emacs")
    small.base(folder, {"tea/kettle.md": small.article().replace("Water boils away.", WRAPPED)}).close()
    return folder


@pytest.fixture
def emacs(lacking, folder, tmp_path):
    """Runs Emacs without anybody's settings; returns what it printed."""
    command = shutil.which("emacs") or lacking("Emacs is not installed")

    def run(*arguments, **more):
        environ = {
            **os.environ,
            "HOME": str(tmp_path),
            **knowledge_in(folder),
            "KB_TEST_COMMAND": json.dumps(COMMAND),
            "KB_TEST_PASTE": json.dumps(small.PASTE),
            "KB_TEST_HOSTILE": HOSTILE,
            **more,
        }
        return subprocess.run(
            [command, "-Q", "--batch", "-L", str(ROOT / "clients" / "emacs"), *arguments],
            env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize("way", ["child", "server"])
def test_commands_answer(emacs, folder, way):
    script = ("-l", str(ROOT / "tests" / "editors" / "emacs.el"))
    if way == "child":
        done = emacs(*script)
    else:
        with serving(small.settings(folder)) as url:
            done = emacs(*script, KB_TEST_URL=url, KB_TEST_COMMAND=json.dumps(NO_COMMAND))
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout.splitlines()[-1])
    for name in ("buffer", "region", "compilation"):
        text = results[name]["text"]
        assert text.startswith("Found it: RuntimeError: no water in kettle 'green'"), name
        assert "Fix: fill the kettle first" in text
        assert "\nWater boils away, which [1] nobody sees (tea/kettle):\n\n- it cracks at once\n- it smells\n" in text
        assert "    filled = True" in text
        assert results[name]["readonly"] is True
    assert results["unknown"] == {
        "said": ["kb: nothing known about: OddError: nobody wrote about me"],
        "text": None,
        "readonly": None,
    }
    assert "Fix: fill the kettle first" in results["hostile"]["text"]
    assert not {"\x1b", "\x07"} & set(results["hostile"]["text"])
    assert results["search"]["text"].startswith("Kettle without water\ntea/kettle\n")
    assert len(results["missing"]["said"]) == 1
    assert "tea/nothing" in results["missing"]["said"][0]
    assert len(results["broken"]["said"]) == 1
    assert results["broken"]["said"][0].startswith("kb: ")


def test_it_compiles_without_a_warning(emacs, tmp_path):
    shutil.copy(ROOT / "clients" / "emacs" / "kb.el", tmp_path)
    done = emacs(
        "--eval", "(setq byte-compile-error-on-warn t)",
        "-f", "batch-byte-compile", str(tmp_path / "kb.el"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_its_documentation_is_complete(emacs):
    file = ROOT / "clients" / "emacs" / "kb.el"
    done = emacs("--eval", f'(progn (require (quote checkdoc)) (checkdoc-file "{file}"))')
    # Every message of ours begins with the command's name, as it is written.
    said = [line for line in done.stderr.splitlines() if "kb.el:" in line and "capital letter" not in line]
    assert said == []
