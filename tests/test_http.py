"""What every answer over HTTP has around it: ids, logs, limits, tags, compression, other origins, problems."""

from __future__ import annotations

import gzip
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.matcher import Matcher
from kb.settings import Settings
from tests.web_support import HEADLINE, HEADLINE_ID, application, filled
from web import logs

SECRET = "hunter2-and-more"
KEPT = ["/", f"/e/{HEADLINE_ID}", f"/e/{HEADLINE_ID}.md", f"/api/v1/entries/{HEADLINE_ID}", "/api/v1/openapi.json"]
ELSEWHERE = "https://wiki.example.org"
ASKED = {
    "Origin": ELSEWHERE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("http")
    filled(place)
    return place


def made(folder: Path, **more: Any) -> Flask:
    return application(filled(folder, **more))


@pytest.fixture(scope="module")
def client(folder: Path) -> FlaskClient:
    return made(folder).test_client()


def looked_up(client: FlaskClient, text: str = HEADLINE, **how: Any) -> Any:
    return client.post("/api/v1/lookup", json={"text": text}, **how)


class TestRequestIds:
    @pytest.mark.parametrize("sane", ["a", "0f3c-77", "01J9Z3:span.4_x"])
    def test_a_sane_one_comes_back(self, client: FlaskClient, sane: str) -> None:
        assert client.get("/healthz", headers={"X-Request-ID": sane}).headers["X-Request-ID"] == sane

    @pytest.mark.parametrize("other", [None, "", "<b>", "a b", "x" * 200, "-x", "caf\u00e9"])
    def test_else_one_is_made(self, client: FlaskClient, other: str | None) -> None:
        head = {} if other is None else {"X-Request-ID": other}
        found = [client.get("/healthz", headers=head).headers["X-Request-ID"] for _ in range(2)]
        assert all(len(one) == 32 and one.isalnum() for one in found)
        assert found[0] != found[1]

    def test_a_problem_names_it(self, client: FlaskClient) -> None:
        answer = client.get("/api/v1/nowhere", headers={"X-Request-ID": "mine"})
        assert answer.json["request_id"] == "mine"


class TestLogs:
    @pytest.fixture
    def written(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FlaskClient, io.StringIO]]:
        settings = filled(folder, log_level="info", log_format="json")
        app = application(settings)
        app.testing = False
        out = io.StringIO()
        monkeypatch.setattr("sys.stderr", out)
        logs.configure(settings)
        yield app.test_client(), out
        for name in ("tracekb", "web"):
            logging.getLogger(name).handlers.clear()
            logging.getLogger(name).propagate = True

    def test_a_request_is_a_line_of_json(self, written: tuple[FlaskClient, io.StringIO]) -> None:
        client, out = written
        looked_up(client, f"{HEADLINE}password={SECRET}", headers={"X-Request-ID": "abc"})
        client.get(f"/?q={SECRET}")
        client.delete(f"/api/v1/feedback/{SECRET}")
        first, *rest = [json.loads(line) for line in out.getvalue().splitlines()]
        assert (first["request_id"], first["method"], first["status"]) == ("abc", "POST", 200)
        assert (first["level"], first["message"], first["route"]) == ("info", "request", "/api/v1/lookup")
        assert first["ms"] > 0
        assert first["bytes"] > 1000
        assert len(rest) == 2
        assert SECRET not in out.getvalue()
        assert "DetachedInstanceError" not in out.getvalue()

    def test_a_fault_of_ours_is_told_without_the_paste(
        self, written: tuple[FlaskClient, io.StringIO], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: Matcher, text: str, *__: object) -> None:
            raise ValueError(f"can't read {text}")

        monkeypatch.setattr(Matcher, "lookup", broken)
        client, out = written
        answer = looked_up(client, SECRET)
        assert answer.status_code == 500
        assert answer.mimetype == "application/problem+json"
        fault = json.loads(out.getvalue().splitlines()[0])
        assert (fault["level"], fault["error"]) == ("error", "builtins.ValueError")
        assert fault["request_id"] == answer.json["request_id"]
        assert "test_http.py" in fault["where"]
        assert SECRET not in out.getvalue() + answer.text

    def test_text_is_one_line_too(self) -> None:
        record = logging.LogRecord("tracekb", logging.WARNING, "x.py", 1, "two\nlines", None, None)
        record.status = 503
        line = logs.Lines("text").format(record)
        assert line.endswith(" WARNING two\\nlines status=503")


