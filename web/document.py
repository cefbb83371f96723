"""The OpenAPI document: what the routes say of themselves, the bodies that they read themselves, and examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask_openapi3.models.schema import Schema
from flask_openapi3.openapi import OpenAPI
from werkzeug.http import HTTP_STATUS_CODES

from web import schemas
from web.examples import EXAMPLES, PARAMETERS, REFUSALS

_BODY_MODELS = (schemas.LookupIn, schemas.BatchIn, schemas.FeedbackIn, schemas.WantedIn)
_ANSWERS = Path(__file__).parent / "data" / "answers.json"
"""Answers to the examples of requests, shortened, by the model that describes them."""


def document(app: OpenAPI) -> dict[str, Any]:
    """The document, made from the routes of the application; without `servers`, which each request knows for itself."""
    for model in _BODY_MODELS:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, definition in schema.pop("$defs", {}).items():
            app.components_schemas[name] = Schema(**definition)
        app.components_schemas[model.__name__] = Schema(**schema)
    made: dict[str, Any] = app.api_doc
    for name, example in EXAMPLES.items():
        made["components"]["schemas"][name]["examples"] = [example]
    answers = json.loads(_ANSWERS.read_text(encoding="utf-8"))
    for path in made["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] in PARAMETERS:
                    parameter["example"] = PARAMETERS[parameter["name"]]
            for status, response in operation["responses"].items():
                _exemplify(int(status), response, answers)
    return made


def _exemplify(status: int, response: dict[str, Any], answers: dict[str, Any]) -> None:
    response["description"] = response.get("description") or HTTP_STATUS_CODES[status]
    for media in response.get("content", {}).values():
        name = media["schema"]["$ref"].rpartition("/")[2]
        if status >= 400:
            title = HTTP_STATUS_CODES[status]
            value: Any = {"type": "about:blank", "title": title, "status": status, **REFUSALS[status]}
        else:
            value = answers[name]
        media["examples"] = {"example": {"value": value}}
