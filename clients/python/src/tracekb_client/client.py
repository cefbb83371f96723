"""Asks the knowledge base, with a bound on everything: the wait, the paste, the number of failures."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from _thread import start_new_thread
from time import monotonic

from tracekb_client.answer import Answer
from tracekb_client.errors import Refused, Unavailable
from tracekb_client.settings import Settings, current
from tracekb_client.transports import Child, Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

LONGEST = 200_000
"""Characters of a paste that are sent: under the knowledge base's 1 MiB whatever their UTF-8 form."""
HEAD = 50_000
REST = 60.0
"""Seconds for which a knowledge base that didn't answer isn't asked again."""


class Client:
    """One way to one knowledge base. Threads may share it; their questions are asked one after the other."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or current()
        self._transport = self._connect()
        self._turn = threading.Lock()
        self._begun: float | None = None
        self._patient = False
        self._down: tuple[float, Unavailable] | None = None
        _clients.add(self)

    def lookup(self, text: str, context: dict[str, Any] | None = None, limit: int = 3) -> Answer:
        """What the knowledge base says about `text`. Raises Unavailable within the settings' time-out."""
        done = threading.Event()
        outcome: list[Answer | Unavailable] = []

        # A pipe can't be read with a time-out everywhere, and neither can a name be resolved with one. The thread
        # ends with its question: a program that forks or counts its threads finds none of ours.
        def look() -> None:
            try:
                outcome.append(self.lookup_here(text, context, limit))
            except Unavailable as problem:
                outcome.append(problem)
            finally:
                done.set()

        in_thread(look)
        if not done.wait(self.settings.timeout):
            raise self.give_up()
        if isinstance(outcome[0], Answer):
            return outcome[0]
        raise outcome[0]

    def lookup_here(self, text: str, context: dict[str, Any] | None = None, limit: int = 3) -> Answer:
        """The same for threads of our own: it blocks as long as the knowledge base does, or until somebody gives up."""
        down, turn = self._down, self._turn
        if down is not None and monotonic() < down[0]:
            raise down[1].with_traceback(None)
        if not turn.acquire(timeout=self.settings.timeout):
            raise self.give_up()
        self._begun = monotonic()
        request: dict[str, Any] = {"text": _bounded(text), "limit": limit}
        if context:
            request["context"] = context
        try:
            answer = Answer(self._transport.lookup(request), self._transport.where)
            self._down, self._patient = None, False
            return answer
        except Refused:
            raise
        except Unavailable as problem:
            raise self._is_down(problem) from None
        except Exception as problem:
            raise self._is_down(Unavailable(f"{type(problem).__name__}: {problem}"[:300])) from None
        finally:
            self._begun = None
            turn.release()

    @property
    def stuck(self) -> bool:
        """Whether a question has been waiting for longer than one may."""
        return self._begun is not None and monotonic() - self._begun > self.settings.timeout

    def give_up(self) -> Unavailable:
        """Waits no longer for what is being asked. Returns the reason, to be raised.

        A child that prepares itself is given one rest to get ready; else the first start after an upgrade would be
        ended half-way again and again.
        """
        if self._down is not None and monotonic() < self._down[0]:
            return self._down[1]
        late = f"no answer within {self.settings.timeout:g} s"
        if self._transport.preparing and not self._patient:
            self._patient = True
            return self._is_down(Unavailable(f"{late}; the knowledge base may still be preparing itself"))
        problem = self._is_down(Unavailable(f"{late} (TRACEKB_TIMEOUT)"))
        self._transport.kill()
        self._let_go()
        return problem

    def _is_down(self, problem: Unavailable) -> Unavailable:
        """For a while nobody asks. The first reason holds: what follows from giving up says less."""
        if self._down is None or monotonic() >= self._down[0]:
            self._down = monotonic() + REST, problem
        return self._down[1]

    def close(self) -> None:
        """Ends the child, if there is one; one that prepares itself is left to finish. The next question starts
        another."""
        if self._transport.preparing:
            self._transport.disown()
            self._start_afresh()
        else:
            self._transport.kill()
            self._let_go()

    def _let_go(self) -> None:
        if self._turn.acquire(timeout=1.0):
            self._transport.close()
            self._turn.release()
        else:  # a thread is still stuck in it
            self._start_afresh()

    def _start_afresh(self) -> None:
        self._transport, self._turn, self._begun = self._connect(), threading.Lock(), None

    def _connect(self) -> Child | Server:
        if self.settings.url:
            return Server(self.settings.url, self.settings.timeout)
        return Child(self.settings.command)

    def _after_fork(self) -> None:
        """In the child of a fork: the lock may be held by a thread that isn't here, and the pipe is the parent's."""
        self._turn, self._begun = threading.Lock(), None
        self._transport.disown()


def in_thread(function: Callable[[], None]) -> None:
    """Runs it in the background. Raises Unavailable where no thread is to be had, as when the interpreter ends.

    Not threading.Thread, whose start waits and takes locks: this is also called inside the garbage collector.
    """
    try:
        start_new_thread(function, ())
    except RuntimeError as problem:
        raise Unavailable(str(problem)) from problem


def default() -> Client:
    """The client of the hooks and of `lookup`. Raises Unavailable where a setting is wrong."""
    global _default  # noqa: PLW0603
    if _default is None:
        _default = Client()
    return _default


def forget_default() -> None:
    """The next question reads the settings again."""
    global _default  # noqa: PLW0603
    if _default is not None:
        _default.close()
    _default = None


def _bounded(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:HEAD]}\n[...]\n{text[HEAD - LONGEST :]}"


_default: Client | None = None
_clients: weakref.WeakSet[Client] = weakref.WeakSet()


def _close_all() -> None:
    for client in list(_clients):
        client.close()


def _all_after_fork() -> None:
    for client in list(_clients):
        client._after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_all_after_fork)
