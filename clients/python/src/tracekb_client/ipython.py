"""IPython and Jupyter: `%load_ext tracekb_client` shows the fix under a cell's traceback; `%kb` looks the last error
up once more and tells all that is known, `%kb TEXT` looks text up."""

from __future__ import annotations

import sys
from typing import Any, Callable

from IPython.display import display

from tracekb_client import lookup
from tracekb_client.answer import Answer
from tracekb_client.errors import Unavailable
from tracekb_client.known import known, quietly
from tracekb_client.panels import panel
from tracekb_client.pastes import context_of, modules_of, text_of

SKIP = ("IPython.", "ipykernel.")
_undo: list[Callable[[], None]] = []


def load(shell: Any) -> None:
    """Watches the shell's cells. After a cell and not instead of its traceback: so syntax errors come too."""
    if _undo:
        return
    magics = shell.magics_manager.magics["line"]
    before = magics.get("kb")
    shell.events.register("post_run_cell", _after_cell)
    shell.register_magic_function(_kb, "line", "kb")

    def undo() -> None:
        shell.events.unregister("post_run_cell", _after_cell)
        if before is None:
            magics.pop("kb", None)
        else:
            magics["kb"] = before

    _undo.append(undo)


def unload(shell: Any) -> None:
    """Puts the shell back as it was."""
    while _undo:
        _undo.pop()()


def _after_cell(result: Any) -> None:
    try:
        exc = result.error_before_exec or result.error_in_exec
        answer = quietly(exc, None) if exc is not None else None
        if answer is not None:
            _show(answer, answer.text())
        elif complaint := known.complaint():
            print(complaint, end="", file=sys.stderr)
    except (Exception, KeyboardInterrupt):
        pass  # the cell has said what it had to say


def _kb(line: str) -> None:
    """%kb: what is known about the last error, or about the text behind it."""
    exc: Any = getattr(sys, "last_value", None)
    if not line.strip() and exc is None:
        print("no error yet")
        return
    try:
        if line.strip():
            answer = lookup(line)
        else:
            text = text_of(exc, skip=SKIP)
            answer = lookup(text, context_of(text, modules_of(exc)))
    except Unavailable as problem:
        print(f"tracekb: {problem}")
        return
    _show(answer, answer.text(related=True))


def _show(answer: Answer, text: str) -> None:
    html = panel(answer)
    data = {"text/plain": text, "text/html": html} if html else {"text/plain": text}
    display(data, raw=True)
