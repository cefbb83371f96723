"""Every kind of page, in both colour schemes, against axe-core's rules for WCAG 2.2 AA and good practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser_support import violations
from tests.web_support import GENERAL, HEADLINE, HEADLINE_ID, UNKNOWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PAGES = {
    "home": "/",
    "search": "/search",
    "found": "/search?q=session",
    "narrowed": "/search?q=session&library=sqlalchemy&proven=no",
    "nothing found": "/search?q=%22zebra+giraffe%22",
    "entry": f"/e/{HEADLINE_ID}",
    "program": f"/e/{HEADLINE_ID}/keep-the-values-after-commit-with-expire-on-commit-false",
    "hostile entry": "/e/acme/hostile",
    "libraries": "/browse",
    "library": "/l/sqlalchemy",
    "exceptions": "/x",
    "exception": "/x/DetachedInstanceError",
    "new": "/new",
    "wanted": "/wanted",
    "missing": "/e/sqlalchemy/detached",
    "not allowed": "/feedback",
}
PASTES = {"match": HEADLINE, "related": GENERAL, "none": UNKNOWN}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_pages(browser: Browser, site: str, scheme: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    found = {}
    for name, path in PAGES.items():
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        found[name] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[name].append("scrolls sideways")
    for name, paste in PASTES.items():
        page.goto(site)
        page.fill("#text", paste)
        page.wait_for_selector(f".verdict-{name}")
        page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        found[name] = violations(page)
    page.fill("#quick_words", "detach")
    page.wait_for_selector(".quick-list [role=option]")
    found["quick search"] = violations(page)
    context.close()
    assert {name: said for name, said in found.items() if said} == {}


def test_every_target_is_large_enough(browser: Browser, site: str) -> None:
    """24 pixels each way (WCAG 2.5.8); links inside a sentence are excepted."""
    context = browser.new_context(viewport={"width": 400, "height": 800})
    page = context.new_page()
    small = {}
    for name, path in PAGES.items():
        page.goto(site + path)
        small[name] = page.evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), summary, select, textarea")]
              .filter((node) => node.checkVisibility() && !node.closest("p, dd, .prose, .skip, code, .further"))
              .map((node) => [node, node.getBoundingClientRect()])
              .filter(([, box]) => box.width && (box.width < 24 || box.height < 23.5))
              .map(([node, box]) => `${node.outerHTML.slice(0, 90)} ${box.width}x${box.height}`)"""
        )
    context.close()
    assert {name: found for name, found in small.items() if found} == {}
