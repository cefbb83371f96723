"""The table of dialects. A recogniser is handed the cleaned lines and the number of one that its trigger matched;
it answers with what it understood from there on, or with nothing. The first row that answers wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kb.patterns import late
from kb.tracebacks import arguments, asides, bare, boxes, groups, ipython, pages, pytest_reports, python
from kb.tracebacks.found import Found
from kb.tracebacks.lines import Line


@dataclass(frozen=True, slots=True)
class Dialect:
    """A form in which errors are printed. `trigger` is matched at the start of a line, behind its indentation."""

    name: str
    trigger: str
    read: Callable[[list[Line], int], Found | None]
    why: str
    example: str


DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        "group",
        r"[|+](?:-| +(?:Exception Group|Traceback|File \"|[\w.]+(?:Error|Exception|Group)))",
        groups.read,
        "a tree of tracebacks, drawn with bars",
        "  + Exception Group Traceback (most recent call last):\n  | ExceptionGroup: two (2 sub-exceptions)\n"
        "  +-+---------------- 1 ----------------\n    | KeyError: 1\n    +------------------------------------",
    ),
    Dialect(
        "ipython",
        r"(?:[\w.]+ {2,}Traceback \(most|(?:Cell |Input )In ?\[|[~/<.\[\w].{0,600} in [\w.<]|File .{1,600}:\d+, in )",
        ipython.read,
        "notebooks print frames with numbered source",
        "KeyError         Traceback (most recent call last)\nCell In[1], line 1\n----> 1 d['a']\n\nKeyError: 'a'",
    ),
    Dialect(
        "rich",
        r"[╭┏┌│┃]",
        boxes.read,
        "typer and others draw their tracebacks",
        "╭─ Traceback (most recent call last) ─╮\n│ /srv/app.py:3 in load │\n"
        "╰─────────────────────────────────────╯\nKeyError: 1",
    ),
    Dialect(
        "python",
        r"(?:.{0,300}Traceback \(|\W{0,4}File [\"“']|\W{0,4}Traceback\s*:)",
        python.read,
        "the interpreter's own form",
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nKeyError: 1',
    ),
    Dialect(
        "warning",
        r"\S.{0,400}:\d+: (?:[\w.]*W|[\w.]+w)arning: ",
        asides.read_warning,
        "warnings say the place first",
        "app.py:3: DeprecationWarning: gone in 4.0",
    ),
    Dialect(
        "pytest",
        r"(?:E  ?\s*\S|>\s{2,}\S|\S.{0,400}\.py:\d+: in \S)",
        pytest_reports.read,
        "the error stands behind a capital E",
        ">       load()\nE       KeyError: 'a'\n\ntests/test_a.py:3: KeyError",
    ),
    Dialect(
        "pytest place",
        r"\S.{0,400}\.py:\d+: \w",
        pytest_reports.read_place,
        "the last line of a report that was cut",
        "tests/test_a.py:3: KeyError",
    ),
    Dialect(
        "pytest summary",
        r"(?:FAILED|ERROR) ",
        pytest_reports.read_summary,
        "often all that a CI log shows",
        "FAILED tests/test_a.py::test_b - KeyError: 'a'",
    ),
    Dialect(
        "pytest collection",
        r"_{3,}(?: ERROR)? (?:collecting|ERROR collecting)",
        pytest_reports.read_collection,
        "some refusals of pytest name no exception",
        "____ ERROR collecting tests/test_a.py ____\nimport file mismatch:\nimported module 'test_a' has this …",
    ),
    Dialect(
        "vscode",
        r"Exception has occurred: ",
        pages.read_occurred,
        "the debugger of Visual Studio Code names the type first",
        "Exception has occurred: KeyError\n'a'\n  File \"a.py\", line 1, in <module>\n    d['a']",
    ),
    Dialect(
        "django",
        r"[\w.]+ at /",
        pages.read_django,
        "the head of the debug page",
        "KeyError at /notes/\n'a'\nRequest Method: GET",
    ),
    Dialect(
        "fields",
        r"(?:[Ee]xception|[Ee]rror)[ _.-]?(?:[Tt]ype|[Cc]lass)\s*[:=]",
        pages.read_fields,
        "reports that name type and value apart",
        "Exception Type: KeyError\nException Value: 'a'",
    ),
    Dialect(
        "exc_info",
        r"\(<(?:class|type) '",
        arguments.read_info,
        "programs log what sys.exc_info() holds",
        "(<class 'OSError'>, OSError(2, 'No such file'), <traceback object at 0x7f>)",
    ),
    Dialect(
        "arguments",
        r"An exception of type ",
        arguments.read_type,
        "a much copied answer formats exceptions so",
        "An exception of type ValueError occurred. Arguments:\n('no such grain',)",
    ),
    Dialect(
        "class",
        r"<(?:class|type|exception) '",
        pages.read_class,
        "programs that print the class",
        "<class 'KeyError'>: 'a'",
    ),
    Dialect(
        "bare",
        r"(?:\[?(?:ERROR|CRITICAL|FATAL)\]?:? {1,8})?[\"'`*“(]{0,3}[^\W\d][\w.<>]*[`*]{0,3}(?: ?:|：|\s*$)",
        bare.read,
        "people paste the last line only",
        "KeyError: 'user'",
    ),
)

GATE = late(r"\s*(?:" + "|".join(f"(?:{dialect.trigger})" for dialect in DIALECTS) + ")")
TRIGGERS = tuple((late(r"\s*(?:" + dialect.trigger + ")"), dialect.read) for dialect in DIALECTS)
