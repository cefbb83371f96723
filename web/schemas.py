"""What the JSON API takes: checked as it comes in, and described in the OpenAPI document.

Unknown keys are refused, so that a misspelt one is noticed. What comes out stands in `answer_schemas`.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

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
    cursor: str | None = Field(default=None, pattern="^[0-9]{0,9}$", description="the `next` of the page before")


class SuggestQuery(Query):
    """The beginning of words."""

    q: str = Field(default="", max_length=1000)
    limit: int = Field(default=8, ge=1, le=MAX_LIMIT)


class EntriesQuery(Query):
    """A page of all entries."""

    limit: int = Field(default=20, ge=1, le=MAX_LIMIT)
    cursor: str | None = Field(
        default=None,
        max_length=200,
        # Not \s, which stands for other blanks here than in JSON schemas.
        pattern="^([^/ \\t\\r\\n]+/[^/ \\t\\r\\n]+)?$",
        description="the `next` of the page before",
    )


class EntryPath(Strict):
    """An entry's id."""

    library: str = Field(max_length=200, description="the part before the slash, `sqlalchemy`")
    slug: str = Field(max_length=200, description="the part after it, `detached-instance-refresh`")


class TokenPath(Strict):
    """What a vote was answered with."""

    token: str = Field(max_length=200)
