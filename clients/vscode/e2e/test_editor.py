"""The packed extension in a real VS Code: what a person does, from the error to the fix."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from host import EXTENSION, Host, Person
from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
MISSING = """Traceback (most recent call last):
  File "/srv/shop/views.py", line 1, in <module>
    import yaml
ModuleNotFoundError: No module named 'yaml'
"""
DETACHED = """Traceback (most recent call last):
  File "/srv/shop/views.py", line 12, in index
    print(data.state)
sqlalchemy.orm.exc.DetachedInstanceError: Instance <users at 0x1ff9aa91350> is not bound to a Session; \
attribute refresh operation cannot proceed
"""
HOSTILE = """Traceback (most recent call last):
  File "/srv/shop/x.py", line 7, in frob
    widget.frob()
acme.errors.WidgetError: widget `a`</code><script>alert(5)</script> was refused by [x](javascript:alert(6))
"""
SHOP = "import teapot_of_ours\n"
LAUNCH = {"type": "debugpy", "request": "launch", "name": "shop", "program": "${workspaceFolder}/shop.py", "console": "internalConsole"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Host:
    host = Host(tmp_path_factory.mktemp("home"), Path(os.environ["TRACEKB_EDITOR"]))
    for package in (EXTENSION / "tracekb.vsix", EXTENSION / "e2e" / "debugger.vsix"):
        host.install(package)
    for name, text in {"shop.py": SHOP, "missing.log": MISSING, "hostile.log": HOSTILE, "notes.py": "    \n"}.items():
        (host.workspace / name).write_text(text)
    editor = host.workspace / ".vscode"
    editor.mkdir()
    (editor / "launch.json").write_text(json.dumps({"version": "0.2.0", "configurations": [LAUNCH]}))
    # A workspace has no say in what is run: were it heeded, nothing here would work.
    (editor / "settings.json").write_text(json.dumps({"tracekb.command": "/bin/false", "tracekb.serverUrl": "http://127.0.0.1:9"}))
    return host


@pytest.fixture(scope="module")
def page(host: Host) -> Iterator[Page]:
    with host.running() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS.split())
        context = browser.new_context(viewport={"width": 1280, "height": 800}, permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(url)
        page.get_by_role("treeitem", name="shop.py").wait_for(timeout=90_000)
        yield page
        browser.close()


@pytest.fixture
def person(page: Page, request: pytest.FixtureRequest) -> Iterator[Person]:
    person = Person(page)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    failed = request.session.testsfailed
    yield person
    if request.session.testsfailed > failed:
        page.screenshot(path=EXTENSION / "e2e" / "failures" / f"{request.node.name}.png")
    # Whatever happened, the extension interrupted nobody. (A toast names its source; the editor has some of its own.)
    assert "tracekb" not in "".join(toast.inner_html() for toast in page.locator(".notification-toast").all())
    assert page.locator(".monaco-dialog-box").count() == 0
    assert alerts == []
    page.keyboard.press("Escape")
    person.command("View: Close All Editors")


def test_the_selection_is_looked_up_and_the_fix_stands_beside_it(person: Person) -> None:
    person.open("missing.log")
    person.page.keyboard.press("Control+a")
    person.command("tracekb: Look Up Selection")
    expect(person.panel.locator("h2")).to_contain_text("No module named yaml")
    expect(person.panel.locator(".likely-cause")).to_contain_text("the package is called differently on PyPI")
    expect(person.panel.locator(".fixes")).to_contain_text("PyYAML")
    expect(person.panel.locator(".slots")).to_contain_text("yaml")
    expect(person.panel.locator(".evidence")).to_contain_text("the exception is ModuleNotFoundError")
    # In the editor's theme, by its own style sheet: the policy lets no other in.
    person.shot("answer")
    ground = person.panel.locator("button").first.evaluate("(button) => getComputedStyle(button).backgroundColor")
    assert ground not in {"rgba(0, 0, 0, 0)", "rgb(239, 239, 239)"}
    expect(person.page.get_by_role("tab", name="missing.log")).to_be_visible()


def test_the_clipboard_is_looked_up(person: Person) -> None:
    person.clipboard(DETACHED)
    person.command("tracekb: Look Up Clipboard")
    expect(person.panel.locator("h2")).to_contain_text("Expired attribute")
    expect(person.panel.locator(".slots")).to_contain_text("users")


def test_quick_search_completes_what_is_typed_and_enter_opens_it(person: Person) -> None:
    person.quick_search()
    person.page.keyboard.type("detached", delay=20)
    expect(person.rows.first).to_contain_text("Expired attribute read after its session was closed")
    person.shot("quick-search")
    person.page.keyboard.press("Enter")
    expect(person.panel.locator("h2")).to_contain_text("Expired attribute")
    expect(person.panel.locator(".verdict")).to_have_count(0)


def test_quick_search_takes_a_pasted_traceback(person: Person) -> None:
    person.clipboard(MISSING)
    person.quick_search()
    person.page.keyboard.press("Control+v")
    expect(person.rows.first).to_contain_text("No module named yaml")
    expect(person.rows.first).to_contain_text("probably this")
    person.page.keyboard.press("Enter")
    expect(person.panel.locator("h2")).to_contain_text("No module named yaml")
    expect(person.panel.locator(".verdict")).to_contain_text("Probably this")


def test_a_failed_command_is_offered_and_its_error_line_is_a_link(person: Person) -> None:
    person.command("Terminal: Create New Terminal")
    person.page.locator(".terminal-wrapper.active .xterm-screen").wait_for()
    person.page.wait_for_timeout(3_000)  # the shell's integration comes with its first prompt
    for _ in range(3):
        person.run("clear; python shop.py")
        # On a busy machine the editor may not follow the shell yet when its first command runs: it is run again then.
        with contextlib.suppress(AssertionError):
            expect(person.status).to_contain_text("Fix: No module named teapot_of_ours", timeout=15_000)
            break
    expect(person.status).to_contain_text("Fix: No module named teapot_of_ours", timeout=1_000)
    person.shot("terminal")
    person.status.click()
    expect(person.panel.locator("h2")).to_contain_text("No module named teapot_of_ours")
    expect(person.panel.locator(".grounds")).to_contain_text("ModuleNotFoundError")
    expect(person.status).to_be_hidden()

    person.command("View: Close All Editors")
    person.link("Look up this ModuleNotFoundError")
    expect(person.panel.locator("h2")).to_contain_text("No module named teapot_of_ours")
    # The line was clicked, the traceback above it went along.
    expect(person.panel.locator(".evidence")).to_contain_text("the exception is ModuleNotFoundError")


def test_the_terminals_selection_is_looked_up_and_the_clipboard_left_as_it_was(person: Person) -> None:
    person.clipboard("something of mine")
    person.command("Terminal: Create New Terminal")
    person.page.wait_for_timeout(3_000)
    person.run("clear; echo \"KeyError: 'tea'\"; echo \"ModuleNotFoundError: No module named 'yaml'\"")
    person.page.wait_for_timeout(1_000)
    person.command("Terminal: Select All")
    person.command("tracekb: Look Up Terminal Selection")
    expect(person.panel.locator("h2")).to_contain_text("No module named yaml")
    assert person.page.evaluate("() => { window.focus(); return navigator.clipboard.readText(); }") == "something of mine"
    person.command("Terminal: Kill the Active Terminal Instance")


def test_quick_search_opens_from_the_terminal(person: Person) -> None:
    person.command("Terminal: Create New Terminal")
    person.page.locator(".terminal-wrapper.active textarea.xterm-helper-textarea").focus()
    person.quick_search()
    person.page.keyboard.press("Escape")
    person.command("Terminal: Kill the Active Terminal Instance")


def test_a_command_that_succeeds_or_fails_without_a_traceback_offers_nothing(person: Person) -> None:
    person.command("Terminal: Create New Terminal")
    person.page.wait_for_timeout(3_000)
    person.run("ls; false")
    person.page.wait_for_timeout(3_000)
    expect(person.status).to_be_hidden()
    person.command("Terminal: Kill the Active Terminal Instance")


def test_code_is_inserted_at_the_cursor_and_copied(person: Person, host: Host) -> None:
    person.clipboard(DETACHED)
    person.open("notes.py")
    person.page.keyboard.press("Control+Home")
    person.page.keyboard.press("End")
    person.command("tracekb: Look Up Clipboard")
    fix = person.panel.locator(".fixes .code").first
    code = fix.locator("code").inner_text()
    fix.get_by_role("button", name="Copy").click()
    expect(person.panel.get_by_role("status")).to_have_text("Copied")
    assert person.page.evaluate("() => navigator.clipboard.readText()") == code
    fix.get_by_role("button", name="Insert at cursor").click()
    expect(person.panel.get_by_role("status")).to_have_text("Inserted")
    person.page.keyboard.press("Control+s")
    indented = "".join(f"    {line}" if line.strip() else line for line in f"{code}\n".splitlines(keepends=True))
    for _ in range(50):
        if (host.workspace / "notes.py").read_text().startswith(indented):
            break
        person.page.wait_for_timeout(100)
    assert (host.workspace / "notes.py").read_text() == f"{indented}\n"


def test_the_debuggers_exception_is_offered_until_it_goes_on(person: Person) -> None:
    person.open("shop.py")
    person.command("Debug: Start Debugging")
    expect(person.status).to_contain_text("Fix: No module named teapot_of_ours")
    person.command("tracekb: Show the Offered Fix")
    expect(person.panel.locator("h2")).to_contain_text("No module named teapot_of_ours")
    expect(person.panel.locator(".grounds")).to_contain_text("the exception is ModuleNotFoundError")
    person.command("Debug: Stop")
    expect(person.page.locator(".debug-toolbar")).to_be_hidden()


def test_nothing_in_a_paste_or_an_article_becomes_markup(person: Person) -> None:
    person.open("hostile.log")
    person.command("tracekb: Look Up Selection")
    expect(person.panel.locator("body")).to_contain_text("<script>alert(1)</script>")
    assert person.panel.locator("body").evaluate("(body) => body.ownerDocument.querySelectorAll('script[src*=\"panel.js\"]').length") == 1
    assert person.panel.locator("main img, main script, main a[href^='javascript']").count() == 0


def test_an_absent_command_is_one_quiet_line(person: Person, host: Host) -> None:
    host.machine_settings({"tracekb.command": "/nowhere/kb"})
    person.open("missing.log")
    try:
        person.page.wait_for_timeout(1_500)  # the editor notices the changed file
        for _ in range(3):
            person.command("tracekb: Look Up Selection")
        expect(person.status).to_contain_text("tracekb: The command /nowhere/kb wasn't found")
        assert person.page.locator("iframe.webview").count() == 0
        person.quick_search()
        person.page.keyboard.type("detached")
        expect(person.rows.first).to_contain_text("wasn't found")
        person.page.keyboard.press("Escape")
        person.status.click()
        expect(person.page.locator(".part.panel")).to_contain_text(re.compile(r"The\scommand\s/nowhere/kb"))
    finally:
        host.machine_settings({})
        person.page.wait_for_timeout(1_500)
    person.open("missing.log")
    person.command("tracekb: Look Up Selection")
    expect(person.panel.locator("h2")).to_contain_text("No module named yaml")
    expect(person.status).to_be_hidden()
