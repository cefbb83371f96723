"""The OpenAPI document: it is valid, complete, its examples work, and the API does what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as examples
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance, response_schema_conformance

from tests.web_support import HEADLINE_ID, application, filled
from web import answer_schemas
from web.examples import EXAMPLES

ROUTES = {
    ("POST", "/api/v1/lookup"),
    ("POST", "/api/v1/lookup/batch"),
    ("GET", "/api/v1/search"),
    ("GET", "/api/v1/suggest"),
    ("GET", "/api/v1/entries"),
    ("GET", "/api/v1/entries/{library}/{slug}"),
    ("POST", "/api/v1/feedback"),
    ("DELETE", "/api/v1/feedback/{token}"),
    ("GET", "/api/v1/wanted"),
    ("POST", "/api/v1/wanted"),
    ("DELETE", "/api/v1/wanted/{token}"),
}

TOLD_BY_NO_SCHEMA = {"/api/v1/feedback": [positive_data_acceptance]}
"""Which fixes an entry has: one that it hasn't is refused with 422, though any name fits the schema."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return application(filled(tmp_path_factory.mktemp("openapi")))


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    return app.test_client().get("/api/v1/openapi.json").json


@pytest.fixture
def api(app: Flask) -> Any:
    def plain(environ: dict[str, Any], start_response: Any) -> Any:
        # Schemathesis offers to take compressed answers, but reads none that come without a socket.
        return app({name: value for name, value in environ.items() if name != "HTTP_ACCEPT_ENCODING"}, start_response)

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", plain)


def _is_blank(value: Any) -> bool:
    return value in ("", {}, []) or (isinstance(value, list) and any(map(_is_blank, value)))


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), sorted(ROUTES))
def test_the_api_does_what_its_document_says(api: Any, method: str, path: str, mode: GenerationMode) -> None:
    """What fits the document is answered as it says; what doesn't is refused; nothing is a fault of the server."""

    @given(case=api[path][method].as_strategy(generation_mode=mode))
    @examples(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    def check(case: schemathesis.Case) -> None:
        # `proven=` means not given, as forms write it; a wrong value that is written so, `{}`, looks the same.
        assume(not any(map(_is_blank, (case.query or {}).values())))
        case.call_and_validate(excluded_checks=TOLD_BY_NO_SCHEMA.get(path, []))

    check()


def test_the_document_is_complete(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == ROUTES
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], (method, path)
            assert operation["operationId"]
            assert all(
                "example" in one or one["name"] in {"cursor", "proven"} for one in operation.get("parameters", ())
            )
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                assert response["description"]
                for media in content.values():
                    model = getattr(answer_schemas, media["schema"]["$ref"].rpartition("/")[2])
                    model.model_validate(media["examples"]["example"]["value"])
                assert set(content) <= {"application/json", "application/problem+json"}
                if int(status) >= 400:
                    assert list(content) == ["application/problem+json"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    names = set(document["components"]["schemas"])
    used = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= names


def test_the_examples_work(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/api/v1/lookup", json=EXAMPLES["LookupIn"])
    assert answer.json["matches"][0]["id"] == HEADLINE_ID
    assert client.post("/api/v1/lookup/batch", json=EXAMPLES["BatchIn"]).json["items"][0]["verdict"] == "match"
    said = client.post("/api/v1/feedback", json=EXAMPLES["FeedbackIn"])
    assert said.status_code == 201
    client.delete(f"/api/v1/feedback/{said.json['token']}")
    kept = client.post("/api/v1/wanted", json=EXAMPLES["WantedIn"])
    assert kept.status_code == 201
    client.delete(f"/api/v1/wanted/{kept.json['token']}")


def test_real_answers_fit_their_schemas(api: Any) -> None:
    requests = [
        ("/api/v1/lookup", "POST", {"body": EXAMPLES["LookupIn"], "media_type": "application/json"}),
        ("/api/v1/lookup/batch", "POST", {"body": EXAMPLES["BatchIn"], "media_type": "application/json"}),
        ("/api/v1/search", "GET", {"query": {"q": "session"}}),
        ("/api/v1/suggest", "GET", {"query": {"q": "Detached"}}),
        ("/api/v1/entries", "GET", {"query": {"limit": 50}}),
        ("/api/v1/wanted", "POST", {"body": EXAMPLES["WantedIn"], "media_type": "application/json"}),
        ("/api/v1/wanted", "GET", {"query": {"limit": 50}}),
        (
            "/api/v1/entries/{library}/{slug}",
            "GET",
            {"path_parameters": dict(zip(("library", "slug"), HEADLINE_ID.split("/"), strict=True))},
        ),
    ]
    for path, method, parts in requests:
        case = api[path][method].Case(**parts)
        response = case.call()
        assert response.status_code in {200, 201}
        case.validate_response(response, checks=[response_schema_conformance])


def test_there_is_no_viewer(app: Flask) -> None:
    assert app.test_client().get("/openapi/").status_code == 404
