"""The rules of the normal form, as one regular expression made from the table `kb/data/normalize.tsv`.

Why a normal form can be normalised again without changing: a placeholder is never part of another match; no rule that
replaces begins right behind one; and whatever stands between two placeholders was looked at before, with all that a
rule looks at. So a second pass finds nothing new. Rules that keep may begin behind a placeholder, where they must go
on keeping; they hold all they look at, for what stood before a match may be gone the second time.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from itertools import groupby
from typing import NamedTuple

from kb import tables

_PLAIN_WORD = r"(?![A-Za-z_]++(?:[ ,;)!?]|\.(?: |$)|$))"
"""Most of a message is plain words; none of the rules for words matches one, so one look at it saves trying them."""


class Rules(NamedTuple):
    """The compiled table: `pattern`'s groups are named after rules, `kinds` maps a group to its kind ("" keeps)."""

    pattern: re.Pattern[str]
    kinds: dict[str, str]
    version: str
    type_names: frozenset[str]


@cache
def rules() -> Rules:
    """The rules, compiled at first use."""
    table = tables.rows("normalize.tsv")
    names = sorted({row["kind"] for row in table if row["kind"]})
    placeholder = r"\{(?:" + "|".join(names) + r")\}"
    inner = placeholder.removeprefix(r"\{")
    kinds = {"placeholder": ""} | {row["name"].replace("-", "_"): row["kind"] for row in table}
    keeping = _branches(inner, [row for row in table if not row["kind"]])
    taking = _branches(inner, [row for row in table if row["kind"]])
    text = rf"(?P<placeholder>{placeholder}(?:/[\w-]++)?+)|(?<!\w)(?:{keeping})|(?<![\w}}])(?:{taking})"
    digest = hashlib.sha256((tables.text("normalize.tsv") + tables.text("type_names.txt")).encode())
    return Rules(re.compile(text), kinds, digest.hexdigest()[:12], tables.words("type_names.txt"))


def _branches(inner: str, table: list[dict[str, str]]) -> str:
    """The rules' patterns as alternatives in the table's order, neighbours that begin alike behind one look ahead."""
    branches = []
    for starts, group in groupby(table, key=lambda row: row["starts"]):
        patterns = [f"(?P<{row['name'].replace('-', '_')}>{row['pattern'].replace('@KIND@', inner)})" for row in group]
        skip = _PLAIN_WORD if starts == "A-Za-z" else ""
        branches.append(f"(?=[{starts}]){skip}(?:{'|'.join(patterns)})")
    return "|".join(branches)
