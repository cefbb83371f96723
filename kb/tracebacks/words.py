"""The word lists of `kb/data/reader_words.tsv`, and the questions asked of them."""

from __future__ import annotations

import builtins
import re
from collections import defaultdict
from pathlib import Path

from kb.patterns import late

_FILE = Path(__file__).parent.parent / "data" / "reader_words.tsv"


def _load() -> dict[str, tuple[str, ...]]:
    lists: dict[str, list[str]] = defaultdict(list)
    for row in _FILE.read_text(encoding="utf-8").splitlines():
        if row and not row.startswith("#"):
            kind, word, _why = row.split("\t")
            lists[kind].append(word)
    return {kind: tuple(words) for kind, words in lists.items()}


_LISTS = _load()
NAMES = frozenset(_LISTS["name"])
ENDINGS = _LISTS["ending"]
PLAIN = frozenset(_LISTS["plain"])
GOES_ON = _LISTS["goes-on"]
PROSE = _LISTS["prose"]
TOLD = frozenset(_LISTS["told"])
ENDS = _LISTS["ends"]
AFTERMATH = _LISTS["aftermath"]
_TROUBLE = late("|".join(re.escape(word.lower()) for word in _LISTS["trouble"]))


_SMALL = frozenset(
    name.lower() for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
) - {"exception"}
"""Built-in exceptions as they stand where a tool or a person made all letters small: `typeerror: …`."""
_KINDS = ("error", "exception", "warning")
_SMALL_ENDINGS = (
    *_KINDS,
    *(word.lower() for word in ENDINGS if len(word) > 8 or not word.istitle()),
)
_SMALL_NAMES = NAMES | {name.lower() for name in NAMES if not name.istitle()}
_EVERY_SMALL_NAME = frozenset(name.lower() for name in NAMES)
"""The same of libraries' exceptions, which count only behind a module, and only where they are no plain words."""


def is_exception(name: str) -> bool:
    """Whether a printed name can only be an exception's: by its ending, or because it is a known one."""
    last = name.rsplit(".", 1)[-1]
    if name != last and last in ENDINGS:
        return True
    if not last[:1].isupper():
        return last in _SMALL or (name != last and (last in _SMALL_NAMES or last.endswith(_SMALL_ENDINGS)))
    return (last.endswith(ENDINGS) and last not in ENDINGS) or last in NAMES


def is_small_name(name: str) -> bool:
    """Whether a dotted name is an exception's that lost its capitals, a plain word though it may be: `queue.full`."""
    module, _, last = name.rpartition(".")
    return bool(module) and name.islower() and last in _EVERY_SMALL_NAME


def is_typed_name(name: str) -> bool:
    """Whether a name may be a library's exception as somebody types it for a search: `operationalerror`."""
    return name.islower() and any(name.endswith(kind) and len(name) > len(kind) + 2 for kind in _KINDS)


def is_surely_exception(name: str) -> bool:
    """Whether a name is an exception's and no plain word of prose besides (`Forbidden`, `Timeout`)."""
    return is_exception(name) and (
        "." in name or name not in NAMES or name.endswith(("Error", "Exception", "Group", "Interrupt"))
    )


def may_be_exception(name: str) -> bool:
    """Whether a dotted name in front of a colon can be an exception's: modules in lower case, then a class."""
    module, dot, last = name.rpartition(".")
    return bool(dot) and last[:1].isupper() and not last.isupper() and module[:1].isalpha()


def trouble(text: str) -> int:
    """How many words of trouble a line holds."""
    return len(set(_TROUBLE.findall(text.lower())))
