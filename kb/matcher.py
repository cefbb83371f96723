"""The façade: `lookup`, `search`, `suggest`, `entry`. Web, command line, agents and batch call this and
nothing below it.

A lookup goes: read → for each error its candidates (codes, exact form, templates) → rank → causes told
apart → full-text search where nothing fits → answer. Every call first compares the store's generation
with the one in memory and reopens when it moved.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from kb.answers import Answer, Lookup, Match, ReadException, entry_body, entry_head
from kb.candidates import candidates, is_printed_by_a_tool
from kb.causes import JudgedCause, Scene, judge, singled_out
from kb.classes import Agreement, agreement
from kb.engines import Engine
from kb.errors import EngineUnavailable
from kb.facets import Facets
from kb.feedback import Votes, by_entry
from kb.knowledge import Knowledge
from kb.libraries import PYTHON, libraries_of
from kb.models import Context, Entry, Evidence, Slot, Traceback, Verdict
from kb.normalize import core, fingerprint, normalize
from kb.ranking import Ranked, rank, verdict
from kb.redact import secrets
from kb.tracebacks import read
from kb.trust import trusted
from kb.versions import fits, known_versions
from kb.word_search import SearchPage, WordSearch

MOST_ERRORS = 8
"""Independent errors of one paste that are answered; a log may hold thousands."""
LIKELY_NAMED = 0.45
"""Confidence from which on words that were searched for count as an error's message: a piece of one fits several."""
MOST_CHAINED = 24
"""Exceptions of one chain that are looked at: the first and the last ones."""
LEAST_CONFIDENCE = 0.02
"""Entries behind the first that are less likely than this are left out."""
TEXT_CONFIDENCE = 0.2
"""The most that words alone can say: entries found by full text are related, never trusted."""
MOST_NAMED = 40
"""Entries that hold the name of an exception without a message, of which the nearest are offered."""
FOREIGN_CONFIDENCE = 0.3
"""Below it nothing is offered for a paste that looks like another language's: words that it shares with Python's errors
say nothing. An error of Python's that quotes such a stack trace (Py4J, Playwright) is known by its wording."""
LEAST_SHARE = 0.35
"""Share of the paste's words, rare ones counting more, that an entry must hold to be offered for them."""
WORTH_TELLING = 0.5
"""The same, for the best of them, where nothing else comes near: below it nobody knows is the honest answer."""


