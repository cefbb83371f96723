"""The values that travel through the system: frozen, slotted, without I/O.

Six nouns carry everything: Traceback, Template, Entry, Engine, Match and Article. This module holds
the values of three of them (Traceback, Entry, Match) and the small parts they are made of; `to_dict`
is the only serialisation, and its keys are the public contract (`docs/api.md`).

Spans are half-open pairs of offsets in code points of the text as it was submitted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Span = tuple[int, int]

Relation = Literal["raised", "cause", "context", "group", "wrapped"]
"""How an exception stands to the error that was printed last: itself, its direct cause, what was being
handled, a member of its group, or quoted inside its message (`(sqlite3.OperationalError) no such …`)."""

Verdict = Literal["match", "related", "none"]
Tier = Literal["code", "exact", "template", "text"]
Origin = Literal["authored", "extracted"]


# --- what was pasted ---------------------------------------------------------------------------


class Frame(NamedTuple):
    """One stack frame as printed. `in_app` is False for the standard library and installed packages.

    A paste has many: a tuple is made in a third of the time that a frozen dataclass takes.
    """

    filename: str
    lineno: int | None
    name: str | None
    line: str | None
    in_app: bool
    span: Span

    def to_dict(self) -> dict[str, Any]:
        """The frame as the contract's `frames` item."""
        return {
            "filename": self.filename,
            "lineno": self.lineno,
            "name": self.name,
            "line": self.line,
            "in_app": self.in_app,
            "span": list(self.span),
        }


@dataclass(frozen=True, slots=True)
class Traceback:
    """One exception as a paste shows it: its type as printed (empty where none is named), its message
    after all decoration is gone, and the frames above it, outermost first.

    `origins[i]` is the offset in the submitted text of `message[i]`: a `range` where the message stands
    there in one piece, else a tuple. `notes` are the lines that PEP 678 prints after the message.

    Of an error without a type: `label` is what stood before the message and looked like a log's label (`CUDA error: `),
    and `alone` says that nothing else was pasted.
    """

    type: str
    message: str
    relation: Relation
    span: Span
    frames: tuple[Frame, ...] = ()
    notes: tuple[str, ...] = ()
    origins: Sequence[int] = ()
    label: str = ""
    alone: bool = False

    @property
    def name(self) -> str:
        """The last part of the type: `DetachedInstanceError` of `sqlalchemy.orm.exc.DetachedInstanceError`."""
        return self.type.rsplit(".", 1)[-1]

    def span_of(self, start: int, end: int) -> Span | None:
        """Where `message[start:end]` stands in the submitted text; None where that is not known."""
        if not 0 <= start < end <= len(self.origins):
            return None
        return self.origins[start], self.origins[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a paste.

    `errors` are the independent errors in the order they stand there; each is a chain of exceptions in
    printed order, so that its last `raised` one is what ended the program. `dialect` names the form
    (`python`, `ipython`, `pytest`, … or `none`). `python` and `packages` are versions that paths in the
    frames give away. `beside` are lines around tracebacks that may tell the error in a tool's own words; most say
    nothing, so they count only where they are known. `language` is another one than Python, where the paste holds its
    stack trace and none of Python's.
    """

    dialect: str
    errors: tuple[tuple[Traceback, ...], ...] = ()
    python: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    beside: tuple[Traceback, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What the caller says about the program: versions as `3.12` and `{"sqlalchemy": "2.0.36"}`."""

    python: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)


# --- what is known -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErrorForm:
    """One wording of an entry's error: exception as printed, message template with `{slots}`, and the
    versions that print it (a specifier such as `python<3.11`), where they are known."""

    exception: str
    message: str
    versions: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The form as the contract's `errors` item."""
        shown = {"exception": self.exception, "message": self.message}
        return shown | ({"versions": self.versions} if self.versions else {})


EvidenceKind = Literal["frame", "function", "source", "chained", "message", "package"]


@dataclass(frozen=True, slots=True)
class EvidenceRule:
    """A glob over what a paste shows, by which a cause is recognised. `slot` rules name the slot in
    `kind` as `slot:name`."""

    kind: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why the error is raised, in prose (Markdown), with a check that a person can make."""

    id: str
    title: str
    text: str
    check: str = ""
    evidence: tuple[EvidenceRule, ...] = ()
    reproductions: tuple[str, ...] = ()
    lines: Span | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """One run of a fix that ended as it should: the Python, the packages installed and the day (ISO)."""

    python: str
    packages: Mapping[str, str]
    date: str

    def to_dict(self) -> dict[str, Any]:
        """The run as the contract's `verified` item."""
        return {"python": self.python, "packages": dict(self.packages), "date": self.date}


@dataclass(frozen=True, slots=True)
class Fix:
    """What to do about a cause: prose (Markdown), the code blocks exactly as proven, and the whole
    program (set-up and fix) that was run. `cause` is the id of the cause it mends."""

    id: str
    cause: str | None
    title: str
    text: str
    code: tuple[str, ...] = ()
    program: str = ""
    verified: tuple[Proof, ...] = ()
    lines: Span | None = None


@dataclass(frozen=True, slots=True)
class Avoid:
    """What people try that makes it worse, and why."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One error as it is known: its wordings, causes and fixes. `id` is `library/slug`, or `x/` and
    12 hex digits and a number for an entry read out of a loose page.

    `general` entries describe a message that any program raises for reasons of its own; they are
    offered, and trusted only where evidence singles out a cause. `applies_to` holds requirement
    specifiers. `table` maps, for a slot, its values to what replaced them (upgrade breakages):
    `{"name": {"np.float": "float"}}`.
    """

    id: str
    title: str
    library: str
    origin: Origin
    errors: tuple[ErrorForm, ...]
    summary: str = ""
    causes: tuple[Cause, ...] = ()
    fixes: tuple[Fix, ...] = ()
    avoid: tuple[Avoid, ...] = ()
    codes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()
    general: bool = False
    status: str = "published"
    moved_to: str | None = None
    confidence: float = 1.0
    source: str = ""
    file: str = ""
    url: str | None = None
    published: str | None = None
    updated: str | None = None
    reproduction: tuple[str, ...] = ()
    table: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def proven(self) -> bool:
        """Whether at least one fix was run and ended as it should."""
        return any(fix.verified for fix in self.fixes)

    @property
    def dated(self) -> str | None:
        """The day of the newest thing known of the entry (ISO): its last proof or, of a page, its last change. None
        where no day is known."""
        days = [proof.date for fix in self.fixes for proof in fix.verified]
        days += [day for day in (self.updated, self.published) if day]
        return max((day[:10] for day in days if _DAY.match(day)), default=None)


# --- what is answered --------------------------------------------------------------------------


class Evidence(NamedTuple):
    """One thing that counted for (or against) an entry, in words for the reader. `weight` is its share
    in the score; interfaces only render it."""

    kind: str
    detail: str
    weight: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """The evidence as the contract's item."""
        return {"kind": self.kind, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class Slot:
    """What a template's slot caught: the value shown to the reader, the raw text, where it stands."""

    name: str
    value: str
    raw: str
    span: Span | None = None

    def to_dict(self) -> dict[str, Any]:
        """The slot as the contract's `slots` item."""
        return {
            "name": self.name,
            "value": self.value,
            "raw": self.raw,
            "span": list(self.span) if self.span else None,
        }
