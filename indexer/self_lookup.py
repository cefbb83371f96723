"""Does an article answer its own tracebacks? Reader, rules, ranking and article are tested by each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from indexer.article import Article
from indexer.problems import Problem, problem
from indexer.proof import RecordedTraceback

Lookup = Callable[[str], tuple[str | None, str | None, str | None]]
"""Looks a traceback up: the verdict, the first entry's id, and the id of the cause that evidence points to (None
where it points to none)."""


def problems(article: Article, recorded: Sequence[RecordedTraceback], lookup: Lookup) -> Iterator[Problem]:
    """What is wrong with the answers to the tracebacks that were recorded and to those written out in the article."""
    if article.front.status != "published":
        return
    lines = {program.block: program.line for program in article.programs()}
    shown = [(item.block, item.cause, lines.get(item.block, 0), item.text) for item in recorded]
    shown += [("text traceback", cause or "", block.line, block.code) for cause, block in article.all_tracebacks()]
    fixed = any(cause.fixes for cause in article.causes)
    trusted = {"match", "related"} if article.front.general or not fixed else {"match"}
    for block, cause, line, text in dict.fromkeys(shown):
        verdict, first, likely = lookup(text)
        if first != article.id:
            yield problem("KB508", article.path, line, block=block, found=first or "nothing")
        elif verdict not in trusted:
            yield problem("KB509", article.path, line, block=block, verdict=verdict)
        elif cause and likely and likely != cause:
            yield problem("KB510", article.path, line, block=block, cause=cause, found=likely)
