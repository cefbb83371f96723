"""Which rules knowledge is made by: a hash that changes with the code and data that make entries, so that
an upgraded program rebuilds what an older one made."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import kb

PARTS = (
    "indexer/*.py",
    "indexer/dumps/*.py",
    "indexer/readers/*.py",
    "indexer/data/*",
    "kb/analysis.py",
    "kb/data/*",
    "kb/engines/*.py",
    "kb/models.py",
    "kb/normalize.py",
    "kb/packed_postings.py",
    "kb/postings.py",
    "kb/rules.py",
    "kb/store/*.py",
    "kb/stored_templates.py",
    "kb/templates.py",
    "kb/wordings.py",
)
"""Globs, from the folder that holds the packages."""


@cache
def rules_version() -> str:
    """16 hex digits over the program's version and the content of all `PARTS`."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(kb.__version__.encode())
    for pattern in PARTS:
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
