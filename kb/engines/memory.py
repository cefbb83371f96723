"""The engine that lives in memory and is gone with its process: for tests, and the measure of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kb import analysis
from kb.engines.base import EngineDocument, Hit
from kb.engines.scoring import FIELDS, Plan, ordered, rarity, weight


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


class _State:
    """All documents of one commit and the figures that BM25 needs. Never changed."""

    def __init__(self, documents: dict[str, _Indexed]) -> None:
        self.documents = documents
        self.holders: dict[str, dict[str, list[str]]] = {name: defaultdict(list) for name in FIELDS}
        self.average: dict[str, float] = {}
        for name in FIELDS:
            for entry, document in documents.items():
                for word in document.fields[name].counts:
                    self.holders[name][word].append(entry)
            total = sum(document.fields[name].length for document in documents.values())
            self.average[name] = (total / len(documents) if documents else 0.0) or 1.0

    def frequency(self, word: str) -> int:
        return max(len(self.holders[name].get(word, ())) for name in FIELDS)


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
        self, query: str, limit: int, *, library: str | None = None, exception: str | None = None, exact: bool = True
    ) -> list[Hit]:
        """See `Engine.search`."""
        state = self._state
        asked = analysis.query(query)
        plan = Plan.make(asked, len(state.documents), state.frequency)
        scores: dict[str, float] = defaultdict(float)
        found: dict[str, set[str]] = defaultdict(set)
        for name in FIELDS:
            for word, boost in plan.words.items():
                holders = state.holders[name].get(word, [])
                for entry in holders:
                    one = _bm25(state, name, state.documents[entry].fields[name], word, len(holders))
                    scores[entry] += one * boost * weight(name)
                    found[entry].add(word)
        hits = [
            plan.hit(entry, score, found[entry])
            for entry, score in scores.items()
            if _passes(state.documents[entry], library, exception, asked.phrases if exact else ())
        ]
        return ordered(hits, limit)

    def count(self) -> int:
        """See `Engine.count`."""
        return len(self._state.documents)

    def close(self) -> None:
        """See `Engine.close`."""
        self._pending = {}


def _bm25(state: _State, name: str, field: _Field, word: str, frequency: int) -> float:
    k1, b = weight("k1"), weight(f"{name}_b")
    count = field.counts[word]
    saturated = count * (k1 + 1) / (count + k1 * (1 - b + b * field.length / state.average[name]))
    return rarity(len(state.documents), frequency) * saturated


def _passes(
    document: _Indexed, library: str | None, exception: str | None, phrases: tuple[tuple[str, ...], ...]
) -> bool:
    return (
        (library is None or document.library == library.casefold())
        and (exception is None or exception.casefold() in document.exceptions)
        and all(any(document.fields[name].holds(phrase) for name in FIELDS) for phrase in phrases)
    )
