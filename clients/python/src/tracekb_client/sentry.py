"""Sentry: `sentry_sdk.init(…, before_send=tracekb_client.sentry.before_send)`.

Events get the tag `kb.match`, by which they can be searched, and a context `knowledge_base` that shows the fix.
"""

from __future__ import annotations

from typing import Any, Callable

from tracekb_client.answer import one_line
from tracekb_client.known import quietly

WAIT = 0.5


def before_send(event: Any, hint: Any) -> Any:
    """The event, with the fix if there is one; never raises, never drops an event."""
    try:
        exc_info = hint.get("exc_info")
        answer = quietly(exc_info[1], WAIT, exc_info[2]) if exc_info else None
        if answer is not None:
            event.setdefault("tags", {})["kb.match"] = answer.id
            event.setdefault("contexts", {})["knowledge_base"] = {
                "title": answer.title,
                "fix": one_line((answer.fix or {}).get("title")),
                "where": answer.where(answer.best),
                "fingerprint": answer.fingerprint,
            }
    except Exception:
        pass
    return event


def after(previous: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A `before_send` that comes after your own; what yours drops stays dropped."""

    def both(event: Any, hint: Any) -> Any:
        event = previous(event, hint)
        return None if event is None else before_send(event, hint)

    return both
