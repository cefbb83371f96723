"""Load on one route for some seconds: with wrk where it is installed, else with threads of our own."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from bench.timing import calls, percentile

CONNECTIONS = 8
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


class Load(NamedTuple):
    """What a route bore: requests a second, 99 % of the answers within so many milliseconds, and how many failed."""

    rate: float
    p99: float
    failed: int


def wrk() -> str | None:
    """The load generator, where it is installed."""
    return shutil.which("wrk")


def put(port: int, path: str, texts: Sequence[str], seconds: float, folder: Path) -> Load:
    """Asks a route; with texts, posts them in turn as lookups."""
    tool = wrk()
    return _with_wrk(tool, port, path, texts, seconds, folder) if tool else _with_threads(port, path, texts, seconds)


def ask_each(port: int, path: str, texts: Sequence[str]) -> None:
    """Posts each text once, one after the other."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for text in texts:
            connection.request("POST", path, _body(text), {"Content-Type": "application/json"})
            connection.getresponse().read()


def _body(text: str) -> str:
    return json.dumps({"text": text, "limit": 10})


def _with_wrk(tool: str, port: int, path: str, texts: Sequence[str], seconds: float, folder: Path) -> Load:  # noqa: PLR0917
    command = [tool, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--latency"]
    if texts:
        script = folder / "lookups.lua"
        bodies = ",\n".join(f"[====[{_body(text)}]====]" for text in texts)
        script.write_text(
            f"local bodies, turn = {{{bodies}}}, 0\n"
            'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
            "request = function()\n  turn = turn % #bodies + 1\n"
            "  return wrk.format(nil, nil, nil, bodies[turn])\nend\n",
            encoding="utf-8",
        )
        command += ["-s", str(script)]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    tail = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    failed = sum(map(int, re.findall(r"Non-2xx or 3xx responses: (\d+)", done.stdout)))
    failed += sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", done.stdout)))
    assert rate is not None
    assert tail is not None
    return Load(float(rate[1]), float(tail[1]) * _UNITS[tail[2]], failed)


def _with_threads(port: int, path: str, texts: Sequence[str], seconds: float) -> Load:
    """Slower than the server, so that ratios come out nearer to 1 than they are."""
    import time

    until, taken, failures = time.monotonic() + seconds, list[float](), list[int]()
    bodies = list(map(_body, texts))

    def client(turn: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

        def ask(number: int) -> None:
            if bodies:
                headers = {"Content-Type": "application/json"}
                connection.request("POST", path, bodies[number % len(bodies)], headers)
            else:
                connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(answer.status)

        while time.monotonic() < until:
            taken.extend(calls(ask, [turn]))
            turn += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(turn * 7,)) for turn in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(len(taken) / seconds, percentile(taken, 0.99), len(failures))
