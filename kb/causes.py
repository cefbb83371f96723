"""Which of an entry's causes does this paste point to? Evidence lines weighed against what it shows.

Evidence orders causes and says why; it never hides one. A cause without evidence lines can't be
recognised by itself: it keeps the place its author gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from kb.globs import matches, needle
from kb.models import Cause, Entry, EvidenceRule, Frame, Traceback
from kb.versions import fits

MOST_FRAMES = 400
"""Frames looked at a paste: the outermost and innermost halves of this number."""
_INSTALLED = "-packages/"
"""What stands before the part of an installed file's path that is the same on every machine."""


class Texts:
    """Different texts of one kind that a paste shows, to be searched by globs, many times."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(dict.fromkeys(texts))
        self._joined = "\n".join(self._texts)

    def first(self, pattern: str) -> str | None:
        """The first one that the pattern covers. Most patterns are ruled out by one look for their needle."""
        longest = needle(pattern)
        if longest not in self._joined:
            return None
        for text in self._texts:
            if longest in text and matches(pattern, text):
                return text
        return None


class Scene:
    """What a paste shows of one exception, made ready for evidence once: the exception that is explained, the
    others of its chain, all their frames (its own first), and the versions known."""

    def __init__(self, explained: Traceback, chain: tuple[Traceback, ...], versions: Mapping[str, str]) -> None:
        self.explained, self.chain, self.versions = explained, chain, versions

    @cached_property
    def _frames(self) -> list[Frame]:
        others = [frame for one in self.chain if one is not self.explained for frame in one.frames]
        every = [*self.explained.frames, *others]
        half = MOST_FRAMES // 2
        return every if len(every) <= MOST_FRAMES else every[:half] + every[-half:]

    @cached_property
    def _paths(self) -> list[str]:
        return list(dict.fromkeys(frame.filename.replace("\\", "/") for frame in self._frames))

    @cached_property
    def files(self) -> Texts:
        """Paths of frames, whole and, of installed packages, from the package's folder on."""
        inside = ("/" + path.rpartition(_INSTALLED)[2] for path in self._paths if _INSTALLED in path)
        return Texts([*self._paths, *inside])

    @cached_property
    def modules(self) -> Texts:
        """Dotted names of the frames' modules, as far as their paths tell."""
        return Texts(map(_module, self._paths))

    @cached_property
    def functions(self) -> Texts:
        """Names of the frames' functions."""
        return Texts(frame.name for frame in self._frames if frame.name)

    @cached_property
    def sources(self) -> Texts:
        """Source lines of the frames, without their indentation."""
        return Texts(frame.line.strip() for frame in self._frames if frame.line)

    @cached_property
    def chained(self) -> Texts:
        """The other exceptions of the chain: `Type: message`, and the bare name."""
        others = [one for one in self.chain if one is not self.explained]
        return Texts(text for one in others for text in (f"{one.type}: {one.message}", one.type, one.name))

    @cached_property
    def message(self) -> Texts:
        """The explained exception's message."""
        return Texts([self.explained.message])


class JudgedCause(NamedTuple):
    """A cause and what the paste says for it: `why` is empty where nothing does."""

    cause: Cause
    why: tuple[str, ...]

    @property
    def likely(self) -> bool:
        """Whether anything in the paste points to this cause."""
        return bool(self.why)


@lru_cache(4096)
def _module(path: str) -> str:
    inside = path.rpartition(_INSTALLED)[2]
    return inside.removesuffix(".py").removesuffix("/__init__").strip("/").replace("/", ".")


def judge(entry: Entry, scene: Scene, captures: Mapping[str, str]) -> tuple[JudgedCause, ...]:
    """The entry's causes, those that the paste points to first, else in the author's order."""
    judged = [
        JudgedCause(cause, _reasons(cause.evidence, scene, captures) if cause.evidence else ())
        for cause in entry.causes
    ]
    if any(one.why for one in judged):
        judged.sort(key=lambda one: -len(one.why))
    return tuple(judged)


def singled_out(judged: Iterable[JudgedCause]) -> bool:
    """Whether evidence selects exactly one cause: what makes a general entry trustworthy."""
    return sum(one.likely for one in judged) == 1


def _reasons(rules: Iterable[EvidenceRule], scene: Scene, captures: Mapping[str, str]) -> tuple[str, ...]:
    return tuple([shown for rule in rules if (shown := _seen(rule, scene, captures))])


def _seen(rule: EvidenceRule, scene: Scene, captures: Mapping[str, str]) -> str:
    """What in the paste fits the rule, in words; empty where nothing does."""
    kind, pattern = rule.kind, rule.pattern
    match kind:
        case "message":
            return "a message worded as this cause words it" if scene.message.first(pattern) is not None else ""
        case "package":
            return f"the versions fit {pattern}" if fits([pattern], scene.versions) else ""
        case "chained":
            other = scene.chained.first(pattern)
            return f"{other.partition(': ')[0]} in the same chain" if other else ""
        case "frame":
            file = scene.files.first(pattern) or ("" if "/" in pattern else scene.modules.first(pattern))
            return f"a frame in {file.rpartition(_INSTALLED)[2].lstrip('/')[-80:]}" if file else ""
        case "function":
            name = scene.functions.first(pattern) or ""
            return f"a frame in {name}()" if name else ""
        case "source":
            line = scene.sources.first(pattern)
            return f"the line {line[:80]}" if line else ""
    name = kind.removeprefix("slot:")
    value = captures.get(name) if name != kind else None
    return f"{name} is {value}" if value is not None and matches(pattern, value) else ""
