"""How often is the answer right? Our lookup beside search libraries, over the same entries and the same pastes.

right fix@1      of the answerable cases, those where already the first fix of the first match is right
right@1, @3      of the answerable cases, those whose first (first three) matches hold a right one, whatever the verdict
answered         of the answerable cases, those with the verdict `match` and a right first match: what one can rely on
wrong            of ALL cases, those with the verdict `match` and a first match that isn't right: what misleads
false alarm      of the unanswerable cases, those with the verdict `match`

unknown          of the answerable cases, those with the verdict `match` when the right entries were taken out: how
                 often an error that nobody has written about is taken for another one

A search library has no verdict. It gets the best there is: the lowest score at which it would still be wrong in at most
2 % of these very cases counts as its `match`. Ours was set beforehand.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bench import cases as labelled
from bench.cases import Case
from bench.decorations import DECORATIONS
from bench.knowledge import recorded, shipped
from bench.peers import Peer, available
from bench.report import heading, table
from kb.answers import entry_body, entry_head
from kb.causes import JudgedCause
from kb.in_memory import matcher_of
from kb.matcher import Matcher
from kb.models import Entry

OURS = "kb lookup"
MOST_WRONG = 0.02
WIDE = 8
"""Matches to look for right entries in, when they are to be taken out."""
FIGURES = ("right fix@1", "right@1", "right@3", "answered", "wrong", "false alarm")
LESS_IS_BETTER = frozenset(("wrong", "false alarm"))


@dataclass(frozen=True)
class Answered:
    """What one subject said to one case: matches as a lookup has them, and whether it claims the first."""

    case: Case
    matches: Sequence[Mapping[str, Any]]
    score: float
    claimed: bool

    @property
    def first_right(self) -> bool:
        """Whether the first match is right."""
        return self.case.answerable and bool(self.matches) and self.case.is_right(self.matches[0])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench accuracy`."""
    parser.add_argument(
        "--cases", nargs="+", metavar="FILE", help="labelled pastes; by default the recorded tracebacks"
    )
    parser.add_argument("--peers", nargs="*", metavar="NAME", help="alternatives to run; by default all")
    parser.add_argument("--by", choices=["form", "library"], nargs="*", default=["form"], help="tables by group")
    parser.add_argument("--unknown", action="store_true", help="also ask with the right entries taken out")
    parser.add_argument("--misses", action="store_true", help="list the cases that our lookup misses")


def run(options: argparse.Namespace) -> None:
    """Prints the tables."""
    cases = labelled.load(options.cases) if options.cases else recorded()
    with shipped() as base:
        entries = list(base.store.entries())
        heading(
            f"Accuracy: {len(cases)} pastes, {len(entries)} entries",
            *(__doc__ or "").split("\n\n", 1)[1].strip().split("\n"),
        )
        subjects = {OURS: by_lookup(base.matcher)}
        for name, make in available(options.peers).items():
            subjects[name] = by_peer(make(entries), base.matcher, entries)
        for kind, pastes in (("clean", cases), ("damaged", [damaged(i, case) for i, case in enumerate(cases)])):
            answers = {name: [subject(case) for case in pastes] for name, subject in subjects.items()}
            for name, found in answers.items():
                if name != OURS:
                    answers[name] = with_best_threshold(found)
            _overall(kind, answers)
            for group in options.by or ():
                _by_group(kind, group, answers[OURS])
            if options.misses:
                _misses(answers[OURS])
        if options.unknown:
            _unknown(cases, entries)


def by_lookup(matcher: Matcher) -> Callable[[Case], Answered]:
    """Our whole lookup: a paste in, the answer that users get out."""

    def answer(case: Case) -> Answered:
        body = matcher.lookup(case.text).to_dict()
        matches = body["matches"]
        return Answered(case, matches, matches[0]["confidence"] if matches else 0.0, body["verdict"] == "match")

    return answer


def by_peer(peer: Peer, matcher: Matcher, entries: Sequence[Entry]) -> Callable[[Case], Answered]:
    """An alternative, asked for the error that our reader finds in the paste."""
    bodies: dict[str, dict[str, Any]] = {}
    for entry in entries:
        causes = tuple(JudgedCause(cause, ()) for cause in entry.causes)
        bodies[entry.id] = {**entry_head(entry, {}), **entry_body(entry, causes, {}, {})}

    def answer(case: Case) -> Answered:
        found = peer.find(error_line(matcher, case.text), 5)
        return Answered(case, [bodies[identity] for identity, _ in found], found[0][1] if found else 0.0, bool(found))

    return answer


