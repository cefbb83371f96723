"""One page of a dump, before it is read: what it says about itself, and its messages in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from indexer import cues
from indexer.document import Block, Document, Post
from kb.models import Span

LONGEST_MESSAGE = 1 << 20
"""Characters of one message; a longer one was pasted by a machine and is left out."""

Told = Callable[[int], None]
"""Called now and then with the number of records that were read."""
TELL_EVERY = 5000


@dataclass(frozen=True, slots=True)
class Message:
    """The text of a page, or of one post of a thread. `lines` are where it stands in the dump; None where the blocks'
    own lines count."""

    text: str
    post: Post | None = None
    lines: Span | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A thread or page. `name` tells it from others of its dump, `blocks_of` reads the markup of its messages."""

    name: str
    messages: Sequence[Message]
    blocks_of: Callable[[str], list[Block]]
    title: str | None = None
    source: str | None = None
    published: str | None = None
    updated: str | None = None
    author: str | None = None
    tags: tuple[str, ...] = ()

    def document(self) -> Document:
        """The topic as any page is read. Raises what the reader of its markup raises."""
        blocks = [
            replace(block, post=one.post, lines=one.lines or block.lines)
            for one in self.messages
            if len(one.text) <= LONGEST_MESSAGE
            for block in self.blocks_of(one.text)
        ]
        return Document(
            self.name,
            tuple(blocks),
            self.title,
            self.published,
            self.updated,
            self.author,
            self.source,
            tags=self.tags,
        )


def may_tell_an_error(text: str) -> bool:
    """Whether a message holds a word without which no error is printed: a glance, before it is read in earnest."""
    said = text.lower()
    return "traceback (most" in said or any(word in said for word in cues.words("error_words.txt"))
