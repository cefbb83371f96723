"""Fixtures that several topics share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeVar

import hypothesis
import pytest

from indexer import environments, pythons
from indexer.sandbox import Sandbox
from kb.settings import Settings
from tests.browser_support import chromium
from tests.web_support import filled, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

# A runner in the background may have been told to ignore these; the programs that tests start must hear them.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# How long an example takes says more about the machine than about the program.
hypothesis.settings.register_profile("no-deadline", deadline=None)
hypothesis.settings.load_profile("no-deadline")


WHO_RUNS = ("the other tests run as an ordinary user already", "needs to act as another user")
"""Why a test may be left out even there: it is about root, or about everybody else."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With `CI=true` a test that is left out has failed: nobody reads what a green run didn't try."""
    report = yield
    return _told(report) if not hasattr(report, "wasxfail") else report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same of a whole module."""
    return _told((yield))


def _told(report: Report) -> Report:
    if report.skipped and os.environ.get("CI") == "true":
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.endswith(WHO_RUNS):
            report.outcome, report.longrepr = "failed", f"left out, in CI: {reason}"
    return report


@pytest.fixture(scope="session")
def lacking() -> Callable[[str], NoReturn]:
    """Skips a test for want of its real part; with `CI=true` nothing may be wanting, so it fails."""

    def stop(reason: str) -> NoReturn:
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return stop


@pytest.fixture(scope="session")
def sandbox(lacking: Callable[[str], NoReturn]) -> Sandbox:
    """The real sandbox."""
    sandbox = Sandbox()
    if reason := sandbox.available():
        lacking(reason)
    return sandbox


@pytest.fixture(scope="session")
def python() -> pythons.Interpreter:
    """The Python that runs the tests."""
    return pythons.find([sys.executable])[pythons.running()]


@pytest.fixture(scope="session")
def uv(lacking: Callable[[str], NoReturn]) -> str:
    """The real uv."""
    return environments.uv() or lacking("uv is not installed")


@pytest.fixture(scope="session")
def plain_environment(
    uv: str, python: pythons.Interpreter, tmp_path_factory: pytest.TempPathFactory
) -> environments.Environment:
    """An environment without packages."""
    return environments.Environments(tmp_path_factory.mktemp("environments")).get(python, [])


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that is under version control."""
    folder = tmp_path / "checkout"
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


@pytest.fixture(scope="module")
def browser(lacking: Callable[[str], NoReturn]) -> Iterator[Browser]:
    """The real browser. For each module its own: Playwright keeps an event loop running as long as it lives, and other
    modules start loops of theirs."""
    with chromium(lacking) as started:
        yield started


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Those of a small knowledge base, filled; modules that need other articles have their own."""
    return filled(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="module")
def site(settings: Settings) -> Iterator[str]:
    """The address of a server over the knowledge base of `settings`."""
    with serving(settings) as address:
        yield address
