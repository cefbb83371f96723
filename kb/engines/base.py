"""What every full-text engine can do, and what goes in and comes out. Engines answer ids and scores only;
the store owns content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kb.models import Entry


@dataclass(frozen=True, slots=True)
class EngineDocument:
    """What an engine indexes of an entry. `exceptions` are names as printed, with or without modules."""

    id: str
    title: str
    library: str = ""
    exceptions: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    body: str = ""

    @classmethod
    def of(cls, entry: Entry) -> EngineDocument:
        """The document of an entry: its words from summary to the last fix's code."""
        causes = (text for cause in entry.causes for text in (cause.title, cause.text, cause.check))
        fixes = (text for fix in entry.fixes for text in (fix.title, fix.text, *fix.code))
        avoid = (text for one in entry.avoid for text in (one.title, one.text))
        return cls(
            id=entry.id,
            title=entry.title,
            library=entry.library,
            exceptions=tuple(dict.fromkeys(form.exception for form in entry.errors if form.exception)),
            messages=tuple(dict.fromkeys(form.message for form in entry.errors if form.message)),
            codes=entry.codes,
            tags=entry.tags,
            body="\n".join((entry.summary, *causes, *fixes, *avoid)),
        )

    @property
    def head(self) -> str:
        """What the entry is about, as one text."""
        return "\n".join((self.title, *self.messages, *self.exceptions, *self.codes, *self.tags, self.library))

    @property
    def exception_names(self) -> frozenset[str]:
        """The names that a filter may give: whole, and without modules; case-folded."""
        names = {name.casefold() for name in self.exceptions}
        return frozenset(names | {name.rpartition(".")[2] for name in names})


class Hit(NamedTuple):
    """An entry found. Scores compare within one answer only; `share` is how much of the query was found
    in it, from 0 to 1, rare words counting more."""

    id: str
    score: float
    share: float


class Engine(Protocol):
    """A full-text index. Safe to search from several threads; one writer at a time.

    Every method may raise EngineUnavailable.
    """

    def add(self, documents: Iterable[EngineDocument]) -> None:
        """Adds documents, each in place of one of the same id. Seen after `commit`."""

    def remove(self, ids: Iterable[str]) -> None:
        """Removes documents; unknown ids are passed over. Seen after `commit`."""

    def commit(self) -> None:
        """Makes what was added and removed visible, at once and as a whole."""

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
        """The best documents for the words of any text, best first, equal ones by id.

        Words are alternatives; the more of them (and the rarer), the better. With `exact`, what stands in
        double quotes must stand there in a row; without it, as is right for error messages, quotes mean nothing.
        A longer word that is known nowhere also finds one that it differs from by one slip of the fingers.
        With `typing`, the query's last word also finds those that begin so; whole ones count more.
        `library` and `exception` (with or without its modules) filter, whatever their case.
        """
        ...

    def count(self) -> int:
        """How many documents can be found."""
        ...

    def close(self) -> None:
        """Gives files back; what isn't committed is dropped."""
