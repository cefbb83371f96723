"""Entries that are near an error which nobody knows: they share rare words with it, or its name."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answers import Answer, Match
from kb.causes import JudgedCause, Scene, judge
from kb.classes import Agreement, agreement
from kb.engines import Hit
from kb.knowledge import Knowledge
from kb.libraries import PYTHON, libraries_of
from kb.models import Evidence
from kb.normalize import core

TEXT_CONFIDENCE = 0.2
"""The most that words alone can say: entries found by full text are related, never trusted."""
MOST_NAMED = 40
"""Entries that hold the name of an exception without a message, of which the nearest are offered."""
LEAST_SHARE = 0.35
"""Share of the paste's words, rare ones counting more, that an entry must hold to be offered for them."""
WORTH_TELLING = 0.5
"""The same, for the best of them, where nothing else comes near: below it nobody knows is the honest answer."""


def wanted_words(answer: Answer, text: str, limit: int) -> tuple[str, int]:
    """What to search for where an answer is no match, and how many entries that hold it are looked at: the explained
    exception and its message, or the text where none is named. A line of it alone, picked since it may tell what went
    wrong, would share its few words with some entry in any case."""
    one = None if answer.explained is None else answer.exceptions[answer.explained].traceback
    words = text[:400] if one is None or not one.type else f"{one.type} {core(one.message)[:400]}"
    return words, limit if _told(answer) else MOST_NAMED


def with_near(answer: Answer, hits: Sequence[Hit], knowledge: Knowledge, limit: int) -> Answer:
    """The answer with the entries that were found by `wanted_words` put among those offered: near ones, so that it
    is related where it was none."""
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
