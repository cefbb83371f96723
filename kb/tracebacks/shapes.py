"""How the lines of tracebacks look: one regular expression for each, used by several dialects.

Each is anchored or begins with a rare literal, and none has a quantifier inside a quantified group over the same
characters, so that no line can take more than linear time.
"""

from __future__ import annotations

import re

from kb.patterns import late

HEADER = late(r"Traceback \((?:most recent call last|innermost last)\)\s*:?|^\W{0,4}Traceback\s*:\s*$")
FRAME = late(
    r"\s*(?:\W{1,3} ?)?File [\"“'](?P<filename>[^\"”]{1,1000}?)[\"”'],? line (?P<lineno>\d{1,9})"
    r"(?:,? in (?P<name>\S[^\n]{0,500}))?,?\s*$"
)
_PLAIN_FRAME = late(
    r" *+File \"(?P<filename>[^\"]{1,1000}+)\", line (?P<lineno>\d{1,9}+)(?:, in (?P<name>\S{1,500}+))?$"
)
REPEATED = late(r"\s*\[Previous line repeated \d+ more times?\]")
MARKING = "~^"
MARKS = late(r"\s*[~^][~^\s|]*$")
ELIDED = late(r"\s*\.{3}(?:\s*<\d+ lines>\.{3})?\s*$")

NAME = r"(?:[^\W\d]\w*|<locals>)(?:\.(?:[^\W\d]\w*|<locals>)){0,20}"
EXCEPTION = late(rf"(?P<indent>\s*)(?P<type>{NAME})(?:(?: ?:(?=\s|$)|：)\s?(?P<message>.*)|\s*$)")
"""The line of an exception. People who type it put a blank before the colon, or the wide one of Chinese."""

CAUSE = late(r"\W*The above exception was the direct cause of the following exception:?")
CONTEXT = late(r"\W*During handling of the above exception(?: \(.{0,2000}\))?, another exception occurred:?")

LOG = late(
    r"\s*(?:"
    r"[\[(]?\d{4}[-/.]\d\d[-/.]\d\d,?[T ]\d\d?:\d\d"
    r"|[\[(]?\d\d[-/]\d\d[-/]\d{2,4}[ T]\d\d:\d\d"
    r"|\[?\d\d:\d\d:\d\d[\],. ]"
    r"|[\[(]?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[, ]"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d"
    r"|\[?(?:TRACE|DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL)\]?(?::|\s|/|$)"
    r"|\[(?:[IWEC]|info|warn|error|debug) "
    r"|\[\d\d/[A-Z][a-z]{2}/\d{4}[ :]"
    r"|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3} - "
    r"|(?:START|END|REPORT) RequestId:"
    r"|level=\w|ts=\d"
    r")"
)
PROMPT = late(
    r"\s*(?:[$%❯➜] \S|>>>|\.\.\. |In ?\[\d*\]|Out\[\d+\]|PS [A-Z]:\\"
    r"|(?:\([\w.-]{1,40}\) )?(?:[A-Z]:\\[^>\n]{0,200}>|\[?[\w.-]{1,40}@[\w.-]{1,60}[: ][^$#\n]{0,200}[$#](?: |$)))"
)
HEADING = late(r"#{2,6} \w")
"""A heading in Markdown. One `#` alone may as well be a comment."""
FENCE = late(r"\s*(?:`{3,}|~{3,})\s*\w*\s*$")
RULE = late(r"\s*([-=_*#+!─═━~])\1{7,}")


def frame(text: str) -> re.Match[str] | None:
    """The line of a frame. Nearly all stand as Python prints them, and are told in a third of the time: looking for one
    character, as for a quote's end, is a search; looking for one of several is a step for each that is passed."""
    if "File " not in text:
        return None
    match = _PLAIN_FRAME.match(text)
    return match if match and "”" not in match[1] else FRAME.match(text)
