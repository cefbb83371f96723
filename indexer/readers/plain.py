"""Plain text → blocks: paragraphs, code and headings, told apart by how their lines look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indexer.cues import heading_role, is_telling_heading
from indexer.document import Block, Kind
from indexer.readers import codelines
from kb.models import Span

_FENCE = re.compile(r"^\s*(```+|~~~+)\s*([\w+-]*)\s*$")
_GLUED = re.compile(r"^\s*\S.*\s```([\w+-]*)\s*$")
_UNDERLINE = re.compile(r"^\s*([=\-~^*#])\1{3,}\s*$")
_ATX = re.compile(r"^#{2,6} +\S.{0,120}$")
"""A heading of Markdown in a text that is none otherwise; behind a single `#` stands a comment."""
_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+\S")
_NUMBERED = re.compile(r"^\d{1,2}[.)] +([A-Z][^.:;,!?]{2,60})$")
"""`3. Root cause`: a heading, where it announces something."""
_BACK_TICKS = re.compile(r"`{1,2}([^`\n]{1,300})`{1,2}")
_LABEL = re.compile(r"^([^\W\d_][^\n:：.!?]{1,48})[:：]\s*$")
_LONG_LINE = 160
"""Characters of a line that nobody wraps by hand: it is a paragraph."""
_LONGEST_HEAD = 10
_SHORT_HEAD = 6
_FEWEST_WORDS = 6
_SIGNS = re.compile(r"[{}\[\]();=<>|$\\]")
_PER_SIGN = 25
"""Characters of prose for each sign that code is full of."""
_DENSE = 8
"""Lines from which on a text without empty ones counts as one that lost them."""


def blocks_of(lines: Sequence[str], first: int = 1) -> list[Block]:
    """The blocks of some lines of text; `first` is the number of the first one in the file."""
    blocks: list[Block] = []
    spaced, places = _apart(lines)
    dense = len(spaced) > len(lines)
    for found, at, stop, language in _runs(spaced):
        start, end = places[at], places[stop - 1] + 1
        kind = found
        text = _dedented(spaced[at:stop]) if kind == "code" else " ".join(" ".join(spaced[at:stop]).split())
        if not text.strip():
            continue
        if kind == "heading" and _ATX.match(text):
            text = text.lstrip("# ")
        if kind == "prose" and dense and start + 1 == end and _is_head(text):
            kind = "heading"
        elif kind == "prose":
            kind, text = _prose_kind(text)
        level = 2 if kind == "heading" else 0
        spans: tuple[Span, ...] = ()
        if kind != "code":
            text, spans = _inline_code(re.sub(r"\s?```[\w+-]*$", "", text))
        blocks.append(Block(kind, text, (first + start, first + end - 1), level, language, spans))
    return blocks


def _apart(lines: Sequence[str]) -> tuple[list[str], list[int]]:
    """The lines, with empty ones around its paragraphs where a text has lost all of them (a crawler's does), and the
    number that each line had."""
    full = [line for line in lines if line.strip()]
    if len(full) < _DENSE or len(full) < 0.85 * len(lines) or max(map(len, full)) <= _LONG_LINE:
        return list(lines), list(range(len(lines)))
    spaced: list[str] = []
    places: list[int] = []
    fenced = False
    after = False
    for number, line in enumerate(lines):
        fence = bool(_FENCE.match(line) or _GLUED.match(line))
        paragraph = not (fenced or fence) and _is_paragraph(line)
        if (paragraph or after) and not fenced:
            spaced.append("")
            places.append(number)
        spaced.append(line)
        places.append(number)
        fenced = fenced != fence
        after = paragraph
    return spaced, places


def _is_paragraph(line: str) -> bool:
    """Whether a line of a text without empty ones is a paragraph, an item or a heading of its own."""
    text = line.strip()
    words = text.split()
    if _ITEM.match(line):
        return True
    if _is_head(text):
        return True
    if text[:1].islower() or not codelines.ends_a_sentence(text) or len(words) < _FEWEST_WORDS:
        return False
    return codelines.looks_like_prose(text) or len(_SIGNS.findall(text)) * _PER_SIGN < len(text)


def _is_head(text: str) -> bool:
    """Whether a line of a text without empty ones reads like a heading: a few words that announce something, or hardly
    any."""
    words = text.split()
    if not 0 < len(words) <= _LONGEST_HEAD or not text[0].isupper() or text[-1] in ".,;:!" or _SIGNS.search(text):
        return False
    return (heading_role(text) is not None or 2 <= len(words) <= _SHORT_HEAD) and not codelines.weight(text)


def _inline_code(text: str) -> tuple[str, tuple[Span, ...]]:
    """The text without the back-ticks that people write around code, and where that code stands."""
    plain, spans, at = "", [], 0
    for found in _BACK_TICKS.finditer(text):
        plain += text[at : found.start()]
        spans.append((len(plain), len(plain) + len(found[1])))
        plain += found[1]
        at = found.end()
    return plain + text[at:], tuple(spans)


def _prose_kind(text: str) -> tuple[Kind, str]:
    if _ATX.match(text):
        return "heading", text.lstrip("# ")
    found = _LABEL.match(text)
    if found and (len(found[1].split()) <= 2 or (len(found[1].split()) <= 5 and heading_role(found[1]))):
        return "heading", found[1].strip()
    if (found := _NUMBERED.match(text)) and len(found[1].split()) <= _SHORT_HEAD and is_telling_heading(found[1]):
        return "heading", found[1]
    if _ITEM.match(text):
        return "item", re.sub(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+", "", text)
    return "prose", text


def _runs(lines: Sequence[str]) -> list[tuple[Kind, int, int, str]]:
    """Stretches of lines of one kind: kind, first line, line behind the last one, language of a fence."""
    runs: list[tuple[Kind, int, int, str]] = []
    at = 0
    while at < len(lines):
        if fence := _FENCE.match(lines[at]):
            end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == fence[1]), len(lines))
            runs.append(("code", at + 1, end, fence[2]))
            at = end + 1
            continue
        if glued := _GLUED.match(lines[at]):
            end = next((i for i in range(at + 1, len(lines)) if lines[i].strip() == "```"), len(lines))
            runs += [("prose", at, at + 1, ""), ("code", at + 1, end, glued[1])]
            at = end + 1
            continue
        if not lines[at].strip():
            at += 1
            continue
        end = at + 1
        while end < len(lines) and lines[end].strip() and not _FENCE.match(lines[end]) and not _GLUED.match(lines[end]):
            end += 1
        runs += _chunk(lines, at, end)
        at = end
    return _joined(lines, runs)


def _chunk(lines: Sequence[str], start: int, end: int) -> list[tuple[Kind, int, int, str]]:
    """A chunk without empty lines, cut at headings and where code and prose meet."""
    head = next(
        (i for i in range(start, end) if _is_label(lines, i) or _is_title(lines, i, start) or _ATX.match(lines[i])),
        None,
    )
    if head is None:
        return _body(lines, start, end)
    before = _body(lines, start, head) if head > start else []
    after = _chunk(lines, head + 1, end) if head + 1 < end else []
    return [*before, ("heading", head, head + 1, ""), *after]


def _body(lines: Sequence[str], start: int, end: int) -> list[tuple[Kind, int, int, str]]:
    if end - start == 2 and _UNDERLINE.match(lines[start + 1]):
        return [("heading", start, start + 1, "")]
    weights = [codelines.weight(line) for line in lines[start:end]]
    if end - start == 1 and weights[0] == 1 and lines[start][:1] not in " \t":
        return _items(lines, start, end)
    if not any(weights) or (max(weights) < 2 and sum(map(bool, weights)) * 2 <= len(weights)):
        return _items(lines, start, end)
    runs: list[tuple[Kind, int, int, str]] = []
    kinds: list[Kind] = []
    for number, value in enumerate(weights):
        text = lines[start + number]
        previous = kinds[-1] if kinds else None
        prose = codelines.looks_like_prose(text.strip())
        if (
            value == 2
            or (value == 1 and previous != "prose")
            or (value == 1 and text[:1] in " \t")
            or (previous == "code" and not prose)
            or (previous is None and not prose and max(weights) == 2 and not codelines.ends_a_sentence(text))
        ):
            kinds.append("code")
        else:
            kinds.append("prose")
    at = 0
    while at < len(kinds):
        stop = at
        while stop < len(kinds) and kinds[stop] == kinds[at]:
            stop += 1
        runs.append((kinds[at], start + at, start + stop, ""))
        at = stop
    return runs


def _items(lines: Sequence[str], start: int, end: int) -> list[tuple[Kind, int, int, str]]:
    """Prose, cut in front of each item of a list."""
    cuts = {start, end}
    cuts |= {i for i in range(start + 1, end) if _ITEM.match(lines[i]) or lines[i - 1].rstrip().endswith((":", "："))}
    places = sorted(cuts)
    return [("prose", a, b, "") for a, b in pairwise(places)]


def _is_label(lines: Sequence[str], at: int) -> bool:
    """Whether a line is nothing but a label that announces something (`Root cause:`)."""
    found = _LABEL.match(lines[at].strip())
    return found is not None and len(found[1].split()) <= 4 and heading_role(found[1]) is not None


def _is_title(lines: Sequence[str], at: int, start: int) -> bool:
    """Whether a line is a heading without any mark: a few words that announce something, at the top of a paragraph, or
    in capitals anywhere."""
    text = lines[at].strip()
    if not 3 <= len(text) <= 60 or len(text.split()) > 5 or text[-1] in ".,;!" or not text[0].isupper():
        return False
    return is_telling_heading(text) and (text.isupper() or (at == start and not codelines.is_error_line(text)))


def _joined(lines: Sequence[str], runs: list[tuple[Kind, int, int, str]]) -> list[tuple[Kind, int, int, str]]:
    """Code that only empty lines divide is one piece, unless one half is a printed error and the other a program."""
    joined: list[tuple[Kind, int, int, str]] = []
    for run in runs:
        previous = joined[-1] if joined else None
        if (
            previous
            and run[0] == previous[0] == "code"
            and not (run[3] or previous[3])
            and all(not line.strip() for line in lines[previous[2] : run[1]])
            and _shows_error(lines, previous) == _shows_error(lines, run)
        ):
            joined[-1] = ("code", previous[1], run[2], "")
        else:
            joined.append(run)
    return joined


def _shows_error(lines: Sequence[str], run: tuple[Kind, int, int, str]) -> bool:
    return any(codelines.is_error_line(line.strip()) for line in lines[run[1] : run[2]])


def _dedented(lines: Sequence[str]) -> str:
    """Code without the indentation that all its lines share; tabs and empty lines stay."""
    full = [line for line in lines if line.strip()]
    margin = min((len(line) - len(line.lstrip()) for line in full), default=0)
    prefix = full[0][:margin] if full else ""
    if margin and not all(line.startswith(prefix) for line in full):
        margin = 0
    return "\n".join(line[margin:].rstrip() if line.strip() else "" for line in lines).strip("\n")
