"""The server behind `kb serve`: granian, several processes, one application each.

granian is handed a loader and never a `"module:name"` string: for such a string it puts the working folder first on
the path, and a stranger's `web/app.py` would be served.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING

from kb.errors import CallError
from kb.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

STOP_SECONDS = 10
"""How long a request that is being answered may keep a worker from stopping."""


def load(settings: Settings) -> Flask:
    """The application of one worker. What it holds lives as long as the worker, so the collector may leave it alone."""
    from kb.opening import open_knowledge_base
    from web import logs
    from web.app import create_app

    logs.configure(settings)
    base = open_knowledge_base(settings)
    base.matcher.knowledge()
    application = create_app(base, settings)
    gc.collect()
    gc.freeze()
    return application


def serve(settings: Settings) -> None:
    """Serve until interrupted. Says on stderr where. Raises CallError where the address can't be had."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    port = _free(settings.host, settings.port)
    server = Granian(
        "tracekb",
        address=settings.host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        # A thread waits while a slow client sends its paste, so there are some to spare.
        blocking_threads=2 * (os.cpu_count() or 1) + 1,
        log_level=LogLevels.warning,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
    )
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    server.on_startup(partial(print, f"Serving on http://{host}:{port} (Ctrl-C stops)", file=sys.stderr, flush=True))
    server.serve(target_loader=partial(load, settings), wrap_loader=False)


def _free(host: str, port: int) -> int:
    """`port`, or one that is free where it is 0. The workers share a port by SO_REUSEPORT, with which a second server
    would silently get half of the first one's requests; so it is made sure before that nobody listens there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # TIME_WAIT is no listener
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        hint = "choose another with --port, or --host for another address"
        raise CallError(f"{host}:{port} can't be listened on: {error.strerror or error}", hint) from error
