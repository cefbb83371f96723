"""A real VS Code (code-server) with the packed extension, in a throw-away home, and a person's hands on it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from playwright.sync_api import FrameLocator, Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

ROOT = Path(__file__).resolve().parents[3]
EXTENSION = ROOT / "clients" / "vscode"
ARTICLES = ("packaging/module-not-found", "sqlalchemy/detached-instance-refresh")
QUIET = {
    "security.workspace.trust.enabled": False,
    "workbench.startupEditor": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.tips.enabled": False,
    "telemetry.telemetryLevel": "off",
    "update.mode": "none",
    "extensions.autoCheckUpdates": False,
    "extensions.autoUpdate": False,
    "chat.disableAIFeatures": True,
    "window.confirmBeforeClose": "never",
    "remote.autoForwardPorts": False,
    "debug.internalConsoleOptions": "neverOpen",
    "terminal.integrated.defaultProfile.linux": "bash",
    "editor.minimap.enabled": False,
}
PATIENCE_MS = 60_000
TRIES = 6
ROW_PIXELS = 18


class Host:
    """The server and its folders."""

    def __init__(self, folder: Path, editor: Path) -> None:
        """`editor` is the folder that holds code-server and its node, `folder` becomes the home."""
        self.workspace = folder / "shop"
        self.data = folder / "code"
        self._editor = editor
        articles = folder / "articles"
        for name in ARTICLES:
            for path in (ROOT / "articles").glob(f"{name}.*"):
                (articles / path.parent.name).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, articles / path.parent.name)
        shutil.copytree(ROOT / "tests" / "fixtures" / "web" / "acme", articles / "acme")
        binaries = Path(sys.executable).parent
        self._environment = {
            **os.environ,
            "HOME": str(folder),
            "PATH": os.pathsep.join([str(binaries), str(editor / "nodeenv" / "bin"), os.environ["PATH"]]),
            "KB_DATA_DIR": str(folder / "kb"),
            "KB_ARTICLES_DIR": str(articles),
            "TRACEKB_TEST_PYTHON": sys.executable,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        # The editor takes its environment from a login shell, whose system-wide profile may set the path anew.
        (folder / ".profile").write_text(f"export PATH='{self._environment['PATH']}'\n")
        self.workspace.mkdir()
        self._write("User", QUIET)
        self.machine_settings({})

    def machine_settings(self, values: Mapping[str, object]) -> None:
        """The settings of the machine that the extensions run on: here that is another than the browser's."""
        self._write("Machine", values)

    def _write(self, scope: str, values: Mapping[str, object]) -> None:
        path = self.data / scope / "settings.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))

    def install(self, package: Path) -> None:
        subprocess.run([*self._command(), "--install-extension", str(package)], env=self._environment, check=True)

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """The address of the running editor."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        quiet = ("--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-workspace-trust")
        command = [*self._command(), *quiet, "--bind-addr", f"127.0.0.1:{port}", str(self.workspace)]
        with (self.data / "server.log").open("wb") as log:
            # A group of its own: ending the server alone leaves its extension host, terminals and shells.
            server = subprocess.Popen(
                command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310 (our own address)
                    break
                time.sleep(0.2)
            yield f"{url}/?folder={self.workspace}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)

    def _command(self) -> list[str]:
        data = ["--user-data-dir", str(self.data), "--extensions-dir", str(self.data / "extensions")]
        binary = self._editor / "node_modules" / "code-server" / "out" / "node" / "entry.js"
        return [str(self._editor / "nodeenv" / "bin" / "node"), str(binary), *data]


class Person:
    """What somebody does with the editor, and sees."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)

    @property
    def panel(self) -> FrameLocator:
        """What stands in the extension's panel."""
        return self.page.frame_locator("iframe.webview.ready").last.frame_locator("#active-frame")

    @property
    def status(self) -> Locator:
        return self.page.locator(".statusbar-item[id*='tracekb']")

    @property
    def rows(self) -> Locator:
        return self.page.locator(".quick-input-widget .quick-input-list .monaco-list-row")

    @property
    def text(self) -> Locator:
        """The editor's text, whatever group it is in."""
        return self.page.locator(".editor-instance .view-lines").first

    def command(self, title: str) -> None:
        """Runs a command by the palette."""
        row = self.rows.filter(has=self.page.get_by_text(title, exact=True)).first
        box = self.page.locator(".quick-input-widget input.input").first
        for _ in range(TRIES):
            # Right after the start the palette doesn't know the extension's commands yet, and doesn't learn while it is
            # open; and it closes when something else takes the focus, such as a debugger that stops.
            with contextlib.suppress(PlaywrightTimeout):
                self.page.keyboard.press("F1")
                box.fill(f">{title}", timeout=PATIENCE_MS / TRIES)
                row.click(timeout=PATIENCE_MS / TRIES)
                return
            self.page.keyboard.press("Escape")
        raise AssertionError(f"no command {title!r}")

    def quick_search(self) -> None:
        self.page.keyboard.press("Shift+F1")
        expect(self.page.get_by_placeholder("Type an error's words, or paste a traceback")).to_be_focused()

    def open(self, name: str) -> None:
        self.page.get_by_role("treeitem", name=name).dblclick()
        expect(self.page.get_by_role("tab", name=name)).to_be_visible()
        self.text.click()

    def shot(self, name: str) -> None:
        """Keeps a picture for the README, where TRACEKB_SCREENSHOTS names a folder."""
        if folder := os.environ.get("TRACEKB_SCREENSHOTS"):
            self.page.wait_for_timeout(500)
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def clipboard(self, text: str) -> None:
        # A panel that has the focus keeps the page from writing.
        self.page.evaluate("(text) => { window.focus(); return navigator.clipboard.writeText(text); }", text)

    def run(self, line: str) -> None:
        """A command line in the terminal."""
        box = self.page.locator(".terminal-wrapper.active textarea.xterm-helper-textarea")
        box.focus()
        self.page.keyboard.insert_text(line)
        self.page.keyboard.press("Enter")

    def link(self, tooltip: str) -> None:
        """Follows the terminal's link of that tooltip; lines are painted, so rows are felt for one by one."""
        screen = self.page.locator(".terminal-wrapper.active .xterm-screen").bounding_box()
        assert screen
        for _ in range(5):
            for row in range(int(screen["height"] // ROW_PIXELS)):
                x, y = screen["x"] + 60, screen["y"] + (row + 0.5) * ROW_PIXELS
                self.page.mouse.move(x, y - 2)
                self.page.mouse.move(x, y)
                self.page.wait_for_timeout(700)
                hover = self.page.locator(".workbench-hover")
                if hover.count() and tooltip in (hover.first.text_content() or "").replace("\xa0", " "):
                    self.page.keyboard.down("Control")
                    self.page.mouse.click(x, y)
                    self.page.keyboard.up("Control")
                    return
        raise AssertionError(f"no link {tooltip!r} in the terminal")
