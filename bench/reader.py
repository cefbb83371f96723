"""Does the reader find the error that a person would point at, in each form in which people paste?

Over labelled pastes that are given by path; none belong to the project.
"""

from __future__ import annotations

import argparse
import html
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cases import last_part
from bench.report import heading, table
from kb.models import Traceback
from kb.tracebacks import read

WILDCARD = "<*>"
"""Stands in a label's message for what is the program's own."""
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True)
class Label:
    """What a paste holds, as a person reads it: the names of the exceptions that count, and the message of one."""

    id: str
    form: str
    text: str
    names: frozenset[str]
    message: str

    @property
    def shows(self) -> str:
        """How much of the label stands in the paste: `message`, only a `name`, or `nothing` (cut off, misspelt)."""
        plain = self.text
        ways = (plain, html.unescape(plain), plain.replace("\\n", "\n").replace('\\"', '"'))
        if self.message.replace(WILDCARD, "") and any(_stands(self.message, way) for way in ways):
            return "message"
        return "name" if any(name and name in plain.lower() for name in self.names) else "nothing"


@dataclass(frozen=True)
class Score:
    """Whether the labelled error was read, whether its message begins where the label's does, and whether it came
    first."""

    shows: str
    named: bool
    read: bool
    begins: bool
    first: bool

    @property
    def as_shown(self) -> bool:
        """Whether all was read that the paste shows of its label."""
        return self.read or (self.shows == "name" and self.named) or self.shows == "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench reader`."""
    parser.add_argument("--cases", nargs="+", metavar="JSONL", required=True, help="labelled pastes")
    parser.add_argument("--misses", action="store_true", help="list what was read otherwise")


def run(options: argparse.Namespace) -> None:
    """Prints the table."""
    labels = [label for path in options.cases for label in load(path)]
    scores = {label.id: score(label) for label in labels}
    forms: dict[str, list[Score]] = defaultdict(list)
    for label in labels:
        forms[label.form].append(scores[label.id])
    heading(
        f"Reader: {len(labels)} labelled pastes",
        "as shown: an exception of the labelled name has the labelled message; only its name where the message isn't",
        "in the paste; pastes that show neither are right. strict: name and message, of all pastes. begins: the",
        "message starts with the label's. first: it is the first error of the reading.",
    )
    rows = [_row("all", list(scores.values())), *(_row(form, found) for form, found in sorted(forms.items()))]
    table(("form", "cases", "cut", "as shown", "strict", "begins", "first"), rows)
    if options.misses:
        missed = [(label, scores[label.id]) for label in labels if not scores[label.id].read]
        columns = ("paste", "form", "paste shows", "as shown", "label", "read")
        table(columns, [(x.id, x.form, s.shows, s.as_shown, _short(x.message), _heard(x)) for x, s in missed])


def load(path: str | Path) -> list[Label]:
    """The labels of a file: JSON lines with `id, form, text, exception, explain, message_template`."""
    rows = (json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip())
    return [label_of(row) for row in rows]


def label_of(row: Mapping[str, Any]) -> Label:
    """The label of one line. A message that only repeats a name asks for the name alone."""
    names = frozenset(last_part(row.get(key)) for key in ("exception", "explain"))
    message = row.get("message_template") or ""
    if last_part(message) in names - {""}:
        message = ""
    return Label(str(row["id"]), row.get("form", ""), row["text"], names, message)


def score(label: Label) -> Score:
    """Compares what the reader says with the label."""
    reading = read(label.text)
    chains = [*reading.errors, *((line,) for line in reading.beside)]
    told = [(place, tb) for place, chain in enumerate(chains) for tb in chain]
    named = [(place, tb) for place, tb in told if last_part(tb.type) in label.names]
    fitting = [(place, tb) for place, tb in told if _fits(label, tb)]
    begins = any(_stands(label.message, text, begins=True) for _, tb in fitting for text in _texts(label, tb))
    return Score(label.shows, bool(named), bool(fitting), begins, any(place == 0 for place, _ in fitting))


def _fits(label: Label, tb: Traceback) -> bool:
    """Whether this is the labelled error."""
    if tb.type and last_part(tb.type) not in label.names:
        return False
    if not label.message:
        return bool(tb.type)
    return any(_stands(label.message, text) for text in _texts(label, tb))


def _texts(label: Label, tb: Traceback) -> list[str]:
    """The message; of a line without a name also all that it shows, since labels keep the `ERROR: ` in front."""
    return [tb.message] if tb.type else [tb.message, label.text[slice(*tb.span)]]


def _stands(message: str, text: str, begins: bool = False) -> bool:
    """Whether the literal pieces of a label stand in a text, in order; blanks, bent quotes and a last stop aside."""
    bare, at = _bare(text), 0
    for number, piece in enumerate(_bare(message).rstrip(".").split(WILDCARD)):
        found = bare.find(piece, at)
        if found < 0 or (begins and number == 0 and found):
            return False
        at = found + len(piece)
    return True


def _bare(text: str) -> str:
    return "".join(text.translate(_STRAIGHT).split())


def _row(form: str, scores: list[Score]) -> tuple[object, ...]:
    def share(values: Iterable[bool]) -> float:
        return sum(values) / len(scores)

    return (
        form,
        len(scores),
        sum(one.shows != "message" for one in scores),
        share(one.as_shown for one in scores),
        share(one.read for one in scores),
        share(one.begins for one in scores),
        share(one.first for one in scores),
    )


def _heard(label: Label) -> str:
    reading = read(label.text)
    return _short("; ".join(f"{tb.type}: {tb.message}" for chain in reading.errors for tb in chain))


def _short(text: str) -> str:
    return " ".join(text.split())[:80].replace("|", "\\|")
