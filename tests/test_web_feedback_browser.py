"""Votes and wanted errors in a real browser: with and without script, by keyboard, and from somebody else's site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from flask import Flask

from tests.browser_support import chromium, violations
from tests.web_support import HEADLINE, HEADLINE_ID, UNKNOWN, application, filled, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser
OURS, THEIRS = "kb.example", "evil.example"
FORGED = """<!doctype html><title>x</title>
<form method="post" action="http://{host}:{port}/feedback">
<input name="entry" value="{entry}"><input name="fix" value="{fix}">
<input name="worked" value="no"><button>Win a prize</button></form>"""


@pytest.fixture(scope="module")
def browser(lacking: Callable[[str], NoReturn]) -> Iterator[Browser]:
    """A browser to which two names lead here: to it neither is this machine, so that plain HTTP is plain HTTP."""
    with chromium(lacking, f"--host-resolver-rules=MAP {OURS} 127.0.0.1,MAP {THEIRS} 127.0.0.1") as started:
        yield started


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return application(filled(tmp_path))


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    with served(app) as address:
        yield port_of(address)


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def scripted(request: pytest.FixtureRequest) -> bool:
    return request.param


@pytest.fixture
def page(browser: Browser, scripted: bool) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=scripted)
    trouble: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: trouble.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    yield page
    context.close()
    # Over plain HTTP browsers say that they leave this header out.
    assert [text for text in trouble if not text.startswith("The Cross-Origin-Opener-Policy header")] == []


def votes(app: Flask) -> list[tuple[int, int]]:
    return list(app.extensions["knowledge_base"].store.feedback().values())


def first(page: Page) -> Locator:
    return page.locator("form.vote").first


def test_one_click_votes_and_one_takes_it_back(page: Page, app: Flask, port: int, scripted: bool) -> None:
    """On a name that is not this machine, where browsers send no `Sec-Fetch-Site`."""
    address = f"http://{OURS}:{port}/e/{HEADLINE_ID}"
    page.goto(address)
    first(page).get_by_role("button", name="Yes").click()
    if scripted:
        first(page).get_by_text("You said that it worked.").wait_for()
        assert first(page).locator(".vote-counts").inner_text() == "worked for 1, not for 0"
        assert first(page).locator("[role=status]").inner_text() == "You said that it worked."
        assert page.evaluate("document.activeElement.textContent") == "Undo"
        assert not first(page).get_by_role("button", name="Yes").is_visible()
        page.reload()  # remembered in this browser
        assert votes(app) == [(1, 0)]
        first(page).get_by_role("button", name="Undo").click()
        first(page).get_by_text("Taken back.").wait_for()
        assert page.evaluate("document.activeElement.textContent").startswith("Yes")
        assert first(page).locator(".vote-counts").inner_text() == ""
        assert page.url == address
    else:
        assert page.inner_text("h1") == "Thank you"
        assert "worked for 1, not for 0" in page.inner_text("main")
        assert votes(app) == [(1, 0)]
        page.click("text=Take it back")
        assert page.inner_text("h1") == "Taken back"
    assert votes(app) == []
    page.goto(address)
    first(page).get_by_role("button", name="No").click()
    page.get_by_text("didn't work").first.wait_for()
    page.goto(address)
    assert first(page).locator(".vote-counts").inner_text() == "worked for 0, not for 1"


def test_an_answer_that_nobody_has_is_asked_for(page: Page, app: Flask, port: int, scripted: bool) -> None:
    page.goto(f"http://{OURS}:{port}/")
    page.fill("#text", UNKNOWN)
    page.click("text=Find the fix")
    button = page.get_by_role("button", name="Ask for an answer")
    button.wait_for()
    line = page.inner_text(".want-line")
    assert line == "zorkmid.FrobnicationError: qwertz blorple xyzzy"
    store = app.extensions["knowledge_base"].store
    assert store.wanted() == ()
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_text("It is on the list").wait_for()
    assert [f"{row.exception}: {row.normal}" for row in store.wanted()] == [line]
    page.get_by_role("button", name="Undo" if scripted else "Take it back").click()
    page.get_by_text("Taken back.").wait_for()
    assert store.wanted() == ()


@pytest.mark.parametrize("scripted", [True])
def test_a_vote_is_there_when_the_answer_comes_again(page: Page, port: int, scripted: bool) -> None:
    page.goto(f"http://{OURS}:{port}/")
    page.fill("#text", HEADLINE)
    first(page).get_by_role("button", name="No").click()
    first(page).get_by_role("button", name="Undo").wait_for()
    page.fill("#text", "")
    page.wait_for_selector(".welcome")
    page.fill("#text", HEADLINE)
    first(page).get_by_text("You said that it didn't work.").wait_for()


@pytest.mark.parametrize("scripted", [True])
def test_everybody_can_use_it(page: Page, app: Flask, port: int, scripted: bool) -> None:
    """By axe's rules, which need script: before a click, after it, and on the list."""
    page.goto(f"http://{OURS}:{port}/")
    page.fill("#text", HEADLINE)
    first(page).get_by_role("button", name="Yes").click()
    first(page).get_by_role("button", name="Undo").wait_for()
    assert violations(page) == []
    page.goto(f"http://{OURS}:{port}/")
    page.fill("#text", UNKNOWN)
    page.get_by_role("button", name="Ask for an answer").click()
    page.get_by_text("It is on the list").wait_for()
    assert violations(page) == []
    page.goto(f"http://{OURS}:{port}/wanted")
    assert violations(page) == []


def test_another_site_can_not_vote(browser: Browser, app: Flask, port: int) -> None:
    fix = app.test_client().get(f"/api/v1/entries/{HEADLINE_ID}").json["fixes"][0]["id"]
    evil = Flask("evil")
    targets = {"plain": OURS, "here": "127.0.0.1"}
    evil.add_url_rule(
        "/<target>", "forged", lambda target: FORGED.format(host=targets[target], port=port, entry=HEADLINE_ID, fix=fix)
    )
    with served(evil) as theirs:
        their_port = port_of(theirs)
        context = browser.new_context()
        page = context.new_page()
        for target in targets:
            page.goto(f"http://{THEIRS}:{their_port}/{target}")
            with page.expect_response(lambda response: response.url.endswith("/feedback")) as answer:
                page.click("button")
            assert answer.value.status == 403
        page.goto(f"http://{THEIRS}:{their_port}/plain")
        said = {"entry": HEADLINE_ID, "fix": fix, "worked": False}
        sent = page.evaluate(
            """([address, body]) => fetch(address, {method: "POST", headers: {"Content-Type": "application/json"},
            body: JSON.stringify(body)}).then(() => "sent", () => "refused")""",
            [f"http://{OURS}:{port}/api/v1/feedback", said],
        )
        assert sent == "refused"
        context.close()
    assert votes(app) == []
