"""Tables of an HTML page: their rows, each with its cells under the headings of their columns."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from indexer.document import Cell
from indexer.readers.inline import Buffer
from kb.models import Span

INLINE_CODE = frozenset(("code", "kbd", "samp", "tt", "var"))
SKIPPED = frozenset(
    ("script", "style", "noscript", "template", "svg", "select", "option", "iframe", "object", "form", "button",
     "input", "textarea", "nav", "footer", "head", "-comment", "audio", "video", "canvas", "map", "math", "dialog",
     "label")
)  # fmt: skip
"""Elements that hold nothing of what a page says."""


def rows(table: LexborNode) -> Iterator[tuple[Cell, ...]]:
    """The rows of a table that hold something, without the one that holds the headings."""
    headings: list[str] = []
    for row in table.css("tr"):
        cells = [one for one in row.iter() if one.tag in ("td", "th")]
        if not headings and cells and all(one.tag == "th" for one in cells) and len(cells) > 1:
            headings = [" ".join(one.text(deep=True).split()) for one in cells]
            continue
        made = []
        for number, one in enumerate(cells):
            text, spans = _cell(one)
            made.append(Cell(headings[number] if number < len(headings) else "", text, tuple(spans)))
        if any(cell.text for cell in made):
            yield tuple(made)


def _cell(node: LexborNode) -> tuple[str, tuple[Span, ...]]:
    buffer = Buffer()

    def collect(one: LexborNode) -> None:
        for child in one.iter(include_text=True):
            if child.tag == "-text":
                buffer.add(child.text_content or "")
            elif child.tag in INLINE_CODE:
                buffer.add_code(child.text(deep=True))
            elif child.tag == "br":
                buffer.add(" ")
            elif child.tag not in SKIPPED:
                collect(child)
                buffer.add(" " if child.tag in ("p", "div", "li") else "")

    collect(node)
    return buffer.take()
