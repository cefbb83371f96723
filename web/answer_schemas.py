"""What the JSON API gives, described for the OpenAPI document.

Answers are not checked against it at run time: `kb.answers` and its neighbours make them, and the tests hold both
together. Answers may gain keys.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Open(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="allow")


class FrameOut(Open):
    """A stack frame as printed."""

    filename: str
    lineno: int | None
    name: str | None
    line: str | None
    in_app: bool
    span: list[int]


class ExceptionOut(Open):
    """An exception that the paste shows."""

    type: str
    message: str
    normalized: str
    relation: Literal["raised", "cause", "context", "group", "wrapped"]
    codes: list[str]
    library: str | None
    span: list[int]
    frames: list[FrameOut]


class RedactedOut(Open):
    """A secret that was found in the paste, and is neither kept nor shown."""

    kind: str
    span: list[int]


class ReadOut(Open):
    """What was understood of the paste. `explained` is the index of the exception that was looked up."""

    dialect: str
    exceptions: list[ExceptionOut]
    explained: int | None
    redacted: list[RedactedOut]


class ErrorOut(Open):
    """A wording of an entry's error."""

    exception: str
    message: str


class CauseOut(Open):
    """Why the error is raised, and how to know that it is this cause."""

    id: str
    title: str
    text: str
    check: str


class ProofOut(Open):
    """A run of a fix that ended as it should."""

    python: str
    packages: dict[str, str]
    date: str


class VotesOut(Open):
    """What people said of a fix."""

    worked: int
    failed: int


class FixOut(Open):
    """What to do about a cause. `program` is the whole of what was run, with the set-up."""

    id: str
    cause: str | None
    title: str
    text: str
    code: list[str]
    program: str
    verified: list[ProofOut]
    feedback: VotesOut


class AvoidOut(Open):
    """What makes it worse."""

    title: str
    text: str


class EntryOut(Open):
    """An error as it is known."""

    id: str
    title: str
    url: str
    library: str
    origin: Literal["authored", "extracted"]
    general: bool
    proven: bool
    errors: list[ErrorOut]
    summary: str
    causes: list[CauseOut]
    fixes: list[FixOut]
    avoid: list[AvoidOut]
    references: list[str]
    see_also: list[str]


class EvidenceOut(Open):
    """A thing that counted."""

    kind: str
    detail: str


class SlotOut(Open):
    """What a template's slot caught."""

    name: str
    value: str
    raw: str
    span: list[int] | None


class MatchOut(EntryOut):
    """An entry as the answer to a paste."""

    applies: bool
    confidence: float
    tier: Literal["code", "exact", "template", "text"]
    wording: int | None
    evidence: list[EvidenceOut]
    captures: dict[str, str]
    slots: list[SlotOut]


class AlsoOut(Open):
    """A further error of the same paste, answered by itself."""

    verdict: Literal["match", "related", "none"]
    fingerprint: str | None
    read: ReadOut
    matches: list[MatchOut]


class LookupOut(AlsoOut):
    """The answer to a paste."""

    took_ms: float
    also: list[AlsoOut]
    notices: list[str]


class BatchAnswerOut(LookupOut):
    """The answer to one paste of a batch."""

    id: str | int


class BatchOut(Open):
    """The answers, in the order of the pastes."""

    items: list[BatchAnswerOut]


class SnippetOut(Open):
    """A piece of an entry; `marks` are the spans in it that were searched for."""

    text: str
    marks: list[list[int]]


class SuggestionOut(Open):
    """An entry by its title."""

    id: str
    title: str
    exception: str | None
    library: str
    url: str


class HitOut(SuggestionOut):
    """An entry that was found by words."""

    proven: bool
    snippets: list[SnippetOut]


class SearchOut(Open):
    """A page of hits. `next` is the cursor of the following page, null on the last one."""

    items: list[HitOut]
    total: int
    next: str | None


class SuggestOut(Open):
    """Entries whose title, exception or library begins so."""

    items: list[SuggestionOut]


class EntriesOut(Open):
    """A page of entries."""

    items: list[EntryOut]
    total: int
    next: str | None


class FeedbackOut(Open):
    """The token takes the vote back; `feedback` is what is said of the fix now."""

    token: str
    feedback: VotesOut


class WantedErrorOut(Open):
    """An error that no entry answers: what is kept of it, how often it was wanted, first and last time."""

    fingerprint: str
    exception: str
    normal: str
    library: str
    count: int
    first: str
    last: str


class WantedOut(WantedErrorOut):
    """What is kept now. The token takes it back, until the end of the day."""

    token: str


class WantedListOut(Open):
    """The errors most often wanted."""

    items: list[WantedErrorOut]


class FieldErrorOut(Open):
    """What is wrong with a field: its path, and what it should hold."""

    field: str
    detail: str


class ProblemOut(Open):
    """RFC 9457: what went wrong, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None
    request_id: str | None = None
    errors: list[FieldErrorOut] | None = None
