"""Looking around: libraries, exceptions, what is new, an entry and its neighbours; and what programs read."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from indexer import pipeline
from kb.opening import open_knowledge_base
from kb.settings import Settings, load, shipped_articles
from tests.browser_support import grids_over_the_end_of_a_sheet
from tests.web_support import HEADLINE_ID, application, filled, settings_in
from web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
PROVEN_ID = "sqlite3/no-such-table"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A knowledge base of a few shipped libraries, with their proofs."""
    folder = tmp_path_factory.mktemp("browse")
    paths = [str(shipped_articles() / name) for name in ("sqlalchemy", "sqlite3", "flask-sqlalchemy")]
    paths.append(str(settings_in(folder).articles_dir[0]))
    settings = load({"data_dir": folder / "data", "articles_dir": ":".join(paths)}, {})
    pipeline.index(settings)
    return settings


@pytest.fixture(scope="module")
def client(settings: Settings) -> FlaskClient:
    return application(settings).test_client()


def got(client: FlaskClient, path: str) -> LexborHTMLParser:
    response = client.get(path)
    assert response.status_code == 200, path
    return LexborHTMLParser(response.text)


def links(page: LexborHTMLParser, css: str = "main a") -> list[str]:
    return [node.attributes.get("href") or "" for node in page.css(css)]


class TestLists:
    def test_a_library_and_its_entries(self, client: FlaskClient) -> None:
        assert "/l/sqlalchemy" in links(got(client, "/browse"))
        page = got(client, "/l/sqlalchemy")
        assert f"/e/{HEADLINE_ID}" in links(page)
        assert page.css_first('form input[name="library"]').attributes["value"] == "sqlalchemy"
        assert client.get("/l/no-such").status_code == 404
        assert client.get("/l/sqlalchemy?page=99").status_code == 404

    def test_an_exception_by_either_name_with_its_kin(self, client: FlaskClient) -> None:
        for name in ("DetachedInstanceError", "sqlalchemy.orm.exc.DetachedInstanceError", "detachedinstanceerror"):
            assert f"/e/{HEADLINE_ID}" in links(got(client, f"/x/{name}"))
        page = got(client, "/x/sqlalchemy.exc.OperationalError")
        assert any("sqlalchemy.exc.DBAPIError" in link or "StatementError" in link for link in links(page))
        several = got(client, "/x/OperationalError")
        assert {"/x/sqlite3.OperationalError", "/x/sqlalchemy.exc.OperationalError"} <= set(links(several))
        assert client.get("/x/NoSuchError").status_code == 404

    def test_all_exceptions_lead_somewhere(self, client: FlaskClient) -> None:
        for link in links(got(client, "/x"), "main .tag")[::7]:
            assert client.get(link).status_code == 200, link

    def test_what_is_new_is_told_by_the_day_of_its_proof(self, client: FlaskClient) -> None:
        page = got(client, "/new")
        day = page.css_first("main time").attributes["datetime"]
        assert day
        assert day[:2] == "20"
        assert "proven" in page.css_first(".row-of").text()
        assert "/e/acme/hostile" not in links(page), "it has neither proof nor page"

    def test_what_is_new_of_a_day_is_told_by_library(self, client: FlaskClient) -> None:
        section = got(client, "/new").css_first("main section")
        libraries = [node.text() for node in section.css("h3")]
        assert libraries == sorted(set(libraries))
        for heading, rows in zip(section.css("h3"), section.css("ul.rows"), strict=True):
            hrefs = [node.attributes["href"] or "" for node in rows.css("a")]
            assert all(href.startswith(f"/e/{heading.text()}/") for href in hrefs)


