"""Votes: whether a fix worked, said on a page or through the API, and taken back."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, render_template, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import ValidationError
from werkzeug.exceptions import NotFound

from web import answer_schemas, api, bodies, schemas
from web.described import refusals, takes
from web.problems import BadFields
from web.speakers import refuse_other_sites, voice

_VOTE = Tag(name="feedback")
feedback_api = APIBlueprint(
    "feedback_api", __name__, url_prefix="/api/v1", abp_responses=cast("Any", refusals(422, 429, 500, 503))
)
feedback = Blueprint("feedback", __name__)


@feedback_api.post(
    "/feedback",
    tags=[_VOTE],
    operation_id="vote",
    responses={201: answer_schemas.FeedbackOut, **refusals(400, 403, 404, 413, 415)},
    openapi_extensions=takes(schemas.FeedbackIn),
)
def vote() -> Response:
    """Say whether a fix worked."""
    refuse_other_sites()
    token, votes = _voted(bodies.parsed(schemas.FeedbackIn))
    return api.dumped({"token": token, "feedback": votes}, 201)


@feedback_api.delete(
    "/feedback/<token>", tags=[_VOTE], operation_id="unvote", responses={204: None, **refusals(403, 404)}
)
def unvote(path: schemas.TokenPath) -> Response:
    """Take a vote back."""
    _take_back(path.token)
    return Response(status=204)


@feedback.post("/feedback")
def vote_by_form() -> str:
    """A vote from a form."""
    refuse_other_sites()
    form = request.form
    if form.get("worked") not in {"yes", "no"}:
        raise BadFields([("worked", "say yes or no")])
    said: dict[str, Any] = {
        "entry": form.get("entry", ""),
        "fix": form.get("fix", ""),
        "worked": form["worked"] == "yes",
    }
    try:
        asked = schemas.FeedbackIn(**said, fingerprint=form.get("fingerprint") or None)
    except ValidationError as error:
        raise BadFields.from_pydantic(error) from None
    token, votes = _voted(asked)
    return render_template("thanks.html", token=token, entry_id=asked.entry, worked=asked.worked, votes=votes)


@feedback.post("/feedback/undo")
def unvote_by_form() -> str:
    """Take the vote of a form back."""
    _take_back(request.form.get("token", ""))
    return render_template("thanks.html", token=None, entry_id=request.form.get("entry", ""), worked=False, votes=None)


def _voted(asked: schemas.FeedbackIn) -> tuple[str, dict[str, int]]:
    """The token of a new vote and what is said of the fix with it. Raises EntryNotFound, SaidTooMuch, and BadFields
    for a fix that the entry doesn't have."""
    entry = api.known(asked.entry)
    if all(fix["id"] != asked.fix for fix in entry["fixes"]):
        raise BadFields([("fix", "the entry has no such fix")])
    store = api.base().store
    token = store.vote(entry["id"], asked.fix, asked.worked, asked.fingerprint or "", voice())
    worked, failed = store.feedback().get((entry["id"], asked.fix), (0, 0))
    return token, {"worked": worked, "failed": failed}


def _take_back(token: str) -> None:
    refuse_other_sites()
    if not api.base().store.unvote(token):
        raise NotFound("No vote has this token; it may have been taken back already.")
