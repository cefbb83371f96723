"""reStructuredText → blocks, also Sphinx's: what docutils doesn't know is read as what it looks like.

Nothing that a file asks for is done: no file is included, no raw markup passed on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import Directive, directives, roles

from indexer import cues
from indexer.document import Block, Cell, Document, Kind
from indexer.readers import about
from indexer.readers.inline import Buffer
from indexer.readers.markdown import box_hint
from kb.models import Span

_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "report_level": 5,
    "halt_level": 5,
    "warning_stream": False,
    "input_encoding": "unicode",
    "doctitle_xform": False,
    "docinfo_xform": False,
    "smart_quotes": False,
    "syntax_highlight": "none",
    "line_length_limit": 100_000,
    "_disable_config": True,
}
_BOXES = ("attention", "caution", "danger", "error", "hint", "important", "note", "tip", "warning", "admonition")
_FIELD = re.compile(r"^:(?P<name>[A-Za-z][\w -]{1,30}):\s+(?P<value>\S.*)$", re.M)
_KEYWORDS = re.compile(r"^\s+:keywords: *(?P<value>\S.*)$", re.M)


_NO_TEXT = (nodes.system_message, nodes.comment, nodes.target, nodes.field_list, nodes.topic, nodes.Invisible)


class _Unknown(Directive):
    """A directive of Sphinx that holds text: its contents are read, under its name."""

    has_content = True
    optional_arguments = 100
    final_argument_whitespace = True
    option_spec: ClassVar[Any] = None

    def run(self) -> Sequence[nodes.Node]:
        """The contents, in a box of that name."""
        box = nodes.container(classes=[self.name])
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class _Dropped(_Unknown):
    """A directive whose contents are no part of the text."""

    def run(self) -> Sequence[nodes.Node]:
        """Nothing."""
        return []


class _Code(_Unknown):
    """A listing; whatever options Sphinx knows are accepted."""

    option_spec: ClassVar[Any] = dict.fromkeys(
        ("linenos", "emphasize-lines", "caption", "name", "lineno-start", "force", "dedent", "class", "number-lines"),
        directives.unchanged,
    )

    def run(self) -> Sequence[nodes.Node]:
        """The listing as it is written."""
        text = "\n".join(self.content)
        block = nodes.literal_block(text, text, language=self.arguments[0] if self.arguments else "")
        block.line = self.content_offset + 1
        return [block]


def read(name: str, text: str) -> Document:
    """The document of a reStructuredText file."""
    _prepare()
    tree = publish_doctree(text, settings_overrides=_SETTINGS)
    walk = _Walk()
    walk.children(tree, 0)
    fields = {found["name"].lower(): found["value"] for found in _FIELD.finditer(text)}
    meta = about.from_front_matter(fields)
    if keywords := _KEYWORDS.search(text):
        meta.tags = about.tag_list(keywords["value"])
    return about.describe(name, walk.found, meta)


@cache
def _prepare() -> None:
    """Tell docutils, once, about the directives and roles of Sphinx."""
    for row in cues.rows("rst_directives.tsv"):
        kind = {"dropped": _Dropped, "code": _Code, "box": _Unknown}[row["kind"]]
        directives.register_directive(row["name"], kind)
    for name in sorted(cues.words("rst_roles.txt")):
        roles.register_generic_role(name, nodes.literal)


class _Walk:
    def __init__(self) -> None:
        self.found: list[Block] = []
        self.hint = ""
        self.label = ""
        self.kind: Kind = "prose"

    def children(self, node: nodes.Element, level: int) -> None:
        for child in node.children:
            self.take(child, level)

    def take(self, node: nodes.Node, level: int) -> None:
        if isinstance(node, nodes.section):
            self.children(node, level + 1)
        elif isinstance(node, (nodes.title, nodes.rubric)):
            self._inline(node, "heading", max(level, 1))
        elif isinstance(node, nodes.literal_block | nodes.doctest_block):
            text = node.astext()
            start = node.line or self._line(node)
            self._add("code", text, (start, start + text.count("\n")), language=str(node.get("language", "")))
        elif isinstance(node, nodes.paragraph):
            self._inline(node, self.kind, level)
        elif isinstance(node, nodes.list_item):
            before, self.kind = self.kind, "item"
            self.children(node, level)
            self.kind = before
        elif isinstance(node, nodes.term):
            self._inline(node, "heading", 7)
        elif isinstance(node, nodes.table):
            self._table(node)
        elif isinstance(node, nodes.Admonition | nodes.container):
            self._box(node, level)
        elif isinstance(
            node, nodes.system_message | nodes.comment | nodes.target | nodes.field_list | nodes.topic | nodes.Invisible
        ):
            return
        elif isinstance(node, nodes.Element):
            self.children(node, level)

    def _box(self, node: nodes.Element, level: int) -> None:
        title = next((one.astext() for one in node.children if isinstance(one, nodes.title)), "")
        name = (node.get("classes") or [node.tagname])[0]
        before = self.hint
        self.hint = box_hint(name if name in _BOXES else "note", title)
        for child in node.children:
            if not isinstance(child, nodes.title):
                self.take(child, level)
        self.hint = before

    def _inline(self, node: nodes.Element, kind: Kind, level: int) -> None:
        buffer = _text(node)
        text, spans = buffer.take()
        leads = buffer.leads()
        _, navigation, strong = buffer.reset()
        if text and not (navigation and kind != "heading"):
            start = self._line(node)
            lines = (start, start + node.rawsource.count("\n"))
            self._add(kind, text, lines, level=level, spans=spans, strong=strong, leads=leads)

    def _table(self, node: nodes.table) -> None:
        headings: list[str] = []
        for row in node.findall(nodes.row):
            texts = [_text(entry).take() for entry in row.children if isinstance(entry, nodes.entry)]
            if isinstance(row.parent, nodes.thead):
                headings = [text for text, _ in texts]
                continue
            cells = tuple(
                Cell(headings[i] if i < len(headings) else "", text, spans) for i, (text, spans) in enumerate(texts)
            )
            line = self._line(row)
            self._add("row", " | ".join(cell.text for cell in cells), (line, line), cells=cells)

    def _line(self, node: nodes.Node) -> int:
        """The node's line; docutils notes it for some nodes only, so the nearest one above is asked too."""
        one: nodes.Node | None = node
        while one is not None:
            if one.line:
                return int(one.line)
            one = one.parent
        return self.found[-1].lines[1] if self.found else 1

    def _add(self, kind: Kind, text: str, lines: tuple[int, int], *, level: int = 0, language: str = "",
             spans: tuple[Span, ...] = (), strong: bool = False, leads: tuple[Span, ...] = (),
             cells: tuple[Cell, ...] = ()) -> None:  # fmt: skip
        self.found.append(
            Block(kind, text, lines, level, language, spans, self.hint, self.label, None, cells, strong, leads)
        )


def _text(node: nodes.Element) -> Buffer:
    buffer = Buffer()

    def collect(one: nodes.Node) -> None:
        if isinstance(one, nodes.Text):
            buffer.add(str(one))
        elif isinstance(one, nodes.literal) or (isinstance(one, nodes.emphasis) and isinstance(node, nodes.term)):
            buffer.add_code(one.astext())  # in a question, what is emphasised is the message that it is about
        elif isinstance(one, nodes.system_message):
            return
        else:
            with buffer.inside(link=isinstance(one, nodes.reference), strong=isinstance(one, nodes.strong)):
                for child in one.children:
                    collect(child)

    collect(node)
    return buffer
