"""The engine that lives in memory and is gone with its process: for tests, and the measure of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kb import analysis
from kb.engines.base import EngineDocument, Hit
from kb.engines.scoring import FIELDS, Posting, Scores, Worth, rarity


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of one document: how often each word stands there, its length in words, its smallest words."""

    counts: dict[str, int]
    length: int
    leaves: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> _Field:
        counts: dict[str, int] = defaultdict(int)
        tokens = tuple(analysis.analyse(text))
        for token in tokens:
            counts[token.text] += 1
        return cls(dict(counts), len(tokens), tuple(token.text for token in tokens if token.leaf))

    def holds(self, phrase: tuple[str, ...]) -> bool:
        size = len(phrase)
        return any(self.leaves[at : at + size] == phrase for at in range(len(self.leaves) - size + 1))


@dataclass(frozen=True, slots=True)
class _Indexed:
    library: str
    exceptions: frozenset[str]
    fields: dict[str, _Field]

    def passes(self, library: str | None, exception: str | None, phrases: tuple[tuple[str, ...], ...]) -> bool:
        return (
            (library is None or self.library == library.casefold())
            and (exception is None or exception.casefold() in self.exceptions)
            and all(any(field.holds(phrase) for field in self.fields.values()) for phrase in phrases)
        )


class _State:
    """All documents of one commit and where their words stand. Never changed."""

    def __init__(self, documents: dict[str, _Indexed]) -> None:
        self.documents = documents
        self.names = list(documents)
        self.postings: dict[str, dict[str, list[Posting]]] = {name: defaultdict(list) for name in FIELDS}
        self.average: dict[str, float] = {}
        for name in FIELDS:
            fields = [document.fields[name] for document in documents.values()]
            for number, field in enumerate(fields):
                for word, count in field.counts.items():
                    self.postings[name][word].append((number, count, field.length))
            self.average[name] = (sum(field.length for field in fields) / len(fields) if fields else 0.0) or 1.0

    def frequency(self, word: str) -> int:
        return max(len(self.postings[name].get(word, ())) for name in FIELDS)

    def endings(self, beginning: str) -> list[str]:
        return [word for postings in self.postings.values() for word in postings if word.startswith(beginning)]


class MemoryEngine:
    """See `Engine`."""

    def __init__(self) -> None:
        self._state = _State({})
        self._pending: dict[str, _Indexed | None] = {}

    def add(self, documents: Iterable[EngineDocument]) -> None:
        """See `Engine.add`."""
        for document in documents:
            fields = {"head": _Field.read(document.head), "body": _Field.read(document.body)}
            self._pending[document.id] = _Indexed(document.library.casefold(), document.exception_names, fields)

    def remove(self, ids: Iterable[str]) -> None:
        """See `Engine.remove`."""
        self._pending |= dict.fromkeys(ids)

    def commit(self) -> None:
        """See `Engine.commit`."""
        merged = self._state.documents | self._pending
        self._state = _State({entry: document for entry, document in merged.items() if document is not None})
        self._pending = {}

    def search(
        self,
        query: str,
        limit: int,
        *,
        library: str | None = None,
        exception: str | None = None,
        exact: bool = True,
        typing: bool = False,
    ) -> list[Hit]:
        """See `Engine.search`."""
        state = self._state
        asked = analysis.query(query)
        scores = Scores.plan(asked, len(state.names), state.frequency, state.endings, typing=typing)
        for word in scores.words:
            standing = ((name, state.postings[name].get(word, [])) for name in FIELDS)
            scores.add(
                word,
                Worth.of(
                    (name, found, rarity(len(state.names), len(found)), state.average[name]) for name, found in standing
                ),
            )
        phrases = asked.phrases if exact else ()
        if library is None and exception is None and not phrases:
            return scores.best(limit, state.names.__getitem__)
        documents = enumerate(state.documents.values())
        allowed = {number for number, document in documents if document.passes(library, exception, phrases)}
        return scores.best(limit, state.names.__getitem__, allowed)

    def count(self) -> int:
        """See `Engine.count`."""
        return len(self._state.documents)

    def close(self) -> None:
        """See `Engine.close`."""
        self._pending = {}
