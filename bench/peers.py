"""The alternatives: well-known search libraries over the same entries, and the obvious thing to write by hand.

Each is handed the error as our reader reads it (exception and message), which is more than they'd have by themselves:
given whole pastes all of them do worse. None knows when it doesn't know; see `accuracy` for how that is compared.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import sqlite3
import tempfile
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from kb.engines import Engine, EngineDocument, open_engine
from kb.models import Entry
from kb.templates import SLOT, skeleton

_WORD = re.compile(r"\w+")
MOST_WORDS = 64
"""Words of a query; more make some of the alternatives very slow."""


class Peer(Protocol):
    """Finds entries for words."""

    def find(self, query: str, limit: int = 5) -> list[tuple[str, float]]:
        """Ids and scores, best first."""
        ...


def document(entry: Entry) -> str:
    """An entry as one text: what it is about, first."""
    parts = [entry.title, *(f"{form.exception}: {form.message}" for form in entry.errors), entry.summary]
    for cause in entry.causes:
        parts += [cause.title, cause.text]
    for fix in entry.fixes:
        parts += [fix.title, fix.text, *fix.code]
    return "\n".join(part for part in parts if part)


def words(text: str) -> list[str]:
    """The query's words, without repeats."""
    return list(dict.fromkeys(_WORD.findall(text.lower())))[:MOST_WORDS]


class Whoosh:
    """Our own full-text engine alone, with its analyzer for error language and its weights of fields."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        folder = tempfile.mkdtemp(prefix="kb-bench-")
        self._engine = open_engine(f"whoosh:///{Path(folder).as_posix().lstrip('/')}", create=True)
        weakref.finalize(self, _leave, self._engine, folder)
        self._engine.add(EngineDocument.of(entry) for entry in entries)
        self._engine.commit()

    def find(self, query: str, limit: int = 5) -> list[tuple[str, float]]:
        return [(hit.id, hit.score) for hit in self._engine.search(query[:600], limit, exact=False)]


def _leave(engine: Engine, folder: str) -> None:
    engine.close()
    shutil.rmtree(folder, ignore_errors=True)


class FTS5:
    """SQLite's full-text index: BM25 over any of the words."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._ids = [entry.id for entry in entries]
        self._connection = sqlite3.connect(":memory:")
        self._connection.execute("CREATE VIRTUAL TABLE entry USING fts5(body, content='')")
        rows = ((number, document(entry)) for number, entry in enumerate(entries))
        self._connection.executemany("INSERT INTO entry(rowid, body) VALUES (?, ?)", rows)

    def find(self, query: str, limit: int = 5) -> list[tuple[str, float]]:
        asked = " OR ".join(f'"{word}"' for word in words(query))
        if not asked:
            return []
        found = self._connection.execute(
            "SELECT rowid, rank FROM entry WHERE entry MATCH ? ORDER BY rank LIMIT ?", (asked, limit)
        )
        return [(self._ids[number], -rank) for number, rank in found]


class Tantivy:
    """The search library behind several log and document stores: BM25 over any of the words."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("body")
        builder.add_unsigned_field("number", stored=True)
        self._index = tantivy.Index(builder.build())
        self._ids = [entry.id for entry in entries]
        writer = self._index.writer()
        for number, entry in enumerate(entries):
            writer.add_document(tantivy.Document(body=document(entry), number=number))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def find(self, query: str, limit: int = 5) -> list[tuple[str, float]]:
        asked = words(query)
        if not asked:
            return []
        searcher = self._index.searcher()
        hits = searcher.search(self._index.parse_query(" ".join(f'"{word}"' for word in asked), ["body"]), limit).hits
        return [(self._ids[searcher.doc(place)["number"][0]], score) for score, place in hits]


class BM25S:
    """BM25 on sparse matrices."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        import bm25s

        self._ids = [entry.id for entry in entries]
        self._index = bm25s.BM25()
        self._index.index([_WORD.findall(document(entry).lower()) for entry in entries], show_progress=False)

    def find(self, query: str, limit: int = 5) -> list[tuple[str, float]]:
        asked = [word for word in words(query) if word in self._index.vocab_dict]
        if not asked:
            return []
        rows, scores = self._index.retrieve([asked], k=min(limit, len(self._ids)), show_progress=False)
        return [(self._ids[row], float(score)) for row, score in zip(rows[0], scores[0], strict=True) if score > 0]


class RapidFuzz:
    """The wording that is most like the error by edit distance of their words."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._texts = [f"{form.exception}: {form.message}" for entry in entries for form in entry.errors]
        self._ids = [entry.id for entry in entries for _ in entry.errors]

    def find(self, query: str, limit: int = 5) -> list[tuple[str, float]]:
        from rapidfuzz import fuzz, process

        best: dict[str, float] = {}
        for _, score, place in process.extract(query[:600], self._texts, scorer=fuzz.ratio, limit=limit * 4):
            best.setdefault(self._ids[place], score)
        return list(best.items())[:limit]


class Chunks:
    """What one writes first: a wording fits where its literal texts stand in the paste in order; the longest wins."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        rows = []
        for entry in entries:
            for form in entry.errors:
                chunks = [chunk.strip() for chunk in skeleton(form.message).split(SLOT)]
                name = form.exception.rpartition(".")[2]
                rows.append((sum(map(len, chunks)), len(name), [name, *filter(None, chunks)], entry.id))
        self._rows = sorted(rows, key=lambda row: row[:2], reverse=True)

    def find(self, query: str, limit: int = 5) -> list[tuple[str, float]]:
        text, found = " ".join(query.split()), dict[str, float]()
        for length, _, chunks, identity in self._rows:
            place = 0
            for chunk in chunks:
                place = text.find(chunk, place) + len(chunk)
                if place < len(chunk):
                    break
            else:
                found.setdefault(identity, float(length))
                if len(found) == limit:
                    break
        return list(found.items())


PEERS: dict[str, tuple[Callable[[Sequence[Entry]], Peer], str | None]] = {
    "Whoosh alone": (Whoosh, None),
    "SQLite FTS5": (FTS5, None),
    "tantivy": (Tantivy, "tantivy"),
    "bm25s": (BM25S, "bm25s"),
    "rapidfuzz": (RapidFuzz, "rapidfuzz"),
    "chunks in order": (Chunks, None),
}
"""Name → what makes one, and the package that it needs."""


def available(names: Sequence[str] | None = None) -> dict[str, Callable[[Sequence[Entry]], Peer]]:
    """The alternatives that can run here; says which can't."""
    found = {}
    for name, (make, needs) in PEERS.items():
        if names is not None and name not in names:
            continue
        if needs is None or importlib.util.find_spec(needs):
            found[name] = make
        else:
            print(f"({name} is left out: the package {needs} isn't installed)")
    return found
