"""The façade: `lookup`, `search`, `suggest`, `entry`. Web, command line, agents and batch call this and
nothing below it.

A lookup goes: read → for each error its candidates (codes, exact form, templates) → rank → causes told
apart → full-text search where nothing fits → answer. Every call first compares the store's generation
with the one in memory and reopens when it moved.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

from kb.answering import Answering
from kb.answers import Answer, Lookup, entry_body, entry_head
from kb.causes import JudgedCause
from kb.choosing import is_named, is_settled, most_telling, same, worth
from kb.engines import Engine
from kb.errors import EngineUnavailable
from kb.facets import Facets
from kb.feedback import Votes, by_entry
from kb.knowledge import Knowledge
from kb.models import Context, Entry
from kb.nearby import wanted_words, with_near
from kb.normalize import core, fingerprint, normalize
from kb.redact import secrets
from kb.tracebacks import read
from kb.versions import known_versions
from kb.word_search import SearchPage, WordSearch

MOST_ERRORS = 8
"""Independent errors of one paste that are answered; a log may hold thousands."""
LATELY = 0.05
"""Seconds within which `Matcher.state` asks the store once: threads that all ask wait for each other longer than an
answer takes that is ready."""
LIKELY_NAMED = 0.45
"""Confidence from which on words that were searched for count as an error's message: a piece of one fits several."""
FOREIGN_CONFIDENCE = 0.3
"""Below it nothing is offered for a paste that looks like another language's: words that it shares with Python's errors
say nothing. An error of Python's that quotes such a stack trace (Py4J, Playwright) is known by its wording."""


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
        self._seen = -math.inf, 0

    # --- lookups ---

    def lookup(self, text: str, limit: int = 5, context: Context | None = None) -> Lookup:
        """The fixes for a paste, ranked, or an honest nothing. Never raises for what the paste holds."""
        started = time.perf_counter()
        context = context or Context()
        knowledge = self.knowledge()
        reading = read(text)
        notices = list(reading.notices)
        versions = known_versions(context.python or reading.python, {**reading.packages, **context.packages})
        answering = Answering(knowledge, versions, limit, self._liked())
        answers = [answering.to(chain) for chain in reading.errors[-MOST_ERRORS:]]
        if len(reading.errors) > MOST_ERRORS:
            notices.append(f"{len(reading.errors)} errors in this paste; the last {MOST_ERRORS} are answered")
        beside = answering.beside(reading.beside)
        settled = any(map(is_settled, answers))
        first = most_telling(answers if settled else [*beside, *answers])
        answers = [*beside, *answers]
        if first is None:
            first = Answer("none", fingerprint("", normalize(core(text[:2000])).text))
        unsure = worth(first)[1] < FOREIGN_CONFIDENCE or (first.verdict != "match" and not is_named(first))
        if reading.language and unsure:
            notices.append(f"this looks like a stack trace of {reading.language}; only Python's errors are known here")
            first, answers = Answer("none", first.fingerprint, first.exceptions, first.explained), []
        elif first.verdict != "match" and text.strip():
            first = self._by_words(first, text, knowledge, limit, notices)
        return Lookup(
            answer=first,
            reading=reading,
            took_ms=round((time.perf_counter() - started) * 1000, 3),
            redacted=tuple((one.kind, (one.start, one.end)) for one in secrets(text)),
            also=tuple(one for one in answers if one is not first and one.exceptions and not same(one, first)),
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
        answering = Answering(knowledge, {}, 1, self._liked())
        return most_telling(answering.to(chain) for chain in read(text).errors[-MOST_ERRORS:])

    def _liked(self) -> dict[str, float]:
        """What votes say of entries, by id."""
        votes = self._votes()
        kept, liking = self._liking
        if kept is not votes:
            liking = by_entry(votes)
            self._liking = votes, liking
        return liking

    def _by_words(self, answer: Answer, text: str, knowledge: Knowledge, limit: int, notices: list[str]) -> Answer:
        """The answer with near entries among those offered."""
        try:
            hits = self._words.hits(knowledge, *wanted_words(answer, text, limit))
        except EngineUnavailable:
            notices.append("full-text search is unavailable")
            return answer
        return with_near(answer, hits, knowledge, limit)

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
        """What every answer depends on besides the paste: the number of the generation that is served, as it was
        within `LATELY` seconds, and the votes, the very same object as long as there are no others."""
        now = time.monotonic()
        looked, number = self._seen
        if now - looked > LATELY:
            number = self._generation()
            self._seen = now, number
        return number, self._votes()

    def close(self) -> None:
        """Lets go of the full-text engine."""
        self._words.close()
