"""Article → Entry: what the knowledge base serves of an authored article and its proof."""

from __future__ import annotations

from collections.abc import Mapping

from indexer.article import MAIN, Article, ArticleCause, ArticleFix, Program
from indexer.proof import ProofFile, Run
from kb.models import Avoid, Cause, Entry, ErrorForm, Fix, Proof


def to_entry(article: Article, proof: ProofFile | None = None, source: str = "") -> Entry:
    """The entry that an article describes; `source` names the set of articles that it came from.

    Fixes count as verified by runs of this very content only: a proof of another version says nothing.
    """
    front = article.front
    programs = {one.block: one for one in article.programs()}
    runs = proof.runs if proof and proof.holds_for(article) else ()
    return Entry(
        id=article.id,
        title=front.title,
        library=front.library,
        origin="authored",
        errors=tuple(ErrorForm(form.exception, form.message, form.versions) for form in front.errors),
        summary=article.summary,
        causes=tuple(_cause(cause, programs) for cause in article.causes),
        fixes=tuple(_fix(fix, cause, programs, runs) for cause in article.causes for fix in cause.fixes),
        avoid=tuple(
            Avoid(one.title, one.text)
            for group in (*(cause.avoid for cause in article.causes), article.avoid)
            for one in group
        ),
        codes=front.codes,
        references=front.references,
        see_also=front.see_also,
        tags=front.tags,
        applies_to=front.applies_to,
        general=front.general,
        status=front.status,
        moved_to=front.moved_to,
        source=source,
        file=article.path,
        reproduction=tuple(whole(one) for one in programs.values() if one.kind == "raises"),
        table=front.table,
    )


def whole(program: Program) -> str:
    """A program to copy: its code, or all its files one after the other, each under its name."""
    if not program.files:
        return program.code
    files = {**program.files, MAIN[program.language]: program.code}
    return "\n".join(f"# file: {file}\n{code}" for file, code in files.items())


def _cause(cause: ArticleCause, programs: Mapping[str, Program]) -> Cause:
    reproductions = tuple(whole(one) for one in programs.values() if one.cause == cause.id and one.kind == "raises")
    return Cause(cause.id, cause.title, cause.text, cause.check, cause.evidence, reproductions, cause.lines)


def _fix(fix: ArticleFix, cause: ArticleCause, programs: Mapping[str, Program], runs: tuple[Run, ...]) -> Fix:
    own = [one for one in programs.values() if one.fix == fix.id]
    return Fix(
        id=fix.id,
        cause=cause.id,
        title=fix.title,
        text=fix.text,
        code=tuple(block.code for block in fix.blocks),
        program=whole(own[0]) if own else "",
        verified=_verified({one.block for one in own}, runs),
        lines=fix.lines,
    )


def _verified(blocks: set[str], runs: tuple[Run, ...]) -> tuple[Proof, ...]:
    """The environments in which every block of a fix ran clean, each with its latest day."""
    passed: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, str]] = {}
    for run in runs:
        if run.block in blocks and run.outcome == "passed":
            environment = run.python, tuple(sorted(run.packages.items()))
            passed.setdefault(environment, {})[run.block] = run.date
    return tuple(
        Proof(python, dict(packages), max(days.values()))
        for (python, packages), days in sorted(passed.items())
        if blocks and days.keys() == blocks
    )