class TestEntry:
    def test_it_says_what_was_run(self, client: FlaskClient) -> None:
        page = got(client, f"/e/{PROVEN_ID}")
        facts = " ".join(page.css_first(".facts").text().split())
        assert "ran clean, last on 20" in facts
        assert re.search(r"Python ?3\.", facts)
        unproven = got(client, "/e/acme/hostile")
        assert "Not proven" in unproven.css_first(".facts").text()

    def test_causes_and_fixes_can_be_linked_to(self, client: FlaskClient) -> None:
        page = got(client, f"/e/{HEADLINE_ID}")
        entry = client.get(f"/api/v1/entries/{HEADLINE_ID}").json
        assert entry
        ids = [one["id"] for one in (*entry["causes"], *entry["fixes"])]
        anchors = links(page, "a.anchor")
        assert sorted(anchors) == sorted(f"#{one}" for one in ids)
        every = [node.attributes["id"] for node in page.css("[id]")]
        assert len(every) == len(set(every))

    def test_a_misspelt_one_stays_in_its_library(self, client: FlaskClient) -> None:
        page = LexborHTMLParser(client.get("/e/sqlalchemy/detachd-instence").text)
        assert {link.split("/")[2] for link in links(page, "main .rows a")} == {"sqlalchemy"}
        assert f"/e/{HEADLINE_ID}" in links(page, "main .rows a")

    def test_a_line_that_a_tool_prints_is_no_exception(self, client: FlaskClient) -> None:
        for path in ("/browse", "/x"):
            assert not re.search(r"\b(cli|log):", got(client, path).css_first("main").text())

    def test_an_exception_of_several_classes_stands_once(self, client: FlaskClient) -> None:
        page = got(client, "/x")
        names = [node.text().split()[0] for node in page.css(".tag")]
        assert len(names) == len(set(names))
        several = next(node for node in page.css(".tag") if "," in node.text())
        listed = got(client, several.attributes["href"] or "")
        assert listed.css_first("section h2").text().split()[0] == several.css_first(".count").text()

    def test_lists_tell_entries_by_what_is_printed(self, client: FlaskClient) -> None:
        row = got(client, "/x/DetachedInstanceError").css_first(f'.rows li:has(a[href="/e/{HEADLINE_ID}"])')
        assert "is not bound to a Session" in row.css_first(".said").text()
        assert "sqlalchemy" in row.css_first(".row-of").text()

    def test_what_names_it_is_listed(self, client: FlaskClient) -> None:
        entry = client.get(f"/api/v1/entries/{HEADLINE_ID}").json
        assert entry
        named = next(one for one in entry["see_also"] if client.get(f"/e/{one}").status_code == 200)
        assert f"/e/{named}" in links(got(client, f"/e/{HEADLINE_ID}"))
        assert f"/e/{HEADLINE_ID}" in links(got(client, f"/e/{named}"))

    def test_an_unknown_one_offers_those_of_its_words(self, client: FlaskClient) -> None:
        response = client.get("/e/sqlalchemy/detached-instance")
        assert response.status_code == 404
        page = LexborHTMLParser(response.text)
        assert f"/e/{HEADLINE_ID}" in links(page)
        assert page.css_first('input[name="q"][value]:not(#quick_words)').attributes["value"] == (
            "sqlalchemy detached instance"
        )


class TestPrograms:
    def test_the_feed(self, client: FlaskClient) -> None:
        feed = ElementTree.fromstring(client.get("/new.atom").data)
        assert feed.tag == f"{ATOM}feed"
        assert all(feed.find(f"{ATOM}{name}") is not None for name in ("id", "title", "updated", "author"))
        entries = feed.findall(f"{ATOM}entry")
        assert entries
        for entry in entries:
            assert (entry.findtext(f"{ATOM}id") or "").startswith("http://localhost/e/")
            assert (entry.findtext(f"{ATOM}updated") or "").endswith("T00:00:00Z")
        assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)

    def test_the_site_map_holds_pages_that_are_there(self, client: FlaskClient) -> None:
        robots = client.get("/robots.txt").text
        assert "Sitemap: http://localhost/sitemap.xml" in robots
        places = [one.text or "" for one in ElementTree.fromstring(client.get("/sitemap.xml").data).iter(f"{MAP}loc")]
        assert f"http://localhost/e/{HEADLINE_ID}" in places
        for place in places[::11]:
            assert client.get(place.removeprefix("http://localhost")).status_code == 200

    def test_agents_find_each_entry_as_text(self, client: FlaskClient) -> None:
        text = client.get("/llms.txt").text
        assert text.startswith("# tracekb\n\n> ")
        assert "## sqlalchemy\n" in text
        assert f"(http://localhost/e/{HEADLINE_ID}.md)" in text
        assert not re.search(r"^- \[[^]]*\{", text, re.MULTILINE)  # a title names its slots
        assert client.get(f"/e/{HEADLINE_ID}.md").status_code == 200

    def test_browsers_are_told_how_to_search(self, client: FlaskClient) -> None:
        page = got(client, "/")
        description = page.css_first('link[rel="search"]').attributes
        assert description["type"] == "application/opensearchdescription+xml"
        root = ElementTree.fromstring(client.get(description["href"] or "").data)
        assert root.tag == f"{SEARCH}OpenSearchDescription"
        assert len(root.findtext(f"{SEARCH}ShortName") or "") <= 16
        urls = {one.attrib["type"]: one.attrib["template"] for one in root.findall(f"{SEARCH}Url")}
        found = got(client, urls["text/html"].replace("{searchTerms}", "detached").removeprefix("http://localhost"))
        assert f"/e/{HEADLINE_ID}" in links(found)
        suggested = urls["application/x-suggestions+json"].replace("{searchTerms}", "deta")
        typed, names, details, places = client.get(suggested.removeprefix("http://localhost")).get_json(force=True)
        assert typed == "deta"
        assert len(names) == len(details) == len(places) > 0
        assert places[0] == f"http://localhost/e/{HEADLINE_ID}"

    def test_addresses_follow_the_public_one(self, settings: Settings, tmp_path: Path) -> None:
        public = filled(tmp_path, public_url="https://errors.example/kb")
        base = open_knowledge_base(public)
        below = create_app(base, public).test_client()
        assert "https://errors.example/kb/e/sqlalchemy/" in below.get("/sitemap.xml").text
        assert "https://errors.example/kb/search?q=" in below.get("/opensearch.xml").text
        base.close()


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(base_url=site)
    yield context.new_page()
    context.close()


