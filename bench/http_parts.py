"""Where a lookup's time goes inside the process: the parts of a request, called one by one, without a socket."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from time import thread_time
from typing import TYPE_CHECKING

import orjson

from bench.http_app import EMPTY
from bench.timing import alternate

if TYPE_CHECKING:
    from flask import Flask

LOOKUP = "/api/v1/lookup"
LIMIT = 10
_ROUNDS = 3


def question(text: str) -> bytes:
    """The body that asks for a paste's fixes."""
    return orjson.dumps({"text": text, "limit": LIMIT})


def parts(environment: Mapping[str, str], texts: Sequence[str]) -> tuple[float, ...]:
    """Microseconds of CPU: the empty route, the lookup route where the answer is ready, the same where it isn't, the
    matcher in that, the reader in the matcher, the body as a dict, and that as JSON. They take turns."""
    from flask import jsonify

    from kb.opening import open_knowledge_base
    from kb.settings import load
    from kb.tracebacks import read
    from web.api import written
    from web.app import create_app

    settings = load({}, environment)
    with closing(open_knowledge_base(settings)) as base:
        ready = create_app(base, settings)
        ready.add_url_rule(EMPTY, "bench_empty", lambda: jsonify({}))
        forgetful = create_app(base, load({"recent_answers": 0}, environment))
        bodies = [question(text) for text in texts]
        answers = [base.matcher.lookup(text, LIMIT) for text in texts]
        shown = [answer.to_dict() for answer in answers]
        gc.collect()
        gc.freeze()  # as the server does
        subjects: dict[str, Callable[[int], object]] = {
            "empty": lambda _: _call(ready, "GET", EMPTY),
            "again": lambda at: _call(ready, "POST", LOOKUP, bodies[at]),
            "first": lambda at: _call(forgetful, "POST", LOOKUP, bodies[at]),
            "matcher": lambda at: base.matcher.lookup(texts[at], LIMIT),
            "reading": lambda at: read(texts[at]),
            "dict": lambda at: answers[at].to_dict(),
            "json": lambda at: written(shown[at]),
        }
        timings = alternate(subjects, range(len(texts)), _ROUNDS, thread_time)
        return tuple(timing.p50 * 1000 for timing in timings.values())


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
