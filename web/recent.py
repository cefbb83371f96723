"""The answers that a worker gave lately, so that a request that comes again isn't worked out again.

People ask once. Programs that report their own errors (a logging handler, a test run, an error tracker) ask the same
again and again: one error, raised in a loop, is the same text each time.

What is kept is the answer, for some minutes, in this process's memory alone, and only where no secret was found in the
paste: an answer quotes the message that was pasted. The request isn't kept: it is known by a digest under a key that
lives as long as the process, from which nobody can tell what was asked, or even whether some text was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from secrets import token_bytes
from typing import TYPE_CHECKING, NamedTuple

from cachetools import TTLCache

if TYPE_CHECKING:
    from kb.feedback import Votes
    from kb.models import Verdict

KEPT_SECONDS = 600.0
LARGEST_SHARE = 8
"""One answer takes at most this part of the room: a paste that is all errors pushes no hundred others out."""
_AT_ONCE = 2047
"""Bytes that hashlib takes without letting another thread in, and waiting for its turn longer than it hashes."""
_BESIDE = 300
"""Bytes that a kept answer takes besides its body: key, entry of the table, links between neighbours."""


State = tuple[int, "Votes"]
"""What answers depend on besides the request, as `Matcher.state` says it."""


class Remembered(NamedTuple):
    """An answer as it was sent, but for the time it took: JSON of an object, without the brace that closes it."""

    verdict: Verdict
    begun: bytes
    state: State


class RecentAnswers:
    """Answers by request, up to so many bytes, none older than `KEPT_SECONDS`. Safe to share between threads."""

    def __init__(self, most_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most_bytes
        self._key = token_bytes(32)
        self._kept: TTLCache[bytes, Remembered] = TTLCache(
            most_bytes, KEPT_SECONDS, clock, getsizeof=lambda one: len(one.begun) + _BESIDE
        )
        self._lock = threading.Lock()

    def digest(self, content_type: str, root: str, body: bytes) -> bytes:
        """What a request is known by: its body, how that is to be read, and the path below which links are made."""
        digest = blake2b(repr((content_type, root)).encode() + b"\n", digest_size=16, key=self._key)
        for start in range(0, len(body), _AT_ONCE):
            digest.update(body[start : start + _AT_ONCE])
        return digest.digest()

    def find(self, request: bytes, state: State) -> Remembered | None:
        """The answer to the same request, if all that it depends on is as it was."""
        with self._lock:
            known = self._kept.get(request)
        if known is None:
            return None
        generation, votes = known.state
        return known if generation == state[0] and votes is state[1] else None

    def keep(self, request: bytes, answer: Remembered) -> None:
        """Remembers an answer, if it isn't too long; the ones that nobody asked for longest go."""
        if len(answer.begun) * LARGEST_SHARE <= self._most:
            with self._lock:
                self._kept[request] = answer
