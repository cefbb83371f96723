"""Proving articles: their reproductions must raise, their fixes must run, their tracebacks must find them.

A proof is written as soon as its article is done, so an interrupted run loses nothing but the article at hand.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from indexer import proof, pythons, self_lookup, services, shelf
from indexer.article import Article
from indexer.environments import BuildFailed, Environments
from indexer.examples import Examples, where
from indexer.problems import Problem, has_errors, problem
from indexer.proof import ProofFile, RecordedTraceback, Run
from indexer.pythons import Interpreter
from indexer.sandbox import Limits, Runner, Sandbox, SandboxMissing, Unguarded
from indexer.self_lookup import Lookup
from kb.errors import CallError

__all__ = ["LIMITS", "Lookup", "Proven", "Prover", "Verification", "find", "proof_path", "verify"]

LIMITS = Limits()
"""What each example may use."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of one article. `ok` where no problem is an error; `skipped` where its proof still held and
    nothing was run."""

    id: str
    path: str
    ok: bool
    problems: tuple[Problem, ...] = ()
    runs: tuple[Run, ...] = ()
    skipped: bool = False

    @property
    def proven(self) -> bool:
        """Whether anything of it was ever run: an article that has nothing to run can't fail, and proves nothing."""
        return bool(self.runs)


def verify(
    paths: Iterable[Path],
    *,
    data_dir: Path,
    jobs: int | None = None,
    changed: bool = False,
    library: str | None = None,
    unsandboxed: bool = False,
    upgrade: bool = False,
    interpreters: Sequence[str] = (),
    progress: Callable[[Verification], None] | None = None,
    lookup: Lookup | None = None,
) -> list[Verification]:
    """Prove the articles at `paths` (files, or folders with all that is in them), in the order of their paths.

    `changed` leaves out what has a proof that holds; `upgrade` lets go of the package versions that earlier
    proofs were made with. `interpreters` are paths of Pythons; empty: those on the path. `progress` is called
    for each article as it is done, by the calling thread. Environments are kept in `data_dir`, and so are the
    proofs of articles that don't lie in a checkout. Raises SandboxMissing unless `unsandboxed`, and CallError for a
    `library` without articles: that nothing failed there would say nothing.
    """
    runner: Runner = Unguarded()
    if not unsandboxed:
        runner = sandbox = Sandbox()
        if reason := sandbox.available():
            raise SandboxMissing(reason, "articles are code; --unsandboxed runs them with your own rights")
    environments = Environments(data_dir / "environments")
    prover = Prover(Examples(runner, LIMITS), environments, pythons.find(interpreters), data_dir)
    found = [path for path in find(paths) if library in (None, path.parent.name)]
    if library is not None and not found:
        raise CallError(f"no article is filed under {library!r}", "articles lie in folders named like their library")
    results: dict[Path, Verification] = {}
    with ThreadPoolExecutor(jobs or min(4, os.cpu_count() or 1)) as pool:
        waiting = {pool.submit(prover.prove, path, changed, upgrade): path for path in found}
        try:
            for done in as_completed(waiting):
                # In this thread: a store's connection and an engine's searcher belong to the thread that opened them.
                results[waiting[done]] = result = done.result().looked_up(lookup)
                if progress:
                    progress(result)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return [results[path] for path in found]


def find(paths: Iterable[Path]) -> list[Path]:
    """The authored articles in these folders, and these files. Raises CallError for a path that isn't there."""
    return sorted(shelf.find(paths))


def proof_path(article_path: Path, article_id: str, data_dir: Path) -> Path:
    """Where an article's proof is kept: beside it in a checkout, else in the data folder. A project's checkout
    may hold an environment with our articles in it; those are no part of it."""
    folders = article_path.resolve().parents
    installed = any(folder.name in {"site-packages", "dist-packages"} for folder in folders)
    if not installed and any((folder / ".git").exists() for folder in folders) and os.access(folders[0], os.W_OK):
        return proof.path_beside(article_path)
    return data_dir / "proofs" / f"{article_id}.proof.json"


@dataclass(frozen=True, slots=True)
class Proven:
    """An article that was run, before its tracebacks are looked up; `article` is None where it can't be read."""

    verification: Verification
    article: Article | None = None
    recorded: tuple[RecordedTraceback, ...] = ()

    def looked_up(self, lookup: Lookup | None) -> Verification:
        """The verification, with what is wrong with the answers to the article's own tracebacks."""
        if lookup is None or self.article is None:
            return self.verification
        problems = (*self.verification.problems, *self_lookup.problems(self.article, self.recorded, lookup))
        return replace(self.verification, ok=not has_errors(problems), problems=problems)


