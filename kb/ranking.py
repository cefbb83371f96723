"""Candidates → ordered matches with a confidence and a verdict.

Evidence is added up as log odds, each piece with a weight of `data/ranking.json`: how specific the
wording is that fits, how well the exception class agrees, which exception of the chain it explains,
library and versions. Never the share of the text that a pattern covers: loose patterns cover much.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from kb.causes import JudgedCause
from kb.classes import Agreement
from kb.models import Evidence, Tier, Verdict
from kb.templates import Capture

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may answer, what speaks for and against it (`features`), and the place in the chain
    of the exception that it would explain. `form` is the number of the wording that fits."""

    entry: str
    exception: int
    tier: Tier
    form: int
    features: Features
    captures: tuple[Capture, ...] = ()
    causes: tuple[JudgedCause, ...] = ()
    agreement: Agreement = Agreement.UNNAMED
    evidence: tuple[Evidence, ...] = ()

    @property
    def score(self) -> float:
        """The sum of its evidence, as log odds."""
        weights = _weights()["order"]
        return float(sum(weights.get(name, 0.0) * value for name, value in self.features.items()))


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its confidence: the probability that its entry is the right one."""

    candidate: Candidate
    confidence: float


def rank(candidates: list[Candidate], limit: int, liked: Mapping[str, float] = MappingProxyType({})) -> list[Ranked]:
    """The best candidate of each entry, best first; at most `limit`. Only where all the evidence weighs the same,
    `liked` decides: what readers said of entries, by id (`kb.feedback.by_entry`)."""
    best: dict[str, tuple[float, Candidate]] = {}
    for one in candidates:
        score = one.score
        if one.entry not in best or score > best[one.entry][0]:
            best[one.entry] = score, one
    ordered = sorted(best.values(), key=lambda pair: (-pair[0], -liked.get(pair[1].entry, 0.5), pair[1].entry))[
        : max(limit, 2)
    ]
    ranked = []
    for place, (score, one) in enumerate(ordered[:limit]):
        rival = ordered[1][0] if place == 0 and len(ordered) > 1 else ordered[0][0] if place else score - 4.0
        ranked.append(Ranked(one, _confidence(score, score - rival, one.features)))
    return ranked


def verdict(confidence: float, *, trusted: bool) -> Verdict:
    """What the first match is worth. `trusted` is False for a general entry that no evidence singles out
    a cause of, an entry without a fix, and a parent class's entry for an application's own exception."""
    limits = _weights()["verdict"]
    if confidence >= limits["match"] and trusted:
        return "match"
    return "related" if confidence >= limits["related"] else "none"


def _confidence(score: float, margin: float, features: Features) -> float:
    weights = _weights()["confidence"]
    odds = weights["bias"] + weights["score"] * score + weights.get("margin", 0.0) * max(-4.0, min(4.0, margin))
    odds += sum(weights.get(name, 0.0) * value for name, value in features.items() if name != "bias")
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


@cache
def _weights() -> dict[str, dict[str, Any]]:
    path = Path(__file__).with_name("data") / "ranking.json"
    content: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return content
