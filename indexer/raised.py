"""Do the installed versions still raise what an article says? A check for `kb lint --installed`.

Only a hint: it knows the one version that is installed here, and sees no message that compiled code, a database or
another package makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from indexer.article import Article
from indexer.harvest import harvest
from indexer.problems import Problem, problem
from kb.errors import CallError
from kb.libraries import PYTHON
from kb.normalize import core
from kb.templates import SLOT, Template, skeleton

LEAST_LITERAL = 0.3
"""Share of a message that a harvested template must hold as literal text; a looser one fits anything."""

Find = Callable[[str], Sequence[str]]
"""A package's harvested templates; none where it isn't installed."""


def installed_templates(package: str) -> list[str]:
    """The templates of the package that is installed beside this program; none where it isn't."""
    try:
        return list(dict.fromkeys(site.template for site in harvest(package)))
    except CallError:
        return []


def unraised(articles: Sequence[Article], find: Find = installed_templates) -> Iterator[Problem]:
    """A warning for each published article of an installed library, none of whose messages its source raises."""
    known: dict[str, list[Template]] = {}
    for article in articles:
        library = article.front.library
        if article.front.status != "published" or library == PYTHON:
            continue
        if library not in known:
            known[library] = [Template.parse(text) for text in find(library)]
        forms = [form for form in article.front.errors if form.message.partition("{")[0] or "}" in form.message]
        if not known[library] or any(_raises(form.message, known[library]) for form in forms):
            continue
        for number, form in enumerate(article.front.errors):
            if form in forms:
                line = article.front_lines[f"errors.{number}.message"]
                yield problem("KB316", article.path, line, message=form.message, library=library)


def _raises(message: str, templates: Sequence[Template]) -> bool:
    """Whether an instance of the article's message fits one of the package's templates."""
    instance = core(skeleton(message).replace(SLOT, "x"))
    return any(
        one.specificity >= LEAST_LITERAL * len(instance) and one.match(instance) is not None for one in templates
    )
