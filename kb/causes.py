"""Which of an entry's causes does this paste point to? Evidence lines weighed against what it shows.

Evidence orders causes and says why; it never hides one. A cause without evidence lines can't be
recognised by itself: it keeps the place its author gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kb.globs import matches
from kb.models import Cause, Entry, EvidenceRule, Frame, Traceback
from kb.versions import fits

MOST_FRAMES = 400
"""Frames looked at a paste: the outermost and innermost halves of this number."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a paste shows of one error, made ready for evidence: the exception that is explained, the
    others of its chain, all frames, the captures and the versions known."""

    explained: Traceback
    chain: tuple[Traceback, ...]
    versions: Mapping[str, str]
    captures: Mapping[str, str] = field(default_factory=dict)

    def frames(self) -> list[Frame]:
        """All frames of the chain, those of the explained exception first; bounded."""
        others = [frame for one in self.chain if one is not self.explained for frame in one.frames]
        every = [*self.explained.frames, *others]
        half = MOST_FRAMES // 2
        return every if len(every) <= MOST_FRAMES else every[:half] + every[-half:]


@dataclass(frozen=True, slots=True)
class JudgedCause:
    """A cause and what the paste says for it: `why` is empty where nothing does."""

    cause: Cause
    why: tuple[str, ...]

    @property
    def likely(self) -> bool:
        """Whether anything in the paste points to this cause."""
        return bool(self.why)


def judge(entry: Entry, sight: Sight) -> list[JudgedCause]:
    """The entry's causes, those that the paste points to first, else in the author's order."""
    judged = [JudgedCause(cause, tuple(_reasons(cause.evidence, sight))) for cause in entry.causes]
    return sorted(judged, key=lambda one: -len(one.why))


def singled_out(judged: list[JudgedCause]) -> bool:
    """Whether evidence selects exactly one cause: what makes a general entry trustworthy."""
    return sum(one.likely for one in judged) == 1


def _reasons(rules: Iterable[EvidenceRule], sight: Sight) -> Iterable[str]:
    for rule in rules:
        shown = _seen(rule, sight)
        if shown:
            yield shown


def _seen(rule: EvidenceRule, sight: Sight) -> str:
    """What in the paste fits the rule, in words; empty where nothing does."""
    kind, pattern = rule.kind, rule.pattern
    if kind == "package":
        return f"the versions fit {pattern}" if fits([pattern], sight.versions) else ""
    if kind == "message":
        return "the message says so" if matches(pattern, sight.explained.message) else ""
    if kind == "chained":
        for other in sight.chain:
            line = f"{other.type}: {other.message}" if other.message else other.type
            if other is not sight.explained and (matches(pattern, line) or matches(pattern, other.name)):
                return f"{other.name} in the same chain"
        return ""
    if kind.startswith("slot:"):
        name = kind.removeprefix("slot:")
        value = sight.captures.get(name)
        return f"{name} is {value}" if value is not None and matches(pattern, value) else ""
    for frame in sight.frames():
        if kind == "frame" and (found := _in_file(pattern, frame.filename)):
            return f"a frame in {found}"
        if kind == "function" and frame.name and matches(pattern, frame.name):
            return f"a frame in {frame.name}()"
        if kind == "source" and frame.line and matches(pattern, frame.line.strip()):
            return f"the line {frame.line.strip()[:80]}"
    return ""


def _in_file(pattern: str, filename: str) -> str:
    """The part of the file's name to show, where the pattern fits its path or its dotted module."""
    path = filename.replace("\\", "/")
    inside = path.rpartition("-packages/")[2]
    if matches(pattern, path) or matches(pattern, "/" + inside):
        return inside.lstrip("/")[-80:]
    module = inside.removesuffix(".py").removesuffix("/__init__").strip("/").replace("/", ".")
    return module[-80:] if "/" not in pattern and matches(pattern, module) else ""