class TestLimits:
    def limited(self, folder: Path, rule: str = "3/hour", **more: Any) -> FlaskClient:
        return made(folder, rate_limit=rule, **more).test_client()

    def test_over_the_limit(self, folder: Path) -> None:
        client = self.limited(folder)
        left = [looked_up(client).headers["RateLimit"] for _ in range(3)]
        assert [one.split(";")[1] for one in left] == ["r=2", "r=1", "r=0"]
        answer = looked_up(client)
        assert answer.status_code == 429
        assert answer.mimetype == "application/problem+json"
        assert answer.json["detail"].startswith("At most 3 requests are answered in 3600 seconds")
        assert 0 < int(answer.headers["Retry-After"]) <= 3600
        assert answer.headers["RateLimit-Policy"] == '"client";q=3;w=3600'
        page = client.get("/")
        assert (page.status_code, page.mimetype) == (429, "text/html")

    def test_each_paste_of_a_batch_counts(self, folder: Path) -> None:
        client = self.limited(folder)
        items = [{"id": number, "text": ""} for number in range(4)]
        assert client.post("/api/v1/lookup/batch", json={"items": items}).status_code == 429
        client = self.limited(folder)
        answer = client.post("/api/v1/lookup/batch", json={"items": items[:3]})
        assert (answer.status_code, answer.headers["RateLimit"].split(";")[1]) == (200, "r=0")

    def test_what_monitors_ask_for_is_not_counted(self, folder: Path) -> None:
        client = self.limited(folder, "1/hour")
        for path in ("/healthz", "/readyz", "/metrics", "/static/style.css") * 2:
            answer = client.get(path, buffered=True)
            assert answer.status_code == 200
            assert "RateLimit" not in answer.headers
        assert looked_up(client).status_code == 200

    def test_clients_are_told_apart_by_what_a_trusted_proxy_says(self, folder: Path) -> None:
        trusting, wary = self.limited(folder, "1/hour", trusted_proxies=1), self.limited(folder, "1/hour")
        said = [{"X-Forwarded-For": one} for one in ("192.0.2.1", "192.0.2.2", "9.9.9.9, 192.0.2.1")]
        assert [looked_up(trusting, headers=head).status_code for head in said] == [200, 200, 429]
        assert [looked_up(wary, headers=head).status_code for head in said] == [200, 429, 429]

    def test_an_ipv6_client_is_its_net(self, folder: Path) -> None:
        client = self.limited(folder, "1/hour")
        addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"]
        codes = [looked_up(client, environ_base={"REMOTE_ADDR": one}).status_code for one in addresses]
        assert codes == [200, 429, 200]

    def test_none_is_set(self, client: FlaskClient) -> None:
        assert "RateLimit" not in looked_up(client).headers


