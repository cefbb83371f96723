"""How sure is sure? Fits the confidence of a first match, and the thresholds of verdicts, to labelled pastes.

    python -m bench calibrate --cases FILE... --out kb/data/ranking.json --docs docs/calibration.md

Each paste is looked up; the first candidate is described by its score, its lead over the second and its features, and
labelled right or not. A logistic regression, with a penalty on weights, turns that into a probability. Every paste is
asked a second time with its right entries left out, at a lower weight: what a lookup meets is mostly what nobody has
written about yet, and labelled pastes are not. Whatever is printed was predicted by weights that had not seen the
paste's family: cross-validation in folds of families, which choose the penalty and the features too.

The threshold for `match` is the lowest at which at most 2 % of all pastes are answered wrongly; the one for `related`
loses at most 2 % of the first matches that are right, and is low. The order of candidates isn't fitted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

from bench import cases as labelled
from bench.accuracy import MOST_WRONG
from bench.cases import Case
from bench.knowledge import recorded, shipped
from bench.regression import FOLDS, RANKING, Fitted, Sample, best_fit, fit, loss
from bench.report import heading, table
from kb.answers import entry_body, entry_head
from kb.candidates import candidates
from kb.causes import JudgedCause
from kb.matcher import Matcher
from kb.models import Entry
from kb.ranking import rank
from kb.tracebacks import read
from kb.trust import trusted
from kb.versions import known_versions

LEFT_OUT_WEIGHT = 0.25
RECORDED_WEIGHT = 0.1
"""Of a traceback that an article was proven with, beside a labelled paste's 1: they are many, and all are right."""
WIDEST_MARGIN = 4.0
"""As `kb.ranking` bounds it."""
LOST = 0.02
"""Share of right first matches that the threshold of `related` may lose."""
WORTH_A_LOOK = 0.03
"""An entry that is right three times in a hundred is offered as related, however few would be lost without it: that a
`KeyError` is anybody's is worth telling."""
LEAST_MATCH = 0.6
"""What is called a match is right in three cases of five at least, however well the labelled pastes went."""
COLUMNS = ("weights", "log loss", "Brier score", "answered", "wrong", "false alarm")
BINS = ("predicted", "pastes", "mean prediction", "right")
Rows = Sequence[Sequence[object]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench calibrate`."""
    parser.add_argument("--cases", nargs="+", metavar="FILE", required=True, help="labelled pastes, JSON lines")
    parser.add_argument("--out", metavar="FILE", help="write the weights there: today's file with new ones in it")
    parser.add_argument("--docs", metavar="FILE", help="write the report there, as Markdown")
    parser.add_argument("--seed", default="1", help="deals families to folds")


def run(options: argparse.Namespace) -> None:
    """Fits, prints, and writes what was asked for."""
    cases = labelled.load(options.cases)
    with shipped() as base:
        samples = [sample for case in cases for sample in samples_of(case, base.matcher)]
        samples += recorded_samples(base.matcher)
        entries = len(base.matcher.knowledge().heads)
    asked = [sample for sample in samples if sample.asked]
    if len({sample.right for sample in samples}) < 2 or len(asked) < 2 * FOLDS:
        raise SystemExit(f"{len(asked)} of {len(cases)} pastes have a candidate: too few to fit anything")
    names, penalty, predicted = best_fit(samples, options.seed)
    fitted = fit(samples, names, penalty)
    limits = thresholds(samples, predicted, len(cases))
    figures, bins = _tables(cases, samples, predicted, limits["match"])
    heading(f"Calibration: {len(cases)} pastes, {entries} entries")
    table(COLUMNS, figures)
    table(BINS, bins)
    print(f"thresholds: match {limits['match']:.3f}, related {limits['related']:.3f}; penalty {penalty}")
    print("weights: " + ", ".join(f"{name} {value:.3f}" for name, value in fitted.weights.items()))
    if options.docs:
        chosen = {
            "match": f"{limits['match']:.3f}",
            "related": f"{limits['related']:.3f}",
            "penalty": penalty,
            "weights": ", ".join(name for name in fitted.weights if name != "bias"),
        }
        Path(options.docs).write_text(page(cases, entries, figures, bins, chosen), encoding="utf-8")
    if options.out:
        today = json.loads(RANKING.read_text(encoding="utf-8"))
        today["confidence"] = {name: round(value, 4) for name, value in fitted.weights.items()}
        today["verdict"] = {name: round(value, 3) for name, value in limits.items()}
        Path(options.out).write_text(json.dumps(today, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def samples_of(case: Case, matcher: Matcher) -> list[Sample]:
    """The first candidate of a paste, as asked and with the right entries left out; fewer where there is none."""
    knowledge = matcher.knowledge()
    answer = matcher.lookup(case.text).answer
    chain = tuple(one.traceback for one in answer.exceptions)
    reading = read(case.text)
    versions = known_versions(reading.python, dict(reading.packages))
    found = candidates(chain, knowledge, versions) if chain else []
    entries = {one.entry: knowledge.entry(one.entry) for one in found}
    rights = {name for name, entry in entries.items() if entry and case.answerable and case.is_right(_body(entry))}
    samples = []
    for asked, some in ((True, found), (False, [one for one in found if one.entry not in rights])):
        if not some or (not asked and not rights):
            continue
        first, *others = rank(some, 2)
        score = first.candidate.score
        margin = score - others[0].candidate.score if others else WIDEST_MARGIN
        values = {name: value for name, value in first.candidate.features.items() if name != "bias"}
        values |= {"score": score, "margin": max(-WIDEST_MARGIN, min(WIDEST_MARGIN, margin))}
        entry = entries[first.candidate.entry]
        assert entry is not None  # candidates() names no other
        sure = trusted(first.candidate, entry, chain)
        weight = 1.0 if asked else LEFT_OUT_WEIGHT
        samples.append(Sample(case, values, entry.id in rights, sure, asked, weight))
    return samples


def recorded_samples(matcher: Matcher) -> list[Sample]:
    """What the articles' own tracebacks show: that short and plain wordings are theirs, too. Not counted as asked."""
    samples = (sample for case in recorded() for sample in samples_of(case, matcher) if sample.asked)
    return [replace(sample, asked=False, weight=RECORDED_WEIGHT) for sample in samples]


def thresholds(samples: Sequence[Sample], predicted: Sequence[float], cases: int) -> dict[str, float]:
    """From which probability on a first match is one, and is related."""
    asked = [(chance, one) for chance, one in zip(predicted, samples, strict=True) if one.asked]
    asked.sort(key=lambda pair: -pair[0])
    match, wrong = 1.0, 0
    for chance, one in asked:
        if not one.trusted:
            continue
        wrong += not one.right
        if wrong > MOST_WRONG * cases:
            break
        match = chance
    match = max(match, LEAST_MATCH)
    rights = sorted(chance for chance, one in asked if one.right)
    related = rights[int(len(rights) * LOST)] if rights else 0.0
    return {"match": match, "related": min(related, WORTH_A_LOOK)}


def _tables(
    cases: Sequence[Case], samples: Sequence[Sample], predicted: Sequence[float], limit: float
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """How good the fitted weights are beside today's, and how often what is predicted is so."""
    today = json.loads(RANKING.read_text(encoding="utf-8"))
    current = [Fitted(today["confidence"]).probability(one.values) for one in samples]
    figures = [
        ("fitted, cross-validated", *_figures(cases, samples, predicted, limit)),
        ("the weights of today", *_figures(cases, samples, current, today["verdict"]["match"])),
    ]
    return figures, _reliability(samples, predicted)


def page(cases: Sequence[Case], entries: int, figures: Rows, bins: Rows, chosen: Mapping[str, object]) -> str:
    """The report as a page of the documentation."""
    text = Template(Path(__file__).with_name("calibration.md.txt").read_text(encoding="utf-8"))
    return text.substitute(
        pastes=len(cases),
        answerable=sum(case.answerable for case in cases),
        entries=entries,
        folds=FOLDS,
        left_out=LEFT_OUT_WEIGHT,
        most_wrong=f"{MOST_WRONG:.0%}",
        lost=f"{LOST:.0%}",
        figures="\n".join(_markdown(COLUMNS, figures)),
        bins="\n".join(_markdown(BINS, bins)),
        **chosen,
    )


def _figures(
    cases: Sequence[Case], samples: Sequence[Sample], predicted: Sequence[float], limit: float
) -> tuple[float | None, ...]:
    answered = wrong = alarms = 0
    for one, chance in zip(samples, predicted, strict=True):
        if one.asked and one.trusted and chance >= limit:
            answered += one.right
            wrong += not one.right
            alarms += not one.case.answerable
    weights = sum(one.weight for one in samples)
    brier = sum(one.weight * (p - one.right) ** 2 for one, p in zip(samples, predicted, strict=True)) / weights
    answerable = sum(case.answerable for case in cases)
    false_alarm = alarms / (len(cases) - answerable) if len(cases) > answerable else None
    return loss(samples, predicted), brier, answered / answerable, wrong / len(cases), false_alarm


def _reliability(samples: Sequence[Sample], predicted: Sequence[float]) -> list[tuple[str, int, float, float]]:
    rows = []
    asked = [(chance, one.right) for one, chance in zip(samples, predicted, strict=True) if one.asked]
    for start in range(0, 10, 2):
        inside = [(chance, right) for chance, right in asked if start <= min(chance * 10, 9.99) < start + 2]
        if inside:
            mean = sum(chance for chance, _ in inside) / len(inside)
            share = sum(right for _, right in inside) / len(inside)
            rows.append((f"{start / 10:.1f} to {start / 10 + 0.2:.1f}", len(inside), mean, share))
    return rows


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    shown = [
        [f"{cell:.3f}" if isinstance(cell, float) else "-" if cell is None else str(cell) for cell in row]
        for row in rows
    ]
    return [f"| {' | '.join(row)} |" for row in (list(columns), ["---"] * len(columns), *shown)]


def _body(entry: Entry) -> dict[str, Any]:
    causes = tuple(JudgedCause(cause, ()) for cause in entry.causes)
    return {**entry_head(entry, {}), **entry_body(entry, causes, {}, {})}
