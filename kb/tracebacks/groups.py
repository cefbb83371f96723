"""Exception groups: trees drawn with `|` and `+-`, by Python 3.11 and by the exceptiongroup backport."""

from __future__ import annotations

from dataclasses import replace

from kb.models import Relation, Traceback
from kb.patterns import late
from kb.tracebacks import bare, python, shapes
from kb.tracebacks.found import Found
from kb.tracebacks.lines import Line

_MARGIN = late(r"\s*(?:\| ?|\+ (?=Exception Group|Traceback)|\+-)|\s*\|\s*$")
_DIVIDER = late(r"\s*\+-\+?-{3,}(?: (?:\d+|\.\.\.|title|timeout) -{3,})?\s*$")
_COUNT = late(r"\(\d+ sub-exceptions?\)")
_DRAWN = late(r"\s*(?:\+ Exception Group|\+-\+?-{3,}|\|\s+(?:Traceback \(|File \"))")


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


def _is_group(tb: Traceback) -> bool:
    """Whether the exception in front of the first box is the group: where the top was cut off it is a member."""
    return "Group" in tb.name or bool(_COUNT.search(tb.message))


def _read_segment(lines: list[Line], own: bool) -> list[Traceback]:
    """The chain that stands in one box of the tree."""
    errors: list[Traceback] = []
    link: Relation = "context"
    at = 0
    while at < len(lines):
        text = lines[at].text
        if shapes.CAUSE.match(text):
            link = "cause"
        elif shapes.CONTEXT.match(text):
            link = "context"
        elif text.strip():
            traced = shapes.HEADER.search(text) or shapes.FRAME.match(text)
            found = python.read(lines, at) if traced else bare.read(lines, at)
            if found:
                if errors:
                    errors[-1] = replace(errors[-1], relation=link)
                    link = "context"
                errors.extend(found.errors)
                at = max(found.end, at + 1)
                continue
        at += 1
    if errors:
        errors[-1] = replace(errors[-1], relation="raised" if own and _is_group(errors[-1]) else "group")
    return errors