def error_line(matcher: Matcher, text: str) -> str:
    """The error of a paste as our reader reads it; its beginning where it reads none."""
    answer = matcher.lookup(text, 1).answer
    if answer.explained is None:
        return text[:400]
    one = answer.exceptions[answer.explained].traceback
    return f"{one.type}: {one.message}" if one.message else one.type


def with_best_threshold(found: Sequence[Answered]) -> list[Answered]:
    """Claims from the lowest score on that is wrong in few enough of these cases: chosen afterwards, in its favour."""
    best, limit = float("inf"), MOST_WRONG * len(found)
    wrong = 0
    ordered = sorted((one for one in found if one.matches), key=lambda one: -one.score)
    for score, alike in groupby(ordered, key=lambda one: one.score):
        wrong += sum(not one.first_right for one in alike)
        if wrong > limit:
            break
        best = score
    return [Answered(one.case, one.matches, one.score, bool(one.matches) and one.score >= best) for one in found]


def figures(found: Sequence[Answered]) -> dict[str, float | None]:
    """The figures of one subject; None where no case counts for one."""
    values: dict[str, list[bool]] = defaultdict(list)
    for one in found:
        first = one.first_right
        values["wrong"].append(one.claimed and not first)
        if one.case.answerable:
            values["right fix@1"].append(first and one.case.is_right(one.matches[0], fixes=1))
            values["right@1"].append(first)
            values["right@3"].append(any(one.case.is_right(match) for match in one.matches[:3]))
            values["answered"].append(one.claimed and first)
        else:
            values["false alarm"].append(one.claimed)
    return {name: statistics.fmean(values[name]) if values[name] else None for name in FIGURES}


def damaged(number: int, case: Case) -> Case:
    """The case as it may arrive: its end cut off, wrapped by a terminal, or with all its letters small, in turn."""
    kind = ("cut at the end", "wrapped at 80", "lower")[number % 3]
    text = case.text.lower() if kind == "lower" else DECORATIONS[kind](case.text)
    return Case(**{**vars(case), "text": text})


def without_right(case: Case, entries: Sequence[Entry], matcher: Matcher) -> Mapping[str, Any]:
    """The answer to a case by a knowledge base that lacks every entry that would be right. `matcher` has them all."""
    left = entries
    while True:
        body = matcher.lookup(case.text, WIDE).to_dict()
        found = [match for answer in (body, *body["also"]) for match in answer["matches"]]
        rights = {match["id"] for match in found if case.is_right(match)}
        if not rights:
            return body
        left = [entry for entry in left if entry.id not in rights]
        matcher = matcher_of(left)


def _unknown(cases: Sequence[Case], entries: Sequence[Entry]) -> None:
    every = matcher_of(entries)
    asked = [case for case in cases if case.answerable]
    taken = []
    for case in asked:
        body = without_right(case, entries, every)
        if body["verdict"] == "match":
            first = body["matches"][0]
            taken.append((case.id, case.family, first["id"], first["confidence"]))
    print(f"### {OURS}, right entries taken out\n")
    print(f"unknown: {len(taken) / len(asked):.3f} ({len(taken)} of {len(asked)})\n")
    table(("case", "family", "taken for", "confidence"), sorted(taken, key=lambda row: -row[3]))


def _overall(kind: str, answers: Mapping[str, Sequence[Answered]]) -> None:
    rows = {name: figures(found) for name, found in answers.items()}
    print(f"### {kind}\n")
    table(("subject", *FIGURES), [(name, *row.values()) for name, row in rows.items()])
    behind = []
    for figure in FIGURES:
        ours = rows[OURS][figure]
        for name, row in rows.items():
            theirs = row[figure]
            if ours is None or theirs is None or name == OURS:
                continue
            if (theirs < ours) if figure in LESS_IS_BETTER else (theirs > ours):
                behind.append(f"{figure}: {name} {theirs:.3f}, ours {ours:.3f}")
    print("Where we aren't first: " + ("; ".join(behind) if behind else "nowhere") + "\n")


def _by_group(kind: str, group: str, found: Sequence[Answered]) -> None:
    groups: dict[str, list[Answered]] = defaultdict(list)
    for one in found:
        groups[getattr(one.case, group)].append(one)
    rows = [(name, len(some), *figures(some).values()) for name, some in sorted(groups.items())]
    print(f"### {OURS}, {kind}, by {group}\n")
    table((group, "cases", *FIGURES), rows)


def _misses(found: Sequence[Answered]) -> None:
    for one in found:
        if one.first_right if one.case.answerable else not one.claimed:
            continue
        first = one.matches[0] if one.matches else {"id": "-"}
        line = re.sub(r"\s+", " ", one.case.text.strip().rpartition("\n")[2])[:100]
        print(f"{one.case.id:16} {one.case.family:40} {first['id']:40} {one.score:.2f} {line}")
    print()