class TestCaching:
    @pytest.mark.parametrize("path", KEPT)
    @pytest.mark.parametrize("encoding", [None, "gzip", "br", "zstd"])
    def test_what_the_client_has_is_not_sent_again(self, client: FlaskClient, path: str, encoding: str | None) -> None:
        head = {} if encoding is None else {"Accept-Encoding": encoding}
        first = client.get(path, headers=head)
        assert first.headers["Cache-Control"] == "no-cache"
        assert "Accept-Encoding" in first.headers["Vary"]
        again = client.get(path, headers={**head, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        other = client.get(path, headers={**head, "If-None-Match": '"other"'})
        past_its_time = 10 if encoding == "gzip" else 0  # gzip's head says when it was packed
        assert (other.status_code, other.data[past_its_time:]) == (200, first.data[past_its_time:])

    def test_a_vote_changes_the_tag(self, folder: Path) -> None:
        client = made(folder).test_client()
        before = client.get(f"/api/v1/entries/{HEADLINE_ID}")
        vote = {"entry": HEADLINE_ID, "fix": before.json["fixes"][0]["id"], "worked": True}
        token = client.post("/api/v1/feedback", json=vote).json["token"]
        after = client.get(f"/api/v1/entries/{HEADLINE_ID}", headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200
        client.delete(f"/api/v1/feedback/{token}")

    def test_answers_to_pastes_are_kept_by_nobody(self, client: FlaskClient) -> None:
        assert looked_up(client).headers["Cache-Control"] == "no-store"
        assert client.post("/", data={"text": HEADLINE}).headers["Cache-Control"] == "no-store"

    def test_compressed_is_the_same(self, client: FlaskClient) -> None:
        path = f"/api/v1/entries/{HEADLINE_ID}"
        plain = client.get(path)
        assert "Content-Encoding" not in plain.headers
        small = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert small.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.data) == plain.data
        assert len(small.data) < len(plain.data) / 2
        assert brotli.decompress(client.get(path, headers={"Accept-Encoding": "br"}).data) == plain.data

    def test_lookups_and_styles_are_compressed(self, client: FlaskClient) -> None:
        head = {"Accept-Encoding": "gzip, br"}
        assert looked_up(client, headers=head).headers["Content-Encoding"] == "br"
        assert client.get("/static/style.css", headers=head, buffered=True).headers["Content-Encoding"] == "br"

    def test_small_answers_and_those_with_tokens_are_not(self, client: FlaskClient) -> None:
        head = {"Accept-Encoding": "gzip"}
        assert "Content-Encoding" not in client.get("/healthz", headers=head).headers
        fix = client.get(f"/api/v1/entries/{HEADLINE_ID}").json["fixes"][0]["id"]
        vote = {"entry": HEADLINE_ID, "fix": fix, "worked": "yes"}
        page = client.post("/feedback", data=vote, headers=head)
        assert page.status_code == 200
        assert len(page.data) > 1000
        assert "Content-Encoding" not in page.headers


class TestOtherOrigins:
    def test_none_may_call_by_default(self, client: FlaskClient) -> None:
        for answer in (client.options("/api/v1/lookup", headers=ASKED), looked_up(client, headers=ASKED)):
            assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118

    def test_those_that_are_named_may(self, folder: Path) -> None:
        client = made(folder, cors_origins=f"{ELSEWHERE} http://[::1]:3000").test_client()
        asked = client.options("/api/v1/lookup", headers=ASKED)
        assert asked.status_code == 200
        assert asked.headers["Access-Control-Allow-Origin"] == ELSEWHERE
        assert "POST" in asked.headers["Access-Control-Allow-Methods"]
        assert "content-type" in asked.headers["Access-Control-Allow-Headers"].lower()
        assert "Access-Control-Allow-Credentials" not in asked.headers
        answer = looked_up(client, headers={"Origin": ELSEWHERE})
        assert answer.headers["Access-Control-Allow-Origin"] == ELSEWHERE
        assert "Origin" in answer.headers["Vary"]
        assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
        problem = client.get("/api/v1/nowhere", headers={"Origin": "http://[::1]:3000"})
        assert problem.headers["Access-Control-Allow-Origin"] == "http://[::1]:3000"

    @pytest.mark.parametrize(
        "other", ["https://evil.example", f"{ELSEWHERE}.evil.example", "https://wikiXexample.org", "null"]
    )
    def test_others_still_may_not(self, folder: Path, other: str) -> None:
        client = made(folder, cors_origins=ELSEWHERE).test_client()
        assert "Access-Control-Allow-Origin" not in looked_up(client, headers={"Origin": other}).headers
        assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": ELSEWHERE}).headers

    def test_no_cache_gives_an_answer_without_the_headers_to_one_who_may(self, folder: Path) -> None:
        client = made(folder, cors_origins=ELSEWHERE).test_client()
        path = f"/api/v1/entries/{HEADLINE_ID}"
        for origin in ({}, {"Origin": ELSEWHERE}, {"Origin": "https://evil.example"}):
            assert "Origin" in client.get(path, headers=origin).headers["Vary"]
        assert "Origin" not in client.get("/").headers["Vary"]

    def test_all_may(self, folder: Path) -> None:
        client = made(folder, cors_origins="*").test_client()
        assert looked_up(client, headers={"Origin": "https://x.example"}).headers["Access-Control-Allow-Origin"] == "*"


class TestMethods:
    @pytest.mark.parametrize(
        "path", [*KEPT, "/healthz", "/readyz", "/metrics", "/api/v1/search?q=tea", "/static/style.css"]
    )
    def test_head_is_get_without_a_body(self, client: FlaskClient, path: str) -> None:
        get, head = client.get(path, buffered=True), client.head(path, buffered=True)
        assert (head.status_code, head.data) == (get.status_code, b"")
        assert head.headers["Content-Type"] == get.headers["Content-Type"]
        if path != "/metrics":
            assert head.headers["Content-Length"] == get.headers["Content-Length"]

    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/api/v1/lookup", {"POST", "OPTIONS"}),
            ("/healthz", {"GET", "HEAD", "OPTIONS"}),
            ("/answer", {"POST", "OPTIONS"}),
        ],
    )
    def test_options_and_what_is_not_allowed(self, client: FlaskClient, path: str, allowed: set[str]) -> None:
        told = client.options(path)
        assert told.status_code == 200
        assert set(told.allow) == allowed
        refused = client.put(path, data=b"")
        assert refused.status_code == 405
        assert set(refused.headers["Allow"].split(", ")) == allowed
        assert refused.mimetype == ("application/problem+json" if path.startswith("/api") else "text/html")

    @pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/lookup", "/api/v1/lookup/"])
    def test_unknown_addresses_of_the_api_are_problems(self, client: FlaskClient, path: str) -> None:
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")

    @pytest.mark.parametrize("path", ["/nowhere", "/e/x", "/apis", "/e/acme/none", "/e/acme/none.md"])
    def test_others_are_pages(self, client: FlaskClient, path: str) -> None:
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_a_knowledge_base_that_is_gone_is_told_with_what_to_do(tmp_path: Path) -> None:
    settings: Settings = filled(tmp_path)
    client = application(settings).test_client()
    for file in settings.data_dir.glob("kb.sqlite3*"):
        file.write_bytes(b"no database any more, whatever it was before, for sure" * 100)
    answer = looked_up(client)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "; " in answer.json["detail"]
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "; " in ready.text
