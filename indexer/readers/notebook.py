"""Jupyter notebook → blocks: cells in order, a cell's error output as output, everything else a program showed left
out. A notebook is JSON; only the fields that are needed are looked at."""

from __future__ import annotations

import json
import re
from typing import Any

from indexer.document import Block, Document
from indexer.readers import about, markdown

_COLOUR = re.compile(r"\x1b\[[0-9;]{0,20}m")


def read(name: str, text: str) -> Document:
    """The document of a notebook. Raises ValueError for what is none."""
    notebook = json.loads(text)
    cells = notebook.get("cells") or [
        cell for sheet in notebook.get("worksheets", ()) for cell in sheet.get("cells", ())
    ]
    lines = _Lines(text)
    meta = notebook.get("metadata") or {}
    language = str((meta.get("language_info") or meta.get("kernelspec") or {}).get("name") or "")
    blocks: list[Block] = []
    for cell in cells:
        source = _joined(cell.get("source", cell.get("input", "")))
        start = lines.find(source)
        kind = cell.get("cell_type")
        if kind in ("markdown", "raw"):
            blocks += markdown.blocks_of(source.split("\n"), start - 1)
        elif kind == "heading":
            blocks.append(Block("heading", source, (start, start), int(cell.get("level", 2))))
        elif kind == "code" and source.strip():
            blocks.append(
                Block("code", source.rstrip("\n"), (start, start + source.count("\n")), language=language.lower())
            )
            blocks += [one for output in cell.get("outputs", ()) for one in _output(output, lines)]
    values = {key: meta[key] for key in ("title", "authors", "date", "tags") if key in meta}
    return about.describe(name, blocks, about.from_front_matter(values))


def _output(output: dict[str, Any], lines: _Lines) -> list[Block]:
    kind = output.get("output_type")
    if kind in ("error", "pyerr"):
        text = (
            _COLOUR.sub("", "\n".join(output.get("traceback", ()))) or f"{output.get('ename')}: {output.get('evalue')}"
        )
        start = lines.find(str(output.get("evalue", "")))
        return [Block("output", text, (start, start))]
    if kind == "stream":
        text = _COLOUR.sub("", _joined(output.get("text", "")))
        return [Block("output", text.rstrip("\n"), (lines.line, lines.line))] if text.strip() else []
    return []


def _joined(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


class _Lines:
    """Finds texts in the notebook's source, from top to bottom, as JSON writes them."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self.line = 1

    def find(self, text: str) -> int:
        """The line in which the text begins, or that of the last one found."""
        wanted = json.dumps(text.split("\n", 1)[0], ensure_ascii=False)[1:-1]
        found = self._source.find(wanted, self._at) if wanted else -1
        if found >= 0:
            self.line += self._source.count("\n", self._at, found)
            self._at = found
        return self.line
