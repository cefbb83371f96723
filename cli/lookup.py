"""`kb lookup`: a paste in, ranked fixes out; one, or a batch of JSON lines."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from cli import completion
from cli.intake import SLACK, bounded_lines, object_of, read_paste
from cli.session import Session
from kb.errors import CallError
from kb.models import Context

NO_ANSWER = 1
_VERSION = re.compile(r"\d+(?:\.\d+){0,2}(?:(?:a|b|rc)\d+)?\+?")


@click.command()
@click.argument("file", default="-", metavar="[FILE or -]", shell_complete=completion.files)
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
    context = Context(_version(python), _packages(packages))
    if batch:
        return _batch(session, file, limit, context)
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


def _version(given: str | None) -> str | None:
    if given is not None and not _VERSION.fullmatch(given):
        raise CallError(f"--python {given!r} is no version", "write it as 3.12 or 3.12.4")
    return given


def _packages(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in given:
        name, equals, version = one.partition("==")
        if not (name.strip() and equals and version.strip()):
            raise CallError(f"--package {one!r} is no NAME==VERSION", "write it as pip freeze does: sqlalchemy==2.0.36")
        found[name.strip()] = version.strip()
    return found


def _batch(session: Session, file: str, limit: int, given: Context) -> int:
    """A line out for each line in; a bad line is answered by a line with `error`, the rest go on."""
    matcher, most = session.matcher, session.settings.max_paste_bytes
    for number, line in _lines(file, most * SLACK):
        answer: dict[str, Any] = {}
        try:
            if line is None:
                raise ValueError(f"longer than {most * SLACK} bytes")
            item = object_of(line)
            if "id" in item:
                answer["id"] = item["id"]
            text, context = _asked(item, most)
        except ValueError as problem:
            answer["error"] = f"line {number}: {problem}"
        else:
            answer = {"id": None, **answer, **matcher.lookup(text, limit, _joined(given, context)).to_dict()}
        print(json.dumps(answer), flush=True)
    return 0


def _asked(item: dict[str, Any], most: int) -> tuple[str, Context]:
    """Paste and context of a batch line. Raises ValueError saying what is wrong with them."""
    text = item.get("text")
    if not isinstance(text, str):
        raise ValueError("text is missing or no string")
    if len(text.encode("utf-8", "surrogatepass")) > most:
        raise ValueError(f"the text is longer than {most} bytes")
    return text, context_of(item.get("context"))


def _joined(given: Context, own: Context) -> Context:
    """What the flags say of all programs, and over it what a line says of its own."""
    return Context(own.python or given.python, {**given.packages, **own.packages})


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


def _lines(file: str, longest: int) -> Iterator[tuple[int, bytes | None]]:
    source: IO[bytes]
    if file == "-":
        source = sys.stdin.buffer
    else:
        try:
            source = Path(file).open("rb")  # noqa: SIM115 (closed by the `with` below)
        except OSError as problem:
            raise CallError(f"can't read {file}: {problem.strerror}", "check the path") from problem
    with source:
        for number, line in enumerate(bounded_lines(source, longest), 1):
            if line is None or line.strip():
                yield number, line
