"""Whoosh, the default engine: pure Python, an index in a folder. The only module that imports it.

The folder holds pickles: opening it runs what they say, so it must be as trusted as code. Queries are
built from analysed words, never by Whoosh's parser, which takes stars and brackets in messages for syntax.
"""

from __future__ import annotations

import errno
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

from whoosh import fields, index, query
from whoosh.analysis import Analyzer, Token
from whoosh.reading import IndexReader
from whoosh.searching import Searcher

from kb import analysis
from kb.engines.base import EngineDocument, Hit
from kb.engines.scoring import FIELDS, MOST_POSTINGS, Posting, Scores, Worth, rarity
from kb.errors import EngineUnavailable

_WRITER_MEGABYTES = 64
MOST_LOOKED_AT = 500
"""Words of a field that begin as an unfinished one: of more, those that come first in the alphabet."""
_KEPT_WORDS = 50_000
_KEPT_POSTINGS = 200_000
"""What stays in memory of words that were asked for: a few megabytes."""
_REBUILD = "run `kb index --rebuild`"


class ErrorAnalyzer(Analyzer):  # type: ignore[misc]
    """Our analyzer as Whoosh calls it. Kept in the index by name: moving it means a rebuild."""

    def __call__(self, value: str, start_pos: int = 0, **_: Any) -> Iterator[Token]:
        """One token object, filled again and again, as Whoosh expects it."""
        token = Token(positions=True)
        for found in analysis.analyse(value):
            token.text = found.text
            token.pos = start_pos + found.position
            token.boost = 1.0
            yield token


def _schema() -> fields.Schema:
    return fields.Schema(
        id=fields.ID(unique=True, stored=True),
        library=fields.ID,
        exceptions=fields.KEYWORD,
        **{name: fields.TEXT(analyzer=ErrorAnalyzer(), phrase=True) for name in FIELDS},
    )


