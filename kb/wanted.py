"""Errors that nobody could answer, as they may be kept: type, normal form and library, and nothing of the paste.

A normal form has lost names, paths and numbers, but a secret may stand in a message without anything around it
that says so. So what is kept is made the other way round: not what looks like a secret is taken out, but only what
looks like a word stays in. What is left over is a password made of plain small letters: nothing can tell it from a
word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kb import tables
from kb.answers import Answer
from kb.normalize import core, fingerprint, normalize
from kb.redact import redact
from kb.rules import rules

LONGEST = 300
"""Characters of a normal form that are kept."""
_LONGEST_TYPE = 200
_LONGEST_WORD = 30
_LONGEST_TOKEN = 80
_LONGEST_NUMBER = 12
_SECRET = "***"  # noqa: S105  what stands for one; without braces, so that an address around it is taken out whole
VALUE = "{value}"
"""Stands for what is no word, and for what differs between the errors of a cluster."""

_TYPE = re.compile(r"(?:[^\W\d]\w*\.){0,12}[^\W\d]\w*")
_LIBRARY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NUMBER = re.compile(r"(?<![^\W_])\d+(?:\.\d+)*(?![^\W_])")
_RUN = re.compile(r"[^\W_]+")
_ODD = re.compile(r"\w[^\w\s.:/,'’()\[\]{}<>=\"`;|*?-]+\w")
_HUMP = re.compile(r"[a-z][A-Z]")


class Unknown(NamedTuple):
    """An error as it may be kept."""

    exception: str
    normal: str
    library: str

    @property
    def fingerprint(self) -> str:
        """16 hex digits that name it."""
        return fingerprint(self.exception, self.normal)

    @property
    def text(self) -> str:
        """The error as a traceback's last line has it: read as a paste it gives the same error again."""
        return f"Traceback (most recent call last):\n{self.exception}{': ' if self.normal else ''}{self.normal}\n"


def unknown_in(answer: Answer) -> Unknown | None:
    """What may be kept of the exception that a lookup was about; None where it is known or names no exception."""
    if answer.verdict == "match" or answer.explained is None:
        return None
    one = answer.exceptions[answer.explained]
    return keepable(one.traceback.type, one.traceback.message, one.library)


def keepable(exception: str, message: str, library: str) -> Unknown | None:
    """What may be kept of an error; None where the type is none. Applied to what it made, it changes nothing."""
    exception = exception.rpartition("<locals>.")[2]
    if len(exception) > _LONGEST_TYPE or not _TYPE.fullmatch(exception) or not _type_name(exception):
        return None
    normal = normalize(_without_secrets(core(message[: 8 * LONGEST]))).text
    words = " ".join(map(_kept, normal.split()))
    if len(words) > LONGEST:
        words = words[: LONGEST + 1].rpartition(" ")[0] or VALUE
    return Unknown(exception, words, library if len(library) <= 60 and _LIBRARY.fullmatch(library) else "")


def joined(one: str, other: str) -> str | None:
    """The normal form that covers both, where they are near enough to be one error under the same type; else None.

    As Drain does for log lines (He et al., ICWS 2017): as many words in the same order, most of them the same, and
    a slot where they differ. Other than in logs one plain word makes another error ("refused", "reset"), so only
    what looks like a name may differ, or one word of eight.
    """
    if one == other:
        return one
    ours, theirs = one.split(), other.split()
    if len(ours) != len(theirs):
        return None
    differ = [place for place, pair in enumerate(zip(ours, theirs, strict=True)) if pair[0] != pair[1]]
    same = sum(word.strip("{}").isalpha() for place, word in enumerate(ours) if place not in differ)
    if 3 * len(differ) > len(ours) or same < 2:
        return None
    lone = len(ours) >= 8 and len(differ) == 1
    if not all(lone or (_namelike(ours, place) and _namelike(theirs, place)) for place in differ):
        return None
    return " ".join(VALUE if place in differ else word for place, word in enumerate(ours))


