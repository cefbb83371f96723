"""XML documents: feeds, site maps and descriptions for browsers, written by the standard library."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Response

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Node:
    """An element and its children, with all that XML can't hold left out of their text."""

    def __init__(self, tag: str, **attributes: str) -> None:
        self.element = Element(tag, attributes)

    def add(self, tag: str, text: str = "", **attributes: str) -> Node:
        """A child of that text."""
        child = Node.__new__(Node)
        child.element = SubElement(self.element, tag, {name: clean(value) for name, value in attributes.items()})
        child.element.text = clean(text) or None
        return child


def clean(text: str) -> str:
    """Text without the characters that XML forbids."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def document(root: Node, mimetype: str) -> Response:
    """The document of this root as an answer."""
    return Response(tostring(root.element, "utf-8", xml_declaration=True), content_type=f"{mimetype}; charset=utf-8")
