"""Proofs: what `kb verify` saw when it ran an article's examples, kept beside the article.

`articles/<library>/<slug>.proof.json` holds the hash of all that influences the runs, the runs, and the
tracebacks that reproductions printed, with neutral paths. It is written the same way each time, and a
date changes only when a result does, so that a proof that still holds makes no change in the repository.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast, get_args

from indexer.article import Article
from indexer.problems import Problem, problem

Outcome = Literal["passed", "failed"]

_LONGEST_FILE = 4_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """One example run once. `block` is `Program.block`; `date` an ISO day; `detail` says why it failed.

    `passed` means that it ended as it should: a reproduction in its error, a fix without one.
    """

    block: str
    python: str
    packages: Mapping[str, str]
    outcome: Outcome
    date: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RecordedTraceback:
    """What the reproduction `block` of `cause` printed, with neutral paths."""

    cause: str
    block: str
    python: str
    packages: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class ProofFile:
    """All that one verification saw. `article_sha256` is the `run_hash` of the article that was run."""

    article_sha256: str
    runs: tuple[Run, ...] = ()
    tracebacks: tuple[RecordedTraceback, ...] = field(default=())

    def holds_for(self, article: Article) -> bool:
        """Whether nothing that influences the runs has changed since."""
        return self.article_sha256 == run_hash(article)

    def to_json(self) -> str:
        """The file's text: sorted keys and rows, a final line break."""
        body = {
            "article_sha256": self.article_sha256,
            "runs": [_row(run) for run in sorted(self.runs, key=_run_key)],
            "tracebacks": [_row(item) for item in sorted(self.tracebacks, key=_traceback_key)],
        }
        return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def run_hash(article: Article) -> str:
    """SHA-256 over what influences the runs: versions, services, errors, and the code. Prose isn't part of it."""
    front = article.front
    body = {
        "requires": front.requires,
        "python": front.python,
        "services": front.services,
        "errors": [[form.exception, form.message] for form in front.errors],
        "programs": [[one.block, one.language, one.code, dict(one.files)] for one in article.programs()],
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def path_beside(article_path: str | Path) -> Path:
    """Where an article's proof lies: `slug.md` → `slug.proof.json`."""
    return Path(article_path).with_suffix(".proof.json")


def read(path: Path) -> tuple[ProofFile | None, list[Problem]]:
    """The proof at that path; (None, []) where there is none, (None, [problem]) where it can't be read."""
    try:
        if path.stat().st_size > _LONGEST_FILE:
            return None, [problem("KB313", str(path), 0, reason="it is too long")]
        return loads(path.read_text(encoding="utf-8")), []
    except FileNotFoundError:
        return None, []
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        return None, [problem("KB313", str(path), 0, reason=f"{type(error).__name__}: {error}")]


def loads(text: str) -> ProofFile:
    """A proof from its JSON. Raises ValueError, TypeError or KeyError where it has another shape."""
    body = json.loads(text)
    runs = tuple(
        Run(outcome=_outcome(row["outcome"]), packages=_packages(row), **_texts(row, "block python date detail"))
        for row in body["runs"]
    )
    tracebacks = tuple(
        RecordedTraceback(packages=_packages(row), **_texts(row, "cause block python text"))
        for row in body["tracebacks"]
    )
    return ProofFile(_texts(body, "article_sha256")["article_sha256"], runs, tracebacks)


def write(path: Path, proof: ProofFile) -> bool:
    """Writes the proof, keeping the dates of results that stayed; True where the file changed."""
    old, _ = read(path)
    text = (keep_dates(old, proof) if old else proof).to_json()
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
    return True


def keep_dates(old: ProofFile, new: ProofFile) -> ProofFile:
    """`new` with the dates of `old` for every run that gave the same result on the same content."""
    if old.article_sha256 != new.article_sha256:
        return new
    dates = {(_run_key(run), run.outcome): run.date for run in old.runs}
    runs = tuple(replace(run, date=dates.get((_run_key(run), run.outcome), run.date)) for run in new.runs)
    return replace(new, runs=runs)


def _run_key(run: Run) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return run.block, run.python, tuple(sorted(run.packages.items()))


def _traceback_key(item: RecordedTraceback) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    return item.cause, item.block, item.python, tuple(sorted(item.packages.items()))


def _row(value: Run | RecordedTraceback) -> dict[str, Any]:
    row = {name: getattr(value, name) for name in value.__dataclass_fields__}
    row["packages"] = dict(value.packages)
    return {name: shown for name, shown in row.items() if name != "detail" or shown}


def _texts(row: Mapping[str, Any], names: str) -> dict[str, str]:
    """Those values of a row, each of which must be text; a missing `detail` is empty."""
    found = {name: row.get(name, "") if name == "detail" else row[name] for name in names.split()}
    if not all(isinstance(value, str) for value in found.values()):
        raise TypeError(f"one of {names} isn't text")
    return found


def _outcome(value: object) -> Outcome:
    for outcome in get_args(Outcome):
        if value == outcome:
            return cast(Outcome, outcome)
    raise ValueError("an outcome is neither passed nor failed")


def _packages(row: Mapping[str, Any]) -> dict[str, str]:
    packages = row["packages"]
    if not isinstance(packages, dict) or not all(isinstance(value, str) for value in packages.values()):
        raise TypeError("packages isn't a mapping of names to versions")
    return dict(packages)
