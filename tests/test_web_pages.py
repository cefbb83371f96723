"""The pages, without a browser: what stands in the HTML, and what can't get into it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from tests.web_support import GENERAL, HEADLINE, HEADLINE_ID, HOSTILE, OF_OTHER_SITES, UNKNOWN, application, filled
from web import reading, rendering
from web.entry_markdown import entry_markdown


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(filled(tmp_path_factory.mktemp("pages"))).test_client()


def posted(client: FlaskClient, text: str) -> LexborHTMLParser:
    response = client.post("/", data={"text": text})
    assert response.status_code == 200
    return LexborHTMLParser(response.text)


def said(page: LexborHTMLParser, css: str) -> str:
    found = page.css_first(css)
    assert found is not None, css
    return " ".join(found.text().split())


class TestAnswer:
    def test_the_headline_error(self, client: FlaskClient) -> None:
        page = posted(client, HEADLINE)
        assert page.css_first(".verdict-match a").attributes["href"] == f"/e/{HEADLINE_ID}"
        assert "users" in said(page, ".summary code")
        assert "Session(engine" in said(page, ".fixes li:first-child .code")
        assert said(page, ".slots") == "instance users from <users at 0x1ff9aa91350>"
        assert said(page, ".paste mark.m-slot") == "<users at 0x1ff9aa91350>"
        assert "views.py" in said(page, ".paste mark.m-frame")
        assert page.css_first("#text").text().strip() == HEADLINE.strip()

    def test_the_three_verdicts_look_different(self, client: FlaskClient) -> None:
        for text, verdict in ((HEADLINE, "match"), (GENERAL, "related"), (UNKNOWN, "none")):
            page = posted(client, text)
            assert [node.attributes["class"] for node in page.css(".verdict")] == [f"verdict verdict-{verdict}"]
        assert "FrobnicationError" in said(posted(client, UNKNOWN), ".verdict-none")
        assert "No error was found" in said(posted(client, "good morning to all of you"), ".verdict-none h2")

    def test_words_in_the_address_are_answered(self, client: FlaskClient) -> None:
        page = LexborHTMLParser(client.get("/", query_string={"q": HEADLINE}).text)
        assert page.css_first(".verdict-match")

    def test_nothing_pasted(self, client: FlaskClient) -> None:
        assert posted(client, "  ").css_first(".welcome")

    def test_the_fragment_for_the_script_is_the_same_answer(self, client: FlaskClient) -> None:
        response = client.post("/answer", data=HEADLINE, content_type="text/plain")
        assert "<html" not in response.text
        assert LexborHTMLParser(response.text).css_first(".verdict-match")

    def test_line_ends_of_forms_do_not_move_the_marks(self, client: FlaskClient) -> None:
        page = posted(client, HEADLINE.replace("\n", "\r\n"))
        assert said(page, ".paste mark.m-slot") == "<users at 0x1ff9aa91350>"

    def test_secrets_are_not_shown_back(self, client: FlaskClient) -> None:
        paste = HEADLINE.replace("print(data.state)", 'login(password="hunter2hunter2")')
        page = posted(client, paste)
        assert "hunter2hunter2" not in page.css_first("#answer").text()
        assert page.css_first(".paste mark.m-secret")


class TestHostile:
    def test_nothing_of_a_paste_becomes_markup(self, client: FlaskClient) -> None:
        page = posted(client, HOSTILE)
        assert page.css_first(".verdict-match, .other"), "the entry should have been found"
        self.harmless(page)
        assert "<script>alert(3)</script>" in page.css_first(".paste").text()

    def test_nothing_of_an_article_becomes_markup(self, client: FlaskClient) -> None:
        page = LexborHTMLParser(client.get("/e/acme/hostile").text)
        self.harmless(page)
        assert "<script>alert(1)</script>" in page.css_first("h1").text()
        good = page.css_first('.prose a[href="https://example.com/good"]')
        assert {"noopener", "nofollow"} <= set(good.attributes["rel"].split())

    def harmless(self, page: LexborHTMLParser) -> None:
        scripts = page.css("script")
        assert all((script.attributes.get("src") or "").startswith("/static/") for script in scripts)
        assert not any(script.text() for script in scripts)
        assert not page.css("style, iframe, object, embed, base, b:not(.check > b, .because > b), img:not(.brand img)")
        for node in page.css("*"):
            for name, value in node.attributes.items():
                assert not name.startswith("on"), (node.tag, name)
                assert name != "style"
                if name in {"href", "src", "action"}:
                    assert re.match(r"/|#[\w-]+$|https?://", value or ""), value

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "[x](data:text/html;base64,xxxx)",
            "[x](vbscript:x)",
            "[x](//evil.example/)",
            "<javascript:alert(1)>",
            "![x](https://evil.example/pixel.png)",
            '<a href="https://x" onclick="alert(1)">x</a>',
            '[x](https://x "\\" onmouseover=alert(1)")',
            "```html\n<script>\n```",
            '```"><script>\nx\n```',
            "{<b>x</b>} {x} `{x}`",
        ],
    )
    def test_markdown_lets_nothing_through(self, text: str) -> None:
        for html in (rendering.markdown(text), rendering.inline(text), rendering.heading(text)):
            tree = LexborHTMLParser(f"<body>{html}")
            assert not tree.css("script, img, iframe, [onclick], [onmouseover], [style]")
            for link in tree.css("a"):
                assert (link.attributes["href"] or "").startswith("https://x")


class TestCode:
    def test_only_what_is_coloured_costs_an_element(self) -> None:
        html = rendering.code('import os  # why\nname = os.environ["A<B"]\n')
        assert (
            LexborHTMLParser(f"<pre>{html}</pre>").css_first("pre").text()
            == 'import os  # why\nname = os.environ["A<B"]'
        )
        style = (Path(rendering.__file__).parent / "static" / "parts.css").read_text(encoding="utf-8")
        classes = set(re.findall(r'class="([^"]+)"', html))
        assert {"c-kn", "c-c1", "c-s2"} <= classes
        assert all(f".{name}" in style for name in classes)


class TestReading:
    @pytest.mark.parametrize(
        ("text", "html"),
        [
            ("Add __init__.py", "Add __init__.py"),
            ("Write __add__ **and** _its_ like", "Write __add__ <strong>and</strong> <em>its</em> like"),
            ("`__name__` is __main__", "<code>__name__</code> is __main__"),
        ],
    )
    def test_names_keep_their_underscores(self, text: str, html: str) -> None:
        assert str(rendering.inline(text)) == html

    def test_overlapping_marks_keep_the_text_whole(self) -> None:
        error = {"span": [4, 30], "relation": "raised", "frames": [{"in_app": True, "span": [0, 10]}]}
        slots = [{"name": "a", "value": "v", "span": [8, 12]}, {"name": "b", "value": "v", "span": None}]
        answer = {"read": {"exceptions": [error], "explained": 0}, "matches": [{"slots": slots}]}
        text = "".join(chr(97 + place % 26) for place in range(40))
        shown = reading.show(text, answer, reading.Hider(text, []))
        assert "".join(segment.text for segment in shown.segments) == text
        assert "m-error m-first m-slot" in " ".join(segment.classes for segment in shown.segments).replace(
            "m-frame ", ""
        )

    def test_a_long_paste_is_shown_around_its_error(self) -> None:
        text = "x" * 500_000
        answer = {
            "read": {"exceptions": [{"span": [400_000, 400_010], "relation": "raised", "frames": []}], "explained": 0}
        }
        shown = reading.show(text, answer, reading.Hider(text, []))
        assert sum(len(segment.text) for segment in shown.segments) == reading.LONGEST_SHOWN
        assert shown.before + shown.after + reading.LONGEST_SHOWN == len(text)
        assert shown.has("m-error")


class TestEntry:
    def test_an_entry_has_a_page_and_a_markdown(self, client: FlaskClient) -> None:
        page = LexborHTMLParser(client.get(f"/e/{HEADLINE_ID}").text)
        assert said(page, ".known var.slot") == "instance"
        assert page.css("form.vote")
        plain = client.get(f"/e/{HEADLINE_ID}.md")
        assert plain.mimetype == "text/markdown"
        assert plain.text.startswith("# ")
        assert "### Fix:" in plain.text
        assert f"- Entry: /e/{HEADLINE_ID}\n- Library: sqlalchemy" in plain.text
        assert "Not proven: this fix hasn't been run." in client.get("/e/acme/hostile.md").text

    def test_moved_ids_lead_on(self, client: FlaskClient) -> None:
        for tail in ("", ".md"):
            response = client.get(f"/e/acme/old-name{tail}")
            assert (response.status_code, response.headers["Location"]) == (308, f"/e/acme/hostile{tail}")

    def test_an_unknown_entry_gets_a_page_that_helps(self, client: FlaskClient) -> None:
        response = client.get("/e/acme/<script>")
        assert response.status_code == 404
        page = LexborHTMLParser(response.text)
        assert page.css_first('form.find input[name="q"]')
        assert not page.css("main script")

    def test_code_in_markdown_can_not_break_out_of_its_fence(self) -> None:
        fix = {"id": "f", "cause": None, "title": "t", "text": "", "code": ["a = '''\n````\n# x\n'''"], "verified": []}
        entry = {"title": "T", "errors": [], "summary": "", "causes": [], "fixes": [fix], "avoid": [], "see_also": []}
        assert "`````python\n" in entry_markdown({**entry, "references": []})


class TestVotes:
    def test_a_vote_by_form_can_be_taken_back(self, client: FlaskClient) -> None:
        form = LexborHTMLParser(client.get(f"/e/{HEADLINE_ID}").text).css_first("form.vote")
        fields = {node.attributes["name"]: node.attributes["value"] for node in form.css("input")}
        thanks = client.post(form.attributes["action"], data={**fields, "worked": "yes"})
        assert thanks.status_code == 200
        undo = LexborHTMLParser(thanks.text).css_first('form[action="/feedback/undo"] input[name="token"]')
        token = {"token": undo.attributes["value"]}
        assert client.post("/feedback/undo", data=token).status_code == 200
        assert client.post("/feedback/undo", data=token).status_code == 404

    @pytest.mark.parametrize("headers", OF_OTHER_SITES)
    def test_other_sites_can_not_vote(self, client: FlaskClient, headers: dict[str, str]) -> None:
        data = {"entry": HEADLINE_ID, "fix": "x", "worked": "yes", "token": "x"}
        assert client.post("/feedback", data=data, headers=headers).status_code == 403
        assert client.post("/feedback/undo", data=data, headers=headers).status_code == 403


class TestHeaders:
    @pytest.mark.parametrize(
        "path", ["/", "/e/acme/hostile", "/nothing", "/static/app.js", "/api/v1/entries", "/healthz"]
    )
    def test_every_answer_is_locked_down(self, client: FlaskClient, path: str) -> None:
        with client.get(path) as response:
            headers = response.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in headers

    def test_pages_load_from_nowhere_else(self, client: FlaskClient) -> None:
        for path in ("/", f"/e/{HEADLINE_ID}", "/nothing"):
            page = LexborHTMLParser(client.get(path).text)
            for node in page.css("link[rel=stylesheet], link[rel=icon], script, img"):
                assert (node.attributes.get("href") or node.attributes.get("src") or "").startswith("/static/")
        with client.get("/static/style.css") as style:
            assert "url(" not in style.text
            assert "@import" not in style.text

    def test_an_answer_to_a_paste_is_not_kept_by_caches(self, client: FlaskClient) -> None:
        assert client.post("/", data={"text": "x y"}).headers["Cache-Control"] == "no-store"

    def test_versioned_assets_are_kept_for_long(self, client: FlaskClient) -> None:
        link = LexborHTMLParser(client.get("/").text).css_first('link[rel="stylesheet"]').attributes["href"]
        with client.get(link) as response:
            assert "immutable" in response.headers["Cache-Control"]

    def test_links_hold_below_a_prefix(self, client: FlaskClient) -> None:
        response = client.get(f"/e/{HEADLINE_ID}", environ_overrides={"SCRIPT_NAME": "/errors"})
        page = LexborHTMLParser(response.text)
        own = [
            node.attributes.get("href") or node.attributes.get("action")
            for node in page.css("a[href^='/'], form, link:not([rel=canonical])")
        ]
        assert own
        assert all(address.startswith("/errors/") for address in own if address)
