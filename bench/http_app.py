"""What the HTTP benchmark serves: the web application with one route more, which answers an empty JSON object, and a
Flask application that has nothing but such a route. `python -m bench.http_app PORT NAME` serves one with granian.

`application()` and `bare()` are what gunicorn is given.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from kb.settings import load

if TYPE_CHECKING:
    from flask import Flask

EMPTY = "/bench/empty"
THREADS = {"granian": 1, "gunicorn": 8}
"""Of the one process; granian reads requests itself, so more threads would only wait for each other."""


def application() -> Flask:
    """The application of one worker, with the knowledge base that the environment names."""
    from flask import jsonify

    from kb.opening import open_knowledge_base
    from web.app import create_app

    settings = load({})
    app = create_app(open_knowledge_base(settings), settings)
    app.add_url_rule(EMPTY, "bench_empty", lambda: jsonify({}))
    gc.collect()
    gc.freeze()
    return app


def bare() -> Flask:
    """The least that Flask can do."""
    from flask import Flask, jsonify

    app = Flask("bare")
    app.add_url_rule(EMPTY, "empty", lambda: jsonify({}))
    return app


def main(port: int, name: str) -> None:
    """Serves with granian, one process."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "bench",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS["granian"],
        log_level=LogLevels.warning,
        websockets=False,
    )
    server.serve(target_loader={"application": application, "bare": bare}[name], wrap_loader=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
