"""What tests in a real browser share: Chromium, a page that may not complain, axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def chromium(lacking: Callable[[str], NoReturn], *more: str) -> Iterator[Browser]:
    """The browser of this machine; `more` are arguments of its command line."""
    if not CHROMIUM.exists():
        lacking(f"no browser at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*ARGUMENTS.split(), *more])
        yield started
        started.close()


@contextmanager
def quiet_page(context: BrowserContext, site: str) -> Iterator[Page]:
    """A page that may not complain, open a dialog or call another host."""
    page, trouble = context.new_page(), []
    page.on("console", lambda message: trouble.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: None if request.url.startswith(site) else trouble.append(request.url))
    yield page
    assert trouble == []


def paste(page: Page, text: str) -> None:
    """As with Ctrl-V: the text arrives at once, and the browser says that it was pasted."""
    page.focus("#text")
    page.evaluate("text => document.execCommand('insertText', false, text)", text)


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it stands: rule, element and why, a line each."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@cache
def _axe() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def grids_over_the_end_of_a_sheet(page: Page) -> list[str]:
    """What would be printed over what follows it: Chromium lays a grid out as if the sheet didn't end. The page must be
    shown as on paper."""
    page.set_viewport_size({"width": 680, "height": 960})
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll("body *")].filter(one =>
            /grid|flex/.test(getComputedStyle(one).display) && one.getBoundingClientRect().height > 480
        ).map(one => `${one.tagName}.${one.className}`)"""
    )
    return found
