"""What a lookup answers: Match and Lookup, and their public form.

Captures are filled into titles and prose here, and nowhere else; code stays exactly as it was proven.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from kb.causes import JudgedCause
from kb.codes import codes
from kb.feedback import Votes, in_order
from kb.fill import Mark, fill, unmarked
from kb.libraries import library_of
from kb.models import Entry, Evidence, Reading, Slot, Span, Tier, Traceback, Verdict
from kb.normalize import core, normalize

MarkNumber = Callable[[int, str], str]
"""As `kb.fill.Mark`, with the place of the slot's name among those of the match instead of the name."""
HIDDEN = "***"
IDENTITIES = frozenset({"email", "user"})
"""Kinds of redactions that say who; `kb.fill` takes them out of a value and leaves the rest of it readable."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry offered for a paste: how sure (a calibrated probability), on what grounds, and with the
    reader's own names (`slots`). `wording` is the number, among the entry's errors, of the one that the message fits;
    None where it was found by a code or by words."""

    entry: Entry
    confidence: float
    tier: Tier
    evidence: tuple[Evidence, ...] = ()
    slots: tuple[Slot, ...] = ()
    causes: tuple[JudgedCause, ...] = ()
    applies: bool = True
    wording: int | None = None

    def to_dict(
        self,
        votes: Votes,
        base_url: str = "",
        mark: MarkNumber | None = None,
        secrets: tuple[Span, ...] = (),
        first: int = 0,
    ) -> dict[str, Any]:
        """The match as the contract's `matches` item. What stands within `secrets`, spans of the paste, isn't filled
        into prose. With `mark`, slots are numbered from `first` on, and the match says so under `first_number`."""
        captures = {slot.name: slot.value for slot in self.slots}
        hidden = {slot.name: HIDDEN for slot in self.slots if slot.span and _overlaps(slot.span, secrets)}
        numbers = {name: number for number, name in enumerate(captures, first)}
        by_name: Mark = unmarked if mark is None else lambda name, value: mark(numbers[name], value)
        return {
            **({"first_number": first} if mark else {}),
            **entry_head(self.entry, captures | hidden, base_url, by_name),
            "applies": self.applies,
            "confidence": round(self.confidence, 3),
            "tier": self.tier,
            "wording": self.wording,
            "evidence": [one.to_dict() for one in self.evidence],
            "captures": captures | hidden,
            "slots": [slot.to_dict() for slot in self.slots],
            **entry_body(self.entry, self.causes, captures | hidden, votes, by_name),
        }


