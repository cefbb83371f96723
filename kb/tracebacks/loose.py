"""Where nothing is printed as Python prints it: exceptions named in sentences, and messages without a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from kb.models import Span, Traceback
from kb.patterns import late
from kb.tracebacks import escapes, messages, prefixes, shapes, words
from kb.tracebacks.found import Found, traceback
from kb.tracebacks.lines import Line

MAX_CANDIDATES = 5
_NAMED = late(
    rf"(?<![\w./\\])(?P<type>{shapes.NAME})(?P<close>[`'\"*]{{0,3}})"
    r"(?:: {0,3}(?=\S)|(?P<driver>\) )(?=\S)|\((?P<quote>[\"'])|(?=[\s`'\".,;)]|$))"
)
_OF_TASK = late(rf"\bexception=(?P<type>{shapes.NAME})\((?![\"'])")
"""In what asyncio prints of a task: `<Task finished … exception=KeyError(7)>`. Texts are read as any others."""
_LABELS = (
    r"(?:error|ERROR|Error|FAILED|Failed|failed|FATAL|Fatal|fatal|CRITICAL|Exception|warning|Warning|WARNING"
    r"|CommandError)(?: occurred)?:(?:\s+(?=\S)|$)"
)
_LABEL = late(rf"(?:.{{0,160}}?[\s=|\]])??{_LABELS}|\s*[×✗✘❌]\s+")
_LABELLED = late(rf"{_LABELS}|[×✗✘❌]\s")
"""Whether there is a label anywhere; where a message begins behind one, `_LABEL` tells."""
_OUTPUT = late(r"\[\d{1,7} lines? of output\]")
_END_OF_OUTPUT = "[end of output]"
_SEVERE = late(r"\b(?:ERROR|CRITICAL|FATAL)\b")
_NUMBERED = late(r"\[(?:Errno|WinError|SSL)\b")
_CALM = late(r".{0,100}?\b(?:INFO|DEBUG|TRACE|NOTICE)\b")
_FIELD = late(r"[\"']?\b[\w.-]{1,40}+[\"']?\s{0,4}+[:=]\s{0,4}+(?P<quote>[\"'])")
_CODE = late(
    r"\s*(?:import [\w.]+\s*(?:$|,|as )|from \S+ import|def |class |return |print\(|if |for |while |raise |with "
    r"|[\"'][\w.-]{1,40}[\"']: |note: |hint: |usage: |Usage: |try:|@\w|#|\$|\w+ = |[}\])]+\s*[;,]?\s*$)"
)


def named(lines: list[Line]) -> list[Found]:
    """Exceptions that lines name somewhere: `I get KeyError: 'a' when …`, `… failed: KeyError('a')`."""
    found: list[Found] = []
    for at, line in enumerate(lines):
        task = _OF_TASK.search(line.text, 0, 4000) if "exception=" in line.text else None
        if task and words.is_exception(task["type"]):
            found.append(_read_task(line, at, task))
            continue
        match = next((m for m in _NAMED.finditer(line.text, 0, 4000) if _counts(m, line.text)), None)
        if match:
            found.append(_read_named(lines, at, match))
            if len(found) >= MAX_CANDIDATES * 4:
                break
    told = [item for item in found if item.errors[0].message]
    return (told or found)[:MAX_CANDIDATES]


def _counts(match: re.Match[str], text: str) -> bool:
    """Whether a name is an exception's, and not merely spoken of in code."""
    name = match["type"]
    if not words.is_exception(name) or not (match["quote"] or ":" in match.group() or words.is_surely_exception(name)):
        return False
    if match["driver"] and text[match.start() - 1 : match.start()] != "(":
        return False
    return name != "Exception" or ":" in text[match.end("type") : match.end()]


def _read_named(lines: list[Line], at: int, match: re.Match[str]) -> Found:
    line = lines[at]
    text = line.text
    start, end, behind = match.end(), len(text), at + 1
    message: list[Line] = []
    if match["quote"]:
        return Found(at + 1, "none", (as_error(lines, at, at + 1),), bare=True, start=at)
    if ":" in match.group() or match["driver"]:
        # In `(pymysql.err.OperationalError) (1045, "…")` SQLAlchemy quotes the driver's error.
        before = text[: match.start()] if not match["driver"] else text[: match.start() - 1]
        opening = before[-1:] if before[-1:] in "`\"'“(" else "`" * (before.count("`") % 2)
        closing = {"“": "”", "(": ")"}.get(opening, opening)
        close = text.find(closing, start) if closing and not match["close"] else -1
        if close < 0 and not text.startswith("#"):  # a title is one line
            behind = messages.take(lines, at + 1, line.indent)
        end = close if close > 0 else end
        message = [line.cut(start, end), *lines[at + 1 : behind]]
    elif not text[: match.start()].strip() and not _is_spoken_of(text[start:]):
        message = [line.cut(start)]  # somebody typed it, and left the colon out
    shown = [line.cut(match.start("type"), max(end if message else 0, match.end("type"))), *lines[at + 1 : behind]]
    return Found(behind, "none", (traceback(match["type"], message, shown),), bare=True, start=at)


def _is_spoken_of(rest: str) -> bool:
    """Whether a sentence goes on behind a name, rather than its message."""
    first = rest.lstrip(" \t`'\"*").split(None, 1)
    return not first or first[0].lower().rstrip(".,;:!?") in words.TOLD or not first[0][0].isalnum()


