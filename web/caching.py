"""What may be kept by whom, what is sent again, and how small: Cache-Control, ETag, 304, compression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, current_app, request
from flask_compress import Compress

if TYPE_CHECKING:
    from flask import Flask

A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""May be kept, but is asked for each time, which costs a 304 where nothing changed: entries and votes change."""
LEAST_COMPRESSED = 1000
"""Bytes below which compressing costs more than it saves."""
UNTAGGED = frozenset({"healthz", "readyz", "metrics"})
COMPRESSED_ANSWERS = frozenset({"api.lookup", "api.lookup_batch", "pages.answer", "pages.fragment"})
"""Of the answers to POST only lookups are compressed: those to votes hold a token, and the length of a compressed text
gives away how much of what the sender chose stands in it elsewhere (BREACH). Nothing else that is answered is secret
from the one who asks."""
_TYPES = [
    *("text/html", "text/css", "text/javascript", "text/plain", "text/markdown", "text/xml"),
    *("application/json", "application/xml", "application/atom+xml", "application/problem+json", "image/svg+xml"),
]


def install(app: Flask) -> None:
    """Let each answer go through this. It comes last, when nobody changes the body any more."""
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_MIMETYPES=_TYPES,
        COMPRESS_MIN_SIZE=LEAST_COMPRESSED,
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
    )
    app.extensions["compress"] = Compress(app)


def finish(response: Response) -> Response:
    """Sets how long an answer may be kept, gives it a tag, compresses it, and empties it where the client has it."""
    reading = request.method in {"GET", "HEAD"}
    static = request.endpoint == "static"
    if static and "v" in request.args:
        response.headers["Cache-Control"] = A_YEAR
    elif static or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = ASK_AGAIN if reading else "no-store"
    tagged = reading and response.status_code == 200 and request.endpoint not in UNTAGGED
    if tagged and not response.is_streamed:
        response.add_etag()
    if (reading or request.endpoint in COMPRESSED_ANSWERS) and "Accept-Encoding" in request.headers:
        if static:  # a small file, which flask-compress would leave open if it streamed
            response.direct_passthrough = False
            response.make_sequence()
        response = current_app.extensions["compress"].after_request(response)
    elif reading:
        response.vary.add("Accept-Encoding")
    if tagged:
        response.make_conditional(request)
    return response
