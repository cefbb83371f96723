"""What can an installed package raise? Its exceptions and their message templates, read out of its source.

A harvested template says which words of a message are the package's own and which are the program's. It helps to write
articles, and to notice that a version words an error differently; it says nothing about causes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from indexer import installed
from indexer.raise_sites import read_sites
from kb.classes import is_builtin
from kb.errors import CallError
from kb.libraries import PYTHON, library_of
from kb.models import Traceback
from kb.normalize import core
from kb.templates import Template


class RaiseSite(NamedTuple):
    """One place that gives an exception its message. `exception` is the name as a traceback prints it, empty where the
    source doesn't tell; `file` is the name below the folder that packages lie in."""

    exception: str
    template: str
    file: str
    line: int

    def to_dict(self) -> dict[str, object]:
        """The site as `kb harvest --json` prints it."""
        return self._asdict()


def harvest(package: str, path: Sequence[str] | None = None) -> Iterator[RaiseSite]:
    """The raise sites of an installed package, in the order of its files; nothing of it is run.

    `path` is where packages are looked for, by default as this Python does. Raises CallError, before the first site,
    where the package isn't installed.
    """
    return _harvest(installed.files(package, path))


def harvested(error: Traceback) -> str | None:
    """The template that an exception's message was made from, where the library that raised it is installed here.

    Python's own messages are not looked for: most are made by its compiled part, and its source takes long to read.
    """
    library = library_of(error)
    try:
        sites = harvest(library) if library != PYTHON else iter(())
    except CallError:
        return None
    found = best_fit(sites, error.type, error.message)
    return found.template if found else None


def best_fit(sites: Iterator[RaiseSite], exception: str, message: str) -> RaiseSite | None:
    """Of sites of that exception (by its last name) the one whose template fits the message best, if any does."""
    name, best, most = exception.rpartition(".")[2], None, 0.0
    wanted = core(message)
    for site in sites:
        if site.exception.rpartition(".")[2] not in ("", name):
            continue
        template = Template.parse(site.template)
        if template.specificity > most and template.match(wanted) is not None:
            best, most = site, template.specificity
    return best


def _harvest(files: Sequence[installed.SourceFile]) -> Iterator[RaiseSite]:
    read = [(file, read_sites(file.read(), file.module, is_package=file.is_package)) for file in files]
    homes: dict[str, set[str]] = {}
    for _, found in read:
        for name in found.classes:
            homes.setdefault(name.rpartition(".")[2], set()).add(name)
    for file, found in read:
        for site in found.sites:
            yield RaiseSite(_defined(site.exception, homes), site.template, file.name, site.line)


def _defined(name: str, homes: dict[str, set[str]]) -> str:
    """The name under which the class is defined, where it was imported from elsewhere: tracebacks print that one."""
    known = homes.get(name.rpartition(".")[2])
    if not known or name in known or len(known) > 1:
        return name
    (home,) = known
    # A class of another package may be called alike.
    same = "." not in name or name.partition(".")[0] == home.partition(".")[0]
    return home if same and not is_builtin(name) else name