def _read_task(line: Line, at: int, match: re.Match[str]) -> Found:
    """The error in the text of a task, its arguments for a message: a single one is printed just so."""
    end, depth = match.end(), 1
    while end < len(line.text) and depth:
        depth += {"(": 1, ")": -1}.get(line.text[end], 0)
        end += 1
    told = line.cut(match.end(), end - 1 if not depth else end)
    message = told.cut(0, len(told.text.rstrip(", ")))
    shown = [line.cut(match.start("type"), end)]
    return Found(at + 1, "none", (traceback(match["type"], [message], shown),), bare=True, start=at)


def is_labelled(text: str) -> bool:
    """Whether a line says of itself that it is an error: `ERROR: …`, `[…: ERROR/MainProcess] …`."""
    return bool(_LABELLED.search(text[:200]) or _SEVERE.search(text[:200]))


def unnamed(lines: list[Line], skipped: Iterable[Found] = ()) -> list[Traceback]:
    """Messages without a name, the likeliest first: lines that speak of trouble, or a short text as a whole. Those that
    another program's output holds come behind those of who quotes it.

    `skipped` are stretches of frames, which say nothing by themselves.
    """
    inside = {at for item in skipped for at in range(item.start, item.end)}
    short = sum(1 for line in lines if line.text.strip()) <= 3
    candidates: list[tuple[float, int, Traceback]] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if at in inside or not line.text.strip():
            at += 1
            continue
        trouble = words.trouble(line.text[:4000])
        fields = [value for value in _values(line) if _score(value.text) > 0] if trouble else []
        if fields:
            candidates += [(_score(value.text) + 2, at, as_error([value], 0, 1)) for value in fields]
            at += 1
            continue
        score = _score(line.text, trouble)
        if score <= 0 and not (short and not candidates):
            at += 1
            continue
        end = messages.take(lines, at + 1, line.indent)
        error = as_error(lines, at, end)
        alone = not any(line.text.strip() for line in (*lines[:at], *lines[end:]))
        candidates.append((score, at, replace(error, alone=True) if alone else error))
        at = end
        if len(candidates) > 200:
            break
    if any(score > 0 for score, _, _ in candidates):
        candidates = [candidate for candidate in candidates if candidate[0] > 0]
    candidates.sort(key=lambda item: (-item[0], item[1]))
    seen: set[str] = set()
    best: list[tuple[bool, Traceback]] = []
    begin, stop = _quoted_output(lines)
    for _, _, tb in candidates:
        if tb.message and tb.message not in seen:
            seen.add(tb.message)
            best.append((tb.span[0] < stop and tb.span[1] > begin, tb))
    # Of what is known as well the last is answered: what the quoted program says tells more than who quotes it.
    return [tb for _, tb in sorted(best[:MAX_CANDIDATES], key=lambda one: one[0])]


def _quoted_output(lines: Sequence[Line]) -> Span:
    """Where pip quotes what a build printed; where the paste begins in its midst, from the paste's beginning."""
    end = next((line for line in lines if _END_OF_OUTPUT in line.text), None)
    if end is None:
        return 0, 0
    begin = next((line for line in lines if _OUTPUT.search(line.text[:200])), None)
    return begin.start + len(begin.text) if begin and begin.start < end.start else 0, end.start


def _values(line: Line, depth: int = 0) -> list[Line]:
    """The quoted values of an object or of `key="value"` pairs that hold sentences; of objects in values too."""
    found: list[Line] = []
    at = 0
    while len(found) < 20 and (match := _FIELD.search(line.text, at)):
        at = match.end()
        close = escapes.closing(line.text, at, match["quote"])
        value = line.cut(at, close)
        if " " in value.text:
            inner = escapes.unescaped(value) if "\\" in value.text else [value]
            deeper = [found for piece in inner for found in _values(piece, depth + 1)] if depth < 3 else []
            found += deeper or inner[:1]
        at = close + 1
    return found


def _score(text: str, trouble: int | None = None) -> float:
    """How much a line looks like a message: its label, its words of trouble (counted already, or here); code and
    prompts don't."""
    trouble = words.trouble(text[:4000]) if trouble is None else trouble
    if len(text) > 4000:
        return 0.5 * bool(trouble)
    if not trouble:
        return 0
    score = float(trouble)
    if _LABELLED.search(text[:200]):
        score += 2
    if shapes.PROMPT.match(text) or _CODE.match(text) or text.lstrip().startswith(words.PROSE):
        score -= 2
    if _CALM.match(text):
        score -= 3
    if shapes.MARKS.match(text) or shapes.RULE.match(text) or shapes.FRAME.match(text) or shapes.HEADER.search(text):
        return 0
    return score


def as_error(lines: list[Line], at: int, end: int) -> Traceback:
    """Lines as a message without a name, what logs put in front of it left out."""
    line = lines[at]
    start = 0
    if head := prefixes.HEAD.match(line.text):
        number = _NUMBERED.search(line.text, 0, head.end() + 1)
        start = number.start() if number else head.end()  # `[Errno 98]` is no log prefix
    label = ""
    if labelled := _LABEL.match(line.text, start):
        label, start = labelled.group().lstrip(), labelled.end()
    if not line.text[start:].strip():
        label, start = "", 0
    message = [line.cut(start), *messages.dedented(lines[at + 1 : end], line.indent)]
    return replace(traceback("", message, lines[at:end]), label=label)
