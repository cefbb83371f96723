"""What the database can hold: an `Entry` as JSON text and back, without loss, and text that is no JSON.

Fields that hold their default are left out of the JSON. It is ASCII, so that even a lone surrogate from a
broken page survives every database encoding.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any

from kb.models import Avoid, Cause, Entry, ErrorForm, EvidenceRule, Fix, Proof


def entry_to_json(entry: Entry) -> str:
    """The entry as one line of compact JSON."""
    return json.dumps(_plain(entry), separators=(",", ":"))


def entry_from_json(text: str) -> Entry:
    """The entry that `entry_to_json` wrote. Raises ValueError, TypeError or KeyError for anything else."""
    data = _frozen(json.loads(text))
    data["errors"] = tuple(ErrorForm(**form) for form in data["errors"])
    data["causes"] = tuple(_cause(cause) for cause in data.get("causes", ()))
    data["fixes"] = tuple(_fix(fix) for fix in data.get("fixes", ()))
    data["avoid"] = tuple(Avoid(**avoid) for avoid in data.get("avoid", ()))
    return Entry(**data)


def clean(text: str) -> str:
    """Text for a column: lone surrogates and NUL, which databases refuse, become replacement characters."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _cause(data: dict[str, Any]) -> Cause:
    cause = _frozen(data)
    cause["evidence"] = tuple(EvidenceRule(**rule) for rule in cause.get("evidence", ()))
    return Cause(**cause)


def _fix(data: dict[str, Any]) -> Fix:
    fix = _frozen(data)
    fix["verified"] = tuple(Proof(**proof) for proof in fix.get("verified", ()))
    return Fix(**fix)


def _frozen(data: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples: every list of a dataclass is one."""
    return {name: tuple(value) if type(value) is list else value for name, value in data.items()}


@cache
def _defaults(kind: type) -> dict[str, Any]:
    return {field.name: field.default for field in fields(kind) if field.default is not MISSING}


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        defaults = _defaults(type(value))
        held = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _plain(item) for name, item in held.items() if name not in defaults or defaults[name] != item}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return dict(value) if hasattr(value, "keys") else value