class Matcher:
    """Answers from one knowledge base. Safe to share between threads.

    `load` returns the knowledge of the generation that is current, `generation` its number (cheaply), and
    `engine` opens the full-text engine of a generation; `votes` reads what readers said of fixes.
    """

    def __init__(
        self,
        generation: Callable[[], int],
        load: Callable[[], Knowledge],
        engine: Callable[[int], Engine],
        votes: Callable[[], Votes] = dict,
        base_url: str = "",
    ) -> None:
        self._generation = generation
        self._load = load
        self._votes = votes
        self._base_url = base_url
        self._lock = threading.Lock()
        self._knowledge: Knowledge | None = None
        self._words = WordSearch(engine, base_url, self._named)
        self._liking: tuple[Votes, dict[str, float]] = {}, {}

    # --- lookups ---

    def lookup(self, text: str, limit: int = 5, context: Context | None = None) -> Lookup:
        """The fixes for a paste, ranked, or an honest nothing. Never raises for what the paste holds."""
        started = time.perf_counter()
        context = context or Context()
        knowledge = self.knowledge()
        reading = read(text)
        notices = list(reading.notices)
        versions = known_versions(context.python or reading.python, {**reading.packages, **context.packages})
        answers = [self._answer(_bounded(chain), knowledge, versions, limit) for chain in reading.errors[-MOST_ERRORS:]]
        if len(reading.errors) > MOST_ERRORS:
            notices.append(f"{len(reading.errors)} errors in this paste; the last {MOST_ERRORS} are answered")
        beside = self._beside(reading.beside, knowledge, versions, limit)
        settled = any(map(_is_settled, answers))
        first = _most_telling(answers if settled else [*beside, *answers])
        answers = [*beside, *answers]
        if first is None:
            first = Answer("none", fingerprint("", normalize(core(text[:2000])).text))
        if reading.language and _worth(first)[1] < FOREIGN_CONFIDENCE:
            notices.append(f"this looks like a stack trace of {reading.language}; only Python's errors are known here")
            first, answers = Answer("none", first.fingerprint, first.exceptions, first.explained), []
        elif first.verdict != "match" and text.strip():
            first = self._by_words(first, text, knowledge, limit, notices)
        return Lookup(
            answer=first,
            reading=reading,
            took_ms=round((time.perf_counter() - started) * 1000, 3),
            redacted=tuple((one.kind, (one.start, one.end)) for one in secrets(text)),
            also=tuple(one for one in answers if one is not first and one.exceptions and not _same(one, first)),
            notices=tuple(notices),
            votes=self._votes(),
            base_url=self._base_url,
        )

    def known(self, text: str) -> str | None:
        """The id of the entry that a lookup of this text would trust; without the words that are asked for nothing
        better, so it is quick. None where no entry is trusted."""
        first = self._first(text, self.knowledge())
        return first.matches[0].entry.id if first is not None and first.verdict == "match" else None

    def _named(self, knowledge: Knowledge, query: str) -> str | None:
        """The entry whose wording a query of words is, be it trusted or not."""
        first = self._first(query, knowledge)
        best = first.matches[0] if first is not None and first.matches else None
        if best is None or best.wording is None or best.confidence < LIKELY_NAMED:
            return None
        return best.entry.id

    def _first(self, text: str, knowledge: Knowledge) -> Answer | None:
        """The answer to a text without the words that are asked for nothing better."""
        answers = [self._answer(_bounded(chain), knowledge, {}, 1) for chain in read(text).errors[-MOST_ERRORS:]]
        return _most_telling(answers)

    def _liked(self) -> dict[str, float]:
        """What votes say of entries, by id."""
        votes = self._votes()
        kept, liking = self._liking
        if kept is not votes:
            liking = by_entry(votes)
            self._liking = votes, liking
        return liking

    def _answer(
        self,
        chain: tuple[Traceback, ...],
        knowledge: Knowledge,
        versions: dict[str, str],
        limit: int,
        printed: bool = False,
    ) -> Answer:
        """The answer to one error from codes and templates; `printed`: only from those of tools, word for word."""
        exceptions = tuple(map(ReadException.of, chain))
        found = [
            one
            for one in candidates(chain, knowledge, versions, [one.codes for one in exceptions])
            if not printed or {"line", "whole"} <= set(one.features)
        ]
        ranked = rank(found, limit, self._liked())
        matches = tuple(self._match(one, chain, knowledge, versions) for one in ranked)
        explained = ranked[0].candidate.exception if ranked else _raised(chain)
        said: Verdict = "none"
        if ranked:
            said = verdict(ranked[0].confidence, trusted=trusted(ranked[0].candidate, matches[0].entry, chain))
            matches = (matches[0], *(one for one in matches[1:] if one.confidence >= LEAST_CONFIDENCE))
        shown = exceptions[explained]
        print_of = fingerprint(shown.traceback.type, shown.normalized)
        return Answer(said, print_of, exceptions, explained, matches if said != "none" else ())

    def _beside(
        self, lines: tuple[Traceback, ...], knowledge: Knowledge, versions: dict[str, str], limit: int
    ) -> list[Answer]:
        """The answers to lines around the tracebacks, as far as each is surely one that a known tool prints."""
        known = [line for line in lines if is_printed_by_a_tool(line, knowledge)]
        answers = [self._answer((line,), knowledge, versions, limit, printed=True) for line in known]
        return [one for one in answers if one.verdict == "match"]

    def _match(
        self, ranked: Ranked, chain: tuple[Traceback, ...], knowledge: Knowledge, versions: dict[str, str]
    ) -> Match:
        one = ranked.candidate
        entry = knowledge.entry(one.entry)
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
            applies=fits(entry.applies_to, versions) is not False,
            wording=one.form if any(evidence.kind == "template" for evidence in one.evidence) else None,
        )

    def _by_words(self, answer: Answer, text: str, knowledge: Knowledge, limit: int, notices: list[str]) -> Answer:
        """The answer with entries that share rare words with the paste put among those offered: near ones, so that
        it is related where it was none."""
        try:
            hits = self._words.hits(knowledge, _words_of(answer, text), limit if _told(answer) else MOST_NAMED)
        except EngineUnavailable:
            notices.append("full-text search is unavailable")
            return answer
        known = {match.entry.id for match in answer.matches}
        scene = _scene_of(answer)
        near = []
        for hit in hits:
            entry = knowledge.entry(hit.id)
            if entry is None or hit.id in known or hit.score < hits[0].score / 2 or hit.share < LEAST_SHARE:
                continue
            causes = judge(entry, scene, {}) if scene else tuple(JudgedCause(cause, ()) for cause in entry.causes)
            evidence = (Evidence("text", "shares its words"),)
            near.append(Match(entry, TEXT_CONFIDENCE * hit.share, "text", evidence, causes=causes))
        if not near or (not answer.matches and hits[0].share < WORTH_TELLING):
            return answer
        if not _told(answer):
            near.sort(key=lambda match: -_by_name(match, answer))
        matches = [*answer.matches, *near]
        if not (answer.matches and answer.matches[0].entry.general):
            # A general entry is never sure, but its wording or name is that of the paste: words don't displace it.
            matches.sort(key=lambda match: -match.confidence if match.tier != "text" or _told(answer) else 0)
        return Answer("related", answer.fingerprint, answer.exceptions, answer.explained, tuple(matches[:limit]))

    # --- entries and words ---

    def search(
        self,
        query: str,
        library: str | None = None,
        exception: str | None = None,
        limit: int = 20,
        cursor: str | None = None,
        *,
        proven: bool | None = None,
    ) -> SearchPage:
        """Published entries that hold the words, best first; the last word may be the beginning of one, words in double
        quotes stand in a row; the entry whose message they are comes first. `cursor` is the `next` of the page before;
        at most `word_search.MOST_FOUND` are found. Raises CallError for a cursor that is none."""
        return self._words.search(
            self.knowledge(), query, library=library, exception=exception, limit=limit, cursor=cursor, proven=proven
        )

    def facets(
        self, query: str, library: str | None = None, exception: str | None = None, proven: bool | None = None
    ) -> Facets:
        """How many of the entries that hold the words each filter would leave."""
        return self._words.facets(self.knowledge(), query, library, exception, proven)

    def suggest(self, prefix: str, limit: int = 8) -> list[dict[str, Any]]:
        """Entries whose title or exception, or failing that whose texts, hold words that begin as these do."""
        return self._words.suggest(self.knowledge(), prefix, limit)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of that id, or None."""
        return self.knowledge().entry(entry_id)

    def resolve(self, entry_id: str) -> str:
        """The id that an id leads to today; the same one where it never moved."""
        return self.knowledge().resolve(entry_id)

    def entry_dict(self, entry_id: str) -> dict[str, Any] | None:
        """The entry as the contract shows it, without what a paste adds; None where there is none."""
        return self._entry_dict(self.knowledge(), entry_id)

    def _entry_dict(self, knowledge: Knowledge, entry_id: str) -> dict[str, Any] | None:
        entry = knowledge.entry(entry_id)
        if entry is None:
            return None
        causes = tuple(JudgedCause(cause, ()) for cause in entry.causes)
        return {**entry_head(entry, {}, self._base_url), **entry_body(entry, causes, {}, self._votes())}

    # --- generations ---

    def knowledge(self) -> Knowledge:
        """The knowledge of the current generation; loads it when the store has moved on."""
        number = self._generation()
        current = self._knowledge
        if current is not None and current.generation == number:
            return current
        with self._lock:
            if self._knowledge is None or self._knowledge.generation != number:
                self._knowledge = self._load()
            return self._knowledge

    def state(self) -> tuple[int, Votes]:
        """What every answer depends on besides the paste: the number of the generation that is served, and the votes,
        the very same object as long as there are no others."""
        return self._generation(), self._votes()

    def close(self) -> None:
        """Lets go of the full-text engine."""
        self._words.close()


def _scene_of(answer: Answer) -> Scene | None:
    """What the paste shows of the explained exception, for evidence; None where none was read."""
    if answer.explained is None:
        return None
    chain = tuple(one.traceback for one in answer.exceptions)
    return Scene(chain[answer.explained], chain, {})


def _told(answer: Answer) -> bool:
    """Whether there are words to go by: a message, or a text without an exception."""
    return answer.explained is None or bool(answer.exceptions[answer.explained].traceback.message)


def _by_name(match: Match, answer: Answer) -> int:
    """How near an entry is to an exception without a message: about its class, of its libraries,
    Python's own, with evidence of a cause in the frames."""
    assert answer.explained is not None  # else there is a text to go by
    one, entry = answer.exceptions[answer.explained].traceback, match.entry
    agrees = any(agreement(one.type, form.exception) in (Agreement.SAME, Agreement.NAME) for form in entry.errors)
    shown = libraries_of(one) - {PYTHON}
    general = entry.general and entry.library == PYTHON
    evident = any(judged.likely for judged in match.causes)
    return 8 * agrees + 4 * (entry.library in shown) + 2 * general + evident


