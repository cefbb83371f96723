"""Taking one machine and one run out of what a program printed: places and addresses."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
_FIRST_ADDRESS = 0x7F3A1C0DE000


def places(text: str, moved: Iterable[tuple[Path, str]]) -> str:
    """`text` with each folder named as it is called inside the sandbox; longer paths win."""
    pairs = {form: place for path, place in moved for form in (str(path), os.path.realpath(path))}
    for path in sorted(pairs, key=len, reverse=True):
        text = text.replace(path, pairs[path])
    return text


def addresses(text: str) -> str:
    """`text` with memory addresses numbered in the order they come, so that two runs print the same."""
    seen: dict[str, str] = {}
    return _ADDRESS.sub(lambda found: seen.setdefault(found[0], f"{_FIRST_ADDRESS + 0x50 * len(seen):#x}"), text)
