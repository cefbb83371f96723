"""A dump → its topics, and what is read out of each."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from indexer import damage
from indexer.dumps import kind_of
from indexer.dumps.topic import Told, Topic
from indexer.extract import Extracted
from indexer.loose import body_of, read_parts, to_entries
from indexer.problems import Problem
from kb.models import Entry


def topics(path: Path, told: Told) -> Iterator[Topic]:
    """The topics of the dump at `path` that may tell of an error. `told` is called with the number of records read.

    Raises DumpDamaged where the file isn't what it seems, which may show behind some topics; OSError where it can't be
    read.
    """
    found: Iterator[Topic] = import_module(f"indexer.dumps.{kind_of(path)}").topics(path, told)
    return found


def read(topic: Topic, name: str, source: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of a topic of the dump called `name` inside `source`, and what is wrong with it. Never raises."""
    document, found = read_parts(f"{name}#{topic.name}", topic.document)
    found = _asked(topic, found)
    seed = f"{name}#{topic.name}".encode()
    problems = [*document.problems, *(damage.problems(document.name, document.blocks) if found else ())]
    return list(to_entries(document, found, seed, name, source)), problems


def bodies(path: Path) -> Iterator[dict[str, Any]]:
    """What is read out of each topic that tells of an error, as `kb extract --json` prints it. Raises as `topics`."""
    for topic in topics(path, lambda _: None):
        document, found = read_parts(f"{path}#{topic.name}", topic.document)
        if found := _asked(topic, found):
            yield body_of(document, found)


def _asked(topic: Topic, found: list[Extracted]) -> list[Extracted]:
    """In a thread, the errors that the question prints: what an answer mentions beside them is another matter."""
    lines = topic.messages[0].lines
    return [one for one in found if lines is None or one.lines == lines]
