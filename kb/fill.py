"""What the slots caught, filled into the prose of an answer: `{instance}` becomes `` `users` ``.

A captured value is hostile text: it must stay text wherever it lands. So it is one line without backticks, put between
backticks, where need be in a longer run than the prose has (only a run of the same length closes one). In
a code span that is there already it is put plainly. Slots in places that are no text (fenced code, the target of a
link, a tag) are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from kb.redact import redact_value

LONGEST = 80
"""Characters of a value that are shown, the ellipsis included."""
KEPT = 4096
"""Texts whose gaps stay known."""

_SLOT = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)\}(?!\})")
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})([^\n]*)")
_OPEN = re.compile(r"\\.|`+|\]\(|<[A-Za-z/!?]")
_DEFINITION = re.compile(r"[ \t>]*\[[^\]\n]+\]:")
_RUN = re.compile(r"`+")
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
"""Controls, line separators, marks that reorder or hide text, noncharacters, halves of surrogate pairs."""

Mark = Callable[[str, str], str]
"""How an interface writes the value of a slot (its name, the value as it may be shown) so that it finds it again in the
prose: between noncharacters (U+FDD0 to U+FDEF), which no value holds."""


def unmarked(_name: str, value: str) -> str:
    """The value as it is."""
    return value


def fill(text: str, captures: Mapping[str, str], slots: Collection[str], mark: Mark = unmarked) -> str:
    """The text, a piece of Markdown, with each `{slot}` named in `slots` replaced by its capture as inline code.

    A slot without a capture becomes its name in words, as inline code.
    """
    if "{" not in text:
        return text
    gaps, rest = _gaps(text, frozenset(slots))
    if not gaps:
        return text
    pieces: list[str] = []
    for before, slot, in_row in gaps:
        value = _value(slot, captures.get(slot, ""), mark)
        # In a table's row a bar ends the cell, even in code; there it has to be escaped.
        pieces += (before, value.replace("|", "\\|") if in_row else value)
    return "".join(pieces) + rest


def _value(name: str, capture: str, mark: Mark) -> str:
    value = shown(capture)
    return mark(name, value) if value else name.replace("_", " ")


@lru_cache(1024)
def shown(value: str) -> str:
    """A captured value as it may be shown: redacted, on one line, without backticks, at most `LONGEST` characters."""
    text = " ".join(_UNSEEN.sub(" ", redact_value(value[:4000])).replace("`", "'").split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


class _Regions(NamedTuple):
    code: tuple[tuple[int, int], ...]
    raw: tuple[tuple[int, int], ...]
    paired: bool

    def kind(self, place: int) -> str:
        """What stands at a place of the line: `code`, `raw` (no text: the target of a link, a tag) or `text`."""
        for name, spans in (("code", self.code), ("raw", self.raw)):
            if any(start <= place < end for start, end in spans):
                return name
        return "text"


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it belongs to fenced code."""
    fence = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        opened = _FENCE.match(line)
        if fence:
            yield line, True
            if opened and opened[1].startswith(fence) and not opened[2].strip():
                fence = ""
        elif opened and ("`" not in opened[2] or opened[1][0] == "~"):
            fence = opened[1]
            yield line, True
        else:
            yield line, False


def _regions(line: str) -> _Regions:
    if _DEFINITION.match(line):
        return _Regions((), ((0, len(line)),), "`" not in line)
    code, raw, paired, position = [], [], True, 0
    while found := _OPEN.search(line, position):
        position, sign = found.end(), found[0]
        if sign[0] == "\\":
            paired = paired and sign != "\\`"
        elif sign[0] == "`":
            close = next((run for run in _RUN.finditer(line, position) if run[0] == sign), None)
            # A bar may end a table's cell, and with it what looked like a span.
            if close is None or "|" in line[position : close.start()]:
                paired = False
            else:
                position = close.end()
                code.append((found.start(), position))
        else:
            end = line.find(")" if sign == "](" else ">", position)
            if end >= 0 or sign == "](":
                position = end + 1 if end >= 0 else len(line)
                raw.append((found.start(), position))
                paired = paired and "`" not in line[found.start() : position]
    return _Regions(tuple(code), tuple(raw), paired)


class _Gap(NamedTuple):
    """A slot to be filled, the text between it and the one before (quotes included), and whether it stands in a line
    with bars."""

    before: str
    slot: str
    in_row: bool


@lru_cache(KEPT)
def _gaps(text: str, slots: frozenset[str]) -> tuple[tuple[_Gap, ...], str]:
    """The gaps of a text and what follows the last one. Entries' texts are filled at each lookup that finds them, and
    where their gaps are doesn't depend on the paste."""
    if not any(found[1] in slots for found in _SLOT.finditer(text)):
        return (), text
    lines = [(line, None if fenced else _regions(line)) for line, fenced in _lines(text)]
    # Only where every backtick has its partner on its own line is it sure what is code and what is not.
    tidy = all(regions is None or regions.paired for _, regions in lines)
    quote = "`" if tidy else _unused_quote(text)
    gaps, rest = list[_Gap](), ""
    for (line, regions), (below, _) in zip(lines, [*lines[1:], ("", None)], strict=True):
        if regions is None or "{" not in line:
            rest += line
            continue
        # A value with a bar would make a table's head of a line that stands above a row of dashes.
        in_row = "|" in line or ("|" in below and not below.strip("|-: \t\n>"))
        for before, slot in _cut(line, regions, slots, quote, tidy):
            if slot is not None:
                gaps.append(_Gap(rest + before, slot, in_row))
                rest = ""
            else:
                rest += before
    return tuple(gaps), rest


def _cut(
    line: str, regions: _Regions, slots: frozenset[str], quote: str, tidy: bool
) -> Iterator[tuple[str, str | None]]:
    """The line's text up to each slot to be filled, with the slot; at last what follows them, without one."""
    if not tidy and ("](" in line or "<" in line):
        # What is code here isn't sure, hence neither is what is the target of a link.
        yield line, None
        return
    opened, done = "", 0
    for found in _SLOT.finditer(line):
        kind = regions.kind(found.start())
        if found[1] not in slots or kind == "raw":
            continue
        text = opened + line[done : found.start()]
        done = found.end()
        if kind == "code" and tidy:
            opened = ""
            yield text, found[1]
            continue
        # Backticks that touch would count as one run, and a backslash would take the first one's meaning.
        before = " " if text.endswith(("`", "\\")) else ""
        opened = quote + (" " if line[done : done + 1] == "`" else "")
        yield text + before + quote, found[1]
    yield opened + line[done:], None


def _unused_quote(text: str) -> str:
    """A longer run of backticks than any of the text's, whichever of them a backslash may shorten."""
    return "`" * (max((len(run[0]) for run in _RUN.finditer(text)), default=0) + 1)
