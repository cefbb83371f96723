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


def check_front(path: str, front: FrontMatter, lines: Lines) -> list[Problem]:
    """Templates of the front matter that can't be read, and slots that it names and no message has."""
    problems = []
    for number, form in enumerate(front.errors):
        try:
            odd = [name for name in Template.parse(form.message).slots if not _NAME.fullmatch(name)]
            if odd:
                raise ValueError(f"`{odd[0]}` is no name for a slot")
        except ValueError as error:
            problems.append(problem("KB110", path, lines[f"errors.{number}.message"], reason=error))
    known = of_messages(front)
    named = [("title", name) for name in in_prose(front.title)] + [(f"table.{name}", name) for name in front.table]
    return problems + [problem("KB213", path, lines[key], slot=name) for key, name in named if name not in known]
