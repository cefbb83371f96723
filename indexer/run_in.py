"""Bold words that begin a paragraph, or a line of it, and head what follows: `**Cause:** the kettle leaks`."""

from __future__ import annotations

from dataclasses import replace

from indexer import cues, naming
from indexer.document import Block

_ENDS = (":", "：", ".", "?", "？", "。", "!")
_DIVIDES = (":", "：", "—", "–")
_MOST_WORDS = 12
_RUN_IN = 7
_WHOLE = 0.85


def parts(block: Block) -> list[Block]:
    """The block, cut at the bold words that announce a role or name an error; alone where there are none."""
    if block.kind not in ("prose", "item") or not block.leads or _is_all(block):
        return [block]
    heads = [(span, head) for span in block.leads if (head := _head(block, *span)) and _heads(head, block.kind)]
    if not heads:
        return [block]
    found: list[Block] = []
    at = 0
    for (start, end), head in heads:
        found += [block.cut(at, start), head]
        at = end + (len(block.text[end:]) - len(block.text[end:].lstrip(" :：—–")))
    found.append(block.cut(at, len(block.text)))
    return [one for one in found if one.text]


def topic(block: Block) -> list[Block] | None:
    """A paragraph and the bold words that head it, whatever they say; None where none do."""
    if block.kind != "prose" or not block.leads or block.leads[0][0] != 0 or _is_all(block):
        return None
    end = block.leads[0][1]
    head = _head(block, 0, end)
    rest = block.text[end:].lstrip(" :：—–")
    return [head, block.cut(len(block.text) - len(rest), len(block.text))] if head and rest else None


def _is_all(block: Block) -> bool:
    """Whether a paragraph is nothing but bold words: a heading without anything beneath it in the paragraph."""
    return sum(end - start for start, end in block.leads) > _WHOLE * len(block.text.rstrip(" :："))


def _head(block: Block, start: int, end: int) -> Block | None:
    """The heading that bold words are: they end as one does, or what follows them is divided off."""
    alone = block.text[start:end].endswith(" ")
    bold = block.text[start:end].strip()
    if not bold or len(bold) > cues.LONGEST_HEADING or len(bold.split()) > _MOST_WORDS:
        return None
    if not alone and not bold.endswith(_ENDS) and not block.text[end:].lstrip().startswith(_DIVIDES):
        return None
    head = block.cut(start, end)
    return replace(head, kind="heading", level=_RUN_IN, text=head.text.rstrip(" :：."), leads=())


def _heads(head: Block, kind: str) -> bool:
    announces = kind == "prose" and cues.heading_role(head.text) is not None
    return announces or naming.of_heading(head) is not None
