"""The documentation names everything there is: commands, options, and where to read on."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from cli.main import COMMANDS, kb
from cli.stdio import OPERATIONS

ROOT = Path(__file__).parent.parent
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_its_options_are_documented(name):
    command = kb.get_command(click.Context(kb), name)
    assert command is not None
    lines = [line for line in CLI_PAGE.splitlines() if f"kb {name}" in line]
    assert lines
    for option in (one for one in command.params if isinstance(one, click.Option)):
        longest = max(option.opts, key=len)
        assert any(longest in line for line in lines), f"{longest} of kb {name}"


def test_every_operation_of_stdio_is_documented():
    for name in OPERATIONS:
        assert f"| `{name}` |" in CLI_PAGE


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_between_pages_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


def test_every_decision_has_a_number_of_its_own_and_is_listed():
    folder = ROOT / "docs" / "decisions"
    files = sorted(folder.glob("[0-9]*.md"))
    heads = [file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ").split(". ", 1) for file in files]
    numbers = [int(number) for number, _ in heads]
    assert numbers == [int(file.name[:4]) for file in files]
    assert len(set(numbers)) == len(numbers)
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for file, (number, title) in zip(files, heads, strict=True):
        assert f"| {number} | [{title}]({file.name}) |" in listed, file.name
