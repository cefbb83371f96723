"""How an exception's printed name agrees with the one an entry names.

Built-in classes are asked for their bases; of libraries, `data/classes.tsv` lists bases, aliases and old
names, each read off the library itself.
"""

from __future__ import annotations

import builtins
import re
from enum import Enum
from functools import cache, lru_cache
from pathlib import Path


class Agreement(Enum):
    """How well two exception names agree, from the same class to another one altogether."""

    SAME = "same"
    """The same qualified name, or an alias of it."""
    NAME = "name"
    """The same last part, and one of them carries no module, or both are of one package."""
    UNNAMED = "unnamed"
    """The paste names no class, or the entry is a line that a tool prints."""
    SUBCLASS = "subclass"
    """The paste's class is derived from the entry's."""
    SUPERCLASS = "superclass"
    """The entry's class is derived from the paste's."""
    NAMESAKE = "namesake"
    """The same last part in another package."""
    DIFFERENT = "different"


LINE_PREFIXES = ("cli:", "log:")
"""Mark entries about a line that a tool prints without an exception."""


@lru_cache(8192)
def agreement(printed: str, known: str) -> Agreement:
    """How the class a paste printed agrees with the class an entry knows."""
    if not printed or not known or known.startswith(LINE_PREFIXES):
        return Agreement.UNNAMED
    printed, known = _current(printed), _current(known)
    if printed == known:
        return Agreement.SAME
    if _vendored(printed) == _vendored(known):
        return Agreement.NAME
    ours, theirs = printed.rpartition("."), known.rpartition(".")
    if ours[0] == _WRAPPING and _package(known) in _DRIVERS and ours[2] == theirs[2]:
        return Agreement.NAME
    if ours[2].casefold() == theirs[2].casefold():
        one_package = not ours[0] or not theirs[0] or _package(printed) == _package(known) or "{" in theirs[0]
        if one_package and not _foreign_builtin(printed, known):
            return Agreement.NAME
        return Agreement.NAMESAKE
    if known in ancestors(printed):
        return Agreement.SUBCLASS
    if printed in ancestors(known):
        return Agreement.SUPERCLASS
    return Agreement.DIFFERENT


def is_builtin(name: str) -> bool:
    """Whether the name is that of a built-in exception."""
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def _foreign_builtin(printed: str, known: str) -> bool:
    """A bare name that is a built-in (`ConnectionError`) printed where the entry means a library's class.

    Tracebacks print library classes with their module, so the bare name is the built-in; people who type a
    line by hand leave the module out, but then the message decides.
    """
    bare, other = (printed, known) if "." not in printed else (known, printed)
    return "." not in bare and "." in other and is_builtin(bare) and _package(other) != "builtins"


_WRAPPING = "django.db.utils"
_DRIVERS = frozenset({"sqlite3", "psycopg2", "psycopg", "MySQLdb", "pymysql", "mysql", "oracledb", "cx_Oracle"})
"""Django raises the driver's errors again under classes of its own, with the same names and messages
(`django.db.utils.DatabaseErrorWrapper`)."""
_VENDORS = re.compile(r".*\.(?:_?vendor(?:ed)?|externals?|extern|packages|third_?party)\.(?=\w+\.)")
"""Where packages keep copies of others: `pip._vendor.urllib3…`, `joblib.externals.loky…`."""


def _vendored(name: str) -> str:
    """The name without the folder that holds a copy of its package: a copy's class is raised for the same reasons."""
    return _VENDORS.sub("", name)


def _package(name: str) -> str:
    return name.split(".", 1)[0]


def _current(name: str) -> str:
    module, _, last = name.rpartition(".")
    if module in ("exceptions", "builtins") and is_builtin(last):
        return _current(last)  # `<type 'exceptions.IOError'>`, as Python 2 prints the class
    return _table()[0].get(name, name)


@cache
def _table() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Aliases → the name used today, and class → its bases."""
    aliases: dict[str, str] = {}
    bases: dict[str, tuple[str, ...]] = {}
    path = Path(__file__).with_name("data") / "classes.tsv"
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, kind, other = line.split("\t")
        if kind == "alias":
            aliases[name] = other
        else:
            bases[name] = tuple(other.split())
    return aliases, bases


@lru_cache(4096)
def ancestors(name: str) -> frozenset[str]:
    """The classes above one, as far as they tell anything: without `Exception` and what is above it."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        parents = _table()[1].get(current, ())
        if not parents and is_builtin(current):
            kind: type = getattr(builtins, current)
            parents = tuple(base.__name__ for base in kind.__mro__[1:])
        for parent in parents:
            if parent not in found and parent not in ("object", "BaseException", "Exception"):
                found.add(parent)
                waiting.append(parent)
    return frozenset(found)
