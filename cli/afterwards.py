"""`kb run` after the program's death: what is known of the exception, on standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from cli.lookup import context_of
from cli.session import Session
from kb.errors import KBError


def explain(report: str, limit: int, flags: Mapping[str, str | None]) -> None:
    """Looks up the traceback of a report that the hook wrote and shows the best fixes.

    Whatever is wrong with the report or the knowledge base takes one line: the program's own output is what counts.
    """
    session = Session(flags)
    try:
        said = _read(report)
        text, context = said["text"], context_of({"python": said["python"], "packages": said["packages"]})
        answer = session.matcher.lookup(text, limit, context).to_dict()
    except KBError as problem:
        print(f"kb: {problem}", file=sys.stderr)
        return
    except (OSError, ValueError, KeyError, TypeError):
        print("kb: the program left no readable report of its exception", file=sys.stderr)
        return
    finally:
        session.close()
    if answer["verdict"] == "none":
        print("kb: no entry fits this error", file=sys.stderr)
        return
    from cli.render import show_brief

    print(file=sys.stderr)
    show_brief(answer)


def _read(report: str) -> dict[str, Any]:
    # Not by a link that somebody may have laid there.
    with os.fdopen(os.open(report, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), encoding="utf-8") as file:
        said = json.load(file)
    if not isinstance(said, dict) or not isinstance(said.get("text"), str):
        raise ValueError("no report")
    return said
