"""Completion in a real shell."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pexpect
import pytest

from tests import small
from tests.our_command import ROOT, knowledge_in, put_on_path


@pytest.fixture
def shell_environ(tmp_path):
    """The environment of a shell with a `kb` on the path and a small knowledge base."""
    small.base(tmp_path, {"tea/kettle.md": small.article(), "tea/cup.md": small.article("Cup", "ValueError")}).close()
    return {**knowledge_in(tmp_path), "HOME": str(tmp_path), "PATH": put_on_path(tmp_path / "bin")}


@pytest.fixture
def shell(shell_environ):
    """Asks bash what it would complete."""

    def complete(*words):
        script = (
            'eval "$(kb completion bash)"\n'
            f"COMP_WORDS=({' '.join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}\n"
            '_kb_completion kb; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        bash = shutil.which("bash") or pytest.skip("no bash")
        done = subprocess.run([bash, "-c", script], env=shell_environ, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout.split()

    return complete


def test_bash_completes_commands_entries_and_libraries(shell):
    assert shell("kb", "lo") == ["lookup"]
    assert shell("kb", "show", "tea/k") == ["tea/kettle"]
    assert shell("kb", "search", "--library", "") == ["tea"]
    assert shell("kb", "search", "--exception", "va") == ["ValueError"]


def test_bash_completes_files_at_the_prompt(shell_environ, tmp_path):
    for name in ("shop.py", "crash.log"):
        (tmp_path / name).touch()
    bash = pexpect.spawn(
        "bash", ["--norc", "-i"], cwd=tmp_path, env={**shell_environ, "PS1": "> ", "TERM": "dumb"}, timeout=60
    )
    bash.sendline('eval "$(kb completion bash)"; echo rea""dy')
    bash.expect_exact("ready")
    for typed, completed in (("kb lookup cr", "kb lookup crash.log "), ("kb run sh", "kb run shop.py ")):
        bash.send(f"{typed}\t")
        bash.expect_exact(completed)
        bash.sendcontrol("c")
    bash.close(force=True)


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_each_shell_has_its_script(name):
    done = subprocess.run([sys.executable, "-m", "cli.start", "completion", name], cwd=ROOT, capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert "_KB_COMPLETE" in done.stdout
