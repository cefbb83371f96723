"""One error → its answer: candidates, ranked, told as matches, with a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kb.answers import Answer, Match, ReadException
from kb.candidates import candidates, is_printed_by_a_tool
from kb.knowledge import Knowledge
from kb.models import Slot, Traceback, Verdict
from kb.normalize import fingerprint
from kb.ranking import Ranked, rank, verdict
from kb.trust import trusted
from kb.versions import fits

MOST_CHAINED = 24
"""Exceptions of one chain that are looked at: the first and the last ones."""
LEAST_CONFIDENCE = 0.02
"""Entries behind the first that are less likely than this are left out."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers the errors of one paste from one generation of knowledge. `versions` are those the paste or its sender
    gives away, `limit` is how many entries are offered, `liked` what votes say of entries (`kb.feedback.by_entry`)."""

    knowledge: Knowledge
    versions: Mapping[str, str]
    limit: int
    liked: Mapping[str, float]

    def to(self, chain: tuple[Traceback, ...], *, printed: bool = False) -> Answer:
        """The answer to one error from codes and templates; `printed`: only from those of tools, word for word."""
        chain = _bounded(chain)
        exceptions = tuple(map(ReadException.of, chain))
        found = [
            one
            for one in candidates(chain, self.knowledge, self.versions, [one.codes for one in exceptions])
            if not printed or {"line", "whole"} <= set(one.features)
        ]
        ranked = rank(found, self.limit, self.liked)
        matches = tuple(self._match(one, chain) for one in ranked)
        explained = ranked[0].candidate.exception if ranked else _raised(chain)
        said: Verdict = "none"
        if ranked:
            said = verdict(ranked[0].confidence, trusted=trusted(ranked[0].candidate, matches[0].entry, chain))
            matches = (matches[0], *(one for one in matches[1:] if one.confidence >= LEAST_CONFIDENCE))
        shown = exceptions[explained]
        print_of = fingerprint(shown.traceback.type, shown.normalized)
        return Answer(said, print_of, exceptions, explained, matches if said != "none" else ())

    def beside(self, lines: Iterable[Traceback]) -> list[Answer]:
        """The answers to lines around the tracebacks, as far as each is surely one that a known tool prints."""
        known = [line for line in lines if is_printed_by_a_tool(line, self.knowledge)]
        answers = [self.to((line,), printed=True) for line in known]
        return [one for one in answers if one.verdict == "match"]

    def _match(self, ranked: Ranked, chain: tuple[Traceback, ...]) -> Match:
        one = ranked.candidate
        entry = self.knowledge.entry(one.entry)
        assert entry is not None  # candidates() drops entries that the store doesn't know
        explained = chain[one.exception]
        slots = tuple(
            Slot(capture.name, capture.value, capture.raw, explained.span_of(capture.start, capture.end))
            for capture in one.captures
        )
        return Match(
            entry=entry,
            confidence=ranked.confidence,
            tier=one.tier,
            evidence=one.evidence,
            slots=slots,
            causes=one.causes,
            applies=fits(entry.applies_to, self.versions) is not False,
            wording=one.form if any(evidence.kind == "template" for evidence in one.evidence) else None,
        )


def _raised(chain: tuple[Traceback, ...]) -> int:
    """The exception that ended the program: the last one that is not a member or a quotation."""
    return max((place for place, one in enumerate(chain) if one.relation == "raised"), default=len(chain) - 1)


def _bounded(chain: tuple[Traceback, ...]) -> tuple[Traceback, ...]:
    half = MOST_CHAINED // 2
    return chain if len(chain) <= MOST_CHAINED else chain[:half] + chain[-half:]
