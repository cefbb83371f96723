"""`kb wanted`: errors that were asked for and that no entry answers, for those who write articles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.session import Session
from kb.errors import CallError

if TYPE_CHECKING:
    from kb.store import Wanted
    from kb.wanted import Unknown

NONE_WANTED = 1
LARGEST_IMPORT = 16 << 20
MOST_TIMES = 1_000_000


@click.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON; --import reads that elsewhere.")
@click.option("--drafts", metavar="FOLDER", help="Begin an article for each in FOLDER/<library>/<slug>.md.")
@click.option("--forget", metavar="FINGERPRINT", multiple=True, help="Take an error off the list (repeatable).")
@click.option("--import", "file", metavar="FILE", help="Add what another knowledge base printed with --json.")
@click.pass_obj
def wanted(
    session: Session, limit: int, as_json: bool, drafts: str | None, forget: tuple[str, ...], file: str | None
) -> int:
    """Show errors that were asked for and that no entry answers, most often wanted first."""
    from kb.still_wanted import StillWanted

    base = session.knowledge_base()
    if file is not None:
        base.store.bring(_read(file))
    for fingerprint in forget:
        if not base.store.forget(fingerprint):
            raise CallError(f"no wanted error has the fingerprint {fingerprint}", "`kb wanted --json` shows them")
    rows = StillWanted(base.store, base.matcher).top(limit)
    if drafts is not None:
        for path in _write_drafts(Path(drafts), rows):
            print(path)
    elif as_json:
        print(json.dumps({"items": [row.to_dict() for row in rows]}))
    else:
        from cli.render import show_wanted

        show_wanted(rows)
    return 0 if rows else NONE_WANTED


def _write_drafts(folder: Path, rows: Sequence[Wanted]) -> Iterator[Path]:
    """Begins an article for each, but for those that are there already. Raises CallError where none can be written."""
    from indexer.article import slug
    from indexer.draft import draft
    from kb.models import Reading, Traceback
    from kb.wanted import template

    for row in rows:
        name = row.exception.rpartition(".")[2]
        identity = f"{row.library or 'python'}/{slug(f'{name} {row.normal}') or row.fingerprint}"
        error = Traceback(row.exception, row.normal, "raised", (0, 0))
        content = draft(identity, Reading("python", ((error,),)), lambda one: template(one.message))
        path = folder / f"{identity}.md"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(content)
        except FileExistsError:
            continue
        except OSError as problem:
            raise CallError(f"can't write {path}: {problem.strerror}", "choose another --drafts") from problem
        yield path


def _read(name: str) -> Iterable[tuple[Unknown, int, str]]:
    """What another knowledge base wants. It is cleaned again: a file may hold anything. Raises CallError."""
    try:
        with Path(name).open("rb") as file:
            data = file.read(LARGEST_IMPORT + 1)
        if len(data) > LARGEST_IMPORT:
            raise CallError(f"{name} holds more than {LARGEST_IMPORT} bytes", "split it")
        return [_row(item) for item in json.loads(data)["items"]]
    except OSError as problem:
        raise CallError(f"can't read {name}: {problem.strerror}", "name a file of `kb wanted --json`") from problem
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise CallError(f"{name} is no list of wanted errors", "name a file of `kb wanted --json`") from problem


def _row(item: Any) -> tuple[Unknown, int, str]:
    from datetime import UTC, datetime

    from kb.wanted import keepable

    error = keepable(str(item["exception"]), str(item["normal"]), str(item["library"]))
    if error is None:
        raise ValueError(item["exception"])
    last = datetime.fromisoformat(item["last"]).astimezone(UTC).isoformat(timespec="seconds")
    return error, max(1, min(int(item["count"]), MOST_TIMES)), last
