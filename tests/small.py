"""A small article, and knowledge bases made of such, for tests that need real ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexer import pipeline
from kb.opening import KnowledgeBase, open_knowledge_base
from kb.settings import Settings, load

ARTICLE = """---
title: {title}
library: tea
applies_to: ["tea>=1"]
requires: []
errors:
  - exception: {exception}
    message: "{message}"
references: []
---
The kettle {slot} was asked to boil and had no water.

## Cause: nobody filled it
Water boils away.

Check: is the lid open?

```python raises
raise RuntimeError("no water in kettle 'blue', fill it before it boils")
```

### Fix: fill the kettle first
Call `kettle.fill()` before {slot} boils.

```python fix
filled = True
assert filled
```
"""
MESSAGE = "no water in kettle {kettle}, fill it before it boils"
PASTE = """Traceback (most recent call last):
  File "/srv/tea/kitchen.py", line 3, in boil
    kettle.boil()
RuntimeError: no water in kettle 'green', fill it before it boils
"""


def article(title: str = "Kettle without water", exception: str = "RuntimeError", message: str = MESSAGE) -> str:
    """An authored article's text."""
    slot = re.search(r"\{\w+\}", message)
    return ARTICLE.format(title=title, exception=exception, message=message, slot=slot[0] if slot else "it")


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    """Files, by their names in the folder."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def settings(folder: Path, **more: Any) -> Settings:
    """Settings with the data in `folder/data` and the articles in `folder/articles`."""
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    return load({"data_dir": folder / "data", "articles_dir": folder / "articles", **more}, {})


def base(folder: Path, texts: Mapping[str, str], **more: Any) -> KnowledgeBase:
    """A knowledge base of these articles."""
    write(folder / "articles", texts)
    wanted = settings(folder, **more)
    report = pipeline.index(wanted)
    assert not report.rejected, report.rejected
    return open_knowledge_base(wanted)
