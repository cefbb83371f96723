"""What a lookup answers: Match and Lookup, and their public form.

Captures are filled into titles and prose here, and nowhere else; code stays exactly as it was proven.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from kb.causes import JudgedCause
from kb.fill import fill
from kb.models import Entry, Evidence, Reading, Slot, Span, Tier, Traceback, Verdict

Votes = Mapping[tuple[str, str], tuple[int, int]]
"""(entry id, fix id) → how often readers said that it worked and that it did not."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry offered for a paste: how sure (a calibrated probability), on what grounds, and with the
    reader's own names (`slots`)."""

    entry: Entry
    confidence: float
    tier: Tier
    evidence: tuple[Evidence, ...] = ()
    slots: tuple[Slot, ...] = ()
    causes: tuple[JudgedCause, ...] = ()
    applies: bool = True

    def to_dict(self, votes: Votes, base_url: str = "") -> dict[str, Any]:
        """The match as the contract's `matches` item."""
        captures = {slot.name: slot.value for slot in self.slots}
        return {
            **entry_head(self.entry, captures, base_url),
            "applies": self.applies,
            "confidence": round(self.confidence, 3),
            "tier": self.tier,
            "evidence": [one.to_dict() for one in self.evidence],
            "captures": captures,
            "slots": [slot.to_dict() for slot in self.slots],
            **entry_body(self.entry, self.causes, captures, votes),
        }


@dataclass(frozen=True, slots=True)
class ReadException:
    """An exception of the paste with what the rules made of it."""

    traceback: Traceback
    normalized: str
    codes: tuple[str, ...]
    library: str

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

    def to_dict(self) -> dict[str, Any]:
        """The lookup body of the contract."""
        redacted = [{"kind": kind, "span": list(span)} for kind, span in self.redacted]
        return {
            **self._part(self.answer, redacted),
            "took_ms": self.took_ms,
            "also": [self._part(one, []) for one in self.also],
            "notices": list(self.notices),
        }

    def _part(self, answer: Answer, redacted: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "verdict": answer.verdict,
            "fingerprint": answer.fingerprint,
            "read": {
                "dialect": self.reading.dialect,
                "exceptions": [one.to_dict() for one in answer.exceptions],
                "explained": answer.explained,
                "redacted": redacted,
            },
            "matches": [match.to_dict(self.votes, self.base_url) for match in answer.matches],
        }


def entry_url(entry_id: str, base_url: str = "") -> str:
    """Where the entry's page is: a path, or a whole address where the server's own is known."""
    return f"{base_url}/e/{entry_id}"


def entry_head(entry: Entry, captures: Mapping[str, str], base_url: str = "") -> dict[str, Any]:
    """The fields that name an entry."""
    return {
        "id": entry.id,
        "title": fill(entry.title, captures, _fixed(_Same(entry)).names),
        "url": entry_url(entry.id, base_url),
        "library": entry.library,
        "origin": entry.origin,
        "general": entry.general,
        "proven": entry.proven,
    }


def entry_body(
    entry: Entry, causes: tuple[JudgedCause, ...], captures: Mapping[str, str], votes: Votes
) -> dict[str, Any]:
    """Wordings, causes and fixes of an entry, in the order of `causes`, with captures filled in."""
    fixed = _fixed(_Same(entry))
    names = fixed.names

    def filled(text: str) -> str:
        return fill(text, captures, names)

    order = {judged.cause.id: place for place, judged in enumerate(causes)}
    fixes = sorted(entry.fixes, key=lambda fix: order.get(fix.cause or "", len(order)))
    return {
        **fixed.before,
        "summary": filled(entry.summary),
        "causes": [
            {
                "id": judged.cause.id,
                "title": filled(judged.cause.title),
                "text": filled(judged.cause.text),
                "check": filled(judged.cause.check),
                "likely": judged.likely,
                "why": "; ".join(judged.why),
            }
            for judged in causes
        ],
        "fixes": [
            {
                "id": fix.id,
                "cause": fix.cause,
                "title": filled(fix.title),
                "text": filled(fix.text),
                **fixed.fixes[fix.id],
                "feedback": _feedback(votes.get((entry.id, fix.id), (0, 0))),
            }
            for fix in fixes
        ],
        "avoid": [{"title": filled(one.title), "text": filled(one.text)} for one in entry.avoid],
        **fixed.after,
    }


def _feedback(votes: tuple[int, int]) -> dict[str, int]:
    return {"worked": votes[0], "failed": votes[1]}


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
    fixes: dict[str, dict[str, Any]]
    after: dict[str, Any]


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
        fixes={
            fix.id: {
                "code": list(fix.code),
                "program": fix.program,
                "verified": [proof.to_dict() for proof in fix.verified],
            }
            for fix in entry.fixes
        },
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
