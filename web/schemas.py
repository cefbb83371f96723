"""The shapes that the JSON API takes and gives, for checking what comes in and for the OpenAPI document.

What comes in is strict: unknown keys are refused, so that a misspelt one is noticed. What goes out is described
here but not checked at run time: `kb.models` makes it, and the tests hold both together. Answers may gain keys.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

MAX_LIMIT = 50
MAX_BATCH = 100


def _whole(value: Any) -> Any:
    """JSON knows one kind of number, so 5.0 is a whole one; "5" and true are none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool | str):
        raise ValueError("give a whole number")
    return value


Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(_whole)]


class Strict(BaseModel):
    """What comes in."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As pydantic's. The plain one is kept: flask-openapi3 asks for it at every request, and it takes longer to
        make than a suggestion."""
        return super().model_json_schema(*args, **kwargs) if args or kwargs else _plain_schema(cls)


@cache
def _plain_schema(model: type[Strict]) -> dict[str, Any]:
    return super(Strict, model).model_json_schema()


class Open(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="allow")


# --- in ------------------------------------------------------------------------------------------


class ContextIn(Strict):
    """What the caller knows about the program: `{"python": "3.12", "packages": {"sqlalchemy": "2.0.36"}}`."""

    python: str | None = Field(default=None, max_length=64)
    packages: dict[str, str] = Field(default_factory=dict, max_length=5000)


class LookupIn(Strict):
    """A paste, as the body of a lookup."""

    text: str
    limit: Limit = 5
    context: ContextIn | None = None


class BatchItemIn(Strict):
    """A paste of a batch; `id` comes back with its answer."""

    id: str | int
    text: str
    context: ContextIn | None = None


class BatchIn(Strict):
    """Up to 100 pastes."""

    items: list[BatchItemIn] = Field(max_length=MAX_BATCH)
    limit: Limit = 5


class FeedbackIn(Strict):
    """Whether a fix worked: ids of entry and fix, and the fingerprint of the lookup that offered it."""

    entry: str = Field(max_length=200)
    fix: str = Field(max_length=200)
    worked: bool = Field(strict=True)
    fingerprint: str | None = Field(default=None, pattern="^[0-9a-f]{16}$")


class WantedIn(Strict):
    """A paste that nobody could answer."""

    text: str


def _without_blanks(values: Any) -> Any:
    if not isinstance(values, dict):
        return values
    return {name: value for name, value in values.items() if value != "" or name == "q"}


class Query(Strict):
    """What stands behind the question mark. What is left empty there (`&library=&cursor=`) wasn't given, as forms and
    templates of addresses write it."""

    _blanks = model_validator(mode="before")(_without_blanks)


class WantedQuery(Query):
    """How many of the wanted errors."""

    limit: int = Field(default=50, ge=1, le=500)


class SearchQuery(Query):
    """Words to search for, with filters. `cursor` is the `next` of the page before."""

    q: str = Field(max_length=1000, description="words, names or a piece of a message")
    library: str | None = Field(default=None, max_length=200, description="only entries of this library")
    exception: str | None = Field(default=None, max_length=200, description="only entries of this exception")
    proven: bool | None = Field(default=None, description="only entries with, or without, a fix that was run")
    limit: int = Field(default=20, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(default=None, max_length=200)


class SuggestQuery(Query):
    """The beginning of words."""

    q: str = Field(default="", max_length=1000)
    limit: int = Field(default=8, ge=1, le=MAX_LIMIT)


class EntriesQuery(Query):
    """A page of all entries."""

    limit: int = Field(default=20, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(default=None, max_length=200)


class EntryPath(Strict):
    """An entry's id."""

    library: str = Field(max_length=200, description="the part before the slash, `sqlalchemy`")
    slug: str = Field(max_length=200, description="the part after it, `detached-instance-refresh`")


class TokenPath(Strict):
    """What a vote was answered with."""

    token: str = Field(max_length=200)


# --- out -----------------------------------------------------------------------------------------


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
