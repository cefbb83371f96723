"""`install()`: the known fix under the tracebacks that this process prints.

Each hook first lets the one before it do exactly what it did, then prints the fix on stderr. The hook of the main
thread waits for the answer, since the program is over; the others look in the background, since it isn't. What they
find is printed at the latest when the program ends.
"""

from __future__ import annotations

import atexit
import sys
import threading
from collections import deque
from time import monotonic

from tracekb_client.answer import Answer
from tracekb_client.known import Case, known, quietly
from tracekb_client.pastes import worth_asking
from tracekb_client.settings import current

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_installed: list[Callable[[], None]] = []
_shown: set[tuple[str, str]] = set()
_looking: deque[Case] = deque(maxlen=64)


def install(*, unraisable: bool = True, notes: bool = False, loop: Any = None) -> None:
    """Hooks sys.excepthook, threading.excepthook, sys.unraisablehook (unless `unraisable` is False) and asyncio's
    default exception handler, if asyncio is imported by now. A second call changes nothing.

    With `notes` the fix is added to the exception as a note (PEP 678, Python 3.11), so that it stands in the traceback
    itself. `loop` is an event loop with a handler of its own, or one that isn't asyncio's.
    """
    if loop is not None:
        _hook_loop(loop)
    if _installed:
        return
    _hook_main(notes)
    _hook_threads()
    if unraisable:
        _hook_unraisable()
    if "asyncio" in sys.modules:
        _hook_asyncio()


def uninstall() -> None:
    """Puts back what was there; a hook that somebody laid over ours stays, and ours does nothing under it."""
    while _installed:
        _installed.pop()()


def _hook(owner: Any, name: str, make: Callable[[Any, Callable[[], bool]], Any]) -> None:
    """Puts `make(previous, active)` in place of an attribute."""
    previous = getattr(owner, name)
    alive = [True]
    ours = make(previous, lambda: alive[0])
    setattr(owner, name, ours)

    def undo() -> None:
        alive.clear()
        alive.append(False)
        if getattr(owner, name, None) is ours:
            setattr(owner, name, previous)

    _installed.append(undo)


def _hook_main(notes: bool) -> None:
    def make(previous: Any, active: Callable[[], bool]) -> Any:
        def excepthook(kind: Any, exc: Any, tb: Any) -> None:
            noted = False
            if notes and active():
                noted = _guarded(_note, exc)
            previous(kind, exc, tb)
            if active() and not noted:
                _guarded(_show, exc, tb)

        return excepthook

    _hook(sys, "excepthook", make)


def _hook_threads() -> None:
    def make(previous: Any, active: Callable[[], bool]) -> Any:
        def excepthook(args: Any) -> None:
            previous(args)
            if active():
                _guarded(_show_later, args.exc_value)

        return excepthook

    _hook(threading, "excepthook", make)


def _hook_unraisable() -> None:
    def make(previous: Any, active: Callable[[], bool]) -> Any:
        # Called from destructors, inside the garbage collector, whoever holds which lock. Only the text is kept: the
        # exception's frames would bring the dying object back to life.
        def unraisablehook(args: Any) -> None:
            previous(args)
            if active() and args.exc_value is not None and not sys.is_finalizing():
                _guarded(_show_later, args.exc_value, args.exc_traceback)

        return unraisablehook

    _hook(sys, "unraisablehook", make)


def _hook_asyncio() -> None:
    from asyncio import BaseEventLoop

    def make(previous: Any, active: Callable[[], bool]) -> Any:
        def default_exception_handler(self: Any, context: Any) -> None:
            previous(self, context)
            if active():
                _guarded(_show_later, context.get("exception"))

        return default_exception_handler

    _hook(BaseEventLoop, "default_exception_handler", make)


def _hook_loop(loop: Any) -> None:
    before = loop.get_exception_handler()

    def handler(loop: Any, context: Any) -> None:
        if before is None:
            loop.default_exception_handler(context)
        else:
            before(loop, context)
        _guarded(_show_later, context.get("exception"))

    loop.set_exception_handler(handler)


def _guarded(function: Callable[..., Any], *arguments: Any) -> bool:
    """Calls it; whatever goes wrong, even Ctrl-C while it waits, changes nothing of how the program ends."""
    try:
        return bool(function(*arguments))
    except BaseException:
        return False


def _note(exc: Any) -> bool:
    from tracekb_client.notes import annotate

    # Before Python 3.11 no traceback shows notes: there the text under it stays.
    return annotate(exc, wait=None) and hasattr(exc, "add_note")


def _show(exc: Any, tb: Any = None) -> None:
    _show_answer(quietly(exc, None, tb))


def _show_later(exc: Any, tb: Any = None) -> None:
    if not worth_asking(exc) or current().off:
        return
    case = known.case(exc, tb, then=lambda answer: _show_answer(answer or None))
    if case is not None:
        _looking.append(case)


def _show_answer(answer: Answer | None) -> None:
    if answer is not None and answer.kind not in _shown:
        _shown.add(answer.kind)
        _print("\n" + answer.text())
    _print(known.complaint())


def _print(text: str) -> None:
    if text and sys.stderr is not None:
        sys.stderr.write(text)
        sys.stderr.flush()


def _finish() -> None:
    """At exit: what is still being looked up."""
    deadline = monotonic() + (current().timeout if _looking else 0.0)
    for case in list(_looking):
        if not case.done.wait(max(deadline - monotonic(), 0.0)):
            known.blame(f"no answer within {current().timeout:g} s (TRACEKB_TIMEOUT)")
    _print(known.complaint())


atexit.register(_guarded, _finish)