@dataclass(frozen=True, slots=True)
class ReadException:
    """An exception of the paste with what the rules made of it."""

    traceback: Traceback
    normalized: str
    codes: tuple[str, ...]
    library: str

    @classmethod
    def of(cls, one: Traceback) -> ReadException:
        """The exception as the rules see it."""
        return cls(one, normalize(core(one.message)).text, codes(one.type, one.message), library_of(one))

    def to_dict(self) -> dict[str, Any]:
        """The exception as the contract's `read.exceptions` item."""
        one = self.traceback
        return {
            "type": one.type,
            "message": one.message,
            "normalized": self.normalized,
            "relation": one.relation,
            "codes": list(self.codes),
            "library": self.library,
            "notes": list(one.notes),
            "span": list(one.span),
            "frames": [frame.to_dict() for frame in one.frames],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one error: what was read, which exception is explained (an index; None where nothing
    was read), and the entries offered, best first."""

    verdict: Verdict
    fingerprint: str
    exceptions: tuple[ReadException, ...] = ()
    explained: int | None = None
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """The whole answer to a paste: the error that matters most and, as `also`, the others in it."""

    answer: Answer
    reading: Reading
    took_ms: float
    redacted: tuple[tuple[str, Span], ...] = ()
    also: tuple[Answer, ...] = ()
    notices: tuple[str, ...] = ()
    votes: Votes = field(default_factory=dict)
    base_url: str = ""

    @property
    def verdict(self) -> Verdict:
        """The verdict on the error that matters most."""
        return self.answer.verdict

    def to_dict(self, mark: MarkNumber | None = None) -> dict[str, Any]:
        """The lookup body of the contract. With `mark`, an interface finds the filled-in values again in the prose:
        the slots of all errors are numbered on, so that no two errors share a number."""
        counts = [
            len({slot.name for slot in one.matches[0].slots}) if one.matches else 0 for one in (self.answer, *self.also)
        ]
        firsts = list(accumulate(counts, initial=0))
        redacted = [{"kind": kind, "span": list(span)} for kind, span in self.redacted]
        return {
            **self._part(self.answer, redacted, mark, 0),
            "took_ms": self.took_ms,
            "also": [self._part(one, [], mark, first) for one, first in zip(self.also, firsts[1:], strict=False)],
            "notices": list(self.notices),
        }

    def _part(
        self, answer: Answer, redacted: list[dict[str, Any]], mark: MarkNumber | None, first: int
    ) -> dict[str, Any]:
        secrets = tuple(span for kind, span in self.redacted if kind not in IDENTITIES)
        return {
            "verdict": answer.verdict,
            "fingerprint": answer.fingerprint,
            "read": {
                "dialect": self.reading.dialect,
                "exceptions": [one.to_dict() for one in answer.exceptions],
                "explained": answer.explained,
                "redacted": redacted,
            },
            "matches": [match.to_dict(self.votes, self.base_url, mark, secrets, first) for match in answer.matches],
        }


def _overlaps(span: Span, others: tuple[Span, ...]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def entry_url(entry_id: str, base_url: str = "") -> str:
    """Where the entry's page is: a path, or a whole address where the server's own is known."""
    return f"{base_url}/e/{entry_id}"


def entry_head(entry: Entry, captures: Mapping[str, str], base_url: str = "", mark: Mark = unmarked) -> dict[str, Any]:
    """The fields that name an entry."""
    return {
        "id": entry.id,
        "title": fill(entry.title, captures, _fixed(_Same(entry)).names, mark),
        "url": entry_url(entry.id, base_url),
        "library": entry.library,
        "origin": entry.origin,
        "general": entry.general,
        "proven": entry.proven,
    }


def entry_body(
    entry: Entry, causes: tuple[JudgedCause, ...], captures: Mapping[str, str], votes: Votes, mark: Mark = unmarked
) -> dict[str, Any]:
    """Wordings, causes and fixes of an entry, in the order of `causes`, with captures filled in."""
    fixed = _fixed(_Same(entry))
    names = fixed.names

    def filled(text: str) -> str:
        return fill(text, captures, names, mark)

    order = {judged.cause.id: place for place, judged in enumerate(causes)}
    ranked = sorted(entry.fixes, key=lambda fix: order.get(fix.cause or "", len(order)))
    fixes = in_order(entry.id, ranked, votes) if votes else ranked
    return {
        **fixed.before,
        "summary": filled(entry.summary),
        "causes": [fixed.causes[judged.cause.id].shown(filled, _reasons(judged)) for judged in causes],
        "fixes": [fixed.fixes[fix.id].shown(filled, _feedback(votes.get((entry.id, fix.id)))) for fix in fixes],
        "avoid": [one.shown(filled, {}) for one in fixed.avoid],
        **fixed.after,
    }


def _reasons(judged: JudgedCause) -> dict[str, Any]:
    return {"likely": True, "why": "; ".join(judged.why)} if judged.why else {}


def _feedback(votes: tuple[int, int] | None) -> dict[str, Any]:
    return {"feedback": {"worked": votes[0], "failed": votes[1]}} if votes else {}


def slot_names(entry: Entry) -> frozenset[str]:
    """The names of all slots in the entry's wordings: what `{name}` in its prose may stand for."""
    from kb.templates import Template

    return frozenset(name for form in entry.errors for name in Template.parse(form.message).slots)


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What an entry's answers have in common, whatever the paste: made once an entry, and handed out as it is, so
    nobody may change it. Building it anew took longer than writing the whole answer as JSON."""

    names: frozenset[str]
    before: dict[str, Any]
    causes: dict[str, _Part]
    fixes: dict[str, _Part]
    avoid: tuple[_Part, ...]
    after: dict[str, Any]


class _Part(NamedTuple):
    """A part of an entry: what is shown of it where nothing is known, and those of its texts that may have slots. Few
    have, and little is known of most: they are the same in all answers, and the very same object."""

    content: dict[str, Any]
    slotted: dict[str, str]

    @classmethod
    def of(cls, content: dict[str, Any], prose: Iterable[str]) -> _Part:
        """The part, of which these fields are prose."""
        return cls(content, {name: content[name] for name in prose if "{" in content[name]})

    def shown(self, filled: Callable[[str], str], known: dict[str, Any]) -> dict[str, Any]:
        """The part with its slots filled, and with what is known of it."""
        if not (self.slotted or known):
            return self.content
        return {**self.content, **{name: filled(text) for name, text in self.slotted.items()}, **known}


class _Same:
    """An entry as a key: the very object, since comparing two entries would read them whole."""

    __slots__ = ("entry",)

    def __init__(self, entry: Entry) -> None:
        self.entry = entry

    def __hash__(self) -> int:
        return id(self.entry)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.entry is self.entry


@lru_cache(maxsize=1024)
def _fixed(key: _Same) -> _Fixed:
    entry = key.entry
    return _Fixed(
        names=slot_names(entry),
        before={"errors": [form.to_dict() for form in entry.errors], "codes": list(entry.codes)},
        causes={
            cause.id: _Part.of(
                {
                    "id": cause.id,
                    "title": cause.title,
                    "text": cause.text,
                    "check": cause.check,
                    "likely": False,
                    "why": "",
                },
                ("title", "text", "check"),
            )
            for cause in entry.causes
        },
        fixes={
            fix.id: _Part.of(
                {
                    "id": fix.id,
                    "cause": fix.cause,
                    "title": fix.title,
                    "text": fix.text,
                    "code": list(fix.code),
                    "program": fix.program,
                    "verified": [proof.to_dict() for proof in fix.verified],
                    "feedback": {"worked": 0, "failed": 0},
                },
                ("title", "text"),
            )
            for fix in entry.fixes
        },
        avoid=tuple(_Part.of({"title": one.title, "text": one.text}, ("title", "text")) for one in entry.avoid),
        after={
            "references": list(entry.references),
            "see_also": list(entry.see_also),
            "reproduction": list(entry.reproduction),
            "tags": list(entry.tags),
            "applies_to": list(entry.applies_to),
            "provenance": {
                "file": entry.file,
                "url": entry.url,
                "published": entry.published,
                "updated": entry.updated,
            },
        },
    )
