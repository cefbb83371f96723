"""Which of a paste's errors is answered first, and which answers are one."""

from __future__ import annotations

from collections.abc import Iterable

from kb.answers import Answer
from kb.causes import singled_out


def most_telling(answers: Iterable[Answer]) -> Answer | None:
    """The error to answer first: one that is known for sure, else one that is related; the surer one, and of
    equally sure ones the last: it is what ended the program."""
    return max(reversed(list(answers)), key=worth, default=None)


def is_settled(answer: Answer) -> bool:
    """Whether no line beside an error can say more: it is a tool's line itself, or a cause of it is singled out."""
    if not answer.matches or answer.explained is None:
        return False
    is_line = not answer.exceptions[answer.explained].traceback.type
    return is_line or (answer.verdict == "match" and singled_out(list(answer.matches[0].causes)))


def worth(answer: Answer) -> tuple[int, float]:
    """How much an answer tells: its verdict, then the confidence of its first entry, to a tenth."""
    confidence = answer.matches[0].confidence if answer.matches else 0.0
    return ("none", "related", "match").index(answer.verdict), round(confidence, 1)


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers are one: of the same error, or of a tool's line that says again what the other says."""
    if one.fingerprint == other.fingerprint:
        return True
    lead_alike = one.matches and other.matches and one.matches[0].entry.id == other.matches[0].entry.id
    return bool(lead_alike) and not (is_named(one) and is_named(other))


def is_named(answer: Answer) -> bool:
    """Whether what is answered came with its exception's name, and isn't a bare line."""
    return answer.explained is not None and bool(answer.exceptions[answer.explained].traceback.type)
