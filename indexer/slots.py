"""Slots: `{name}` in message templates and in the prose that speaks of them.

A doubled brace is a literal one. In code, inline or fenced, braces mean what they mean there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.front import FrontMatter, Lines
from indexer.problems import Problem, problem
from kb.templates import Template

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_IN_PROSE = re.compile(r"(?<!\{)\{([a-z][a-z0-9_]{0,39})\}(?!\})")


def of_messages(front: FrontMatter) -> frozenset[str]:
    """The slots of all messages and exceptions of an article; those of unreadable templates are left out."""
    names: set[str] = set()
    for form in front.errors:
        for template in (form.exception, form.message):
            names |= set(_IN_PROSE.findall(template))
    return frozenset(names)


def in_prose(text: str) -> Iterator[str]:
    """The slots that a piece of prose names."""
    return (found[1] for found in _IN_PROSE.finditer(text))


def check_messages(path: str, front: FrontMatter, lines: Lines) -> list[Problem]:
    """Templates that can't be read."""
    problems = []
    for number, form in enumerate(front.errors):
        try:
            odd = [name for name in Template.parse(form.message).slots if not _NAME.fullmatch(name)]
            if odd:
                raise ValueError(f"`{odd[0]}` is no name for a slot")
        except ValueError as error:
            line = lines.get(f"errors.{number}.message", 0)
            problems.append(problem("KB110", path, line, reason=error))
    names = of_messages(front)
    problems += [
        problem("KB213", path, lines.get(f"table.{name}", 0), slot=name) for name in front.table if name not in names
    ]
    return problems
