"""Examples of requests for the OpenAPI document; a test sends each of them."""

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
