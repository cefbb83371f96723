"""The words that harvesting reads source by, from `data/harvest.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of one list, in its order."""
    text = (Path(__file__).with_name("data") / "harvest.yaml").read_text(encoding="utf-8")
    return tuple(yaml.safe_load(text)[name])
