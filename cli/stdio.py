"""One JSON request a line, one answer a line, for editors that keep one child.

A request is `{"id": …, "op": "lookup" | "suggest" | "search" | "entry", …}`; its other keys are those of the
HTTP route of that name. The answer is the route's body with the `id`, or `{"id", "error": {"code", "message"}}`.
Requests are answered in their order; the child ends with its input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from cli.intake import SLACK, bounded_lines, object_of
from cli.lookup import context_of
from cli.session import Session
from kb.errors import KBError
from kb.matcher import Matcher


def answer_lines(session: Session) -> int:
    """Answers until the input ends."""
    matcher = session.matcher
    longest = session.settings.max_paste_bytes * SLACK
    for line in bounded_lines(sys.stdin.buffer, longest):
        if line is None:
            answer = _error(None, "too-large", f"a request is at most {longest} bytes")
        elif line.strip():
            answer = _answer(matcher, line, session.settings.max_paste_bytes)
        else:
            continue
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    return 0


def _answer(matcher: Matcher, line: bytes, longest: int) -> dict[str, Any]:
    try:
        request = object_of(line)
    except ValueError as problem:
        return _error(None, "bad-request", str(problem))
    number = request.get("id")
    operation = OPERATIONS.get(str(request.get("op")))
    if operation is None:
        return _error(number, "bad-request", f"op is {request.get('op')!r}; known are {', '.join(OPERATIONS)}")
    try:
        return {"id": number, **operation(matcher, request, longest)}
    except KBError as problem:
        return _error(number, problem.code, str(problem))
    except ValueError as problem:
        return _error(number, "bad-request", str(problem))


def _lookup(matcher: Matcher, request: dict[str, Any], longest: int) -> dict[str, Any]:
    text = _text(request, "text")
    if len(text.encode("utf-8", "surrogatepass")) > longest:
        raise ValueError(f"the text is longer than {longest} bytes")
    return matcher.lookup(text, _limit(request, 5), context_of(request.get("context"))).to_dict()


def _suggest(matcher: Matcher, request: dict[str, Any], _: int) -> dict[str, Any]:
    return {"items": matcher.suggest(_text(request, "q"), _limit(request, 8))}


def _search(matcher: Matcher, request: dict[str, Any], _: int) -> dict[str, Any]:
    library, exception, cursor = (
        _text(request, name) if request.get(name) else None for name in ("library", "exception", "cursor")
    )
    return matcher.search(_text(request, "q"), library, exception, _limit(request, 20), cursor).to_dict()


def _entry(matcher: Matcher, request: dict[str, Any], _: int) -> dict[str, Any]:
    asked = _text(request, "entry")
    found = matcher.entry_dict(matcher.resolve(asked))
    if found is None:
        raise ValueError(f"no entry {asked!r}")
    return {"entry": found}


def _text(request: dict[str, Any], name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is missing or no string")
    return value


def _limit(request: dict[str, Any], default: int) -> int:
    value = request.get("limit", default)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100:
        raise ValueError("limit is no number from 1 to 100")
    return value


def _error(number: object, code: str, message: str) -> dict[str, Any]:
    return {"id": number, "error": {"code": code, "message": message}}


OPERATIONS: dict[str, Callable[[Matcher, dict[str, Any], int], dict[str, Any]]] = {
    "lookup": _lookup,
    "suggest": _suggest,
    "search": _search,
    "entry": _entry,
}
