"""What routes say of themselves in OpenAPI."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from web.examples import EXAMPLES
from web.problems import PROBLEM_JSON

_REF = "#/components/schemas/"


def refusals(*statuses: int) -> dict[str | int, Any]:
    """Answers with a problem document, by status."""
    content = {PROBLEM_JSON: {"schema": {"$ref": _REF + "ProblemOut"}}}
    return {status: {"content": content} for status in statuses}


def takes(model: type[BaseModel], plain: str | None = None) -> dict[str, Any]:
    """The request body of a route: JSON, and where `plain` gives an example of it, plain text."""
    name = model.__name__
    content: dict[str, Any] = {
        "application/json": {"schema": {"$ref": _REF + name}, "examples": {"example": {"value": EXAMPLES[name]}}}
    }
    if plain is not None:
        content["text/plain"] = {"schema": {"type": "string"}, "examples": {"example": {"value": plain}}}
    return {"requestBody": {"required": True, "content": content}}