@pytest.mark.browser
class TestBrowser:
    def test_from_a_library_to_an_entry_to_its_neighbour(self, page: Page) -> None:
        page.goto("/browse")
        page.click('.cards a[href="/l/sqlalchemy"]')
        page.get_by_role("link", name="Expired attribute read").click()
        page.wait_for_url(f"**/{HEADLINE_ID}")
        first = page.locator("section:has(> h2:text('See also')) a").first
        wanted = first.inner_text()
        first.click()
        page.locator("h1", has_text=wanted).wait_for()

    def test_a_deep_link_shows_on_focus_and_leads_to_its_cause(self, page: Page) -> None:
        page.goto(f"/e/{HEADLINE_ID}")
        anchor = page.locator(".reason .anchor").first
        anchor.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        page.wait_for_function("() => getComputedStyle(document.activeElement).opacity === '1'")
        page.keyboard.press("Enter")
        page.locator(".reason:target").wait_for()
        assert page.evaluate("location.href").endswith(anchor.get_attribute("href") or "-")

    def test_the_causes_stand_where_they_can_be_chosen_from(self, page: Page) -> None:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(f"/e/{HEADLINE_ID}")
        (shown,) = [one for one in page.locator("nav:has(a[href^='#'])").all() if one.is_visible()]
        top, cause = shown.bounding_box(), page.locator(".reason").first.bounding_box()
        assert top is not None
        assert cause is not None
        assert top["y"] < cause["y"]
        shown.locator("a").last.click()
        assert page.locator(".reason:target").count() == 1
        page.set_viewport_size({"width": 1280, "height": 640})
        assert len([one for one in page.locator("nav:has(a[href^='#'])").all() if one.is_visible()]) == 1

    def test_on_paper_all_of_it_and_no_controls(self, page: Page) -> None:
        page.goto(f"/e/{HEADLINE_ID}")
        page.emulate_media(media="print", color_scheme="dark")
        for gone in (".quick", ".ways", ".copy", ".vote", "footer"):
            assert not page.locator(gone).first.is_visible(), gone
        assert page.locator(".remedy .code").first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not page.get_by_text("See it happen").is_visible(), "a program that raises the error fills sheets"
        assert grids_over_the_end_of_a_sheet(page) == []

    def test_a_whole_program_comes_when_it_is_unfolded(self, page: Page) -> None:
        page.goto(f"/e/{HEADLINE_ID}")
        folded = page.locator("details.program[data-program]").first
        address = folded.locator("a").get_attribute("href") or ""
        place = page.locator(f'details.program:has(a[href="{address}"])')
        place.locator("summary").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("details.program[open] pre code")
        shown = page.inner_text("details.program[open] pre code").strip()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY", "the focus stays"
        fixes = page.request.get(f"/api/v1/entries/{HEADLINE_ID}").json()["fixes"]
        assert shown in [fix["program"].strip() for fix in fixes if fix["program"]]
        page.goto(address)
        assert page.inner_text("main pre code").strip() == shown, "and without script by its link"
        assert page.request.get(f"/e/{HEADLINE_ID}/no-such-fix").status == 404

    def test_the_longest_entry_is_light(self, page: Page) -> None:
        page.goto(f"/e/{HEADLINE_ID}", wait_until="networkidle")
        sizes = page.evaluate(
            "performance.getEntries().filter(one => one.decodedBodySize).map(one => [one.name, one.decodedBodySize])"
        )
        assert len(sizes) > 5
        assert sum(size for _, size in sizes) < 100_000, sizes

    def test_the_theme_is_remembered_from_the_first_paint(self, page: Page) -> None:
        page.goto("/browse")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.click("#theme_switch")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert light != dark
        page.goto("/new", wait_until="commit")
        page.wait_for_selector("h1")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
        page.click("#theme_switch")
        assert page.evaluate("localStorage.length") == 0, "what the system says anyway isn't kept"

    def test_pages_are_light(self, page: Page) -> None:
        sizes: list[int] = []
        page.on("response", lambda response: sizes.append(len(gzip.compress(response.body()))))
        page.goto(f"/e/{HEADLINE_ID}", wait_until="networkidle")
        assert 0 < sum(sizes) < 100_000
