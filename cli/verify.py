"""`kb verify`: run the examples of articles, and look each real traceback up."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import completion
from cli.filling import progress_bar
from cli.intake import counted
from cli.session import Session
from kb.settings import shipped_articles

if TYPE_CHECKING:
    from indexer.verify import Lookup, Verification


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]", shell_complete=completion.files)
@click.option("--library", help="Only articles of this library.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Examples run at a time; one per core without it.")
@click.option("--changed", is_flag=True, help="Only articles without a proof that holds.")
@click.option("--upgrade", is_flag=True, help="Prove with the newest packages, not those of earlier proofs.")
@click.option(
    "--unsandboxed", is_flag=True, help="Run examples without a sandbox, where none works. Only what you trust."
)
@click.option("--no-lookup", is_flag=True, help="Don't look the tracebacks up.")
@click.option("--json", "as_json", is_flag=True, help="A line per article, as JSON.")
@click.pass_obj
def verify(
    session: Session,
    paths: tuple[str, ...],
    library: str | None,
    jobs: int | None,
    changed: bool,
    upgrade: bool,
    unsandboxed: bool,
    no_lookup: bool,
    as_json: bool,
) -> int:
    """Run reproductions and fixes of articles (all of ours, where no PATH is given)."""
    from indexer.verify import find
    from indexer.verify import verify as run

    files = find([Path(path) for path in paths or [str(shipped_articles())]])
    done = 0

    def tell(one: Verification) -> None:
        nonlocal done
        done += 1
        if bar:
            bar(done, len(files), one.id)
        if as_json:
            problems = [problem.to_dict() for problem in one.problems]
            print(json.dumps({"article": one.id, "ok": one.ok, "proven": one.proven, "problems": problems}))
            return
        print(f"{'FAILED' if not one.ok else 'ok' if one.proven else 'no run':6} {one.id}")
        for problem in one.problems:
            print(f"       {problem}")
        sys.stdout.flush()

    with progress_bar("Verifying") as bar:
        found = run(
            files,
            data_dir=session.settings.data_dir,
            jobs=jobs,
            changed=changed,
            library=library,
            unsandboxed=unsandboxed,
            upgrade=upgrade,
            interpreters=session.settings.pythons,
            progress=tell,
            lookup=None if no_lookup else _lookup(session),
        )
    failed = sum(not one.ok for one in found)
    if not as_json:
        bare = sum(one.ok and not one.proven for one in found)
        said = f"{counted(len(found), 'article', 'articles')} verified, {failed} failed"
        print(f"{said}, {bare} without anything to run" if bare else said, file=sys.stderr)
    return 1 if failed else 0


def _lookup(session: Session) -> Lookup:
    matcher = session.matcher

    def look_up(text: str) -> tuple[str | None, str | None, str | None]:
        answer = matcher.lookup(text).answer
        if not answer.matches:
            return answer.verdict, None, None
        first = answer.matches[0]
        pointed = first.causes[0].cause.id if first.causes and first.causes[0].likely else None
        return answer.verdict, first.entry.id, pointed

    return look_up
