"""Many message templates, made of real ones: harvested from what is installed here, then grown by changing words.

A grown template is a real one with one to three of its words replaced by words of others, so every real one gets
look-alikes: harder than growth by new packages would be.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from indexer.harvest import harvest
from kb.errors import CallError
from kb.libraries import PYTHON
from kb.templates import Template

_WORD = re.compile(r"[A-Za-z]{2,}")
_MOST_SLOTS = 12
_FRAMES = 20
LAST_FRAME = f"    result = call_{_FRAMES - 1}(order, {_FRAMES - 1})\n"
"""What stands before the exception in a paste of `pastes`."""
_VALUES = (
    "price", "users", "embedding", "layers.0", "'created_at'", "b'utf-8'", "42", "65536", "-1", "(3, 128)", "0.25",
    "/home/me/app/settings.py", "C:\\Users\\me\\data.csv", "<Order object at 0x7f3a92b1c4d0>",
    "<class 'shop.models.Order'>", "[1, 2, 'tea']", "{'tea': 3, 'cup of': None}", "https://api.example.org/v1/orders?id=7",
    "the name of the order was not expected", "line one\n  line two",
)  # fmt: skip


class Row(NamedTuple):
    """A template of a corpus: which package's, which exception's, and its text."""

    library: str
    exception: str
    template: str


def harvested(kept: Path, *, fresh: bool = False) -> list[Row]:
    """The distinct templates of the standard library and all that is installed beside it, with two words at least.

    Reading them takes a minute, so they are kept in that file.
    """
    if fresh or not kept.exists():
        names = sorted({name for one in metadata.distributions() if (name := one.metadata["Name"])})
        rows: dict[tuple[str, str], Row] = {}
        for package in (PYTHON, *names):
            try:
                sites = list(harvest(package))
            except CallError:
                continue
            for site in sites:
                if site.exception:
                    row = Row(package.lower(), site.exception, site.template)
                    rows.setdefault((row.exception.rpartition(".")[2], row.template), row)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("".join(f"{json.dumps(row)}\n" for row in rows.values()), encoding="utf-8")
    read = (Row(*json.loads(line)) for line in kept.read_text(encoding="utf-8").splitlines())
    return [row for row in read if _is_usable(row.template)]


def grown(rows: Sequence[Row], size: int, seed: int = 1) -> Iterator[Row]:
    """So many distinct templates: the real ones in a random order, then changed ones. A smaller corpus is the beginning
    of a larger one of the same seed."""
    chance = random.Random(seed)
    real = list({row.template: row for row in rows}.values())
    chance.shuffle(real)
    yield from islice(real, size)
    pool = [word for row in real for word in _WORD.findall(row.template)]
    seen = {row.template for row in real}
    count = len(real)
    while count < size:
        row = real[chance.randrange(len(real))]
        text = _changed(row.template, pool, chance)
        if text not in seen:
            seen.add(text)
            count += 1
            yield row._replace(template=text)


def pastes(rows: Sequence[Row], count: int, seed: int = 2) -> list[tuple[int, str]]:
    """Tracebacks of twenty frames that end in an instance of one of these templates, with the place of that one."""
    chance = random.Random(seed)
    frames = "".join(
        f'  File "/srv/app/shop/module_{i}.py", line {i * 7 + 3}, in handler_{i}\n    result = call_{i}(order, {i})\n'
        for i in range(_FRAMES)
    )
    found = []
    for place in chance.sample(range(len(rows)), min(count, len(rows))):
        row = rows[place]
        parts = Template.parse(row.template).parts
        held: dict[str, str] = {}
        message = "".join(
            held.setdefault(part, chance.choice(_VALUES)) if i % 2 else part for i, part in enumerate(parts)
        )
        text = f"Traceback (most recent call last):\n{frames}{row.exception}: {message}\n"
        found.append((place, text))
    return found


def _is_usable(text: str) -> bool:
    template = Template.parse(text)
    return len(template.slots) <= _MOST_SLOTS and len(_WORD.findall(" ".join(template.chunks))) >= 2


def _changed(text: str, pool: Sequence[str], chance: random.Random) -> str:
    parts = list(Template.parse(text).parts)
    for _ in range(chance.randrange(1, 4)):
        literal = 2 * chance.randrange((len(parts) + 1) // 2)
        found = list(_WORD.finditer(parts[literal]))
        if found:
            word = chance.choice(found)
            parts[literal] = parts[literal][: word.start()] + chance.choice(pool) + parts[literal][word.end() :]
    return "".join(
        f"{{{part}}}" if i % 2 else part.replace("{", "{{").replace("}", "}}") for i, part in enumerate(parts)
    )
