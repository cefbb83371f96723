"""The JSON API, `/api/v1`: thin routes over the matcher.

Answers are written from the matcher's own dicts, once, without a second model in between: a lookup should cost
little more than the lookup. Requests are checked with `web.schemas`;
`web.answer_schemas` describes answers in the OpenAPI document.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask import Response, current_app, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from werkzeug.exceptions import UnsupportedMediaType

from kb.answers import IDENTITIES
from kb.errors import EntryNotFound, SaidTooMuch, UnavailableError
from kb.models import Context
from kb.store import lists
from kb.wanted import unknown_in
from web import answer_schemas, bodies, limits, schemas
from web.described import refusals, takes
from web.examples import EXAMPLES
from web.metrics import Metrics
from web.mounting import placed, server_url
from web.recent import RecentAnswers, Remembered
from web.speakers import voice

if TYPE_CHECKING:
    from kb.answers import Answer, MarkNumber
    from kb.catalogue import Catalogue
    from kb.matcher import Matcher
    from kb.opening import KnowledgeBase

_LOOKUP, _FIND = Tag(name="lookup"), Tag(name="find")


api = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_responses=cast("Any", refusals(422, 429, 500, 503)))


def base() -> KnowledgeBase:
    """The knowledge base that this application answers from."""
    return cast("KnowledgeBase", current_app.extensions["knowledge_base"])


def matcher() -> Matcher:
    """Its façade."""
    return base().matcher


def dumped(value: Any, status: int = 200) -> Response:
    """`value` as JSON."""
    return Response(written(value), status, content_type="application/json")


def written(value: Any) -> bytes:
    """`value` as JSON text, whatever a paste brought into it: orjson takes no half of a surrogate pair and no number
    of more than 64 bits, the standard library does."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode()


def looked_up(
    text: str, limit: int = 5, context: schemas.ContextIn | None = None, mark: MarkNumber | None = None
) -> dict[str, Any]:
    """The lookup body for a paste, counted. With `mark`, the values in its prose are marked for a page."""
    given = Context(context.python, context.packages) if context else Context()
    found = matcher().lookup(bodies.paste(text), limit, given)
    if _is_wished(found.verdict):
        _wish(found.answer)
    answer = found.to_dict(mark)
    cast("Metrics", current_app.extensions["metrics"]).lookup(answer["verdict"], answer["took_ms"])
    return placed(answer)


def _is_wished(verdict: str) -> bool:
    """Whether an answer is counted among the errors that nobody could answer, each time it is given."""
    return verdict == "none" and current_app.extensions["settings"].wanted == "all"


def _wish(found: Answer) -> None:
    """Keeps an error that nobody could answer, where the setting says so; the answer doesn't wait for it to work."""
    error = unknown_in(found)
    if error is not None:
        with suppress(UnavailableError, SaidTooMuch):
            base().store.want(error, voice())


def catalogue() -> Catalogue:
    """What there is to browse in it."""
    return cast("Catalogue", current_app.extensions["catalogue"])


def published() -> dict[str, int]:
    """How many entries there are in each library."""
    return {library.name: library.entries for library in catalogue().counts().libraries.values()}


@api.post(
    "/lookup",
    tags=[_LOOKUP],
    operation_id="lookup",
    responses={200: answer_schemas.LookupOut, **refusals(400, 413, 415)},
    openapi_extensions=takes(schemas.LookupIn, EXAMPLES["LookupIn"]["text"]),
)
def lookup() -> Response:
    """Ranked fixes for a pasted traceback."""
    recent = cast("RecentAnswers | None", current_app.extensions["recent"])
    if recent is None:
        return dumped(_worked_out())
    started = time.perf_counter()
    state = matcher().state()
    key = recent.digest(request.content_type or "", request.root_path, bodies.data())
    known = recent.find(key, state)
    if known is not None:
        took = round((time.perf_counter() - started) * 1000, 3)
        cast("Metrics", current_app.extensions["metrics"]).lookup(known.verdict, took, remembered=True)
        return _answer(known.begun, took)
    answer = _worked_out()
    took = answer.pop("took_ms")
    begun = written(answer)[:-1]
    if not (_holds_secrets(answer) or _is_wished(answer["verdict"])):
        recent.keep(key, Remembered(answer["verdict"], begun, state))
    return _answer(begun, took)


