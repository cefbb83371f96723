"""Which other sites' pages may call the API: none, but for those that the settings name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, request

if TYPE_CHECKING:
    from flask import Flask

ANY = "*"
_EXPOSED = ["ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"]
_A_DAY = 24 * 60 * 60


def install(app: Flask, origins: Sequence[str]) -> None:
    """Let pages of these origins (`https://wiki.example.org`, or `*`) call what is below `/api/`. No cookie is ever
    sent along: the API knows none."""
    if not origins:
        return
    from flask_cors import CORS

    # flask-cors takes what looks like a pattern for one; the brackets of an IPv6 address do.
    if ANY not in origins:
        app.after_request(_vary)
    exact = ANY if ANY in origins else [re.compile(re.escape(origin) + r"\Z") for origin in origins]
    CORS(
        app,
        resources={
            r"/api/.*": {
                "origins": exact,
                "methods": ["GET", "HEAD", "POST", "DELETE"],
                "allow_headers": ["Content-Type", "X-Request-ID"],
                "expose_headers": _EXPOSED,
                "max_age": _A_DAY,
                "supports_credentials": False,
                "vary_header": True,
                "send_wildcard": ANY in origins,
            }
        },
    )


def _vary(response: Response) -> Response:
    """Says that an answer depends on who asks also where nobody let in did: a cache would give it to the one who is."""
    if request.path.startswith("/api/"):
        response.vary.add("Origin")
    return response