def template(normal: str) -> str:
    """A normal form as a message template: a slot of its own for each placeholder, other braces doubled."""
    pieces: list[str] = []
    seen: dict[str, int] = {}
    end = 0
    for found in _placeholder().finditer(normal):
        literal = normal[end : found.start()]
        end = found.end()
        if pieces and not literal:
            continue  # two slots need text between them
        kind = found[1].replace("-", "_")
        seen[kind] = seen.get(kind, 0) + 1
        pieces += [_doubled(literal), f"{{{kind if seen[kind] == 1 else f'{kind}_{seen[kind]}'}}}"]
    return "".join([*pieces, _doubled(normal[end:])])


def pastes(error: Unknown) -> Iterator[str]:
    """Pastes that such an error may have come from, with values of each kind in the places of the slots: the forms
    of quotes and paths, of which a normal form doesn't tell which it was."""
    samples = _samples()
    kinds = {found[1] for found in _placeholder().finditer(error.normal)}
    for number in range(max((len(samples[kind]) for kind in kinds), default=1)):

        def value(found: re.Match[str], number: int = number) -> str:
            return samples[found[1]][number % len(samples[found[1]])]

        yield error._replace(normal=_placeholder().sub(value, error.normal)).text


@cache
def _samples() -> dict[str, tuple[str, ...]]:
    """Values of each kind: those in the examples of the rules."""
    samples: dict[str, tuple[str, ...]] = {VALUE.strip("{}"): ("value",)}
    for row in tables.rows("normalize.tsv"):
        raw = next((value.raw for value in normalize(row["example"]).values if value.kind == row["kind"]), None)
        if raw is not None:
            samples[row["kind"]] = (*samples.get(row["kind"], ()), raw)
    return samples


def _without_secrets(text: str) -> str:
    """Names in paths and addresses stay: the normal form takes the whole path or address out."""
    pieces: list[str] = []
    end = 0
    for found in redact(text).spans:
        if found.kind not in {"user", "email"}:
            pieces += [text[end : found.start], _SECRET]
            end = found.end
    return "".join([*pieces, text[end:]])


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


@cache
def _placeholder() -> re.Pattern[str]:
    kinds = sorted({kind for kind in rules().kinds.values() if kind} | {VALUE.strip("{}")})
    return re.compile(r"\{(" + "|".join(kinds) + r")\}")


def _kept(word: str) -> str:
    """A word of a normal form, or a slot in its place."""
    between = _placeholder().sub(" ", word).split()
    return word if _SECRET not in word and all(map(_is_word, between)) else VALUE


def _is_word(text: str) -> bool:
    """Whether people write this: words, names made of words, a version, a code; no key, token or password."""
    if len(text) > _LONGEST_TOKEN or _ODD.search(text):
        return False
    numbers = _NUMBER.findall(text)
    if len(numbers) > 1 or any(len(number) > _LONGEST_NUMBER for number in numbers):
        return False
    return all(map(_name, _RUN.findall(_NUMBER.sub(" ", text))))


def _name(run: str) -> bool:
    """Whether letters make a word or a name of words, such as `DetachedInstanceError`."""
    if len(run) > _LONGEST_WORD:
        return False
    if not run.isalpha():
        return run.lower() in tables.words("words_with_digits.txt")
    humps = len(_HUMP.findall(run))
    if humps > 1 and len(run) < 4 * humps:
        return False  # letters of random case
    return not (run.isascii() and len(run) > 6 and not re.search("[aeiouy]", run, re.IGNORECASE))


def _type_name(exception: str) -> bool:
    """Whether an exception can be called that; a class may have a number in its name (`Http404`)."""
    return all(_name(re.sub(r"\d{1,3}", "", run, count=1)) for run in _RUN.findall(exception))


def _namelike(words: list[str], place: int) -> bool:
    """Whether a word stands where, or looks as, the names of a program do."""
    word = words[place]
    if _placeholder().search(word) or (place and words[place - 1][-1] in ":="):
        return True
    return bool(re.search(r"\w[_./:-]\w|\d|[a-z][A-Z]|\(\)|^[\[('\"`]", word))
