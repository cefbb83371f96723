"""Every shipped article: it lints, is proven, and its own traceback finds it first, here and elsewhere."""

from __future__ import annotations

import re

import pytest

from indexer import lint, pipeline
from indexer.problems import has_errors
from kb.catalogue import Catalogue
from kb.models import Context
from kb.opening import KnowledgeBase, open_knowledge_base
from kb.settings import load
from tests import recorded
from web.app import create_app

ARTICLES = recorded.articles()
TRACEBACKS = [one for article in ARTICLES for one in recorded.recorded(article)]
GENERAL = {article.id for article in ARTICLES if article.front.general}
LOADED = re.compile(r'(?:href|src)="(/static/[^"]+)"')
FIXABLE = {article.id for article in ARTICLES if any(cause.fixes for cause in article.causes)}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A knowledge base of the shipped articles, made without their recorded tracebacks."""
    settings = load({"data_dir": tmp_path_factory.mktemp("shipped")}, {})
    report = pipeline.index(settings)
    assert not report.rejected
    opened = open_knowledge_base(settings)
    yield opened
    opened.close()


def test_the_articles_lint():
    problems = lint.lint([recorded.ARTICLES])
    assert not has_errors(problems), "\n".join(map(str, problems))


def test_all_articles_are_in_the_knowledge_base(base: KnowledgeBase):
    assert set(base.matcher.knowledge().heads) >= {article.id for article in ARTICLES}


@pytest.mark.parametrize("case", TRACEBACKS, ids=[one.label for one in TRACEBACKS])
def test_a_recorded_traceback_finds_its_article_first(base: KnowledgeBase, case: recorded.Recorded):
    for text in (case.text, recorded.elsewhere(case.text)):
        answer = base.matcher.lookup(text).answer
        assert [match.entry.id for match in answer.matches[:1]] == [case.article]
        if case.article not in GENERAL and case.article in FIXABLE:
            assert answer.verdict == "match", answer.matches[0].confidence
        else:
            assert answer.verdict in ("match", "related")


@pytest.mark.parametrize("case", TRACEBACKS, ids=[one.label for one in TRACEBACKS])
def test_where_evidence_tells_the_reproduced_cause_comes_first(base: KnowledgeBase, case: recorded.Recorded):
    match = base.matcher.lookup(case.text).answer.matches[0]
    if case.cause and match.causes and match.causes[0].likely:
        assert match.causes[0].cause.id == case.cause, match.causes[0].why


@pytest.mark.parametrize("case", TRACEBACKS, ids=[one.label for one in TRACEBACKS])
def test_other_names_and_values_make_no_difference(base: KnowledgeBase, case: recorded.Recorded):
    answer = base.matcher.lookup(case.text).answer
    assert answer.explained is not None
    text = recorded.other_names(case.text, answer.exceptions[answer.explained].traceback, answer.matches[0])
    found = base.matcher.lookup(text, context=Context()).answer
    assert [match.entry.id for match in found.matches[:1]] == [case.article], text[-500:]


def test_every_page_is_light(base: KnowledgeBase):
    """With all that it loads, uncompressed: somebody on a bad line waits for no page."""
    app = create_app(base, load({}, {}))
    client = app.test_client()
    weights: dict[str, int] = {}

    def weight(path: str) -> int:
        answer = client.get(path)
        assert answer.status_code == 200, path
        parts = set(LOADED.findall(answer.text))
        assert parts, path
        for part in parts - weights.keys():
            with client.get(part) as loaded:
                weights[part] = len(loaded.data)
        return len(answer.data) + sum(weights[part] for part in parts)

    counts = Catalogue(base.store).counts()
    pages = ["/", "/search", "/browse", "/x", "/new", "/wanted"]
    pages += [f"/search?q={words}" for words in ("error", "no module named", "session", "not", "the object has no")]
    pages += [f"/l/{library}" for library in counts.libraries]
    pages += [f"/x/{family.name}" for family in counts.families]
    pages += [f"/e/{entry}" for entry in base.matcher.knowledge().heads]
    heavy = {page: found for page in pages if (found := weight(page)) >= 100_000}
    assert not heavy
