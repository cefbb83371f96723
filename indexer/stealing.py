"""Does a traceback of one article find another one first? A wording too loose takes what belongs to its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer import proof as proofs
from indexer.article import Article
from indexer.problems import Problem, problem
from indexer.to_entry import to_entry
from kb.in_memory import matcher_of


def steals(articles: Sequence[Article]) -> Iterator[Problem]:
    """A problem for each article one of whose tracebacks, recorded or quoted, finds another of them first."""
    published = [one for one in articles if one.front.status == "published"]
    known = [(one, proofs.read(proofs.path_beside(one.path))[0]) for one in published]
    matcher = matcher_of(to_entry(article, proof) for article, proof in known)
    for article, proof in known:
        recorded = [(one.block, one.text) for one in (proof.tracebacks if proof else ())]
        quoted = [(cause.id, block.code) for cause in article.causes for block in cause.tracebacks]
        told: set[str] = set()
        for block, text in (*recorded, *quoted):
            matches = matcher.lookup(text, limit=1).answer.matches
            first = matches[0].entry.id if matches else "nothing"
            if first != article.id and first not in told:
                told.add(first)
                yield problem("KB405", article.path, 0, block=block, other=first)
