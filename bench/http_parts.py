"""Where a lookup's time goes inside the process: the parts of a request, called one by one, without a socket."""

from __future__ import annotations

import gc
import io
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from time import thread_time
from typing import TYPE_CHECKING, Any

import orjson

from bench.http_app import EMPTY

if TYPE_CHECKING:
    from flask import Flask

LIMIT = 10


def question(text: str) -> bytes:
    """The body that asks for a paste's fixes."""
    return orjson.dumps({"text": text, "limit": LIMIT})


def parts(environment: Mapping[str, str], texts: Sequence[str]) -> tuple[float, ...]:
    """Microseconds of CPU: the empty route, the lookup route, the matcher in it, the reader in that, the body as a
    dict, and that as JSON."""
    from flask import jsonify

    from kb.opening import open_knowledge_base
    from kb.settings import load
    from kb.tracebacks import read
    from web.api import written
    from web.app import create_app

    settings = load({}, environment)
    with closing(open_knowledge_base(settings)) as base:
        app = create_app(base, settings)
        app.add_url_rule(EMPTY, "bench_empty", lambda: jsonify({}))
        bodies = [question(text) for text in texts]
        for body in bodies:
            _call(app, "POST", "/api/v1/lookup", body)
        answers = [base.matcher.lookup(text, LIMIT) for text in texts]
        shown = [answer.to_dict() for answer in answers]
        gc.collect()
        gc.freeze()  # as the server does
        return (
            _median(lambda _: _call(app, "GET", EMPTY), texts),
            _median(lambda body: _call(app, "POST", "/api/v1/lookup", body), bodies),
            _median(lambda text: base.matcher.lookup(text, LIMIT), texts),
            _median(read, texts),
            _median(lambda answer: answer.to_dict(), answers),
            _median(written, shown),
        )


def _median(function: Callable[[Any], object], inputs: Sequence[Any]) -> float:
    taken = []
    for one in inputs:
        started = thread_time()
        function(one)
        taken.append((thread_time() - started) * 1e6)
    return statistics.median(taken)


def _call(app: Flask, method: str, path: str, body: bytes = b"") -> bytes:
    """A WSGI call, as a server makes it; Flask's test client takes twice as long as the application."""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    return b"".join(app(environ, lambda *_: sys.stdout.write))
