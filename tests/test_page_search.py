"""The search page in a real browser: while typing, by keyboard, with filters, back again, and without script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from indexer import pipeline
from kb.settings import Settings, load, shipped_articles
from tests.browser_support import quiet_page
from tests.web_support import HEADLINE_ID, application

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LIBRARIES = ("sqlalchemy", "asyncio", "sqlite3", "torch")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    paths = ":".join(str(shipped_articles() / name) for name in LIBRARIES)
    settings = load({"data_dir": tmp_path_factory.mktemp("search"), "articles_dir": paths}, {})
    pipeline.index(settings)
    return settings


@pytest.fixture(scope="module")
def client(settings: Settings) -> FlaskClient:
    return application(settings).test_client()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site)
    with quiet_page(context, site) as page:
        yield page
    context.close()


def found(client: FlaskClient, **asked: str) -> LexborHTMLParser:
    response = client.get("/search", query_string=asked)
    assert response.status_code == 200
    return LexborHTMLParser(response.text)


def hits(page: LexborHTMLParser) -> list[str]:
    return [node.attributes["href"] or "" for node in page.css(".hit h3 a")]


class TestPage:
    """What is in the HTML, and so works everywhere."""

    def test_a_phrase_is_marked_as_one(self, client: FlaskClient) -> None:
        page = found(client, q='"bound to a session"')
        assert f"/e/{HEADLINE_ID}" in hits(page)
        assert {mark.text().casefold() for mark in page.css("mark")} == {"bound to a session"}

    def test_words_are_marked_in_titles_and_inside_code_too(self, client: FlaskClient) -> None:
        titles = found(client, q="session").css(".hit h3 a")
        marks = [mark.text().casefold() for title in titles for mark in title.css("mark")]
        assert "session" in marks
        for title in found(client, q='"database is locked"').css(".hit h3 a"):
            assert not set(title.html or "") & {"\ufdd8", "\ufdd9"}

    def test_counts_say_what_a_filter_leaves(self, client: FlaskClient) -> None:
        page = found(client, q="session")
        total = int(page.css_first("#count").text().split()[0])
        choice = next(node for node in page.css(".filters .tag") if node.text().split()[0] == "sqlalchemy")
        narrowed = LexborHTMLParser(client.get(choice.attributes["href"]).text)
        assert narrowed.css_first("#count").text().split()[0] == choice.text().split()[1]
        assert 0 < int(choice.text().split()[1]) < total
        assert all("/e/sqlalchemy/" in hit for hit in hits(narrowed))
        assert client.get(narrowed.css_first(".tag.is-set").attributes["href"]).text.count("is-set") == 0

    def test_proof_can_be_asked_for(self, client: FlaskClient) -> None:
        page = found(client, q="tensor", proven="no")
        assert hits(page)
        assert not page.css(".hit .proven")

    def test_pages_follow_each_other_and_back(self, client: FlaskClient) -> None:
        first = found(client, q="session")
        second = LexborHTMLParser(client.get(first.css_first('a[rel="next"]').attributes["href"]).text)
        assert hits(second)
        assert not set(hits(first)) & set(hits(second))
        back = client.get(second.css_first('a[rel="prev"]').attributes["href"])
        assert hits(LexborHTMLParser(back.text)) == hits(first)

    def test_nothing_found_says_what_to_try(self, client: FlaskClient) -> None:
        page = found(client, q='"session zebra bound"')
        assert page.css_first("#count").text() == "Nothing found"
        tries = [node.attributes["href"] or "" for node in page.css(".results .button, .help a")]
        assert any(link.startswith("/?q=") for link in tries), "the lookup page knows which words are the reader's"
        assert hits(LexborHTMLParser(client.get(tries[0]).text)), "without quotes there is something"
        assert "Nothing found" in found(client, q="zzqx not there").css_first("#count").text()

    def test_a_name_that_is_being_typed_in(self, client: FlaskClient) -> None:
        assert f"/e/{HEADLINE_ID}" in hits(found(client, q="Detach"))[:2]
        assert f"/e/{HEADLINE_ID}" in hits(found(client, q="expire_on"))

    @pytest.mark.parametrize(
        "asked",
        [
            {
                "q": "<script>alert(1)</script>",
                "library": '"><b>',
                "exception": "\0",
                "proven": "maybe",
            },
            {"q": "x" * 5000},
            {"q": "'(' \"\" “"},
            {"q": "%s %d {} [] __init__ ' OR 1=1 --"},
            {"q": "\u202eשלום 🙈 \ufdd0"},
        ],
    )
    def test_whatever_is_asked_is_answered(self, client: FlaskClient, asked: dict[str, str]) -> None:
        page = found(client, **asked)
        assert not page.css("main script, main b")
        assert page.css_first("#count")

    @pytest.mark.parametrize("cursor", ["-1", "abc", "9999", "9" * 40, "٣"])
    def test_a_page_that_is_not_there_leads_to_the_first(self, client: FlaskClient, cursor: str) -> None:
        response = client.get("/search", query_string={"q": "session", "library": "sqlalchemy", "cursor": cursor})
        assert response.status_code == 404
        first = LexborHTMLParser(response.text).css_first("main .button").attributes["href"]
        assert first == "/search?q=session&library=sqlalchemy"
        assert client.get(first).status_code == 200
        if cursor != "9999":
            assert client.get("/api/v1/search", query_string={"q": "session", "cursor": cursor}).status_code == 422

    @pytest.mark.parametrize(
        ("message", "entry"),
        [
            (
                "Instance <Order at 0x7f3c> is not bound to a Session; attribute refresh operation cannot proceed",
                HEADLINE_ID,
            ),
            ("mat1 and mat2 shapes cannot be multiplied (12x7 and 9x4)", "torch/shapes-cannot-be-multiplied"),
            ('duplicate key value violates unique constraint "book lovers"', "sqlalchemy/integrity-unique"),
        ],
    )
    def test_a_whole_message_finds_its_entry_first_whatever_its_values(
        self, client: FlaskClient, message: str, entry: str
    ) -> None:
        assert hits(found(client, q=message))[0].endswith(entry)

    def test_a_filter_can_be_taken_away_wherever_it_leads(self, client: FlaskClient) -> None:
        for asked in ({"q": "session", "library": "nowhere"}, {"library": "torch"}):
            away = found(client, **asked).css_first(".tag.is-set")
            assert away.attributes["href"] == ("/search?q=session" if "q" in asked else "/search")

    def test_places_of_a_wording_are_set_apart(self, client: FlaskClient) -> None:
        page = found(client, q="instance not bound to a session")
        assert "{instance}" in [node.text() for node in page.css(".snippet .place")]
        assert "instance" in [node.text().casefold() for node in page.css(".snippet .place mark")]

    def test_words_with_gaps_are_suggested(self, client: FlaskClient) -> None:
        items = client.get("/api/v1/suggest?q=instance not bound").json["items"]
        assert {item["id"] for item in items[:2]} == {HEADLINE_ID, "sqlalchemy/detached-instance-lazy-load"}
        assert client.get("/api/v1/suggest?q=instance not zebra").json["items"] == []


@pytest.mark.browser
class TestBrowser:
    def test_results_come_while_typing_and_the_address_says_so(self, page: Page) -> None:
        page.goto("/search")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("/")
        page.keyboard.type("detached instance")
        page.wait_for_selector(".hit mark")
        page.wait_for_function("() => new URL(location).searchParams.get('q') === 'detached instance'")
        page.wait_for_function("() => document.querySelector('#status').textContent.includes('entr')")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        first = page.locator(".hit h3 a").first
        assert first.evaluate("node => node === document.activeElement")
        page.keyboard.press("Enter")
        page.wait_for_selector("article.entry")
        page.go_back()
        page.wait_for_selector(".hit")
        assert page.input_value("#words") == "detached instance"

    def test_back_goes_through_what_was_asked(self, page: Page) -> None:
        page.goto("/search?q=session")
        total = page.inner_text("#count")
        page.click(".filters .tag >> nth=0")
        page.wait_for_selector(".tag.is-set")
        assert "library" in parse_qs(urlsplit(page.evaluate("location.href")).query)
        assert page.evaluate("document.activeElement.id") == "count"
        page.fill("#words", "rollback")
        page.wait_for_function("() => location.search.includes('rollback') && location.search.includes('library')")
        page.wait_for_selector("#found:not([aria-busy])")
        page.go_back()
        page.wait_for_function("() => document.querySelector('#words').value === 'session'")
        page.wait_for_selector(".tag.is-set")
        page.go_back()
        page.wait_for_selector(".filters:not(:has(.is-set))")
        assert page.inner_text("#count") == total

    def test_quick_search_by_keyboard_on_any_page(self, page: Page) -> None:
        page.goto("/browse")
        page.keyboard.press("/")
        page.keyboard.type("detach")
        box = page.locator("#quick_words")
        page.wait_for_selector(".quick-list [role=option]")
        assert box.get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        active = box.get_attribute("aria-activedescendant")
        assert page.get_attribute(f"#{active}", "aria-selected") == "true"
        assert page.evaluate("document.activeElement.id") == "quick_words"
        page.keyboard.press("Escape")
        assert box.get_attribute("aria-expanded") == "false"
        assert page.input_value("#quick_words") == "detach"
        page.keyboard.press("ArrowDown")
        page.wait_for_selector(".quick-list [role=option]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector("article.entry")
        page.keyboard.press("/")
        page.keyboard.type("session")
        page.keyboard.press("Enter")
        page.wait_for_selector(".hit")
        assert parse_qs(urlsplit(page.url).query) == {"q": ["session"]}

    def test_those_who_listen_hear_which_page_it_is(self, page: Page) -> None:
        page.goto("/search?q=session")
        page.click('a[rel="next"]')
        page.wait_for_function("() => document.querySelector('#status').textContent.includes('21 to 40')")
        assert page.evaluate("document.activeElement.id") == "count"

    def test_a_step_to_the_filters_asks_nothing_again(self, page: Page) -> None:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto("/search?q=session")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.click(".to-filters a")
        assert page.locator("#filters").is_visible()
        page.go_back()
        page.wait_for_function("() => !location.hash")
        assert not [url for url in asked if "/search?" in url]
        assert page.locator(".hit").count() > 1

    def test_what_is_chosen_shows_in_forced_colours(self, browser: Browser, site: str) -> None:
        context = browser.new_context(base_url=site, forced_colors="active")
        page = context.new_page()
        page.goto("/search?q=session&library=sqlalchemy")
        ground = "node => getComputedStyle(node).backgroundColor"
        border = "node => getComputedStyle(node).borderBottomColor"
        chosen, other = page.locator(".filters .tag.is-set"), page.locator(".filters .tag:not(.is-set)").first
        assert chosen.evaluate(ground) != other.evaluate(ground)
        here, there = page.locator(".ways a[aria-current]"), page.locator(".ways a:not([aria-current])").first
        assert here.evaluate(border) != there.evaluate(border)
        context.close()

    def test_escape_empties_the_box_and_back_fills_it(self, page: Page) -> None:
        page.goto("/search")
        page.fill("#words", "session")
        page.press("#words", "Enter")
        page.wait_for_selector(".hit")
        page.press("#words", "Escape")
        page.wait_for_selector(".start")
        page.go_back()
        page.wait_for_selector(".hit")
        assert page.input_value("#words") == "session"

    def test_without_script_the_form_and_the_filters_do(self, browser: Browser, site: str) -> None:
        context = browser.new_context(java_script_enabled=False, base_url=site)
        page = context.new_page()
        page.goto("/search")
        page.fill("#words", "session")
        page.press("#words", "Enter")
        assert page.locator(".hit").count() > 1
        page.click(".filters .tag >> nth=0")
        assert page.locator(".tag.is-set").count() == 1
        page.fill("#words", "rollback")
        page.press("#words", "Enter")
        assert page.locator(".tag.is-set").count() == 1, "a new question keeps the filter"
        assert not page.locator("#theme_switch").is_visible()
        context.close()
