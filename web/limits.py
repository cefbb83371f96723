"""How many requests a client may send: counted by the `limits` library, told in the headers of the IETF's draft.

Each worker process counts for itself, so that nothing has to run beside the server; with several, a client may get up
to so many times the limit, since nobody says which worker a connection meets.
"""

from __future__ import annotations

import time
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from flask import Response, current_app, g, request
from werkzeug.exceptions import TooManyRequests

if TYPE_CHECKING:
    from flask import Flask

UNLIMITED = frozenset({"static", "healthz", "readyz", "metrics"})
"""Endpoints that monitors and pages ask for by themselves."""
_IPV6_NET = 64
"""Bits of an IPv6 address that stand for a client: who has one address has all of its net."""


class Limiter:
    """Counts requests by client. `rule` is as in the settings, `120/minute`."""

    def __init__(self, rule: str) -> None:
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import SlidingWindowCounterRateLimiter

        self._item = parse(rule)
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self.policy = f'"client";q={self._item.amount};w={self._item.get_expiry()}'
        many, seconds = self._item.amount, self._item.get_expiry()
        self.said = f"At most {many} requests are answered in {seconds} seconds; each paste of a batch counts as one."

    def take(self, client: str, cost: int = 1) -> bool:
        """Counts `cost` requests of a client; False, and nothing counted, where that is more than may be."""
        return self._counter.hit(self._item, client, cost=cost)

    def left(self, client: str) -> tuple[int, int]:
        """How many requests a client may still send, and in how many seconds it will be more."""
        stats = self._counter.get_window_stats(self._item, client)
        return max(0, int(stats.remaining)), max(1, round(stats.reset_time - time.time()))


def install(app: Flask, rule: str) -> None:
    """Let each request be counted, after its body was read: who hasn't sent it all doesn't read an answer."""
    if not rule:
        return
    app.extensions["limiter"] = Limiter(rule)
    app.before_request(_before)
    app.after_request(_after)


def charge(cost: int) -> None:
    """Counts what a request asks for beyond one answer. Raises TooManyRequests."""
    limiter: Limiter | None = current_app.extensions.get("limiter")
    if limiter is None or cost < 1:
        return
    asking = client()
    g.limited = True
    if not limiter.take(asking, cost):
        raise TooManyRequests(limiter.said, retry_after=limiter.left(asking)[1])


def _before() -> None:
    if request.endpoint not in UNLIMITED and request.method != "OPTIONS":
        charge(1)


def _after(response: Response) -> Response:
    if g.get("limited"):
        limiter: Limiter = current_app.extensions["limiter"]
        remaining, seconds = limiter.left(client())
        response.headers["RateLimit-Policy"] = limiter.policy
        response.headers["RateLimit"] = f'"client";r={remaining};t={seconds}'
    return response


def client() -> str:
    """Whom a request is counted for: its address, of IPv6 the net."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:  # a server on a Unix socket says nothing
        return "unknown"
    return str(ip_network((address, _IPV6_NET), strict=False)) if address.version == 6 else str(address)