def _worked_out() -> dict[str, Any]:
    """The answer to the request for a lookup, in whichever form that came."""
    if request.mimetype == "text/plain":
        return looked_up(bodies.plain())
    if not request.is_json:
        raise UnsupportedMediaType("Send the paste as text/plain, or application/json with a text in it.")
    asked = bodies.parsed(schemas.LookupIn)
    return looked_up(asked.text, asked.limit, asked.context)


def _holds_secrets(answer: dict[str, Any]) -> bool:
    """Whether there was a secret in the paste, which the answer may quote."""
    return any(one["kind"] not in IDENTITIES for one in answer["read"]["redacted"])


def _answer(begun: bytes, took: float) -> Response:
    """The lookup's body, of which all is there but the time it took in milliseconds."""
    return Response(b'%b,"took_ms":%.3f}' % (begun, took), content_type="application/json")


@api.post(
    "/lookup/batch",
    tags=[_LOOKUP],
    operation_id="lookup_batch",
    responses={200: answer_schemas.BatchOut, **refusals(400, 413, 415)},
    openapi_extensions=takes(schemas.BatchIn),
)
def lookup_batch() -> Response:
    """Ranked fixes for up to 100 pastes."""
    asked = bodies.parsed(schemas.BatchIn)
    limits.charge(len(asked.items) - 1)
    return dumped(
        {"items": [{"id": item.id} | looked_up(item.text, asked.limit, item.context) for item in asked.items]}
    )


@api.get("/search", tags=[_FIND], operation_id="search", responses={200: answer_schemas.SearchOut})
def search(query: schemas.SearchQuery) -> Response:
    """Entries that hold these words."""
    page = matcher().search(query.q, query.library, query.exception, query.limit, query.cursor, proven=query.proven)
    return dumped(placed(page.to_dict()))


@api.get("/suggest", tags=[_FIND], operation_id="suggest", responses={200: answer_schemas.SuggestOut})
def suggest(query: schemas.SuggestQuery) -> Response:
    """Entries for the beginning of words, quickly."""
    return dumped(placed({"items": matcher().suggest(query.q, query.limit)}))


@api.get("/entries", tags=[_FIND], operation_id="entries", responses={200: answer_schemas.EntriesOut})
def entries(query: schemas.EntriesQuery) -> Response:
    """All entries, by pages."""
    with base().store.snapshot() as now:
        ids = lists.behind(now, query.cursor or "", query.limit + 1)
    items = [found for entry_id in ids[: query.limit] if (found := matcher().entry_dict(entry_id)) is not None]
    more = ids[query.limit - 1] if len(ids) > query.limit else None
    return dumped(placed({"items": items, "total": catalogue().counts().total, "next": more}))


@api.get(
    "/entries/<library>/<slug>",
    tags=[_FIND],
    operation_id="entry",
    responses={200: answer_schemas.EntryOut, **refusals(404)},
)
def entry(path: schemas.EntryPath) -> Response:
    """One entry. An id that was moved answers with the entry that took its place."""
    return dumped(known(f"{path.library}/{path.slug}"))


def known(entry_id: str) -> dict[str, Any]:
    """The entry that an id leads to today. Raises EntryNotFound."""
    found = matcher().entry_dict(matcher().resolve(entry_id))
    if found is None:
        raise EntryNotFound(f"no entry has the id {entry_id[:200]}", "search finds entries by words")
    return placed(found)


@api.get("/openapi.json", doc_ui=False)
def openapi() -> Response:
    """This API in OpenAPI 3.1."""
    return dumped({**current_app.extensions["openapi"](), "servers": [server_url()]})
