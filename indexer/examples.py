"""Running one example of an article under one Python with one set of requirements."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from indexer import endings, neutral, services
from indexer.article import Article, Program
from indexer.environments import Environment, required
from indexer.problems import Problem, printable, problem
from indexer.process import Outcome
from indexer.proof import RecordedTraceback, Run
from indexer.sandbox import Limits, Runner

COMMANDS = {"python": ("python", "example.py"), "shell": ("sh", "example.sh")}
"""How a block of each language is run. A file, not `-c`: a traceback then shows its source lines."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run gave: the line for the proof, the traceback of a reproduction that ended as it should, or
    what is wrong."""

    run: Run
    recorded: RecordedTraceback | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Examples:
    """Runs examples with `runner`, each within `limits`."""

    runner: Runner
    limits: Limits = field(default_factory=Limits)

    def run(self, article: Article, program: Program, environment: Environment, requires: tuple[str, ...]) -> Ran:
        """Run `program` in `environment`, which holds `requires`, and judge how it ended."""
        with tempfile.TemporaryDirectory(prefix="kb-example-") as folder:
            _lay_out(Path(folder), program)
            outcome = self.runner.run(
                Path(folder),
                services.command(article.front.services, COMMANDS[program.language]),
                mounts=[*environment.mounts, *services.mounts(article.front.services)],
                env=environment.variables,
                limits=self.limits,
            )
        python = environment.interpreter.release
        packages = required(environment.packages, requires)
        shown = endings.raised(article, outcome) if program.kind == "raises" and not outcome.timed_out else None
        found = self._wrong(article, program, outcome, shown, where(python, packages))
        today = datetime.now(UTC).date().isoformat()
        if found:
            said = printable(endings.last_line(outcome))
            return Ran(Run(program.block, python, packages, "failed", today, said), problem=found)
        run = Run(program.block, python, packages, "passed", today)
        if shown is None:
            return Ran(run)
        text = neutral.addresses(shown)
        return Ran(run, RecordedTraceback(program.cause, program.block, python, packages, text))

    def _wrong(
        self, article: Article, program: Program, outcome: Outcome, shown: str | None, at: str
    ) -> Problem | None:
        values = {"block": program.block, "where": at, "found": endings.last_line(outcome)}
        if outcome.timed_out:
            return problem("KB504", article.path, program.line, seconds=f"{self.limits.seconds:g}", **values)
        if reason := services.failed(outcome):
            return problem("KB505", article.path, program.line, reason=reason, **values)
        if program.kind == "fix":
            return problem("KB503", article.path, program.line, **values) if outcome.returncode else None
        if shown is not None:
            return None
        return problem("KB502" if outcome.returncode else "KB501", article.path, program.line, **values)


def where(python: str, packages: Mapping[str, str]) -> str:
    """A run's surroundings in words: `Python 3.11.7, sqlalchemy 2.0.36`."""
    return ", ".join([f"Python {python}", *(f"{name} {version}" for name, version in packages.items())])


def _lay_out(folder: Path, program: Program) -> None:
    """The program and its files, as they will lie in the working folder."""
    for name, code in {COMMANDS[program.language][1]: program.code, **program.files}.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{name!r} would lie outside the program's folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
