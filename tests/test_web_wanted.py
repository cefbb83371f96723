"""Wanted errors and votes over HTTP: what is kept and shown, what is refused, and from whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from kb.wanted import Unknown
from tests.web_support import GENERAL, HEADLINE, HEADLINE_ID, OF_OTHER_SITES, UNKNOWN, application, filled

SECRET = UNKNOWN.replace("xyzzy", "for ada with password hunter2 at /home/ada/x.py")
KEPT = "zorkmid.FrobnicationError"


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return application(filled(tmp_path)).test_client()


def listed(client: FlaskClient) -> list[dict]:
    return client.get("/api/v1/wanted").json["items"]


class TestApi:
    def test_what_is_asked_for_is_kept_shown_and_taken_back(self, client: FlaskClient) -> None:
        assert listed(client) == []
        answer = client.post("/api/v1/wanted", json={"text": SECRET})
        assert answer.status_code == 201
        kept = answer.json
        token = kept.pop("token")
        assert kept["normal"] == "qwertz blorple for ada with password {value} at {path}"
        assert (kept["exception"], kept["library"], kept["count"]) == (KEPT, "zorkmid", 1)
        assert listed(client) == [kept]
        assert client.delete(f"/api/v1/wanted/{token}").status_code == 204
        assert client.delete(f"/api/v1/wanted/{token}").status_code == 404
        assert listed(client) == []

    def test_a_paste_is_enough(self, client: FlaskClient) -> None:
        answer = client.post("/api/v1/wanted", data=UNKNOWN, content_type="text/plain")
        assert answer.json["normal"] == "qwertz blorple xyzzy"

    def test_what_is_known_or_no_error_is_not_kept(self, client: FlaskClient) -> None:
        known = client.post("/api/v1/wanted", json={"text": HEADLINE})
        assert known.status_code == 409
        assert HEADLINE_ID in known.json["detail"]
        assert client.post("/api/v1/wanted", json={"text": "good morning"}).status_code == 409
        assert client.post("/api/v1/wanted", data="x=1").status_code == 415
        assert client.post("/api/v1/wanted", json={"text": 1}).status_code == 422
        assert client.post("/api/v1/wanted", json={"text": "x" * 2_000_000}).status_code == 413
        assert listed(client) == []

    def test_an_error_with_related_entries_only_can_be_wanted(self, client: FlaskClient) -> None:
        assert client.post("/api/v1/wanted", json={"text": GENERAL}).status_code == 201

    def test_nothing_is_kept_by_itself(self, client: FlaskClient) -> None:
        client.post("/api/v1/lookup", json={"text": UNKNOWN})
        client.post("/", data={"text": UNKNOWN})
        client.post("/answer", data=UNKNOWN, content_type="text/plain")
        assert listed(client) == []

    def test_unless_the_setting_says_so(self, tmp_path: Path) -> None:
        client = application(filled(tmp_path, wanted="all")).test_client()
        for text in (UNKNOWN, GENERAL, HEADLINE, "good morning"):
            assert client.post("/api/v1/lookup", json={"text": text}).status_code == 200
        assert [item["exception"] for item in listed(client)] == [KEPT]
        form = LexborHTMLParser(client.post("/", data={"text": UNKNOWN}).text).css_first("form.want")
        assert "This server keeps errors that it can't answer" in form.text()
        assert not form.css("button")

    def test_or_nothing_at_all(self, tmp_path: Path) -> None:
        client = application(filled(tmp_path, wanted="off")).test_client()
        assert client.post("/api/v1/wanted", json={"text": UNKNOWN}).status_code == 403
        assert not LexborHTMLParser(client.post("/", data={"text": UNKNOWN}).text).css("form.want")

    def test_too_much_in_a_day_is_refused(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("kb.store.saying.A_VOICE_A_DAY", 1)
        assert client.post("/api/v1/wanted", json={"text": UNKNOWN}).status_code == 201
        refused = client.post("/api/v1/wanted", json={"text": UNKNOWN})
        assert (refused.status_code, refused.json["code"]) == (429, "said-too-much")
        assert client.post("/api/v1/wanted", json={"text": UNKNOWN}, headers={"User-Agent": "x"}).status_code == 201


class TestVoices:
    def vote(self, client: FlaskClient, address: str = "127.0.0.1", **headers: str) -> dict:
        fix = client.get(f"/api/v1/entries/{HEADLINE_ID}").json["fixes"][0]["id"]
        said = {"entry": HEADLINE_ID, "fix": fix, "worked": True}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        origin = {"REMOTE_ADDR": address}
        return client.post("/api/v1/feedback", json=said, headers=named, environ_overrides=origin).json["feedback"]

    def test_two_votes_of_one_browser_are_one(self, client: FlaskClient) -> None:
        assert self.vote(client)["worked"] == 1
        assert self.vote(client)["worked"] == 1
        assert self.vote(client, User_Agent="another")["worked"] == 2
        assert self.vote(client, "10.0.0.9")["worked"] == 3

    def test_a_trusted_proxy_says_who_it_is_and_nobody_else(self, client: FlaskClient, tmp_path: Path) -> None:
        for claimed in ("1.1.1.1", "2.2.2.2"):
            assert self.vote(client, "10.0.0.9", X_Forwarded_For=claimed)["worked"] == 1
        behind = application(filled(tmp_path / "behind", trusted_proxies=1)).test_client()
        assert self.vote(behind, X_Forwarded_For="6.6.6.6, 10.0.0.1")["worked"] == 1
        assert self.vote(behind, X_Forwarded_For="7.7.7.7, 10.0.0.1")["worked"] == 1
        assert self.vote(behind, X_Forwarded_For="10.0.0.2")["worked"] == 2

    def test_all_of_an_ipv6_net_is_one(self, client: FlaskClient) -> None:
        assert self.vote(client, "2001:db8::1")["worked"] == 1
        assert self.vote(client, "2001:db8::ffff:1")["worked"] == 1
        assert self.vote(client, "2001:db8:0:1::1")["worked"] == 2

    def test_a_site_that_the_settings_name_can_call(self, tmp_path: Path) -> None:
        client = application(filled(tmp_path, cors_origins="https://wiki.example")).test_client()
        theirs = {"Origin": "https://wiki.example", "Sec-Fetch-Site": "cross-site"}
        assert client.post("/api/v1/wanted", json={"text": UNKNOWN}, headers=theirs).status_code == 201
        assert client.post("/wanted", data={"text": UNKNOWN}, headers=theirs).status_code == 403
        theirs["Origin"] = "https://evil.example"
        assert client.post("/api/v1/wanted", json={"text": UNKNOWN}, headers=theirs).status_code == 403

    def test_a_fingerprint_is_one_or_none(self, client: FlaskClient) -> None:
        said = {"entry": HEADLINE_ID, "fix": "x", "worked": True, "fingerprint": "my password"}
        assert client.post("/api/v1/feedback", json=said).json["errors"][0]["field"] == "fingerprint"
        assert client.post("/feedback", data={**said, "worked": "yes"}).status_code == 422


class TestPages:
    def test_the_page_shows_what_it_would_keep_and_then_what_it_kept(self, client: FlaskClient) -> None:
        page = LexborHTMLParser(client.post("/", data={"text": SECRET}).text)
        form = page.css_first("form.want")
        assert "hunter2" not in form.text()
        assert "hunter2" not in form.html
        shown = form.css_first(".want-line").text()
        sent = {"text": form.css_first('input[name="text"]').attributes["value"]}
        kept = client.post(form.attributes["action"], data=sent)
        page = LexborHTMLParser(kept.text)
        assert page.css_first(".want-line").text() == shown
        assert page.css_first("tbody tr .mono").text() == KEPT
        undo = page.css_first('form[action="/wanted/undo"] input').attributes["value"]
        assert "Taken back" in client.post("/wanted/undo", data={"token": undo}).text
        assert client.post("/wanted/undo", data={"token": undo}).status_code == 404

    def test_an_answer_that_can_be_trusted_asks_for_nothing(self, client: FlaskClient) -> None:
        assert not LexborHTMLParser(client.post("/", data={"text": HEADLINE}).text).css("form.want")
        assert not LexborHTMLParser(client.post("/", data={"text": "good morning"}).text).css("form.want")

    def test_what_is_listed_stays_text(self, client: FlaskClient) -> None:
        store = client.application.extensions["knowledge_base"].store
        store.want(Unknown("a.E", "<script>alert(1)</script> {x} <img src=x>", "a"))
        page = LexborHTMLParser(client.get("/wanted").text)
        assert not page.css("main script, main img")
        assert "<script>alert(1)</script>" in page.css_first("tbody").text()

    @pytest.mark.parametrize("headers", OF_OTHER_SITES)
    def test_other_sites_can_not_ask(self, client: FlaskClient, headers: dict[str, str]) -> None:
        assert client.post("/wanted", data={"text": UNKNOWN}, headers=headers).status_code == 403
        assert client.post("/wanted/undo", data={"token": "x"}, headers=headers).status_code == 403
        sent = client.post("/api/v1/wanted", data=UNKNOWN, content_type="text/plain", headers=headers)
        assert sent.status_code == 403
        assert client.delete("/api/v1/feedback/x", headers=headers).status_code == 403
        assert listed(client) == []
