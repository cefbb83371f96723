"""YAML as nodes that know their lines, safely: no aliases, no depth, whatever a stranger wrote.

libyaml is fast, and its composer overflows the stack on deep nesting. So depth is counted first, on the
stream of events, which stops at the first one too deep.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.constructor import SafeConstructor

DEEPEST = 10
"""Levels of nesting; an article's front matter has four."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(Exception):
    """Text that isn't the YAML that we read: why, and the line, from 0, where that shows."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class AliasFound(Unreadable):
    """The text uses an alias, by which a few lines can stand for millions."""


def compose(text: str) -> yaml.Node | None:
    """The root of a YAML document; None for an empty one. Raises Unreadable, AliasFound."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line if event.start_mark else 0
            if isinstance(event, yaml.AliasEvent):
                raise AliasFound("it uses an alias", line)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise Unreadable("it is nested too deeply", line)
        return yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        raise Unreadable(str(reason), mark.line if mark else 0) from None


def value(node: yaml.Node) -> Any:
    """What YAML makes of a node: texts, numbers, dates, lists, mappings. Raises Unreadable."""
    try:
        return SafeConstructor().construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None) or node.start_mark
        raise Unreadable(getattr(error, "problem", None) or str(error), mark.line) from None
