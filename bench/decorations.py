"""What happens to a traceback on its way into a paste. Each takes the text as it was printed."""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Callable

Decoration = Callable[[str], str]

_FRAME = re.compile(r"\s*File \"[^\"]+\", line \d+")
_NAMES_ERROR = re.compile(
    r"(?:(?:[A-Za-z_]\w*\.)+[A-Z]\w*|[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration|Group))(?=: |:?$)"
)


SCREEN = 24
"""Lines that a terminal shows at least."""


def _each_line(prefix: str) -> Decoration:
    return lambda text: "".join(f"{prefix}{line}\n" for line in text.rstrip("\n").split("\n"))


def _journald(text: str) -> str:
    return _each_line("Mar 14 09:26:53 web-1 gunicorn[4711]: ")(text)


def _timestamped(text: str) -> str:
    lines = text.rstrip("\n").split("\n")
    return "".join(f"2025-03-14T09:26:{53 + i % 7:02}.{i:03}Z {line}\n" for i, line in enumerate(lines))


def _logged(text: str) -> str:
    return f"2025-03-14 09:26:53,589 ERROR [app.jobs] job 17 failed\n{text}"


def _coloured(text: str) -> str:
    text = re.sub(r'(File )("[^"\n]*")', "\\1\x1b[35m\\2\x1b[0m", text)
    head, found, last = text.rstrip("\n").rpartition("\n")
    name, colon, message = last.partition(": ")
    return f"{head}{found}\x1b[1;35m{name}\x1b[0m{colon}\x1b[35m{message}\x1b[0m\n"


def _page(text: str) -> str:
    shown = html.escape(text).replace("\n", "<br>\n").replace("  ", "&nbsp; ")
    return f"<p>My program stops with:</p>\n<pre><code>{shown}</code></pre>"


def _json_line(text: str) -> str:
    return json.dumps({"level": "error", "time": 1741944413, "exc_info": text, "logger": "app"})


def _windows(text: str) -> str:
    def path(found: re.Match[str]) -> str:
        return 'File "C:\\Users\\me' + found[1].replace("/", "\\") + '"'

    return re.sub(r'File "(/[^"\n]*)"', path, text).replace("\n", "\r\n")


def _error_line(lines: list[str]) -> int | None:
    """The line that names the error: the first one below the last frame, or without frames the last one."""
    behind = max((place for place, line in enumerate(lines) if _FRAME.match(line)), default=-1)
    named = [place for place, line in enumerate(lines) if place > behind and _NAMES_ERROR.match(line)]
    return named[0 if behind >= 0 else -1] if named else None


def _last_line(text: str) -> str:
    """From the line that names the error on, since a message may have several; all of it where no line does, as where a
    tool complains."""
    lines = text.rstrip("\n").split("\n")
    return "\n".join(lines[_error_line(lines) or 0 :])


def _prose(text: str) -> str:
    said = "Hi all, since this morning I get the following when I start the job, and yesterday it worked:\n\n"
    return f"{said}{text}\nAny idea what I should look at? Thanks!\n"


def _cut_top(text: str) -> str:
    """The upper half of the lines is gone, as where a terminal's buffer ended, but never the line that names the
    error; where no line does, what is shorter than a screen is whole."""
    lines = text.rstrip("\n").split("\n")
    place = _error_line(lines)
    most = max(len(lines) - SCREEN, 0) if place is None else place
    return "\n".join(lines[min(len(lines) // 2, most) :]) + "\n"


def _cut_end(text: str) -> str:
    """The last fifth of the message is gone, as where a field was full; never anything of the error's name. Where no
    line names the error, the last fifth of the last line."""
    text = text.rstrip("\n")
    lines = text.split("\n")
    place = _error_line(lines)
    if place is None:
        return text[: len(text) - len(lines[-1]) // 5]
    shown = "\n".join(lines[place:])
    name = _NAMES_ERROR.match(shown)
    return text[: len(text) - (len(shown) - (name.end() if name else 0)) // 5]


def _wrapped(text: str) -> str:
    """A terminal of 80 columns, copied line by line."""
    return "".join(f"{line[i : i + 80]}\n" for line in text.split("\n") for i in range(0, max(len(line), 1), 80))


def _retyped(text: str) -> str:
    """The line that names the error in small letters, as people type it into a search box."""
    return text if _error_line(text.split("\n")) is None else _last_line(text).lower()


DECORATIONS: dict[str, Decoration] = {
    "plain": lambda text: text,
    "compose prefix": _each_line("web-1  | "),
    "journald": _journald,
    "timestamps": _timestamped,
    "log line before": _logged,
    "mail quotes": _each_line("> "),
    "ANSI colours": _coloured,
    "HTML": _page,
    "JSON": _json_line,
    "Windows, CRLF": _windows,
    "last line only": _last_line,
    "prose around": _prose,
    "indented": lambda text: textwrap.indent(text, "        "),
    "cut at the top": _cut_top,
    "cut at the end": _cut_end,
    "wrapped at 80": _wrapped,
    "small letters": _retyped,
}
"""Name → what it does to a text."""
