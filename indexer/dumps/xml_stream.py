"""An XML file of any size as events, by expat. Memory stays within one element's tag and text.

A document type is refused: with it go entities, which an attacker makes a small file swell with.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple
from xml.parsers import expat

from indexer.dumps import DumpDamaged
from indexer.dumps.topic import LONGEST_MESSAGE

_CHUNK = 1 << 16
_LONGEST_TAG = 8 * LONGEST_MESSAGE
"""Bytes between two events: a tag that never ends would be kept whole until it does."""


class Event(NamedTuple):
    """A tag opened (`text` is its name) or closed, or text; `line` is where it begins, from 1."""

    kind: Literal["open", "close", "text"]
    text: str
    attributes: dict[str, str]
    line: int


def events(path: Path) -> Iterator[Event]:
    """The events of the file in order. Raises DumpDamaged at the first place that isn't well-formed."""
    found: list[Event] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: found.append(
        Event("open", name, attributes, parser.CurrentLineNumber)
    )
    parser.EndElementHandler = lambda name: found.append(Event("close", name, {}, parser.CurrentLineNumber))
    parser.CharacterDataHandler = lambda text: found.append(Event("text", text, {}, parser.CurrentLineNumber))
    silent = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
                silent = 0 if found else silent + len(chunk)
                if silent > _LONGEST_TAG:
                    raise DumpDamaged(f"a tag is longer than {_LONGEST_TAG} bytes")
                yield from found
                found.clear()
        parser.Parse(b"", True)
        yield from found
    except expat.ExpatError as error:
        raise DumpDamaged(str(error)) from None


def _refuse(*_: object) -> None:
    raise DumpDamaged("it declares a document type, which no dump does")
