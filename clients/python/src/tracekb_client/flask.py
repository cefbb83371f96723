"""Flask: `tracekb_client.flask.init_app(app)`.

Errors that reach Flask get the fix as a note, which the debugger's page, the console and the log show (Python 3.11).
"""

from __future__ import annotations

from typing import Any

from flask import got_request_exception

from tracekb_client.notes import WAIT, annotate


def init_app(app: Any, wait: float = WAIT) -> None:
    """Has the application's unhandled exceptions annotated."""

    def note(sender: Any, exception: BaseException, **more: Any) -> None:
        annotate(exception, wait)

    app.extensions["tracekb"] = note  # the signal holds its receivers weakly
    got_request_exception.connect(note, app)
