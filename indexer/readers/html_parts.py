"""What the elements of an HTML page are for, by the table of selectors and their classes: posts, answers, chrome."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from indexer import cues
from indexer.readers import elements

BOX_CLASSES = frozenset(
    ("admonition", "alert", "callout", "note", "tip", "warning", "caution", "danger", "important", "info", "hint",
     "notice")
)  # fmt: skip
_ACCEPTED = ("solution", "accepted answer", "best answer", "✓ accepted")


class Parts:
    """The elements of a page that are posts of a thread or have a role, by `html_roles.tsv`."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self._roles: dict[int, str] = {}
        self._accepted: set[int] = set()
        self._holders: set[int] = set()
        if tree.body or tree.root:
            self._mark(tree)

    def role(self, node: LexborNode) -> str | None:
        """What an element is for, if the table says it."""
        return self._roles.get(node.mem_id)

    def is_accepted(self, node: LexborNode) -> bool:
        """Whether an answer is marked as the one that helped."""
        if node.mem_id in self._accepted:
            return True
        return any(one.text(strip=True).lower() in _ACCEPTED
                   for one in node.css(".solved, .badge, .accepted-indicator, .solution-label, .label"))  # fmt: skip

    def is_chrome(self, node: LexborNode, *, in_forum: bool) -> bool:
        """Whether an element is no part of the article: hidden, or of a class that says so."""
        attributes = node.attributes
        if node.tag == "aside" and not BOX_CLASSES.intersection(elements.words(node)):
            return node.css_first("h1, pre") is None
        if not attributes:
            return False
        if attributes.get("aria-hidden") == "true" and node.tag != "div":
            return True
        style = attributes.get("style")
        if "hidden" in attributes or (style and "display:none" in style.replace(" ", "").lower()):
            return attributes.get("role") != "tabpanel" and node.css_first("pre") is None
        if node.tag in ("body", "main", "article", "html", "pre", "code") or attributes.get("role") == "main":
            return False
        if node.mem_id in self._roles or node.mem_id in self._holders:
            return False
        words = elements.chrome().intersection(elements.words(node))
        if in_forum:
            words -= {"comment", "comments"}  # there the posts are called so
        if not words:
            return False
        return node.css_first("h1, main, article, [role=main]") is None

    def _mark(self, tree: LexborHTMLParser) -> None:
        marked: dict[str, list[LexborNode]] = {}
        for row in cues.rows("html_roles.tsv"):
            for node in tree.css(row["selector"]):
                if row["role"] == "accepted":
                    self._accepted.add(node.mem_id)
                else:
                    marked.setdefault(row["role"], []).append(node)
        thread = len(marked.get("question", ())) + len(marked.get("answer", ())) >= 2
        for role, nodes in marked.items():
            if role == "post" and (thread or len(nodes) < 2):
                continue
            for node in nodes:
                self._roles.setdefault(node.mem_id, role)
                self._mark_above(node)

    def _mark_above(self, node: LexborNode) -> None:
        """Note the elements that a part with a role stands in: whatever they are called, they are no chrome."""
        above = node.parent
        while above is not None and above.mem_id not in self._holders:
            self._holders.add(above.mem_id)
            above = above.parent
