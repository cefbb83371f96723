"""Lint: every problem of the articles, those of a single one and those between several.

`indexer.authored` says what can't be read; here stands what can be read and still isn't good: no check,
no proof, a dead link, a message that two articles claim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from indexer import proof as proofs
from indexer import shelf
from indexer.article import Article
from indexer.problems import Problem, problem
from indexer.proof import ProofFile
from kb.templates import skeleton

Check = Callable[[Sequence[Article]], Iterable[Problem]]
"""A check over all articles at once, for callers that know more than the files say."""

FindProof = Callable[[Article], tuple[ProofFile | None, list[Problem]]]

_ID_PART = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 60
_LONGEST_TITLE = 90
_PAGE = "/e/"
"""Where entries are served: an article links to another as `/e/library/slug`."""


def proof_beside(article: Article) -> tuple[ProofFile | None, list[Problem]]:
    """The proof that lies beside the article."""
    return proofs.read(proofs.path_beside(article.path))


def lint(
    paths: Iterable[str | Path],
    *,
    known: Iterable[str] = (),
    find_proof: FindProof = proof_beside,
    extra_checks: Iterable[Check] = (),
) -> list[Problem]:
    """All problems of the articles at those paths, in the order of path and line.

    `known` are ids of articles that lie elsewhere. An article may name any other that lies in a folder
    beside its own, linted or not. Raises CallError for a path that doesn't exist.
    """
    problems: list[Problem] = []
    articles: list[Article] = []
    for path in shelf.find(paths):
        article, found = shelf.load(path)
        problems += found
        if article is not None:
            articles.append(article)
            problems += check(article, find_proof)
    problems += _between(articles, frozenset(known))
    for extra in extra_checks:
        problems += extra(articles)
    return sorted(set(problems))


def check(article: Article, find_proof: FindProof = proof_beside) -> Iterator[Problem]:
    """What is wrong with one article that could be read."""
    yield from _head(article)
    if article.front.status == "retired":
        return
    yield from _body(article)
    if article.front.status == "published" and article.front.runnable and any(article.programs()):
        proof, problems = find_proof(article)
        yield from problems
        if not problems:
            yield from _proof(article, proof)


def _head(article: Article) -> Iterator[Problem]:
    path, front, lines = article.path, article.front, article.front_lines
    if front.library != article.library:
        yield problem("KB301", path, lines["library"], library=front.library, folder=article.library)
    parts = article.library, article.slug
    if not all(_ID_PART.fullmatch(part) and len(part) <= _LONGEST_SLUG for part in parts):
        yield problem("KB302", path, 0, slug=article.id)
    if len(front.title) > _LONGEST_TITLE or "\n" in front.title:
        yield problem("KB303", path, lines["title"], reason=f"has {len(front.title)} characters")
    elif front.title.endswith("."):
        yield problem("KB303", path, lines["title"], reason="ends in a full stop")
    for number, address in enumerate(front.references):
        if not address.startswith("https://"):
            yield problem("KB309", path, lines[f"references.{number}"])
    for key in front.model_fields_set:
        if getattr(front, key) == type(front).model_fields[key].get_default(call_default_factory=True):
            yield problem("KB315", path, lines[key], key=key)


def _body(article: Article) -> Iterator[Problem]:
    if not article.causes:
        yield problem("KB311", article.path, 0)
    for cause in article.causes:
        if not cause.check:
            yield problem("KB304", article.path, cause.line)
        if not cause.fixes:
            yield problem("KB305", article.path, cause.line)
        if not cause.raises and not cause.tracebacks:
            yield problem("KB307", article.path, cause.line)
        for fix in cause.fixes:
            if not fix.blocks and "`" not in fix.text:  # a line to type, shown within the prose, is code too
                yield problem("KB306", article.path, fix.lines[0])


def _proof(article: Article, proof: ProofFile | None) -> Iterator[Problem]:
    """Whether the proof is there, is of this content, and holds a good run of each example and no bad one."""
    if proof is None:
        yield problem("KB308", article.path, 0, reason="nothing was run yet")
    elif not proof.holds_for(article):
        yield problem("KB308", article.path, 0, reason="code, messages or versions changed since the proof")
    else:
        for program in article.programs():
            runs = [run for run in proof.runs if run.block == program.block]
            if not runs:
                yield problem("KB308", article.path, program.line, reason=f"{program.block} was not run")
            for run in runs:
                if run.outcome == "failed":
                    packages = "".join(f", {name} {version}" for name, version in sorted(run.packages.items()))
                    reason = f"{run.detail} (Python {run.python}{packages})"
                    yield problem("KB314", article.path, program.line, block=program.block, reason=reason)


def _between(articles: Sequence[Article], known: frozenset[str]) -> Iterator[Problem]:
    """What is wrong between articles: an id or a message that two claim, names that lead nowhere."""
    ids: dict[str, str] = {}
    for article in articles:
        other = ids.setdefault(article.id.lower(), article.path)
        if other != article.path:
            yield problem("KB404", article.path, 0, other=other)
    yield from _same_messages(articles)
    for article in articles:
        yield from _dead_names(article, known | {one.id for one in articles})


def _same_messages(articles: Sequence[Article]) -> Iterator[Problem]:
    """Two articles on one message. A general and a special one may share it, since the special one wins, and so may
    general ones of different libraries: frames tell them apart."""
    first: dict[tuple[str, str, str], str] = {}
    for article in articles:
        if article.front.status == "retired":
            continue
        for number, form in enumerate(article.front.errors):
            # By the whole name: `sqlite3.OperationalError` and `django.db.utils.OperationalError` are printed apart.
            key = form.exception, skeleton(form.message), article.library if article.front.general else ""
            other = first.setdefault(key, article.id)
            if other != article.id:
                yield problem("KB401", article.path, article.front_lines[f"errors.{number}.message"], other=other)


def _dead_names(article: Article, known: frozenset[str]) -> Iterator[Problem]:
    def exists(target: str) -> bool:
        library, _, slug = target.partition("/")
        if not _ID_PART.fullmatch(library) or not _ID_PART.fullmatch(slug):
            return False
        return target in known or (Path(article.path).absolute().parent.parent / library / f"{slug}.md").is_file()

    path, front, lines = article.path, article.front, article.front_lines
    for number, target in enumerate(front.see_also):
        if not exists(target) or target == article.id:
            yield problem("KB402", path, lines[f"see_also.{number}"], key="see_also", target=target)
    if front.moved_to and (not exists(front.moved_to) or front.moved_to == article.id):
        yield problem("KB402", path, lines["moved_to"], key="moved_to", target=front.moved_to)
    for target, line in article.links:
        inside = _inside(target)
        if inside is not None and not exists(inside):
            yield problem("KB403", path, line, target=target)


def _inside(target: str) -> str | None:
    """The id that a link to one of our own pages names; empty where it names none, None for a link to the web."""
    try:
        address = urlsplit(target)
    except ValueError:
        return ""
    if address.scheme:
        return None
    return address.path.removeprefix(_PAGE) if address.path.startswith(_PAGE) else ""
