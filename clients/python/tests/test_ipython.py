"""`%load_ext tracekb_client` in a real IPython."""

from __future__ import annotations

import pytest

BOIL = "raise RuntimeError(\"no water in kettle 'green', fill it before it boils\")\n"
SHELL = ("-m", "IPython", "--no-banner", "--colors=nocolor", "--simple-prompt", "--no-confirm-exit")


def test_a_cell_that_fails_has_its_traceback_and_then_the_fix(host):
    done = host.run(*SHELL, stdin=f"%load_ext tracekb_client\n{BOIL}print(6 * 7)\n")
    before, fix, after = done.stdout.partition("Known fix: Kettle without water")
    assert "RuntimeError: no water" in before, done.stdout + done.stderr
    assert fix
    assert "42" in after
    assert "tracekb:" not in done.stdout + done.stderr


def test_unloading_puts_everything_back(host):
    lines = f"%load_ext tracekb_client\n%unload_ext tracekb_client\n{BOIL}%kb\n"
    done = host.run(*SHELL, stdin=lines)
    assert "RuntimeError: no water" in done.stdout
    assert "Known fix" not in done.stdout
    assert "`%kb` not found" in done.stdout + done.stderr


def test_the_magic_tells_of_the_last_error_and_of_text(host):
    first = f"try:\n    {BOIL}except ImportError:\n    pass\n\n"
    done = host.run(*SHELL, stdin="%load_ext tracekb_client\n%kb\n%kb ModuleNotFoundError: No module named 'zorkmid'\n")
    assert "no error yet" in done.stdout
    assert "Known fix: No leaves" in done.stdout
    done = host.run(*SHELL, stdin=f"{first}\n%load_ext tracekb_client\n%kb\n")
    assert "Known fix: Kettle without water" in done.stdout


def test_without_a_knowledge_base_a_notebook_says_so_once(host, kb_that):
    done = host.run(*SHELL, stdin=f"%load_ext tracekb_client\n{BOIL}{BOIL}print(6 * 7)\n", **kb_that("exit 3"))
    assert (done.stdout + done.stderr).count("tracekb: no fixes looked up") == 1
    assert "42" in done.stdout


@pytest.fixture
def notebook(host):
    """A program that runs cells as a kernel does, and keeps what a front end would be sent."""
    return (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from IPython.utils.capture import capture_output\n"
        "shell = InteractiveShell.instance(colors='nocolor')\n"
        "shell.run_line_magic('load_ext', 'tracekb_client')\n"
        "with capture_output() as captured:\n"
        "    shell.run_cell({cell!r})\n"
        "for output in captured.outputs:\n"
        "    print(output.data.get('text/html'))\n"
    )


@pytest.mark.parametrize("cell", [BOIL, "await kettle()"], ids=["plain", "async"])
def test_a_notebook_gets_html(host, notebook, cell):
    if cell.startswith("await"):
        cell = f"async def kettle():\n    {BOIL}\n{cell}"
    done = host.run("-c", notebook.format(cell=cell))
    assert '<div id="tracekb"' in done.stdout, done.stdout + done.stderr
    assert "<strong>Known fix: Kettle without water</strong>" in done.stdout
