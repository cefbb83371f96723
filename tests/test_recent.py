"""Answers that are given again: the same as before, never an old one, and never one to a secret."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from indexer import pipeline
from tests.web_support import GENERAL, HEADLINE, HEADLINE_ID, UNKNOWN, application, filled, settings_in
from web.recent import KEPT_SECONDS, RecentAnswers, Remembered

SECRET = HEADLINE.replace("users at", "postgresql://shop:hunter2@db/users at")


def ask(client: FlaskClient, text: str, **more: Any) -> dict[str, Any]:
    response = client.post("/api/v1/lookup", json={"text": text, **more})
    assert response.status_code == 200, response.text
    return dict(response.json)


def remembered(client: FlaskClient) -> int:
    found = re.search(r"(?m)^kb_lookups_remembered_total\{.*\} (\d+)$", client.get("/metrics").text)
    assert found
    return int(found[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recent")
    filled(folder)
    return folder


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return application(settings_in(folder)).test_client()


class TestTheSameRequest:
    @pytest.mark.parametrize("text", [HEADLINE, GENERAL, UNKNOWN, ""])
    def test_gets_the_same_answer(self, client: FlaskClient, text: str) -> None:
        first, second = ask(client, text), ask(client, text)
        assert remembered(client) == 1
        assert isinstance(second.pop("took_ms"), float)
        assert second == {name: value for name, value in first.items() if name != "took_ms"}

    def test_is_counted_as_a_lookup(self, client: FlaskClient) -> None:
        for _ in range(3):
            ask(client, HEADLINE)
        text = client.get("/metrics").text
        assert re.search(r'kb_lookups_total\{.*verdict="match"\} 3', text)
        assert re.search(r"kb_lookup_seconds_count\{.*\} 3", text)

    def test_is_one_with_the_same_context_limit_and_form(self, client: FlaskClient) -> None:
        ask(client, HEADLINE)
        ask(client, HEADLINE, limit=1)
        ask(client, HEADLINE, context={"python": "3.8"})
        client.post("/api/v1/lookup", data=HEADLINE, content_type="text/plain")
        client.post("/api/v1/lookup", data=HEADLINE, content_type="text/plain; charset=latin-1")
        assert remembered(client) == 0

    def test_is_answered_with_the_links_of_the_path_it_came_by(self, client: FlaskClient) -> None:
        urls = [
            client.post("/api/v1/lookup", json={"text": HEADLINE}, environ_overrides={"SCRIPT_NAME": root}).json[
                "matches"
            ][0]["url"]
            for root in ("", "/tools", "")
        ]
        assert urls == [f"/e/{HEADLINE_ID}", f"/tools/e/{HEADLINE_ID}", f"/e/{HEADLINE_ID}"]


class TestAnOldAnswer:
    def test_isnt_given_after_a_vote_or_its_undoing(self, client: FlaskClient) -> None:
        def worked() -> list[int]:
            return [fix["feedback"]["worked"] for fix in ask(client, HEADLINE)["matches"][0]["fixes"]]

        before = worked()
        fix = ask(client, HEADLINE)["matches"][0]["fixes"][0]["id"]
        token = client.post("/api/v1/feedback", json={"entry": HEADLINE_ID, "fix": fix, "worked": True}).json["token"]
        assert sum(worked()) == sum(before) + 1
        assert client.delete(f"/api/v1/feedback/{token}").status_code == 204
        assert worked() == before

    def test_isnt_given_of_articles_that_changed(self, tmp_path: Path) -> None:
        settings = filled(tmp_path)
        client = application(settings).test_client()
        assert ask(client, HEADLINE)["verdict"] == "match"
        article = tmp_path / "articles" / f"{HEADLINE_ID}.md"
        article.write_text(article.read_text().replace("title: ", "title: Newly told - ", 1))
        pipeline.index(settings)
        assert ask(client, HEADLINE)["matches"][0]["title"].startswith("Newly told - ")
        assert remembered(client) == 0

    def test_goes_after_some_minutes(self) -> None:
        now = 0.0
        recent = RecentAnswers(1000, lambda: now)
        state = 1, {}
        request = recent.digest("text/plain", "", b"tea")
        recent.keep(request, Remembered("none", b"{", state))
        now = KEPT_SECONDS - 1
        assert recent.find(request, state)
        now = KEPT_SECONDS + 1
        assert recent.find(request, state) is None


class TestWhatIsNotKept:
    def test_an_answer_to_a_secret(self, client: FlaskClient) -> None:
        for _ in range(2):
            assert ask(client, SECRET)["read"]["redacted"]
        assert remembered(client) == 0

    def test_anything_where_the_setting_says_so(self, folder: Path) -> None:
        client = application(settings_in(folder, recent_answers=0)).test_client()
        for _ in range(2):
            assert ask(client, HEADLINE)["verdict"] == "match"
        assert remembered(client) == 0

    def test_an_unanswered_error_that_is_counted_each_time(self, tmp_path: Path) -> None:
        client = application(filled(tmp_path, wanted="all")).test_client()
        for _ in range(2):
            assert ask(client, UNKNOWN)["verdict"] == "none"
        assert remembered(client) == 0
        assert client.get("/api/v1/wanted").json["items"]

    def test_what_was_refused(self, client: FlaskClient) -> None:
        for _ in range(2):
            assert client.post("/api/v1/lookup", data=b"{", content_type="application/json").status_code == 400
            assert client.post("/api/v1/lookup", data=b"x", content_type="image/png").status_code == 415

    def test_more_than_there_is_room_for(self) -> None:
        recent = RecentAnswers(8000)
        state = 1, {}
        requests = [recent.digest("", "", bytes([number])) for number in range(50)]
        for request in requests:
            recent.keep(request, Remembered("match", b"{" * 700, state))
        assert [recent.find(request, state) is not None for request in requests] == [False] * 42 + [True] * 8
        recent.keep(requests[0], Remembered("match", b"{" * 1001, state))
        assert recent.find(requests[0], state) is None

    def test_the_request_itself(self, client: FlaskClient) -> None:
        told = recent_of(client)
        ask(client, f"a line that no answer quotes\n\n{HEADLINE}")
        assert "a line that no answer quotes" not in repr(told.__dict__)


def recent_of(client: FlaskClient) -> RecentAnswers:
    found = client.application.extensions["recent"]
    assert isinstance(found, RecentAnswers)
    return found