@dataclass(frozen=True, slots=True)
class Prover:
    """Proves one article after another; may be used by several threads."""

    examples: Examples
    environments: Environments
    pythons: Mapping[str, Interpreter]
    data_dir: Path

    def prove(self, path: Path, changed: bool = False, upgrade: bool = False) -> Proven:
        """Run an article's examples and write its proof."""
        article, problems = shelf.load(path)
        if article is None:
            return Proven(Verification(f"{path.parent.name}/{path.stem}", str(path), False, tuple(problems)))
        problems = []
        kept = proof_path(path, article.id, self.data_dir)
        old, _ = proof.read(kept)
        interpreters, missing = self._interpreters(article)
        current = old if old and old.holds_for(article) else None
        skipped = changed and current is not None and _covers(current, interpreters)
        result = current
        to_run = article.front.runnable and article.front.status != "retired" and not skipped
        if to_run and (reason := self._unserved(article)):
            line = article.front_lines.get("services", 0)
            values = {"block": "the article", "where": "this machine", "reason": reason}
            problems.append(problem("KB511" if current and _passed(current) else "KB505", article.path, line, **values))
        elif to_run:
            if missing:
                line = article.front_lines.get("python", 0)
                code, key = ("KB507", "versions") if interpreters else ("KB506", "wanted")
                problems.append(problem(code, article.path, line, **{key: ", ".join(missing)}))
            new, wrong = self._run_all(article, interpreters, None if upgrade else old)
            problems += wrong
            result = _settled(current, new, interpreters)
            if result.runs:
                proof.write(kept, result)
        ok, runs = not has_errors(problems), result.runs if result else ()
        verification = Verification(article.id, str(path), ok, tuple(problems), runs, skipped)
        return Proven(verification, article, result.tracebacks if result else ())

    def _unserved(self, article: Article) -> str | None:
        """Why the servers that an article needs can't be had."""
        if not article.front.services:
            return None
        if not self.examples.runner.isolated:
            return "servers are started in the sandbox only"
        return services.missing(article.front.services)

    def _interpreters(self, article: Article) -> tuple[list[Interpreter], list[str]]:
        """The Pythons an article asks for that are here, and the versions of those that aren't."""
        if not article.front.python:
            here = self.pythons.get(pythons.running()) or next(reversed(list(self.pythons.values())), None)
            return ([here], []) if here else ([], [pythons.running()])
        wanted = dict.fromkeys(".".join(version.split(".")[:2]) for version in article.front.python)
        return [self.pythons[one] for one in wanted if one in self.pythons], [
            one for one in wanted if one not in self.pythons
        ]

    def _run_all(
        self, article: Article, interpreters: list[Interpreter], old: ProofFile | None
    ) -> tuple[ProofFile, list[Problem]]:
        runs, recorded, problems = [], [], []
        programs = list(article.programs())
        for interpreter in interpreters if programs else ():
            for requires in article.front.requires or ((),):
                try:
                    pins = _pins(old, interpreter, requires)
                    environment = self.environments.get(interpreter, requires, pins)
                except BuildFailed as failed:
                    line = article.front_lines.get("requires", 0)
                    at, block = where(interpreter.release, {}), ", ".join(requires) or "the article"
                    problems.append(problem("KB505", article.path, line, block=block, where=at, reason=failed.message))
                    continue
                for program in programs:
                    ran = self.examples.run(article, program, environment, requires)
                    runs.append(ran.run)
                    recorded += [ran.recorded] if ran.recorded else []
                    problems += [ran.problem] if ran.problem else []
        return ProofFile(proof.run_hash(article), tuple(runs), tuple(recorded)), problems


def _covers(held: ProofFile, interpreters: list[Interpreter]) -> bool:
    """Whether a proof passed with every Python that the article is to be run with."""
    proven = {_minor(run.python) for run in held.runs}
    return _passed(held) and {one.version for one in interpreters} <= proven


def _passed(held: ProofFile) -> bool:
    return all(run.outcome == "passed" for run in held.runs)


def _settled(current: ProofFile | None, new: ProofFile, interpreters: list[Interpreter]) -> ProofFile:
    """`new`, with what `current` says of Pythons that aren't here, and with its words where only they changed:
    a port, a time or a name of a temporary file is no new result."""
    if current is None:
        return new
    here = {one.version for one in interpreters}
    runs = [run for run in current.runs if _minor(run.python) not in here]
    recorded = [item for item in current.tracebacks if _minor(item.python) not in here]
    words = {_run_of(item): item.text for item in current.tracebacks}
    recorded += [replace(item, text=words.get(_run_of(item), item.text)) for item in new.tracebacks]
    return replace(new, runs=(*new.runs, *runs), tracebacks=tuple(recorded))


def _run_of(item: RecordedTraceback) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return item.block, item.python, tuple(sorted(item.packages.items()))


def _pins(old: ProofFile | None, interpreter: Interpreter, requires: tuple[str, ...]) -> dict[str, str]:
    """The versions that these requirements were proven with, so that a new release breaks nothing by itself."""
    wanted = {str(canonicalize_name(one.name)): one.specifier for one in map(Requirement, requires)}
    for run in old.runs if old and wanted else ():
        held = {name: version for name, version in run.packages.items() if name in wanted}
        if (
            run.python == interpreter.release
            and held.keys() == wanted.keys()
            and all(wanted[name].contains(version, prereleases=True) for name, version in held.items())
        ):
            return held
    return {}


def _minor(release: str) -> str:
    return ".".join(release.split(".")[:2])
