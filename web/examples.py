"""Examples for the OpenAPI document: of requests, each of which a test sends, of parameters, and of refusals."""

from __future__ import annotations

from typing import Any

PASTE = """Traceback (most recent call last):
  File "/app/report.py", line 31, in render
    return user.name
sqlalchemy.orm.exc.DetachedInstanceError: Instance <User at 0x7f3b2c0d5e90> is not bound to a Session; \
attribute refresh operation cannot proceed
"""

EXAMPLES: dict[str, Any] = {
    "LookupIn": {"text": PASTE, "limit": 3, "context": {"python": "3.12", "packages": {"sqlalchemy": "2.0.36"}}},
    "BatchIn": {"items": [{"id": "first", "text": PASTE}, {"id": 2, "text": "KeyError: 'name'"}]},
    "FeedbackIn": {
        "entry": "sqlalchemy/detached-instance-refresh",
        "fix": "return-plain-values-instead-of-the-mapped-object",
        "worked": True,
        "fingerprint": "b1946ac92492d234",
    },
    "WantedIn": {"text": "teapot.errors.KettleLidError: the lid of kettle 'K7' doesn't fit"},
}

PARAMETERS: dict[str, Any] = {
    "q": "detached session",
    "library": "sqlalchemy",
    "slug": "detached-instance-refresh",
    "exception": "DetachedInstanceError",
    "token": "Jb0vYpKQf3mC7tq2",
    "limit": 5,
}

REFUSALS: dict[int, dict[str, Any]] = {
    400: {"detail": "The body is no JSON: Expecting value at line 1, column 10."},
    403: {"detail": "This can't be sent from another site."},
    404: {"detail": "no entry has the id acme/none; search finds entries by words", "code": "no-such-entry"},
    409: {"detail": "This error is known: sqlalchemy/detached-instance-refresh answers it."},
    413: {"detail": "A paste may hold 1,048,576 bytes. Send its beginning and its end: the error stands there."},
    415: {"detail": "Send application/json."},
    422: {
        "detail": "Some values can't be used: limit: Input should be less than or equal to 50.",
        "errors": [{"field": "limit", "detail": "Input should be less than or equal to 50"}],
    },
    429: {"detail": "At most 120 requests are answered in 60 seconds; each paste of a batch counts as one."},
    500: {
        "detail": "Something broke in the server. It isn't your fault, and it is written in the log.",
        "request_id": "0b7cf3a4c59a4f1e9d3c",
    },
    503: {
        "detail": "no knowledge base at /srv/kb/kb.sqlite3; run `kb index` to make one",
        "code": "store-missing",
    },
}
