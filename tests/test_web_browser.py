"""The page in a real browser: what a person does, with and without script, and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser_support import paste, quiet_page
from tests.web_support import GENERAL, HEADLINE, HEADLINE_ID, HOSTILE, UNKNOWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
CONTRASTS = """() => {
  // Every visible text against the first opaque ground behind it: WCAG AA asks for 4.5, for large text 3.
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = (colour, under) => {
    canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const css = (parts) => `rgb(${parts.join(",")})`;
  const light = (parts) => parts.map((part) => part / 255)
    .map((part) => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [.2126, .7152, .0722][index], 0);
  const ground = (node) => {
    const chain = [];
    for (let at = node; at; at = at.parentElement) chain.unshift(getComputedStyle(at).backgroundColor);
    return chain.reduce((under, colour) => css(rgb(colour, under)), "rgb(255,255,255)");
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest(".visually-hidden, .skip")) continue;
    const style = getComputedStyle(node), under = ground(node);
    const [a, b] = [light(rgb(style.color, under)), light(rgb(under, under))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize), bold = parseInt(style.fontWeight) >= 700;
    const least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    const ratio = (a + .05) / (b + .05);
    const words = walker.currentNode.data.trim().slice(0, 30);
    if (ratio < least) poor.push(`${node.className || node.tagName}: ${ratio.toFixed(2)} ${words}`);
  }
  return poor;
}"""


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext, site: str) -> Iterator[Page]:
    with quiet_page(context, site) as opened:
        yield opened


def test_pasting_the_headline_error_answers_at_once(page: Page, site: str) -> None:
    page.goto(site)
    paste(page, HEADLINE)
    page.wait_for_selector(".verdict-match")
    assert "users" in page.inner_text(".summary")
    assert page.locator(".fixes > li").count() >= 1
    assert page.inner_text(".paste mark.m-slot") == "<users at 0x1ff9aa91350>"
    assert page.url == f"{site}/"
    page.wait_for_selector("#status:not(:empty)", state="attached")  # said once the typing is over
    page.fill("#text", GENERAL)
    page.wait_for_selector(".verdict-related")
    page.fill("#text", UNKNOWN)
    page.wait_for_selector(".verdict-none")
    page.fill("#text", "")
    page.wait_for_selector(".welcome")


def test_words_bring_entries_up_while_they_are_typed(page: Page, site: str) -> None:
    page.goto(site)
    page.click("#text")
    page.keyboard.type("Detach")
    link = page.locator(".suggestions a").first
    link.wait_for()
    assert link.get_attribute("href") == f"/e/{HEADLINE_ID}"
    paste(page, HEADLINE)
    page.wait_for_selector(".suggestions", state="detached")


def test_without_script_the_form_does_it_all(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.fill("#text", HEADLINE)
    page.click("text=Find the fix")
    assert page.locator(".verdict-match").count() == 1
    assert "users" in page.inner_text(".summary")
    assert page.input_value("#text").strip() == HEADLINE.strip()
    page.click(".fixes > li:first-child .vote button >> nth=0")
    page.locator("h1", has_text="Thank you").wait_for()
    page.click("text=Take it back")
    page.locator("h1", has_text="Taken back").wait_for()
    page.click("text=Back to the entry")
    page.wait_for_url(f"**/e/{HEADLINE_ID}")
    context.close()


def test_hostile_pastes_and_articles_stay_text(page: Page, site: str) -> None:
    page.goto(site)
    paste(page, HOSTILE)
    page.wait_for_selector(".verdict")
    for details in page.locator("#answer details:not([open]) > summary").all():
        if details.is_visible():
            details.click()
    assert page.locator("#answer script, #answer img, #answer b:not(.check > b)").count() == 0
    assert "<script>alert(3)</script>" in page.inner_text(".paste")
    page.goto(f"{site}/e/acme/hostile")
    assert "<script>alert(1)</script>" in page.inner_text("h1")


def test_by_keyboard(page: Page, site: str) -> None:
    page.goto(site)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "text"
    page.keyboard.insert_text("KeyError: 'a/b'")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".verdict")
    assert page.input_value("#text") == "KeyError: 'a/b'"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "text"
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_code_is_copied_as_it_was_proven(page: Page, context: BrowserContext, site: str) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{site}/e/{HEADLINE_ID}")
    page.click(".fixes > li:first-child .copy >> nth=0")
    page.locator(".copy", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    entry = page.evaluate("id => fetch(`/api/v1/entries/${id}`).then(answer => answer.json())", HEADLINE_ID)
    assert copied == entry["fixes"][0]["code"][0].rstrip("\n")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_width_and_scheme_is_readable(browser: Browser, site: str, scheme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    for text in ("", HEADLINE, GENERAL, UNKNOWN):
        page.goto(site)
        page.fill("#text", text)
        page.click("text=Find the fix")
        page.wait_for_selector(".verdict" if text else ".welcome")
        page.wait_for_selector(".answer-place:not(.is-old)")
        page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), text[-40:]
        assert page.evaluate(CONTRASTS) == []
    page.goto(f"{site}/e/{HEADLINE_ID}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CONTRASTS) == []
    context.close()


def test_every_control_has_a_name_and_headings_do_not_skip(page: Page, site: str) -> None:
    page.goto(site)
    paste(page, HEADLINE)
    page.wait_for_selector(".verdict-match")
    tree = page.locator("body").aria_snapshot()
    assert not re.search(r"- (button|link|textbox)(:|$)", tree, re.M), "a control without a name"
    assert page.locator("h1").count() == 1
    assert page.locator("html[lang=en] main").count() == 1
