"""`kb index`, `extract`, `lint` and `new`: the commands of those who write articles."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli import completion
from cli.filling import progress_bar
from cli.intake import counted, read_page, read_paste
from cli.session import Session
from kb.errors import CallError
from kb.settings import shipped_articles


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", shell_complete=completion.files)
@click.option("--rebuild", is_flag=True, help="Read everything again.")
@click.option("--prune", is_flag=True, help="Drop what vanished from the named sources.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_obj
def index(session: Session, paths: tuple[str, ...], rebuild: bool, prune: bool, as_json: bool) -> int:
    """Bring articles into the knowledge base: PATHs (files or folders), or every known source."""
    from indexer.pipeline import index as run

    with progress_bar("Indexing") as progress:
        report = run(session.settings, paths, rebuild=rebuild, prune=prune, progress=progress)
    if as_json:
        fields = ("generation", "added", "changed", "removed", "rejected", "notices", "entries")
        body = {name: getattr(report, name) for name in fields} | {"unchanged": len(report.unchanged)}
        print(json.dumps(body))
        return 0
    for mark, names in (("added", report.added), ("changed", report.changed), ("removed", report.removed)):
        for name in names:
            print(f"{mark:9} {name}")
    for name, reason in report.rejected:
        print(f"rejected  {name}: {reason}")
    for notice in report.notices:
        print(f"note      {notice}")
    print(
        f"{len(report.added)} added, {len(report.changed)} changed, {len(report.unchanged)} unchanged, "
        f"{len(report.removed)} removed, {len(report.rejected)} rejected; {report.entries} entries"
    )
    return 0


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", shell_complete=completion.files)
@click.option("--json", "as_json", is_flag=True, help="A line per file, as JSON.")
@click.option("--markdown", is_flag=True, help="Begin an article from the page, for you to finish.")
@click.option("--entry", type=click.IntRange(min=1), default=1, show_default=True, help="Which of its errors.")
def extract(files: tuple[str, ...], as_json: bool, markdown: bool, entry: int) -> int:
    """Show what the indexer reads out of articles, without storing anything."""
    if markdown:
        return _begin_article(files, entry)

    answered = unreadable = 0
    for name in files:
        for body in _extracted(name):
            answered += bool(body["entries"])
            unreadable += "error" in body
            if as_json:
                print(json.dumps(body), flush=True)
            else:
                from cli.render import show_extraction

                show_extraction(body)
    if answered:
        return 0
    return CallError.exit_status if unreadable else 1


def _extracted(name: str) -> Iterator[dict[str, Any]]:
    """What is read out of a file: one body, or, of a dump, one for each page that tells of an error."""
    from indexer.dumps import DumpDamaged, kind_of
    from indexer.loose import extract_body

    try:
        if kind_of(Path(name)):
            from indexer.dumps.reading import bodies

            yield from bodies(Path(name))
        else:
            yield extract_body(read_page(name), name)
    except (OSError, DumpDamaged) as problem:
        reason = getattr(problem, "strerror", None) or problem
        yield {"file": name, "entries": [], "error": f"can't read {name}: {reason}"}


def _begin_article(files: tuple[str, ...], number: int) -> int:
    from indexer.page_draft import drafts

    if len(files) != 1:
        raise CallError("--markdown is for one page", "name one FILE; an article is about one error")
    try:
        found = drafts(read_page(files[0]), files[0])
    except OSError as problem:
        raise CallError(f"can't read {files[0]}: {problem.strerror}", "name a page") from problem
    if number > len(found):
        raise CallError(f"{files[0]} tells {len(found)} errors, not {number}", "choose a smaller --entry")
    if len(found) > 1:
        print(f"kb: this is error {number} of {len(found)} of the page; --entry N takes another", file=sys.stderr)
    print(found[number - 1], end="")
    return 0


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", shell_complete=completion.files)
@click.option("--installed", is_flag=True, help="Also ask whether the packages installed here raise the messages.")
@click.option("--json", "as_json", is_flag=True, help="A line per problem, as JSON.")
def lint(paths: tuple[str, ...], installed: bool, as_json: bool) -> int:
    """Show every problem of the articles: path, line, code, message, hint."""
    from indexer.lint import lint as run
    from indexer.problems import has_errors
    from indexer.raised import unraised
    from indexer.shelf import ids
    from indexer.stealing import steals

    shipped = shipped_articles()
    problems = run(
        paths or [str(shipped)], known=ids(shipped), extra_checks=[steals, unraised] if installed else [steals]
    )
    for problem in problems:
        print(json.dumps(problem.to_dict()) if as_json else str(problem))
    if not as_json:
        print(counted(len(problems), "problem", "problems") if problems else "no problems", file=sys.stderr)
    return 1 if has_errors(problems) else 0


@click.command()
@click.argument("entry_id", metavar="LIBRARY/SLUG")
@click.option("--folder", default="articles", show_default=True, help="Folder of articles to write into.")
@click.pass_obj
def new(session: Session, entry_id: str, folder: str) -> int:
    """Start a new article, filled in from a paste on standard input where there is one."""
    from indexer.draft import draft
    from indexer.harvest import harvested
    from kb.tracebacks import read

    reading = None
    if not sys.stdin.isatty():
        text, _ = read_paste("-", session.settings.max_paste_bytes)
        reading = read(text) if text.strip() else None
    path = Path(folder, f"{entry_id}.md")
    content = draft(entry_id, reading, harvested)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise CallError(f"{path} is there already", "choose another slug, or edit it") from None
    except OSError as problem:
        raise CallError(f"can't write {path}: {problem.strerror}", "choose another --folder") from problem
    print(path)
    return 0
