"""Exception groups: trees drawn with `|` and `+-`, by Python 3.11 and by the exceptiongroup backport."""

from __future__ import annotations

import re
from dataclasses import replace

from kb.models import Traceback
from kb.tracebacks import bare, python, shapes
from kb.tracebacks.found import Found
from kb.tracebacks.lines import Line

_MARGIN = re.compile(r"\s*(?:\| ?|\+ (?=Exception Group|Traceback)|\+-)|\s*\|\s*$")
_DIVIDER = re.compile(r"\s*\+-\+?-{3,}(?: (?:\d+|\.\.\.|title|timeout) -{3,})?\s*$")
_DRAWN = re.compile(r"\s*(?:\+ Exception Group|\+-\+?-{3,}|\|\s+(?:Traceback \(|File \"))")


def read(lines: list[Line], at: int) -> Found | None:
    """A whole tree: the group, then its members in printed order."""
    if not any(_DRAWN.match(line.text) for line in lines[at : at + 40]):
        return None
    end = at
    while end < len(lines) and _MARGIN.match(lines[end].text):
        end += 1
    if end - at < 2:
        return None
    errors: list[Traceback] = []
    segment: list[Line] = []
    own = True
    for line in lines[at:end]:
        if _DIVIDER.match(line.text):
            errors.extend(_read_segment(segment, own))
            own, segment = False, []
        else:
            margin = _MARGIN.match(line.text)
            segment.append(line.cut(margin.end()) if margin else line)
    errors.extend(_read_segment(segment, own))
    if not errors:
        return Found(end, "python", start=at)
    if all(tb.relation != "raised" for tb in errors):
        errors[-1] = replace(errors[-1], relation="raised")
    return Found(end, "python", errors, start=at)


def _read_segment(lines: list[Line], own: bool) -> list[Traceback]:
    """The chain that stands in one box of the tree."""
    errors: list[Traceback] = []
    links: list[str] = []
    at = 0
    while at < len(lines):
        text = lines[at].text
        if shapes.CAUSE.match(text):
            links.append("cause")
        elif shapes.CONTEXT.match(text):
            links.append("context")
        elif text.strip():
            traced = shapes.HEADER.search(text) or shapes.FRAME.match(text)
            found = python.read(lines, at) if traced else bare.read(lines, at)
            if found:
                if errors and len(links) >= len(errors):
                    errors[-1] = replace(errors[-1], relation="cause" if links[-1] == "cause" else "context")
                errors.extend(found.errors)
                at = max(found.end, at + 1)
                continue
        at += 1
    if errors:
        errors[-1] = replace(errors[-1], relation="raised" if own else "group")
    return errors
