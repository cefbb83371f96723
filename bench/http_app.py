"""The web application with one route more, which answers an empty JSON object: `python -m bench.http_app PORT`.

`application()` is what gunicorn is given; run as a program it serves with granian, as `kb serve` does.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from kb.settings import load

if TYPE_CHECKING:
    from flask import Flask

EMPTY = "/bench/empty"
THREADS = 8


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


def main(port: int) -> None:
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
        blocking_threads=THREADS,
        log_level=LogLevels.warning,
        websockets=False,
    )
    server.serve(target_loader=application, wrap_loader=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
