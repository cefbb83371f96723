"""Wanted errors: those that nobody could answer, kept when somebody asks for it, and listed for authors."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, render_template, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from werkzeug.exceptions import Conflict, Forbidden, NotFound, UnsupportedMediaType

from kb.still_wanted import StillWanted
from kb.store import Wanted
from kb.wanted import Unknown, keepable, unknown_in
from web import answer_schemas, api, bodies, schemas
from web.described import refusals, takes
from web.examples import EXAMPLES
from web.speakers import refuse_other_sites, voice

_WANTED = Tag(name="wanted")
MOST_SHOWN = 100
wanted_api = APIBlueprint(
    "wanted_api", __name__, url_prefix="/api/v1", abp_responses=cast("Any", refusals(422, 429, 500, 503))
)
wanted = Blueprint("wanted", __name__)


@wanted_api.get("/wanted", tags=[_WANTED], operation_id="wanted", responses={200: answer_schemas.WantedListOut})
def listed(query: schemas.WantedQuery) -> Response:
    """Errors that were asked for and that no entry answers, most often wanted first."""
    return api.dumped({"items": [row.to_dict() for row in _still().top(query.limit)]})


@wanted_api.post(
    "/wanted",
    tags=[_WANTED],
    operation_id="want",
    responses={201: answer_schemas.WantedOut, **refusals(400, 403, 409, 413, 415)},
    openapi_extensions=takes(schemas.WantedIn, EXAMPLES["WantedIn"]["text"]),
)
def want() -> Response:
    """Ask for an error to be answered. Of the paste its type and normal form are kept; the answer shows them."""
    refuse_other_sites()  # plain text can be posted by any page without asking
    if request.mimetype == "text/plain":
        text = bodies.plain()
    elif request.is_json:
        text = bodies.parsed(schemas.WantedIn).text
    else:
        raise UnsupportedMediaType("Send the paste as text/plain, or application/json with a text in it.")
    kept, token = _kept(text)
    return api.dumped({**kept.to_dict(), "token": token}, 201)


@wanted_api.delete(
    "/wanted/<token>", tags=[_WANTED], operation_id="unwant", responses={204: None, **refusals(403, 404)}
)
def unwant(path: schemas.TokenPath) -> Response:
    """Take it back, until the end of the day (UTC)."""
    _take_back(path.token)
    return Response(status=204)


@wanted.get("/wanted")
def page() -> str:
    """The list for people."""
    return render_template("wanted.html", rows=_still().top(MOST_SHOWN), kept=None, token=None)


@wanted.post("/wanted")
def want_by_form() -> str:
    """Ask from the page of an answer."""
    refuse_other_sites()
    kept, token = _kept(request.form.get("text", "").replace("\r\n", "\n"))
    return render_template("wanted.html", rows=_still().top(MOST_SHOWN), kept=kept, token=token)


@wanted.post("/wanted/undo")
def unwant_by_form() -> str:
    """Take it back from there."""
    _take_back(request.form.get("token", ""))
    return render_template("wanted.html", rows=_still().top(MOST_SHOWN), kept=None, token="")


@wanted.app_template_global()
def keepable_of(answer: dict[str, Any]) -> Unknown | None:
    """What would be kept of the error that an answer is about; None where nothing would."""
    read = answer["read"]
    if answer["verdict"] == "match" or read["explained"] is None or _setting() == "off":
        return None
    one = read["exceptions"][read["explained"]]
    return keepable(one["type"], one["message"], one["library"] or "")


@wanted.app_template_global()
def kept_anyway(answer: dict[str, Any]) -> bool:
    """Whether the error was kept without being asked for, as the setting says."""
    return _setting() == "all" and answer["verdict"] == "none"


def _kept(text: str) -> tuple[Wanted, str]:
    if _setting() == "off":
        raise Forbidden("This server keeps no wanted errors.")
    found = api.matcher().lookup(bodies.paste(text)).answer
    if found.verdict == "match":
        raise Conflict(f"This error is known: {found.matches[0].entry.id} answers it.")
    error = unknown_in(found)
    if error is None:
        raise Conflict("There is nothing to keep: no exception is named, as the last line of a traceback does.")
    return api.base().store.want(error, voice())


def _take_back(token: str) -> None:
    refuse_other_sites()
    if not api.base().store.unwant(token):
        raise NotFound("Nothing has this token; it may have been taken back already, or its day is over.")


def _setting() -> str:
    return cast("str", current_app.extensions["settings"].wanted)


def _still() -> StillWanted:
    extensions = current_app.extensions
    if "still_wanted" not in extensions:
        extensions["still_wanted"] = StillWanted(api.base().store, api.matcher())
    return cast("StillWanted", extensions["still_wanted"])