def _raised(chain: tuple[Traceback, ...]) -> int:
    """The exception that ended the program: the last one that is not a member or a quotation."""
    return max((place for place, one in enumerate(chain) if one.relation == "raised"), default=len(chain) - 1)


def _bounded(chain: tuple[Traceback, ...]) -> tuple[Traceback, ...]:
    half = MOST_CHAINED // 2
    return chain if len(chain) <= MOST_CHAINED else chain[:half] + chain[-half:]


def _most_telling(answers: Iterable[Answer]) -> Answer | None:
    """The error to answer first: one that is known for sure, else one that is related; the surer one, and of
    equally sure ones the last: it is what ended the program."""
    return max(reversed(list(answers)), key=_worth, default=None)


def _is_settled(answer: Answer) -> bool:
    """Whether no line beside an error can say more: it is a tool's line itself, or a cause of it is singled out."""
    if not answer.matches or answer.explained is None:
        return False
    is_line = not answer.exceptions[answer.explained].traceback.type
    return is_line or (answer.verdict == "match" and singled_out(list(answer.matches[0].causes)))


def _worth(answer: Answer) -> tuple[int, float]:
    confidence = answer.matches[0].confidence if answer.matches else 0.0
    return ("none", "related", "match").index(answer.verdict), round(confidence, 1)


def _same(one: Answer, other: Answer) -> bool:
    """Whether two answers are one: of the same error, or of a tool's line that says again what the other says."""
    if one.fingerprint == other.fingerprint:
        return True
    lead_alike = one.matches and other.matches and one.matches[0].entry.id == other.matches[0].entry.id
    return bool(lead_alike) and not (_is_named(one) and _is_named(other))


def _is_named(answer: Answer) -> bool:
    return answer.explained is not None and bool(answer.exceptions[answer.explained].traceback.type)


def _words_of(answer: Answer, text: str) -> str:
    """What to search for: the explained exception and its message, or the text where none is named. A line of it alone,
    picked since it may tell what went wrong, would share its few words with some entry in any case."""
    one = None if answer.explained is None else answer.exceptions[answer.explained].traceback
    if one is None or not one.type:
        return text[:400]
    return f"{one.type} {core(one.message)[:400]}"