class WhooshEngine:
    """See `Engine`. `create` makes an empty index where there is none."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self._folder = folder
        self._lock = Lock()
        self._pending: dict[str, EngineDocument | None] = {}
        with self._guarded("can't be opened"):
            if create and not index.exists_in(folder):
                folder.mkdir(parents=True, exist_ok=True)
                self._index = index.create_in(folder, _schema())
            else:
                self._index = index.open_dir(folder)
            self._refresh()

    @contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        """A damaged index fails in any way: a pickle, a struct, a missing file, a wrong offset."""
        try:
            yield
        except Exception as problem:
            reason = f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__
            hint = "make room on the disk" if getattr(problem, "errno", None) == errno.ENOSPC else _REBUILD
            raise EngineUnavailable(f"the full-text index {self._folder} {what} ({reason})", hint) from problem

    def add(self, documents: Iterable[EngineDocument]) -> None:
        """See `Engine.add`."""
        # Kept until the commit: Whoosh doesn't replace a document that was added since the last one.
        self._pending |= {document.id: document for document in documents}

    def remove(self, ids: Iterable[str]) -> None:
        """See `Engine.remove`."""
        self._pending |= dict.fromkeys(ids)

    def commit(self) -> None:
        """See `Engine.commit`."""
        with self._guarded("can't be written"), self._lock:
            if self._pending:
                with self._index.writer(limitmb=_WRITER_MEGABYTES) as writer:
                    for entry, document in self._pending.items():
                        writer.delete_by_term("id", _encodable(entry))
                        if document is not None:
                            writer.add_document(**_stored(document))
                self._pending = {}
            self._searcher.close()
            self._refresh()

    def _refresh(self) -> None:
        """An open searcher keeps its state for ever, also where the folder has changed."""
        self._searcher: Searcher = self._index.searcher()
        self._lengths: dict[str, dict[int, float]] = {name: {} for name in FIELDS}
        self._frequencies: dict[str, tuple[int, ...]] = {}
        self._worths: dict[str, Worth] = {}
        self._kept = 0
        self._ids: dict[int, str] = {}

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
        asked = analysis.query(query)
        with self._guarded("can't be read"), self._lock:
            reader = self._searcher.reader()
            scores = Scores.plan(
                asked,
                reader.doc_count_all(),
                lambda word: max(self._frequency(reader, word)),
                self._endings,
                typing=typing,
            )
            for word in scores.words:
                scores.add(word, self._worth(reader, word))
            return scores.best(
                limit,
                lambda number: self._id(reader, number),
                self._allowed(library, exception, asked.phrases if exact else ()),
            )

    def _id(self, reader: IndexReader, number: int) -> str:
        """The id of a document; a broad search asks for a thousand of them."""
        known = self._ids.get(number)
        if known is None:
            if len(self._ids) >= _KEPT_WORDS:
                self._ids.clear()
            known = self._ids[number] = str(reader.stored_fields(number)["id"])
        return known

    def _frequency(self, reader: IndexReader, word: str) -> tuple[int, ...]:
        """In how many documents the word stands, by field."""
        known = self._frequencies.get(word)
        if known is None:
            if len(self._frequencies) >= _KEPT_WORDS:
                self._frequencies.clear()
            known = self._frequencies[word] = tuple(int(reader.doc_frequency(name, word)) for name in FIELDS)
        return known

    def _worth(self, reader: IndexReader, word: str) -> Worth:
        """What the word is worth where it stands. Reading that takes most of a search's time, so it is kept."""
        known = self._worths.get(word)
        if known is None:
            documents = reader.doc_count_all()
            known = Worth.of(
                (
                    name,
                    self._postings(reader, name, word),
                    rarity(documents, frequency),
                    self._searcher.avg_field_length(name) or 1.0,
                )
                for name, frequency in zip(FIELDS, self._frequency(reader, word), strict=True)
                if frequency
            )
            if len(known) <= MOST_POSTINGS:
                if self._kept + len(known) > _KEPT_POSTINGS:
                    self._worths, self._kept = {}, 0
                self._worths[word] = known
                self._kept += len(known)
        return known

    def _endings(self, beginning: str) -> list[str]:
        reader = self._searcher.reader()
        found = (islice(reader.expand_prefix(name, beginning), MOST_LOOKED_AT) for name in FIELDS)
        return [word.decode() for words in found for word in words]

    def _postings(self, reader: IndexReader, name: str, word: str) -> Iterator[Posting]:
        """Where a word stands. Read one by one: Whoosh's own union of many words takes twice as long,
        and four times where it shall say which words matched."""
        found = reader.postings(name, word)
        lengths = self._lengths[name]
        while found.is_active():
            number = found.id()
            if number not in lengths:
                lengths[number] = reader.doc_field_length(number, name)
            yield number, found.weight(), lengths[number]
            found.next()

    def _allowed(
        self, library: str | None, exception: str | None, phrases: tuple[tuple[str, ...], ...]
    ) -> Collection[int] | None:
        """The documents that pass the filters and hold the phrases; None where all do."""
        needed = [query.Or([query.Phrase(name, list(phrase)) for name in FIELDS]) for phrase in phrases]
        if library is not None:
            needed.append(query.Term("library", _encodable(library.casefold())))
        if exception is not None:
            needed.append(query.Term("exceptions", _encodable(_keyword(exception.casefold()))))
        return set(self._searcher.docs_for_query(query.And(needed))) if needed else None

    def count(self) -> int:
        """See `Engine.count`."""
        with self._guarded("can't be read"), self._lock:
            return int(self._searcher.doc_count())

    def close(self) -> None:
        """See `Engine.close`."""
        with self._lock:
            self._pending = {}
            self._searcher.close()
            self._index.close()


def _stored(document: EngineDocument) -> dict[str, str]:
    return {
        "id": _encodable(document.id),
        "library": _encodable(document.library.casefold()),
        "exceptions": _encodable(" ".join(sorted(map(_keyword, document.exception_names)))),
        "head": document.head,
        "body": document.body,
    }


def _keyword(name: str) -> str:
    """A name without spaces: the field splits at them."""
    return "_".join(name.split())


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
