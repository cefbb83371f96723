"""`kb lookup`: a paste in, ranked fixes out; one, or a batch of JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from cli.intake import read_paste
from cli.session import Session
from kb.errors import CallError
from kb.models import Context

NO_ANSWER = 1


@click.command()
@click.argument("file", default="-", metavar="[FILE or -]")
@click.option("--json", "as_json", is_flag=True, help="Print the lookup body.")
@click.option("--batch", is_flag=True, help='FILE holds JSON lines {"id", "text", "context"}; prints a line each.')
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True, help="Most entries to show.")
@click.option("--python", metavar="VERSION", help="The Python that the program runs on, such as 3.12.")
@click.option("--package", "packages", multiple=True, metavar="NAME==VERSION", help="An installed package; repeatable.")
@click.option("--full", is_flag=True, help="Show every cause and fix of every match, not just the likely ones.")
@click.pass_obj
def lookup(
    session: Session,
    file: str,
    as_json: bool,
    batch: bool,
    limit: int,
    python: str | None,
    packages: tuple[str, ...],
    full: bool,
) -> int:
    """Find the fix for a traceback (from FILE or standard input)."""
    if batch:
        return _batch(session, file, limit)
    context = Context(python, _packages(packages))
    if file == "-" and sys.stdin.isatty():
        print("Paste the traceback, then press Ctrl-D:", file=sys.stderr)
    text, notices = read_paste(file, session.settings.max_paste_bytes)
    answer = session.matcher.lookup(text, limit, context).to_dict()
    answer["notices"] = [*notices, *answer["notices"]]
    if as_json:
        print(json.dumps(answer))
    else:
        from cli.render import show_lookup

        show_lookup(answer, full=full)
    return NO_ANSWER if answer["verdict"] == "none" else 0


def _packages(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        name, equals, version = one.partition("==")
        if not (name.strip() and equals and version.strip()):
            raise CallError(f"--package {one!r} is no NAME==VERSION", "write it as pip freeze does: sqlalchemy==2.0.36")
        found[name.strip()] = version.strip()
    return found


def _batch(session: Session, file: str, limit: int) -> int:
    """A line out for each line in; a bad line is answered by a line with `error`, the rest go on."""
    matcher = session.matcher
    for number, line in _lines(file):
        answer: dict[str, Any]
        try:
            item = _item(line)
        except ValueError as problem:
            answer = {"error": f"line {number}: {problem}"}
        else:
            most = session.settings.max_paste_bytes
            if len(item["text"].encode("utf-8", "surrogatepass")) > most:
                answer = {"id": item["id"], "error": f"line {number}: the text is longer than {most} bytes"}
            else:
                answer = {"id": item["id"], **matcher.lookup(item["text"], limit, item["context"]).to_dict()}
        print(json.dumps(answer), flush=True)
    return 0


def _item(line: bytes) -> dict[str, Any]:
    """A batch line, checked. Raises ValueError saying what is wrong with it."""
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as problem:
        raise ValueError(f"no JSON: {problem}") from None
    if not isinstance(item, dict):
        raise ValueError("a line is an object with id and text")
    if not isinstance(item.get("text"), str):
        raise ValueError("text is missing or no string")
    return {"id": item.get("id"), "text": item["text"], "context": context_of(item.get("context"))}


def context_of(given: object) -> Context:
    """A context from JSON. Raises ValueError saying what is wrong with it."""
    if given is None:
        return Context()
    if not isinstance(given, dict):
        raise ValueError("context is no object")
    python, packages = given.get("python"), given.get("packages") or {}
    if python is not None and not isinstance(python, str):
        raise ValueError("context.python is no string")
    if not isinstance(packages, dict) or not all(isinstance(version, str) for version in packages.values()):
        raise ValueError("context.packages is no object of strings")
    return Context(python, packages)


def _lines(file: str) -> Iterator[tuple[int, bytes]]:
    source: IO[bytes]
    if file == "-":
        source = sys.stdin.buffer
    else:
        try:
            source = Path(file).open("rb")  # noqa: SIM115 (closed by the `with` below)
        except OSError as problem:
            raise CallError(f"can't read {file}: {problem.strerror}", "check the path") from problem
    with source:
        for number, line in enumerate(source, 1):
            if line.strip():
                yield number, line
