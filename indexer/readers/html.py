"""HTML → blocks. selectolax parses; what an element is follows from its tag, its classes and the tables in
`indexer/data` (`chrome.tsv`, `html_roles.tsv`)."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer import cues
from indexer.document import LINK, Block, Cell, Document, Kind, Post, Said
from indexer.readers import about, elements, html_meta, html_parts, html_tables, pasted, speakers
from indexer.readers.inline import Buffer
from indexer.readers.markdown import box_hint
from indexer.readers.positions import Positions
from kb.models import Span

MOST_DEPTH = 120
"""How deep elements may be nested to be told apart; what is deeper is left out."""
DEEPEST = 1000
"""How deep elements may be nested for a page to be read at all: an attack is far deeper, and slow to take apart."""
_NESTING = re.compile(
    r"<(/?)(?:div|span|section|article|ul|ol|dl|table|b|i|em|strong|font|blockquote|a|code|pre)\b", re.I
)
_INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font", "i", "ins", "mark", "q", "s",
     "small", "span", "strike", "strong", "sub", "sup", "time", "u", "wbr", "nobr")
)  # fmt: skip
_STRONG = frozenset(("b", "strong"))
_SAID = re.compile(r"^.{0,60}\b(?:commented|replied|wrote|posted|said)\b.{0,60}$", re.I)
_TITLE_CLASSES = ("admonition-title", "title", "admonitionHeading", "callout-title", "alert-heading")


def read(name: str, text: str) -> Document:
    """The document of an HTML page."""
    _check_depth(text)
    tree = LexborHTMLParser(text)
    meta = html_meta.read(tree, text)
    walk = _Walk(tree, Positions(text))
    blocks = walk.run()
    if not walk.posts:
        meta.lines += speakers.asking(blocks)
        blocks = speakers.attributed(blocks)
    meta.lines += walk.beside
    return about.describe(name, blocks, meta)


def fragment(text: str, before: int) -> list[Block]:
    """The blocks of a piece of HTML inside another format; `before` counts the lines in front of it."""
    _check_depth(text)
    tree = LexborHTMLParser(text)
    return _Walk(tree, Positions(text, before)).run()


def _check_depth(text: str) -> None:
    depth = 0
    for found in _NESTING.finditer(text):
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > DEEPEST:
            raise ValueError(f"elements are nested more than {DEEPEST} deep")


class _Walk:
    def __init__(self, tree: LexborHTMLParser, positions: Positions) -> None:
        self.tree = tree
        self.positions = positions
        self.found: list[Block] = []
        self.beside: list[str] = []
        self.buffer = Buffer()
        self.kind: Kind = "prose"
        self.level = 0
        self.hint = ""
        self.label = ""
        self.post: Post | None = None
        self.parts = html_parts.Parts(tree)
        self.posts = 0
        self.in_forum = False
        self.tabs: list[str] = []

    def run(self) -> list[Block]:
        root = self.tree.body or self.tree.root
        if root is not None:
            self._children(root, 0)
            self._flush()
        return self.found

    # --- elements ---------------------------------------------------------------------------------

    def _children(self, node: LexborNode, depth: int) -> None:
        for child in node.iter(include_text=True):
            self._take(child, depth + 1)

    def _take(self, node: LexborNode, depth: int) -> None:
        tag = node.tag
        if tag == "-text":
            self._text(node)
        elif tag in html_tables.SKIPPED or depth > MOST_DEPTH:
            self._leave_out(node)
        elif tag == "br":
            if self.buffer.line_break():
                self._flush()
        elif tag == "hr":
            self._flush()
        elif tag in html_tables.INLINE_CODE and node.css_first("pre") is None:
            self._inline_code(node)
        elif self.parts.is_chrome(node, in_forum=self.in_forum):
            self._leave_out(node)
        elif tag in _INLINE:
            self._inline(node, tag, depth)
        elif tag and "-" in tag:
            self._children(node, depth)  # somebody's own element: as good as none
        else:
            self._block(node, tag or "", depth)

    def _text(self, node: LexborNode) -> None:
        text = node.text_content or ""
        if text.strip():
            self.buffer.line = self.buffer.line or self.positions.find(text)
        self.buffer.add(text)

    def _inline_code(self, node: LexborNode) -> None:
        text = node.text(deep=True)
        if "\n" in text.strip() and not self.buffer.text.strip():
            self._flush()
            self._code(node)
            return
        self.buffer.line = self.buffer.line or self.positions.find(text)
        self.buffer.add_code(text)

    def _inline(self, node: LexborNode, tag: str, depth: int) -> None:
        if tag == "a" and elements.is_anchor_sign(node):
            return
        if tag in ("em", "i") and self.kind == "heading":
            self._inline_code(node)  # a message that a question is about
            return
        link = tag == "a" and not (node.attributes.get("href") or "").startswith("#")
        with self.buffer.inside(link=link, strong=tag in _STRONG):
            self._children(node, depth)

    def _block(self, node: LexborNode, tag: str, depth: int) -> None:
        self._flush()
        before = (self.kind, self.level, self.hint, self.label, self.post)
        self._enter(node, tag)
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            self.kind, self.level = "heading", int(tag[1])
            self._children(node, depth)
        elif tag in ("summary", "dt", "legend", "caption"):
            self.kind, self.level = "heading", 7
            self._children(node, depth)
        elif tag == "pre":
            self._code(node)
        elif tag == "table" and not elements.is_layout(node):
            self._table(node)
        elif tag == "li":
            self.kind, self.level = "item", self.level + 1
            self._children(node, depth)
        elif node.attributes.get("role") == "tablist":
            self.tabs = [item.text(strip=True) for item in node.css('[role="tab"]')]
        else:
            self._children(node, depth)
        self._flush()
        self.kind, self.level, self.hint, self.label, self.post = before

    def _enter(self, node: LexborNode, tag: str) -> None:
        """What being inside this element means for all that stands in it."""
        attributes = node.attributes
        if attributes.get("role") == "tabpanel":
            label = self.tabs.pop(0) if self.tabs else ""
            if label:
                self.found.append(Block("heading", label, (self.positions.line,) * 2, 7, post=self.post))
        role = self.parts.role(node)
        if role in ("question", "answer", "post") and (self.post is None or role == "answer"):
            self.posts += 1
            self.in_forum = role == "post"
            asks = role == "question" or (role == "post" and self.posts == 1)
            name, score, standing = elements.name_in(node), elements.score(node), elements.standing(node)
            said: Said = "question" if asks else "answer" if role == "answer" else ""
            self.post = Post(self.posts, name, said, self.parts.is_accepted(node), score, standing)
        elif role in ("reproduction", "fix"):
            self.hint = role
        data = attributes.get("data-label")
        if data and (told := cues.heading_role(data)):
            self.hint = told
        if tag in ("div", "aside", "section", "blockquote", "p") and not self.hint:
            words = set(elements.words(node))
            if words & html_parts.BOX_CLASSES and not words & {"tab", "tabs", "group"}:
                title = next((one.text(strip=True) for name in _TITLE_CLASSES for one in node.css(f".{name}")), "")
                self.hint = box_hint("note", title)

    # --- what is left out ---------------------------------------------------------------------------

    def _leave_out(self, node: LexborNode) -> None:
        """Nothing of it is kept but a date or an author that stands in a short one beside the article."""
        if node.tag in ("script", "style", "template", "-comment", "head"):
            return
        text = node.text(deep=True, separator=" ")
        if (
            self.post is None
            and 0 < len(text) <= 400
            and not {"comment", "comments", "related"} & set(elements.words(node))
        ):
            self.beside.append(" ".join(text.split()))

    # --- blocks -------------------------------------------------------------------------------------

    def _flush(self) -> None:
        text, spans = self.buffer.take()
        leads = self.buffer.leads()
        parts = pasted.divided(self.buffer.as_broken()) if self.kind in ("prose", "item") else None
        line, navigation, strong = self.buffer.reset()
        if not text:
            return
        if navigation and self.kind != "heading":
            return
        if self.kind == "heading" and self.post and _SAID.search(text):
            return
        if self.kind == "heading":
            text = re.sub(r"^#\s+|\s*[¶#]$", "", text).strip()
        place = (line or self.positions.line, self.positions.line)
        if self.kind == "heading" and navigation:
            self.found.append(Block("heading", text, place, self.level, code_spans=spans, hint=LINK, post=self.post))
            return
        if parts:
            said, traceback = parts
            if said:
                self._add(self.kind, said, place)
            self._add("code", traceback, place)
            return
        self._add(self.kind, text, place, spans=spans, strong=strong and self.kind in ("prose", "item"), leads=leads)

    def _code(self, node: LexborNode) -> None:
        for one in node.css("button, .linenos, .lineno, .line-number, .line-numbers-rows, .copy, .toolbar"):
            one.decompose()
        for one in node.css("br"):
            one.replace_with("\n")
        text = (node.text(deep=True) or "").replace("\xa0", " ").replace("\u200b", "")
        text = text.strip("\n").rstrip()
        if not text.strip():
            return
        start = self.positions.find(text)
        kind: Kind = "output" if self.parts.role(node) == "output" else "code"
        self._add(kind, text, (start, start + text.count("\n")), language=elements.language(node))
        self.positions.line = start + text.count("\n")

    def _table(self, node: LexborNode) -> None:
        for cells in html_tables.rows(node):
            line = self.positions.find(cells[0].text or cells[-1].text)
            self._add("row", " | ".join(cell.text for cell in cells), (line, line), cells=cells)

    def _add(self, kind: Kind, text: str, lines: Span, *, language: str = "", spans: tuple[Span, ...] = (),
             strong: bool = False, leads: tuple[Span, ...] = (), cells: tuple[Cell, ...] = ()) -> None:  # fmt: skip
        level = self.level if kind in ("heading", "item") else 0
        self.found.append(
            Block(kind, text, lines, level, language, spans, self.hint, self.label, self.post, cells, strong, leads)
        )
