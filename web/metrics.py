"""Counters in the Prometheus text format.

Each server process counts for itself and says so with the label `process`, so that sums over it are right whichever
process a scrape happens to meet.
"""

from __future__ import annotations

import os
import threading
from bisect import bisect_left
from collections import Counter

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})


class Metrics:
    """What one process counted: requests by route and status, lookups by verdict, and how long lookups took."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._verdicts: Counter[str] = Counter()
        self._remembered = 0
        self._buckets = [0] * (len(BOUNDS_SECONDS) + 1)
        self._seconds = 0.0

    def request(self, route: str, method: str, status: int) -> None:
        """Count an answer. `route` is the rule, not the path, so that there are few of them."""
        with self._lock:
            self._requests[route, method if method in METHODS else "other", status] += 1

    def lookup(self, verdict: str, took_ms: float, *, remembered: bool = False) -> None:
        """Count a lookup and its time in milliseconds; `remembered`: its answer was there already."""
        with self._lock:
            self._remembered += remembered
            self._verdicts[verdict] += 1
            self._buckets[bisect_left(BOUNDS_SECONDS, took_ms / 1000)] += 1
            self._seconds += took_ms / 1000

    def text(self, entries: int) -> str:
        """All counters as Prometheus text. `entries` is how many entries the knowledge base holds."""
        process = f'process="{os.getpid()}"'
        lines = ["# HELP kb_entries Entries of the knowledge base.", "# TYPE kb_entries gauge", f"kb_entries {entries}"]
        with self._lock:
            lines += ["# HELP kb_http_requests_total Answers by route, method and status."]
            lines += ["# TYPE kb_http_requests_total counter"]
            for (route, method, status), count in sorted(self._requests.items()):
                labels = f'{process},route="{route}",method="{method}",status="{status}"'
                lines.append(f"kb_http_requests_total{{{labels}}} {count}")
            lines += ["# HELP kb_lookups_total Lookups by verdict.", "# TYPE kb_lookups_total counter"]
            for verdict, count in sorted(self._verdicts.items()):
                lines.append(f'kb_lookups_total{{{process},verdict="{verdict}"}} {count}')
            lines += ["# HELP kb_lookups_remembered_total Lookups answered as the same request was before."]
            lines += ["# TYPE kb_lookups_remembered_total counter"]
            lines.append(f"kb_lookups_remembered_total{{{process}}} {self._remembered}")
            lines += ["# HELP kb_lookup_seconds Time that lookups took.", "# TYPE kb_lookup_seconds histogram"]
            total = 0
            for bound, count in zip((*map(str, BOUNDS_SECONDS), "+Inf"), self._buckets, strict=True):
                total += count
                lines.append(f'kb_lookup_seconds_bucket{{{process},le="{bound}"}} {total}')
            lines.append(f"kb_lookup_seconds_sum{{{process}}} {self._seconds:.6f}")
            lines.append(f"kb_lookup_seconds_count{{{process}}} {total}")
        return "\n".join(lines) + "\n"
