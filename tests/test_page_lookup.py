"""The lookup page in a real browser: paste, drop, type; what was understood; links that hold no paste."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser_support import grids_over_the_end_of_a_sheet, paste, quiet_page, violations
from tests.web_support import GENERAL, HEADLINE, HEADLINE_ID, HOSTILE, UNKNOWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.browser
SECRET = "correct-horse-battery"
FIRST = "2026-11-20T09:14:05.270Z web-1 | "
DIRTY = f"""{FIRST}INFO  connecting with password={SECRET} to db 😀
{FIRST}\x1b[31mTraceback (most recent call last):\x1b[0m
{FIRST}  File "/srv/shop/basket.py", line 41, in checkout
{FIRST}    total = basket["total"]
{FIRST}KeyError: 'total'
{FIRST}INFO  next request
{FIRST}Traceback (most recent call last):
{FIRST}  File "/srv/shop/views.py", line 12, in index
{FIRST}    print(customer.name)
{FIRST}  File "/srv/shop/.venv/lib/python3.12/site-packages/sqlalchemy/orm/attributes.py", line 566, in __get__
{FIRST}    return self.impl.get(state, dict_)
{FIRST}sqlalchemy.orm.exc.DetachedInstanceError: Instance <Customer at 0x7f1ff9aa9135> is not bound to a Session; \
attribute refresh operation cannot proceed
{FIRST}Traceback (most recent call last):
{FIRST}  File "/srv/shop/frob.py", line 7, in frob
{FIRST}    widget.frob()
{FIRST}zorkmid.FrobnicationError: qwertz blorple xyzzy
"""
REFUSED = """Traceback (most recent call last):
  File "/srv/shop/frob.py", line 9, in frob
    widget.frob()
acme.errors.WidgetError: widget kettle was refused by bob
"""
SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.shifted += one.value; }))
    .observe({type: "layout-shift", buffered: true});
}"""
SAID = """() => {
  const line = document.querySelector("#status");
  window.said = [];
  new MutationObserver(() => { if (line.textContent) window.said.push(line.textContent); })
    .observe(line, {childList: true, characterData: true, subtree: true});
}"""
COLOUR = "css => getComputedStyle(document.querySelector(css)).backgroundColor"
DROP = """([text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  document.body.dispatchEvent(new DragEvent("dragover", {dataTransfer: data, bubbles: true, cancelable: true}));
  document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 800})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, site: str) -> Iterator[Page]:
    with quiet_page(context, site) as opened:
        opened.goto(site)
        yield opened


class TestReading:
    def test_a_dirty_log_with_several_errors_gets_the_right_fix_first(self, page: Page) -> None:
        paste(page, DIRTY)
        page.wait_for_selector("header.verdict-match")
        assert page.get_attribute("#verdict a", "href") == f"/e/{HEADLINE_ID}"
        assert page.locator(".fixes > li").first.is_visible()
        assert page.locator(".several li").count() == 3
        assert page.locator(".also").count() == 2
        page.click(".several li:nth-child(3) a")
        assert page.locator("#error-3").is_visible(), "the link unfolds what it leads to"
        assert "FrobnicationError" in page.inner_text(".also:has(:target)")
        assert page.evaluate("document.activeElement.id") == "error-3"
        page.locator("#status", has_text="3 errors in this text").wait_for(state="attached")

    def test_a_name_has_one_colour_in_paste_message_and_prose(self, page: Page) -> None:
        paste(page, DIRTY)
        page.wait_for_selector("header.verdict-match")
        marked = page.locator(".paste mark.m-slot", has_text="Customer")
        assert marked.inner_text() == "<Customer at 0x7f1ff9aa9135>", "an emoji before it moves no mark"
        colour = marked.evaluate("node => getComputedStyle(node).backgroundColor")
        for css in (".summary var.slot", "header .wording var.slot", ".cause-list var.slot", ".legend .m-slot"):
            assert page.evaluate(COLOUR, css) == colour, css
        assert page.inner_text(".summary var.slot") == "Customer"
        assert colour != page.evaluate(COLOUR, "body")
        assert "customer.name" in " ".join(page.locator(".paste .m-frame").all_inner_texts())
        assert "attributes.py" not in " ".join(page.locator(".paste .m-frame").all_inner_texts())

    def test_each_error_of_a_text_has_colours_of_its_own(self, page: Page) -> None:
        paste(page, REFUSED + HEADLINE)
        page.wait_for_selector("header.verdict-match")
        marked = page.locator(".paste mark.m-slot")
        assert sorted(marked.all_inner_texts()) == ["<users at 0x1ff9aa91350>", "bob", "kettle"]
        colours = marked.evaluate_all("nodes => nodes.map(node => getComputedStyle(node).backgroundColor)")
        assert len(set(colours)) == 3
        legend = page.locator(".legend .m-slot").evaluate_all(
            "nodes => nodes.map(node => getComputedStyle(node).backgroundColor)"
        )
        assert set(legend) == set(colours), "and the legend names both"

    def test_an_error_beside_others_can_be_asked_for(self, page: Page) -> None:
        paste(page, DIRTY)
        form = page.locator(".also form.want", has_text="FrobnicationError")
        page.locator(".also summary", has_text="FrobnicationError").click()
        form.wait_for()
        form.get_by_role("button", name="Ask for an answer").click()
        form.get_by_role("button", name="Undo").click()
        form.get_by_text("Taken back.").wait_for()

    def test_a_secret_is_shown_nowhere(self, page: Page) -> None:
        paste(page, DIRTY + f"RuntimeError: login as shop failed, password={SECRET}\n")
        page.wait_for_selector(".paste")
        assert "[password]" in page.locator(".paste .m-secret").all_inner_texts()
        page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        assert SECRET not in page.locator("#answer").evaluate("node => node.outerHTML")

    def test_nothing_of_a_paste_becomes_markup(self, page: Page) -> None:
        paste(page, HOSTILE)
        page.wait_for_selector(".paste")
        assert page.locator("#answer script, #answer img").count() == 0
        assert "<script>alert(3)</script>" in page.inner_text(".paste")


class TestAsking:
    def test_a_dropped_file_is_looked_up(self, page: Page) -> None:
        page.evaluate(DROP, [HEADLINE, "shop.log"])
        page.wait_for_selector("header.verdict-match")
        assert page.input_value("#text") == HEADLINE

    def test_a_file_over_the_limit_is_read_at_head_and_tail_and_says_so(self, page: Page) -> None:
        page.evaluate(DROP, ["INFO nothing new\n" * 90_000 + HEADLINE, "long.log"])
        page.wait_for_selector("header.verdict-match")
        page.wait_for_selector("#trouble:not(:empty)")
        assert "long.log is longer than 1,048,576 bytes" in page.inner_text("#trouble")
        assert "bytes left out" in page.input_value("#text")

    def test_what_is_no_text_is_refused_and_the_box_kept(self, page: Page) -> None:
        page.fill("#text", "words of mine")
        page.wait_for_selector("header.verdict")
        page.evaluate(DROP, ["a\0b\0c", "core.bin"])
        page.wait_for_selector("#trouble:not(:empty)")
        assert page.inner_text("#trouble") == "core.bin isn't a text file."
        assert page.input_value("#text") == "words of mine"

    def test_a_paste_over_the_limit_is_answered_by_its_ends(self, page: Page) -> None:
        page.evaluate("text => { document.querySelector('#text').value = text; }", "€ nothing\n" * 120_000 + HEADLINE)
        page.click("text=Find the fix")
        page.wait_for_selector("header.verdict-match")
        assert "longer than 1,048,576 bytes" in page.inner_text("#trouble")

    def test_an_answer_that_comes_late_does_not_replace_a_newer_one(self, page: Page) -> None:
        held: list[Route] = []

        def hold_the_first(route: Route) -> None:
            if "FrobnicationError" in (route.request.post_data or ""):
                held.append(route)
            else:
                route.continue_()

        page.route("**/answer", hold_the_first)
        page.fill("#text", UNKNOWN)
        page.wait_for_selector("#answer[aria-busy]")
        page.fill("#text", HEADLINE)
        page.wait_for_selector("header.verdict-match")
        for route in held:
            route.continue_()
        page.wait_for_timeout(200)
        assert page.locator("header.verdict-match").count() == 1
        assert page.locator("#answer[aria-busy]").count() == 0

    def test_a_server_that_is_away_costs_one_line_and_no_text(self, context: BrowserContext, site: str) -> None:
        page = context.new_page()  # the browser complains of the failed request, rightly
        page.goto(site)
        paste(page, HEADLINE)
        page.wait_for_selector("header.verdict-match")
        page.route("**/answer", lambda route: route.abort())
        page.fill("#text", UNKNOWN)
        page.wait_for_selector("#trouble button")
        assert page.inner_text("#trouble").startswith("The server can't be reached. Your text is still here.")
        assert page.input_value("#text") == UNKNOWN
        assert page.locator("#answer.is-old").count() == 1, "what still stands there answers another text"
        page.unroute("**/answer")
        page.click("#trouble button")
        page.wait_for_selector("header.verdict-none")
        assert page.inner_text("#trouble") == ""
        page.close()

    def test_a_server_that_wants_a_pause_says_so(self, context: BrowserContext, site: str) -> None:
        page = context.new_page()
        page.goto(site)
        page.route("**/answer", lambda route: route.fulfill(status=429, body="slower"))
        paste(page, HEADLINE)
        page.wait_for_selector("#trouble button")
        assert page.inner_text("#trouble").startswith("Too many questions in a short time. Your text is still here.")
        page.close()

    def test_coming_back_from_an_entry_keeps_the_text_and_its_answer(self, page: Page) -> None:
        paste(page, HEADLINE)
        page.wait_for_selector("header.verdict-match")
        page.click("#verdict a")
        page.wait_for_selector("article.entry")
        page.go_back()
        page.wait_for_selector("header.verdict-match")
        assert page.input_value("#text") == HEADLINE

    def test_by_keyboard_alone(self, page: Page) -> None:
        page.keyboard.press("/")
        page.keyboard.insert_text(GENERAL)
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("header.verdict-related")
        assert page.evaluate("document.activeElement.id") == "text", "the answer doesn't steal the focus"
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector(".welcome")
        assert page.evaluate("document.activeElement.id") == "text"
        page.keyboard.press("Control+z")
        page.wait_for_selector("header.verdict-related")

    def test_escape_stops_a_lookup(self, page: Page) -> None:
        page.route("**/answer", lambda route: None)
        page.fill("#text", HEADLINE)
        page.wait_for_selector("#answer[aria-busy]")
        page.press("#text", "Escape")
        assert page.inner_text("#trouble").startswith("Stopped.")
        assert page.input_value("#text") == HEADLINE

    def test_nothing_moves_when_the_answer_comes(self, page: Page) -> None:
        page.evaluate(SHIFTS)
        page.wait_for_timeout(700)  # what moves within half a second of a key isn't counted
        page.evaluate("document.querySelector('form.example').requestSubmit()")
        page.wait_for_selector("header.verdict-match")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shifted") < 0.01

    def test_unknown_errors_are_searched_for_by_their_words(self, page: Page) -> None:
        paste(page, UNKNOWN)
        page.wait_for_selector("header.verdict-none")
        assert page.input_value(".next input[type=search]") == "FrobnicationError qwertz blorple xyzzy"
        page.click(".next button")
        page.wait_for_url("**/search?q=FrobnicationError+qwertz+blorple+xyzzy")

    def test_nothing_moves_while_somebody_types_and_pastes(self, page: Page) -> None:
        page.evaluate(SHIFTS)
        page.type("#text", "KeyError: 'tea'", delay=20)
        page.wait_for_selector("header.verdict-related")
        for text in (HEADLINE, DIRTY, UNKNOWN):
            page.fill("#text", "")
            paste(page, text)
            page.wait_for_selector("#answer:not([aria-busy]) header.verdict")
            page.wait_for_timeout(700)
        assert page.evaluate("window.shifted") < 0.01

    def test_an_answer_is_said_once_and_not_while_somebody_types(self, page: Page) -> None:
        page.evaluate(SAID)
        page.type("#text", "KeyError: 'tea'", delay=30)
        page.wait_for_selector("header.verdict-related")
        page.locator("#status:not(:empty)").wait_for(state="attached")
        page.type("#text", " ")
        page.wait_for_timeout(1200)
        assert page.evaluate("window.said") == ["No sure answer. 1 entry comes near."]

    def test_without_colours_of_ours_verdicts_still_differ(self, page: Page) -> None:
        page.emulate_media(forced_colors="active")
        paste(page, DIRTY)
        page.wait_for_selector("header.verdict-match")
        known, unknown = (page.locator(f".several .is-{one} .sign").first for one in ("match", "none"))
        ground = "node => getComputedStyle(node).backgroundColor"
        assert known.evaluate(ground) != unknown.evaluate(ground)

    def test_the_first_fix_shows_without_scrolling(self, page: Page) -> None:
        paste(page, HEADLINE)
        page.wait_for_selector("header.verdict-match")
        code = page.locator(".fixes .code").first.bounding_box()
        assert code is not None
        assert code["y"] < 800, "fixes come before what happened and why"

    def test_of_several_errors_all_but_two_are_folded_and_found_in_the_page(self, page: Page) -> None:
        paste(page, DIRTY)
        page.wait_for_selector("header.verdict-match")
        folds = page.locator(".also > details")
        assert folds.evaluate_all("nodes => nodes.map(node => node.open)") == [True, False]
        assert "FrobnicationError" in folds.nth(1).inner_text(), "folded, it still says which error it is"
        folds.nth(1).locator("summary").first.press("Enter")
        assert page.locator(".also .want").last.is_visible()


class TestCopying:
    @pytest.mark.parametrize("width", [320, 600, 768, 1280])
    def test_the_button_covers_no_code(self, page: Page, width: int) -> None:
        page.set_viewport_size({"width": width, "height": 800})
        paste(page, HEADLINE)
        page.wait_for_selector("header.verdict-match")
        code, button = (page.locator(f".fixes .code {css}").first.bounding_box() for css in ("pre", ".copy"))
        assert code is not None
        assert button is not None
        assert button["x"] >= code["x"] + code["width"] or button["y"] >= code["y"] + code["height"]

    def test_copied_code_is_announced(self, page: Page, context: BrowserContext) -> None:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        paste(page, HEADLINE)
        page.wait_for_selector("header.verdict-match")
        code = page.locator(".fixes .code").first
        code.locator(".copy").click()
        page.locator("#status", has_text=re.compile("^Copied$")).wait_for(state="attached")
        assert code.locator(".copy").inner_text().startswith("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == code.locator("code").text_content()


class TestLinks:
    def test_a_permalink_holds_nothing_of_the_paste(self, page: Page, site: str) -> None:
        paste(page, DIRTY)
        page.wait_for_selector("header.verdict-match")
        link = page.get_attribute(".permalink", "href") or ""
        assert re.fullmatch(rf"/f/[0-9a-f]{{16}}\?e={HEADLINE_ID}&w=\d+", link.replace("%2F", "/"))
        page.goto(site + link)
        text = page.inner_text("main")
        assert "is not bound to a Session" in text
        assert "Customer" not in text
        assert page.locator(f'main a[href="/e/{HEADLINE_ID}"]').count() >= 1
        assert page.locator(".fixes > li").count() >= 2
        assert violations(page) == []

    def test_a_shared_text_comes_back_without_its_secrets(self, page: Page, context: BrowserContext, site: str) -> None:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        paste(page, DIRTY)
        page.wait_for_selector("header.verdict-match")
        shown = page.inner_text(".paste")
        page.click("text=Share with this text")
        page.wait_for_selector("#shared:not(:empty)")
        link = page.evaluate("navigator.clipboard.readText()")
        assert link.startswith(f"{site}/#p=d")
        other = context.new_page()
        other.on("request", lambda request: asked.append(request.url))
        other.goto(link)
        other.wait_for_selector("header.verdict-match")
        assert SECRET not in other.input_value("#text")
        assert other.inner_text(".paste") == shown
        assert not any("#" in url or "p=d" in url for url in asked), "servers don't see the text"
        other.keyboard.press("/")
        other.keyboard.type("x")
        other.wait_for_function("() => location.hash === ''", timeout=5000)  # `url` hears of it later than the page
        other.close()

    def test_a_text_that_is_too_long_for_a_link_says_so(self, page: Page) -> None:
        noise = "".join(f"{number * 2654435761 % 2**32:08x}" for number in range(4000))
        paste(page, f"{HEADLINE}{noise[:18_000]}")
        page.wait_for_selector(".paste")
        page.evaluate("noise => document.querySelector('.paste').append(noise)", noise)
        page.click("text=Share with this text")
        page.locator("#shared", has_text="Too long").wait_for()
        assert page.evaluate("location.hash") == ""

    @pytest.mark.parametrize("word", ["dAAAA", "x", "d%00", "u_w", "u" + "A" * 40_000])
    def test_damaged_links_say_so(self, page: Page, site: str, word: str) -> None:
        page.goto("about:blank")
        page.goto(f"{site}/#p={word}")
        page.wait_for_selector("#trouble:not(:empty)")
        assert "damaged" in page.inner_text("#trouble")
        assert page.input_value("#text") == ""


STATES = {"empty": "", "match": HEADLINE, "related": GENERAL, "none": UNKNOWN, "several": DIRTY, "words": "Detach"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_accessible(browser: Browser, site: str, scheme: str, state: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, color_scheme=scheme, reduced_motion="reduce")
    with quiet_page(context, site) as page:
        page.goto(site)
        if STATES[state]:
            paste(page, STATES[state])
            page.wait_for_selector("header.verdict")
        for details in page.locator("#answer > article > details, #answer > article > .others > details").all():
            details.evaluate("node => { node.open = true; }")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.set_viewport_size({"width": 1280, "height": 800})
        assert violations(page) == []
    context.close()


def test_paper_unfolds_all_and_names_where_whole_programs_are(browser: Browser, site: str) -> None:
    context = browser.new_context()
    with quiet_page(context, site) as page:
        page.goto(site)
        paste(page, DIRTY)
        page.wait_for_selector("header.verdict-match")
        page.emulate_media(media="print")
        assert page.locator("#error-3 .other, #error-3").last.is_visible()
        assert all(code.is_visible() for code in page.locator("#answer .code pre").all())
        for css in (".ask", ".vote", ".copy", ".want", ".share", "nav.ways"):
            assert not any(one.is_visible() for one in page.locator(css).all()), css
        told = page.locator(".program a").first.evaluate("node => getComputedStyle(node, '::after').content")
        assert grids_over_the_end_of_a_sheet(page) == []
        assert f"{site}/e/{HEADLINE_ID}/" in told, "the code to type is in the fix; the program would fill the pages"
    context.close()


def test_without_script_the_page_shows_the_same_and_no_dead_buttons(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.fill("#text", DIRTY)
    page.click("text=Find the fix")
    assert page.locator("header.verdict-match").count() == 1
    assert page.locator(".also").count() == 2
    assert page.inner_text(".paste .m-slot") == "<Customer at 0x7f1ff9aa9135>"
    for name in ("Open a file", "Clear", "Share with this text", "Copy"):
        assert not any(button.is_visible() for button in page.get_by_role("button", name=name).all()), name
    page.click(".permalink")
    assert "is not bound to a Session" in page.inner_text("main")
    context.close()


def test_the_page_is_light(page: Page) -> None:
    sizes = page.evaluate(
        "performance.getEntries().filter(one => one.decodedBodySize).map(one => [one.name, one.decodedBodySize])"
    )
    assert len(sizes) > 5
    assert sum(size for _, size in sizes) < 100_000, json.dumps(sizes)
