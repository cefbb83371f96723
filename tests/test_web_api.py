"""The JSON API: what programs get, also when they send something strange."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from kb.matcher import Matcher
from tests.web_support import GENERAL, HEADLINE, HEADLINE_ID, UNKNOWN, application, filled
from web import bodies
from web.problems import MOST_FIELDS

LIMIT = 20_000


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    settings = filled(tmp_path_factory.mktemp("api"), max_paste_bytes=LIMIT)
    return application(settings).test_client()


def lookup(client: FlaskClient, text: str, **more: Any) -> dict[str, Any]:
    response = client.post("/api/v1/lookup", json={"text": text, **more})
    assert response.status_code == 200, response.text
    return response.json


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body = json.loads(response.data)
    assert body["status"] == status
    assert {"type", "title", "detail"} <= set(body)
    return body


class TestLookup:
    def test_the_headline_error_gets_its_entry_with_the_readers_own_name(self, client: FlaskClient) -> None:
        body = lookup(client, HEADLINE)
        assert body["verdict"] == "match"
        first = body["matches"][0]
        assert first["id"] == HEADLINE_ID
        assert first["captures"] == {"instance": "users"}
        assert "`users`" in first["summary"]
        assert first["fixes"][0]["code"]
        start, end = first["slots"][0]["span"]
        assert HEADLINE[start:end] == "<users at 0x1ff9aa91350>"

    def test_a_general_error_is_related_and_an_unknown_one_is_nothing(self, client: FlaskClient) -> None:
        assert lookup(client, GENERAL)["verdict"] == "related"
        nothing = lookup(client, UNKNOWN)
        assert (nothing["verdict"], nothing["matches"]) == ("none", [])

    def test_plain_text_is_a_paste(self, client: FlaskClient) -> None:
        response = client.post("/api/v1/lookup", data=HEADLINE, content_type="text/plain")
        assert response.json["verdict"] == "match"

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
    def test_plain_text_in_other_encodings(self, client: FlaskClient, encoding: str) -> None:
        text = HEADLINE.replace("shop", "caf\u00e9")
        body = client.post("/api/v1/lookup", data=text.encode(encoding), content_type="text/plain").json
        assert body["verdict"] == "match"
        assert "caf\u00e9" in body["read"]["exceptions"][0]["frames"][0]["filename"]

    def test_the_limit_bounds_the_matches(self, client: FlaskClient) -> None:
        assert len(lookup(client, HEADLINE, limit=1)["matches"]) == 1

    def test_five_point_zero_is_a_whole_number_in_json(self, client: FlaskClient) -> None:
        assert lookup(client, HEADLINE, limit=5.0)["verdict"] == "match"

    def test_context_may_be_null_partial_or_odd(self, client: FlaskClient) -> None:
        for context in (
            None,
            {},
            {"python": "3.12"},
            {"python": "nonsense", "packages": {"sqlalchemy": "not a version"}},
        ):
            assert lookup(client, HEADLINE, context=context)["verdict"] == "match"

    @examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(st.characters(exclude_categories=[]), max_size=300))
    def test_a_paste_is_never_an_error(self, client: FlaskClient, text: str) -> None:
        response = client.post("/api/v1/lookup", data=json.dumps({"text": text}), content_type="application/json")
        assert response.status_code == 200
        json.loads(response.data.decode())

    @pytest.mark.parametrize("text", ["\ud800", "a\udfffb: \ud83d", "\x00", "", " ", "\ufffe\uffff", "\u202eabc"])
    def test_broken_text_is_repaired(self, client: FlaskClient, text: str) -> None:
        assert lookup(client, f"{HEADLINE}{text}")["read"]["exceptions"]
        lookup(client, text)

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
    def test_json_in_a_wrong_encoding_is_still_read(self, client: FlaskClient, encoding: str) -> None:
        data = '{"text": "ValueError: caf\u00e9"}'.encode(encoding)
        response = client.post("/api/v1/lookup", data=data, content_type="application/json")
        assert response.json["read"]["exceptions"][0]["message"] == "caf\u00e9"


class TestBatch:
    def test_each_item_is_answered_under_its_id(self, client: FlaskClient) -> None:
        items = [{"id": "a", "text": HEADLINE}, {"id": 7, "text": UNKNOWN}, {"id": "a", "text": ""}]
        answers = client.post("/api/v1/lookup/batch", json={"items": items}).json["items"]
        assert [(one["id"], one["verdict"]) for one in answers] == [("a", "match"), (7, "none"), ("a", "none")]

    def test_a_hundred_and_no_more(self, client: FlaskClient) -> None:
        items = [{"id": number, "text": "x"} for number in range(101)]
        assert client.post("/api/v1/lookup/batch", json={"items": items[:100]}).status_code == 200
        body = problem(client.post("/api/v1/lookup/batch", json={"items": items}), 422)
        assert body["errors"][0]["field"] == "items"


class TestBodies:
    def test_the_limit_counts_the_paste_and_not_its_escaping(self, client: FlaskClient) -> None:
        escaped = '{"text": "' + "\\u0061" * LIMIT + '"}'
        assert client.post("/api/v1/lookup", data=escaped, content_type="application/json").status_code == 200

    @pytest.mark.parametrize("text", ["a" * (LIMIT + 1), "\u00e9" * (LIMIT // 2 + 1)])
    def test_over_the_limit(self, client: FlaskClient, text: str) -> None:
        assert "20,000" in problem(client.post("/api/v1/lookup", json={"text": text}), 413)["detail"]
        problem(client.post("/api/v1/lookup", data=text.encode(), content_type="text/plain"), 413)
        problem(client.post("/api/v1/lookup/batch", json={"items": [{"id": 1, "text": text}]}), 413)
        page = client.post("/", data={"text": text})
        assert (page.status_code, page.mimetype) == (413, "text/html")

    def test_exactly_the_limit_is_read(self, client: FlaskClient) -> None:
        assert client.post("/api/v1/lookup", json={"text": "\u00e9" * (LIMIT // 2)}).status_code == 200

    def test_a_body_beyond_all_reason(self, client: FlaskClient) -> None:
        data = b" " * (LIMIT * bodies.ESCAPED + bodies.SLACK + 1)
        problem(client.post("/api/v1/lookup", data=data, content_type="application/json"), 413)

    @pytest.mark.parametrize("data", [b"", b"{", b'{"text": NaN}', b"[" * 100_000, b'{"text": "a\nb"}', b"1" * 10_000])
    def test_no_json(self, client: FlaskClient, data: bytes) -> None:
        problem(client.post("/api/v1/lookup", data=data, content_type="application/json"), 400)

    @pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data", "text/html", None])
    def test_other_media_types(self, client: FlaskClient, media: str | None) -> None:
        problem(client.post("/api/v1/lookup", data=b"x", content_type=media), 415)

    def test_a_compressed_body_is_refused(self, client: FlaskClient) -> None:
        head = {"Content-Encoding": "gzip"}
        problem(client.post("/api/v1/lookup", data=b"x", content_type="text/plain", headers=head), 415)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "text"),
            ({"text": None}, "text"),
            ({"text": 5}, "text"),
            ({"text": "x", "limti": 5}, "limti"),
            ({"text": "x", "limit": 0}, "limit"),
            ({"text": "x", "limit": 51}, "limit"),
            ({"text": "x", "limit": "5"}, "limit"),
            ({"text": "x", "limit": True}, "limit"),
            ({"text": "x", "context": {"packages": {"a": 1}}}, "context.packages.a"),
            ({"text": "x", "context": "3.12"}, "context"),
        ],
    )
    def test_wrong_values_are_named_and_not_echoed(self, client: FlaskClient, body: Any, field: str) -> None:
        answer = problem(client.post("/api/v1/lookup", json=body), 422)
        assert [error["field"] for error in answer["errors"]] == [field]
        assert set(answer["errors"][0]) == {"field", "detail"}
        assert f"{field}: {answer['errors'][0]['detail']}" in answer["detail"]
        assert not re.search(r"[A-Z]\w+In\b|Value error", answer["detail"])  # names of our classes, words of pydantic

    def test_a_million_wrong_keys_are_not_sent_back(self, client: FlaskClient) -> None:
        body = {"text": "x"} | {f"{number}{'k' * 500}": 1 for number in range(200)}
        response = client.post("/api/v1/lookup", json=body)
        assert len(problem(response, 422)["errors"]) == MOST_FIELDS
        assert len(response.data) < 30_000


class TestFind:
    def test_search_finds_by_words_and_filters(self, client: FlaskClient) -> None:
        page = client.get("/api/v1/search", query_string={"q": "session"}).json
        assert page["items"][0]["id"] == HEADLINE_ID
        assert page["total"] >= 1
        item = page["items"][0]
        for snippet in item["snippets"]:
            assert all(0 <= start < end <= len(snippet["text"]) for start, end in snippet["marks"])
        assert client.get("/api/v1/search", query_string={"q": "session", "library": "acme"}).json["items"] == []

    def test_search_needs_words(self, client: FlaskClient) -> None:
        assert problem(client.get("/api/v1/search"), 422)["errors"][0]["field"] == "q"

    @pytest.mark.parametrize("query", ["q=x&limit=0", "q=x&limit=51", "q=x&limit=two", "q=x&colour=red"])
    def test_wrong_parameters(self, client: FlaskClient, query: str) -> None:
        problem(client.get(f"/api/v1/search?{query}"), 422)
        problem(client.get(f"/api/v1/suggest?{query}"), 422)

    def test_what_is_left_empty_was_not_given(self, client: FlaskClient) -> None:
        assert (
            client.get("/api/v1/search?q=session&library=&exception=&proven=&limit=&cursor=").json
            == client.get("/api/v1/search?q=session").json
        )
        assert client.get("/api/v1/suggest?q=Detached&limit=").json["items"]
        assert client.get("/api/v1/entries?limit=&cursor=").json == client.get("/api/v1/entries").json

    def test_suggest_finds_by_the_beginning_of_a_word(self, client: FlaskClient) -> None:
        found = client.get("/api/v1/suggest?q=Detached").json["items"]
        assert found[0]["id"] == HEADLINE_ID
        assert set(found[0]) >= {"id", "title", "exception", "library", "url"}

    def test_all_entries_page_by_page(self, client: FlaskClient) -> None:
        seen, cursor = [], None
        while True:
            query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
            page = client.get("/api/v1/entries", query_string=query).json
            seen += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert HEADLINE_ID in seen
        assert len(seen) == len(set(seen)) == page["total"]

    @pytest.mark.parametrize("path", ["search?q=session&cursor=", "entries?cursor="])
    @pytest.mark.parametrize("cursor", ["garbage", "-1", "1e3", "%00", "%ff", "../x/y", "9" * 300, "%F0%9D%9F%99"])
    def test_a_cursor_that_is_none_is_not_the_first_page_again(
        self, client: FlaskClient, path: str, cursor: str
    ) -> None:
        """Who follows one that got damaged would else read the same page for ever."""
        assert problem(client.get(f"/api/v1/{path}{cursor}"), 422)["errors"][0]["field"] == "cursor"

    def test_an_entry(self, client: FlaskClient) -> None:
        response = client.get(f"/api/v1/entries/{HEADLINE_ID}")
        assert response.json["id"] == HEADLINE_ID
        assert not {"captures", "slots", "confidence"} & set(response.json)
        again = client.get(f"/api/v1/entries/{HEADLINE_ID}", headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304

    def test_a_moved_id_answers_with_the_entry_in_its_place(self, client: FlaskClient) -> None:
        assert client.get("/api/v1/entries/acme/old-name").json["id"] == "acme/hostile"

    def test_no_such_entry(self, client: FlaskClient) -> None:
        assert "acme/nothing" in problem(client.get("/api/v1/entries/acme/nothing"), 404)["detail"]


class TestFeedback:
    def votes(self, client: FlaskClient) -> dict[str, int]:
        return client.get(f"/api/v1/entries/{HEADLINE_ID}").json["fixes"][0]["feedback"]

    def test_a_vote_counts_until_it_is_taken_back(self, client: FlaskClient) -> None:
        fix = client.get(f"/api/v1/entries/{HEADLINE_ID}").json["fixes"][0]["id"]
        before = self.votes(client)
        said = {"entry": HEADLINE_ID, "fix": fix, "worked": True, "fingerprint": "b1946ac92492d234"}
        response = client.post("/api/v1/feedback", json=said)
        assert response.status_code == 201
        assert self.votes(client) == {**before, "worked": before["worked"] + 1}
        token = response.json["token"]
        assert client.delete(f"/api/v1/feedback/{token}").status_code == 204
        assert self.votes(client) == before
        problem(client.delete(f"/api/v1/feedback/{token}"), 404)

    def test_what_can_not_be_voted_on(self, client: FlaskClient) -> None:
        problem(client.post("/api/v1/feedback", json={"entry": "a/b", "fix": "c", "worked": True}), 404)
        wrong = {"entry": HEADLINE_ID, "fix": "no-such-fix", "worked": True}
        assert problem(client.post("/api/v1/feedback", json=wrong), 422)["errors"][0]["field"] == "fix"
        problem(client.post("/api/v1/feedback", json={**wrong, "worked": "yes"}), 422)

    def test_a_form_of_another_site_can_not_vote_through_the_api(self, client: FlaskClient) -> None:
        problem(client.post("/api/v1/feedback", data={"entry": HEADLINE_ID, "fix": "x", "worked": "true"}), 415)


class TestErrors:
    def test_not_found(self, client: FlaskClient) -> None:
        problem(client.get("/api/v1/nothing"), 404)

    def test_wrong_method_says_which_are_right(self, client: FlaskClient) -> None:
        response = client.get("/api/v1/lookup")
        assert problem(response, 405)["detail"] == "This address takes POST."
        assert "POST" in response.headers["Allow"]

    def test_an_unexpected_fault_tells_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        app = application(filled(tmp_path))
        app.testing = False
        monkeypatch.setattr(app, "log_exception", lambda *_: None)
        monkeypatch.setattr(Matcher, "lookup", lambda *_: 1 / 0)
        body = problem(app.test_client().post("/api/v1/lookup", json={"text": "x"}), 500)
        assert "division" not in json.dumps(body)

    def test_a_store_that_can_not_be_read_is_unavailable(self, tmp_path: Path) -> None:
        settings = filled(tmp_path)
        app = application(settings)
        for path in settings.data_dir.iterdir():
            if path.is_file() and "sqlite" in path.name:
                path.write_bytes(b"no database at all" * 1000)
        response = app.test_client().post("/api/v1/lookup", json={"text": HEADLINE})
        assert problem(response, 503)["code"].startswith("store-")
        assert str(tmp_path) not in response.text, "where the server keeps its files is nobody's business"
        assert response.headers["Retry-After"]
        assert app.test_client().get("/readyz").status_code == 503


class TestHealth:
    def test_alive_and_ready(self, client: FlaskClient) -> None:
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200

    def test_not_ready_until_it_is_filled(self, tmp_path: Path) -> None:
        from kb.store import Store
        from tests.web_support import settings_in

        settings = settings_in(tmp_path)
        Store.create(settings.database_url).close()
        fresh = application(settings).test_client()
        assert fresh.get("/readyz").status_code == 503
        assert fresh.get("/healthz").status_code == 200

    def test_metrics_count(self, client: FlaskClient) -> None:
        lookup(client, HEADLINE)
        text = client.get("/metrics").text
        assert 'kb_lookups_total{process="' in text
        assert 'verdict="match"' in text
        assert 'route="/api/v1/lookup",method="POST",status="200"' in text
        client.open("/nothing", method="BREW")
        assert 'method="other"' in client.get("/metrics").text


def test_public_url_makes_links_absolute(tmp_path: Path) -> None:
    settings = filled(tmp_path, public_url="https://kb.example/errors/")
    client = application(settings).test_client()
    assert lookup(client, HEADLINE)["matches"][0]["url"] == f"https://kb.example/errors/e/{HEADLINE_ID}"
    assert client.get("/api/v1/suggest?q=Detached").json["items"][0]["url"].startswith("https://kb.example/")
