"""A first match's chance to be right, fitted to samples: a logistic regression with a penalty on weights, chosen and
judged by cross-validation in folds of families."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cases import Case

RANKING = Path(__file__).parent.parent / "kb" / "data" / "ranking.json"
FOLDS = 10
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
LEAST_SEEN = 8
"""Pastes in which a feature must differ to get a weight of its own."""
BASICS = ("score", "margin")
BESIDES = ("singled_out", "line", "class_different", "class_namesake")
"""Features that may weigh in besides the score. Not all of them: from labelled pastes, which are about well-known
libraries, a fit learns to trust nothing whose library it can't see, such as a team's own article on its own error."""


@dataclass(frozen=True)
class Sample:
    """A first candidate: what it is judged by, and whether it is right. `asked` is False where the right entries were
    left out; `trusted` as in `kb.trust`."""

    case: Case
    values: Mapping[str, float]
    right: bool
    trusted: bool
    asked: bool
    weight: float = 1.0


@dataclass(frozen=True)
class Fitted:
    """Weights by name (`bias` among them)."""

    weights: Mapping[str, float]

    def probability(self, values: Mapping[str, float]) -> float:
        odds = self.weights["bias"] + sum(self.weights.get(name, 0.0) * value for name, value in values.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, odds))))


def best_fit(samples: Sequence[Sample], seed: str) -> tuple[tuple[str, ...], float, list[float]]:
    """The features and the penalty that predict unseen families best, and what they predicted for each sample."""
    found: dict[str, int] = {}
    for sample in samples:
        for name, value in sample.values.items():
            found[name] = found.get(name, 0) + (value != 0)
    varied = [name for name, seen in found.items() if LEAST_SEEN <= seen <= len(samples) - LEAST_SEEN]
    every = (*BASICS, *(name for name in BESIDES if name in varied))
    best: tuple[float, tuple[str, ...], float, list[float]] | None = None
    for names in (BASICS, every):
        for penalty in PENALTIES:
            predicted = cross_validated(samples, names, penalty, seed)
            lost = loss(samples, predicted)
            # More features must earn their place: a hundredth of the loss at least.
            if best is None or lost < best[0] * 0.99:
                best = lost, names, penalty, predicted
    assert best is not None
    return best[1:]


def cross_validated(samples: Sequence[Sample], names: Sequence[str], penalty: float, seed: str) -> list[float]:
    """For each sample the probability by weights that were fitted without its family."""
    folds = [int(hashlib.sha256(f"{seed} {one.case.family}".encode()).hexdigest(), 16) % FOLDS for one in samples]
    predicted = [0.0] * len(samples)
    for fold in range(FOLDS):
        rest = [one for one, its in zip(samples, folds, strict=True) if its != fold]
        fitted = fit(rest, names, penalty)
        for place, (one, its) in enumerate(zip(samples, folds, strict=True)):
            if its == fold:
                predicted[place] = fitted.probability(one.values)
    return predicted


def fit(samples: Sequence[Sample], names: Sequence[str], penalty: float) -> Fitted:
    """A logistic regression in which evidence for an entry never counts against it, nor the other way round.

    Which way a feature counts is the sign of its weight in the order of candidates; one that the few pastes would turn
    round is left out, the worst one first.
    """
    order = json.loads(RANKING.read_text(encoding="utf-8"))["order"]
    kept = list(names)
    while True:
        bias, slopes, sizes = _regression(samples, kept, penalty)
        turned = {
            name: size
            for name, slope, size in zip(kept, slopes, sizes, strict=True)
            if slope * (1.0 if name in BASICS else order.get(name, 0.0)) < 0
        }
        if not turned:
            return Fitted({"bias": bias, **dict(zip(kept, slopes, strict=True))})
        kept.remove(max(turned, key=lambda name: turned[name]))


def _regression(
    samples: Sequence[Sample], names: Sequence[str], penalty: float
) -> tuple[float, list[float], list[float]]:
    """Bias, weights, and the weights' sizes for standardised values, by Newton's method. The penalty is on those
    sizes, not on the bias."""
    import numpy as np

    values = np.array([[one.values.get(name, 0.0) for name in names] for one in samples], dtype=float)
    values = values.reshape(len(samples), len(names))
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread == 0] = 1.0
    matrix = np.hstack([np.ones((len(samples), 1)), (values - mean) / spread])
    truth = np.array([one.right for one in samples], dtype=float)
    weight = np.array([one.weight for one in samples])
    ridge = np.diag([1e-6, *[penalty] * len(names)])
    beta = np.zeros(matrix.shape[1])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-np.clip(matrix @ beta, -30, 30)))
        gradient = matrix.T @ (weight * (chance - truth)) + ridge @ beta
        curvature = (matrix * (weight * chance * (1 - chance))[:, None]).T @ matrix + ridge
        step = np.linalg.solve(curvature, gradient)
        beta -= np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    slopes = beta[1:] / spread
    return float(beta[0] - slopes @ mean), [float(one) for one in slopes], [abs(float(one)) for one in beta[1:]]


def loss(samples: Sequence[Sample], predicted: Sequence[float]) -> float:
    """The mean log loss of predictions, heavier samples counting more."""
    total = 0.0
    for one, chance in zip(samples, predicted, strict=True):
        total -= one.weight * math.log(max(1e-9, chance if one.right else 1 - chance))
    return total / sum(one.weight for one in samples)
