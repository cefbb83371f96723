"""Answers for hooks: each error is asked for once, in the background, and nobody waits longer than wanted.

A hook never raises, and complains once in a process, in one line.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from time import monotonic
from types import TracebackType

from tracekb_client.answer import Answer
from tracekb_client.client import default, in_thread
from tracekb_client.errors import Refused, Unavailable
from tracekb_client.pastes import context_of, key_of, modules_of, text_of, worth_asking
from tracekb_client.settings import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Hashable, Optional

    Then = Callable[[Optional[Answer]], None]

KEPT = 256
"""Answers that are remembered, so that an error that keeps coming back costs one lookup."""
A_MINUTE = 30
"""Most new errors that are looked up in a minute: an application in flames has other cares."""


class Case:
    """One error that was seen. `answer` may be read once `done` is set."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.answer: Answer | None = None


class Known:
    """What is known about the errors of this process."""

    def __init__(self) -> None:
        self._cases: OrderedDict[Hashable, Case] = OrderedDict()
        self._begun: list[float] = []
        self._problem = ""
        self._told = False

    def case(self, exc: BaseException, tb: TracebackType | None = None, then: Then | None = None) -> Case | None:
        """An exception's case, which is looked up in the background if it is new; None if there are too many new ones.

        `then` is called with the answer when a new one is there.
        """
        key = key_of(exc)
        return self._cases.get(key) or self._begin(key, text_of(exc, tb), modules_of(exc), then)

    def case_of_text(self, text: str, then: Then | None = None) -> Case | None:
        """The same for a traceback of which only the text is there."""
        key = hash(text)
        return self._cases.get(key) or self._begin(key, text, [], then)

    def wait(self, case: Case | None, seconds: float | None) -> Answer | None:
        """The answer where there is one within `seconds`; None: as long as a lookup may take, after which nobody
        else needs to try."""
        if case is None:
            return None
        if seconds is not None:
            case.done.wait(seconds)
        elif not case.done.wait(default().settings.timeout):
            self.blame(default().give_up())
        return case.answer

    def blame(self, problem: object) -> None:
        """Keeps what is to be complained about."""
        self._problem = " ".join(str(problem).split())[:300]

    def complaint(self) -> str:
        """One line on why there are no answers, the first time that there is something to say."""
        if not self._problem or self._told:
            return ""
        self._told = True
        return f"tracekb: no fixes looked up: {self._problem}\n"

    def _begin(self, key: Hashable, text: str, modules: list[str], then: Then | None) -> Case | None:
        client = default()
        if client.stuck:
            client.give_up()
        now = monotonic()
        self._begun = [moment for moment in self._begun if now - moment < 60]
        if len(self._begun) >= A_MINUTE:
            return None
        self._begun.append(now)
        case = self._cases[key] = Case()
        while len(self._cases) > KEPT:
            self._cases.popitem(last=False)

        def look() -> None:
            try:
                case.answer = client.lookup_here(text, context_of(text, modules), limit=1)
            except Refused:
                pass  # this paste is at fault, not the knowledge base
            except Exception as problem:
                self.blame(problem if isinstance(problem, Unavailable) else f"{type(problem).__name__}: {problem}")
                self._cases.pop(key, None)  # when the knowledge base is back, it may be asked again
            try:
                if then is not None:
                    then(case.answer)
            finally:
                case.done.set()

        try:
            in_thread(look)
        except Unavailable:
            self._cases.pop(key, None)
            raise
        return case

    def _after_fork(self) -> None:
        self._cases.clear()  # the threads that were looking are the parent's


known = Known()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=known._after_fork)


def quietly(exc: object, wait: float | None, tb: TracebackType | None = None) -> Answer | None:
    """A match for an exception, or None whatever happens. For hooks."""
    try:
        if not worth_asking(exc) or current().off:
            return None
        assert isinstance(exc, BaseException)
        return known.wait(known.case(exc, tb), wait) or None
    except Exception as problem:
        known.blame(problem)
        return None
