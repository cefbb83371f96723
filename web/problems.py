"""Errors as HTTP answers: `application/problem+json` (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound
from werkzeug.http import HTTP_STATUS_CODES

from kb.errors import CallError, EntryNotFound, InputTooLarge, KBError, SaidTooMuch, UnavailableError
from web.logs import request_id

if TYPE_CHECKING:
    from kb.opening import KnowledgeBase

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_SECONDS = "5"

MOST_WORDS = 12
"""Words of an unknown address that entries are looked for by."""
_WORD = re.compile(r"[A-Za-z0-9]{2,40}")
MOST_FIELDS = 100
"""Faults of one request that are told; a body may hold a million keys that aren't known."""
_IN_DETAIL = 3
_LONGEST_FIELD = 100
_WRONG = {
    "extra_forbidden": "there is no such key",
    "missing": "is missing",
    "model_type": "give an object",
    "dict_type": "give an object",
}
"""By pydantic's names of faults: what it says of these tells of our classes, or in words that only it uses."""
_HELP = {
    404: "Nothing is at this address.",
    500: "Something broke in the server. It isn't your fault, and it is written in the log.",
    503: "The knowledge base can't be read at the moment",
}


class NoSuchPage(NotFound):
    """A page that a list doesn't have; the list is there, from its first page on."""


class BadFields(Exception):
    """A request that can be read but holds values that can't be used: 422, with what is wrong in which field."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__("the request holds values that can't be used")
        self.errors = tuple(errors)

    @classmethod
    def from_pydantic(cls, problem: ValidationError) -> BadFields:
        """The same, from pydantic, without its web links and without echoing what was sent."""
        found = problem.errors(include_url=False, include_input=False, include_context=False)
        return cls(
            [
                (
                    ".".join(str(part) for part in error["loc"])[:_LONGEST_FIELD],
                    _WRONG.get(error["type"]) or error["msg"].removeprefix("Value error, "),
                )
                for error in found[:MOST_FIELDS]
            ]
        )

    @property
    def detail(self) -> str:
        """The first of them in a sentence, for callers that show people nothing but the detail."""
        first = "; ".join(f"{field or 'the body'}: {what}" for field, what in self.errors[:_IN_DETAIL])
        more = len(self.errors) - _IN_DETAIL
        return f"Some values can't be used: {first}{f'; and {more} more' if more > 0 else ''}."


def problem(status: int, detail: str, errors: Sequence[tuple[str, str]] = (), **extra: Any) -> Response:
    """A problem document. `extra` members are added as they are."""
    body: dict[str, Any] = {"type": "about:blank", "title": HTTP_STATUS_CODES[status], "status": status}
    body |= {"detail": detail, **extra}
    if (identifier := request_id()) is not None:
        body["request_id"] = identifier
    if errors:
        body["errors"] = [{"field": field, "detail": what} for field, what in errors]
    return Response(json.dumps(body), status, content_type=PROBLEM_JSON)


def answer(status: int, detail: str, errors: Sequence[tuple[str, str]] = (), **extra: Any) -> Response:
    """The error in the form that suits the address that was called: a problem document or a page."""
    if request.path == "/api" or request.path.startswith("/api/"):
        return problem(status, detail, errors, **extra)
    fields = [f"{field}: {what}" for field, what in errors]
    address = request.path.rpartition("/e/")[2] if status == 404 else ""
    words = " ".join(_WORD.findall(address)[:MOST_WORDS])
    page = render_template(
        "error.html",
        status=status,
        title=HTTP_STATUS_CODES[status],
        detail=detail,
        fields=fields,
        words=words,
        near=_near(words, address),
        request_id=request_id(),
    )
    return make_response(page, status)


def _near(words: str, address: str) -> list[dict[str, Any]]:
    """Entries that somebody may have meant who asked for an address of these words: of its library, if any are."""
    if not words:
        return []
    matcher = cast("KnowledgeBase", current_app.extensions["knowledge_base"]).matcher
    try:
        library, _, slug = address.partition("/")
        named = " ".join(_WORD.findall(slug)[:MOST_WORDS])
        return (
            (matcher.search(named, library, limit=5).items if named else [])
            or matcher.suggest(words, 5)
            or matcher.search(words, limit=5).items
        )
    except UnavailableError:
        return []  # an address that isn't there stays one


def install(app: Flask) -> None:
    """Let every error that leaves a route be answered in form."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(KBError, _our_error)
    app.register_error_handler(BadFields, _bad_fields)
    app.register_error_handler(InternalServerError, _unexpected)


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # redirects are HTTPExceptions too
        return error
    # Werkzeug's own descriptions are for browsers; ours, given to abort(), come in the same attribute.
    given = error.description if error.description != type(error).description else None
    if isinstance(error, NoSuchPage) and request.endpoint:
        return _no_such_page(error, request.endpoint)
    response = answer(error.code, given or _taken(error) or _HELP.get(error.code) or HTTP_STATUS_CODES[error.code])
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _no_such_page(error: NoSuchPage, endpoint: str) -> Response:
    start = url_for(endpoint, **(request.view_args or {}))
    if asked := urlencode([one for one in request.args.items() if one[0] not in {"page", "cursor"}]):
        start += f"?{asked}"
    title = HTTP_STATUS_CODES[404]
    page = render_template("error.html", status=404, title=title, detail=error.description, start=start)
    return make_response(page, 404)


def _taken(error: HTTPException) -> str | None:
    """Of a method that an address doesn't take: which it takes."""
    if not isinstance(error, MethodNotAllowed) or not error.valid_methods:
        return None
    return f"This address takes {', '.join(sorted(set(error.valid_methods) - {'HEAD', 'OPTIONS'}))}."


def _bad_fields(error: BadFields) -> Response:
    return answer(422, error.detail, error.errors)


def _our_error(error: KBError) -> Response:
    if isinstance(error, EntryNotFound):
        return answer(404, str(error), code=error.code)
    if isinstance(error, InputTooLarge):
        return answer(413, str(error), code=error.code)
    if isinstance(error, SaidTooMuch):
        return answer(429, str(error), code=error.code)
    if isinstance(error, CallError):
        return answer(422, str(error), code=error.code)
    status = 503 if isinstance(error, UnavailableError) else 500
    current_app.logger.error("%s: %s", error.code, error)
    # Its message names files of the server's, which are nobody else's business; its hint doesn't.
    detail = "; ".join(filter(None, (_HELP[503], error.hint))) if status == 503 else _HELP[500]
    response = answer(status, detail, code=error.code)
    if status == 503:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _unexpected(error: InternalServerError) -> Response:
    return answer(500, _HELP[500])
