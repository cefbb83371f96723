"""What the server writes about itself, on standard error: a line an event, as text or as JSON, with the request's id.

A line is made of a fixed list of fields, none of which can hold a paste: of a request its rule and not its path or
query, of an exception its type and where it came from and not its message.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
import traceback
import uuid
from typing import TYPE_CHECKING, Any

from flask import Response, g, request

if TYPE_CHECKING:
    from flask import Flask

    from kb.settings import Settings

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
FIELDS = ("request_id", "method", "route", "status", "ms", "bytes", "error", "where")
_REQUESTS = logging.getLogger("tracekb.requests")
_FAULTS = logging.getLogger("tracekb.faults")
_MOST_FRAMES = 12


class Lines(logging.Formatter):
    """An event as a line: JSON, or `time LEVEL message key=value …`."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._json = form == "json"

    def format(self, record: logging.LogRecord) -> str:
        """The line. A line end in it, whoever wrote it, is escaped."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{record.msecs:03.0f}Z"
        said: dict[str, Any] = {"time": moment, "level": record.levelname.lower(), "message": record.getMessage()}
        if record.exc_info and record.exc_info[1]:
            said |= _exception(record.exc_info[1])
        said |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if self._json:
            return json.dumps(said)
        rest = " ".join(f"{name}={value}" for name, value in list(said.items())[3:])
        line = f"{said['time']} {record.levelname} {said['message']} {rest}".rstrip()
        return line.replace("\r", "\\r").replace("\n", "\\n")


def configure(settings: Settings) -> None:
    """Writes what our loggers say to standard error, from the level in the settings on. For a server's process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(settings.log_format))
    for name in ("tracekb", "web"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(settings.log_level.upper())
        logger.propagate = False


def install(app: Flask) -> None:
    """Let each request have an id, and faults be logged without what was pasted."""
    app.before_request(begin)
    app.log_exception = _fault  # type: ignore[method-assign]


def begin() -> None:
    """Takes the id that the client, or a proxy, gave the request, where it is a sane one; else makes one."""
    given = request.headers.get(HEADER, "")
    g.request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
    g.started = time.perf_counter()


def finish(response: Response, route: str) -> None:
    """Tells the client the id, and writes the request's line where the level is `info`."""
    response.headers[HEADER] = g.request_id
    if _REQUESTS.isEnabledFor(logging.INFO):
        taken = round((time.perf_counter() - g.started) * 1000, 2)
        extra = {"request_id": g.request_id, "method": request.method, "route": route, "ms": taken}
        size = response.calculate_content_length()
        _REQUESTS.info("request", extra={**extra, "status": response.status_code, "bytes": size})


def request_id() -> str | None:
    """The id of the request that is being answered."""
    found: str | None = g.get("request_id")
    return found


def _fault(exc_info: Any) -> None:
    error = exc_info[1]
    route = request.url_rule.rule if request.url_rule else "none"
    extra = {"request_id": request_id(), "method": request.method, "route": route}
    _FAULTS.error("a fault of ours", extra={**extra, **(_exception(error) if error else {})})


def _exception(error: BaseException) -> dict[str, Any]:
    """Its type and where it came from. Its message may quote what was pasted, so it isn't told."""
    frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
    return {
        "error": f"{type(error).__module__}.{type(error).__qualname__}",
        "where": " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)),
    }
