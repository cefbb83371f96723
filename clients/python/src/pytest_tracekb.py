"""`pytest --kb`: the known fix under each failure and collection error, once for errors of the same kind.

Whoever runs tests (with pytest-xdist, a worker) attaches the traceback to the report; whoever prints looks it up. So
there is one knowledge base a run, and reports that travel carry text alone. Off by default. No failure of ours is
one of the run: it is told in one line at the end.
"""

from __future__ import annotations

from time import monotonic
from typing import Any, Generator

import pytest

BUDGET = 30.0
"""Seconds that all lookups of a run may take together."""
SKIP = ("_pytest.", "pluggy.", "pytest.", "importlib._bootstrap", "xdist.")
TITLE = "Known fix"


def pytest_addoption(parser: Any) -> None:
    """`--kb`."""
    group = parser.getgroup("tracekb", "known fixes")
    group.addoption(
        "--kb", action="store_true", dest="tracekb", help="print the known fix under each failure (tracekb)"
    )


def pytest_configure(config: Any) -> None:
    """Registers what works, where it is wanted."""
    if not config.getoption("tracekb", False):
        return
    try:
        config.pluginmanager.register(Attaching(), "tracekb-attaching")
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(Printing(), "tracekb-printing")
    except Exception as problem:
        config.issue_config_time_warning(pytest.PytestWarning(f"tracekb: {problem}"), 2)


class Attaching:
    """Where tests run: the tracebacks go onto the reports."""

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:
        """Of a test's phases."""
        outcome = yield
        _attach(outcome, call)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_make_collect_report(self, collector: Any) -> Generator[None, Any, None]:
        """Of modules that can't be imported."""
        outcome = yield
        _attach(outcome, None)


def _attach(outcome: Any, call: Any) -> None:
    try:
        report = outcome.get_result()
        call = call or getattr(report, "call", None)
        if not report.failed or getattr(call, "excinfo", None) is None:
            return
        from tracekb_client.pastes import context_of, modules_of, text_of, worth_asking

        exc = call.excinfo.value
        if type(exc).__name__ == "CollectError" and exc.__cause__ is not None:
            exc = exc.__cause__
        if worth_asking(exc):
            # A report that travels to xdist's controller can't carry lone surrogates.
            text = text_of(exc, skip=SKIP).encode("utf-8", "replace").decode()
            report.tracekb = {"text": text, "context": context_of(text, modules_of(exc))}
    except Exception:
        pass  # an error that can't be read has no fix


class Printing:
    """Where reports are printed: the tracebacks are looked up, and the fixes go under the failures."""

    def __init__(self) -> None:
        self._client: Any = None
        self._answers: dict[str, Any] = {}
        self._first: dict[tuple[str, str], str] = {}
        self._properties: dict[str, list[tuple[str, str]]] = {}
        self._spent = 0.0
        self._problem = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Before the terminal and JUnit see it."""
        self._print_under(report)
        if report.when == "teardown":  # JUnit takes the properties of a test from its last phase
            known = self._properties.pop(report.nodeid, [])
            report.user_properties.extend(pair for pair in known if pair not in report.user_properties)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: Any) -> None:
        """The same for a module that can't be imported."""
        self._print_under(report)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The one line, where something was wrong."""
        if self._problem:
            terminalreporter.write_line(f"tracekb: {self._problem}")

    def pytest_unconfigure(self) -> None:
        """Ends the child."""
        if self._client is not None:
            self._client.close()

    def _print_under(self, report: Any) -> None:
        paste = report.__dict__.pop("tracekb", None)
        if not paste or self._problem:
            return
        try:
            answer = self._answer(paste)
            if not answer:
                return
            first = self._first.setdefault(answer.kind, report.nodeid)
            text = answer.text() if first == report.nodeid else f"{answer.title}: see {first}\n"
            _add_section(report, text)
            pairs = [("kb_entry", answer.id), ("kb_where", answer.where(answer.best))]
            if hasattr(report, "user_properties"):
                report.user_properties.extend(pairs)
                self._properties[report.nodeid] = pairs
        except Exception as problem:
            self._problem = f"no known fixes: {_line(problem)}"

    def _answer(self, paste: dict[str, Any]) -> Any:
        from tracekb_client.client import Client
        from tracekb_client.errors import Refused

        text = paste["text"]
        if text in self._answers:
            return self._answers[text]
        if self._spent > BUDGET:
            self._problem = f"fixes of the later failures weren't looked up: it had taken {BUDGET:g} s"
            return None
        begun = monotonic()
        try:
            self._client = self._client or Client()
            answer = None if self._client.settings.off else self._client.lookup(text, paste["context"], 1)
        except Refused:
            answer = None
        finally:
            self._spent += monotonic() - begun
        self._answers[text] = answer
        return answer


def _add_section(report: Any, text: str) -> None:
    """Puts text under a failure, where `--show-capture=no` doesn't hide it."""
    longrepr = report.longrepr
    if hasattr(longrepr, "addsection"):
        longrepr.addsection(TITLE, text.rstrip("\n"))
    elif isinstance(longrepr, str):
        report.longrepr = f"{longrepr}\n\n{text}"
    elif isinstance(getattr(longrepr, "longrepr", None), str):  # a collection error
        longrepr.longrepr += f"\n\n{text.rstrip()}"
    else:
        report.sections.append((TITLE, text))


def _line(problem: BaseException) -> str:
    return " ".join(str(problem).split())[:300] or type(problem).__name__
