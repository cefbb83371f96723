"""Files → entries → store and engine, one generation at a time.

The engine's folder of the new generation is complete before the store names it, and all knowledge rows
change in one transaction that also raises the generation: whoever looks meanwhile sees the old knowledge
whole, and an interrupted run costs nothing but running it again. Who writes holds the file lock.
What is to be stored waits on disk, so that a dump of any size takes no more memory than a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice

from indexer import freshness, sources
from indexer.loading import Loaded, digest, file_of, load_parts
from indexer.problems import Problem
from indexer.rules import rules_version
from indexer.spool import Spool
from kb.engines import EngineDocument, generations, open_engine
from kb.errors import EngineUnavailable, StoreLocked, StoreMissing
from kb.settings import Settings
from kb.store import Change, Source, Store, Upsert

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the name of the one at hand."""

LOCK_SECONDS = 120.0
"""How long a run waits for another one to finish: the first fill takes some seconds."""


_PORTION = 5000
"""Entries that the engine is given at once: it keeps them in memory until they are committed."""


@dataclass(slots=True)
class Report:
    """What a run did: names of files by what became of them, and why files were rejected."""

    generation: int = 0
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    entries: int = 0

    @property
    def wrote(self) -> bool:
        """Whether anything in the knowledge base changed."""
        return bool(self.added or self.changed or self.removed)


def refresh(settings: Settings, progress: Progress | None = None) -> Report | None:
    """Brings the knowledge base up to date with its sources, creating it where it is missing.

    None where a glance (names, sizes, times of the files) shows that nothing changed. Raises
    UnavailableError where the store can't be written; a store that can't is used as it is by the caller.
    """
    if freshness.is_current(settings):
        return None
    report = index(settings, progress=progress)
    return report if report.wrote or report.rejected else None


def index(
    settings: Settings,
    paths: Sequence[str] = (),
    *,
    rebuild: bool = False,
    prune: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Indexes the named paths (registering new ones), or every source where none is named.

    Only what changed is read; `rebuild` reads all. `prune` drops what vanished from the named sources
    (from all, where none is named), and a registered source that is named and not there any more; our own articles
    are always pruned. Raises CallError for a path that
    doesn't exist, UnavailableError where the store can't be written.
    """
    with _locked(settings), Store.create(settings.database_url) as store, ExitStack() as held:
        rules = rules_version()
        generation = store.generation()
        known = store.sources()
        wanted = sources.configured(settings)
        gone = [
            source
            for source in known
            if source.kind == sources.CONFIGURED and source.id not in {one.id for one in wanted}
        ]
        registered = [one for one in known if one.kind == sources.REGISTERED and one.id not in {w.id for w in wanted}]
        everything = [*wanted, *registered]
        chosen = sources.named(paths, everything) if paths else everything
        if generation.rules != rules:
            rebuild, chosen = True, [*everything, *(one for one in chosen if one not in everything)]
        if paths and prune:  # somebody names what is not there any more, and says that it is to go
            dropped = [one for one in chosen if one.kind == sources.REGISTERED and not sources.exists(one)]
            chosen, everything = ([one for one in few if one not in dropped] for few in (chosen, everything))
            gone += dropped
        report = Report(generation.number)
        upserts: Spool[Upsert] = held.enter_context(closing(Spool()))
        removed: list[tuple[str, str]] = []
        for source in chosen:
            if not sources.exists(source):
                report.notices.append(_missing(source))
                continue
            found = _read_source(store, source, upserts, rebuild=rebuild, report=report, progress=progress)
            removed += [(source.id, name) for name in found.outdated]
            if found.vanished and (source.id == "shipped" or prune):
                removed += [(source.id, name) for name in found.vanished]
                report.removed += [f"{source.location}/{one}" for one in dict.fromkeys(map(file_of, found.vanished))]
        change = Change(
            rules=rules,
            expected_generation=generation.number,
            sources=tuple(chosen if paths else everything),
            upserts=upserts,
            removed=tuple(removed),
            removed_sources=tuple(source.id for source in gone),
        )
        report.removed += [source.location for source in gone]
        moved = {(one.id, one.position, one.kind) for one in change.sources} - {
            (one.id, one.position, one.kind) for one in known
        }
        engine_there = _engine_opens(settings.engine_url, generation.number)
        if upserts or removed or gone or moved or not engine_there or generation.rules != rules:
            from_scratch = rebuild or bool(gone) or bool(moved) or not engine_there
            report.generation = _publish(settings, store, change, from_scratch=from_scratch)
        report.entries = sum(1 for _ in store.headers())
        freshness.mark(settings)
    return report


@dataclass(slots=True)
class _Found:
    """Documents whose file is gone, and those that a dump which was read again no longer has."""

    vanished: list[str]
    outdated: list[str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file that is being read, for whoever waits for it."""

    progress: Progress | None
    number: int
    files: int
    name: str

    def told(self, records: int) -> None:
        if self.progress:
            self.progress(self.number, self.files, f"{self.name} ({records:,})" if records else self.name)


def _read_source(
    store: Store,
    source: Source,
    upserts: Spool[Upsert],
    *,
    rebuild: bool,
    report: Report,
    progress: Progress | None,
) -> _Found:
    """Puts what of a source is new or changed into `upserts`; answers what is gone."""
    before = store.documents(source.id)
    listed = list(sources.files(source))
    outdated: list[str] = []
    for number, file in enumerate(listed):
        if progress:
            progress(number, len(listed), file.name)
        shown = str(file.path)
        old = before.get(file.name)
        try:
            if old is not None and not rebuild and old.sha256 == digest(file.path):
                report.unchanged.append(shown)
                continue
        except OSError:
            pass  # load() says what is wrong with it
        read = _Reading(progress, number, len(listed), file.name)
        before_it, documents = len(upserts), set()
        for name, loaded in load_parts(file.path, file.name, source.id, read.told):
            if loaded.rejected:
                report.rejected.append((shown, _reason(loaded)))
                upserts.cut(before_it)
                break
            report.notices += [_note(shown, file.name, one) for one in loaded.notes]
            problems = tuple(one.to_dict() for one in loaded.problems)
            upserts.append(Upsert(source.id, name, loaded.sha256, problems, loaded.entries))
            documents.add(name)
        else:
            changed = old is not None and old.sha256 != loaded.sha256
            (report.changed if changed else report.added if old is None else report.unchanged).append(shown)
            outdated += [name for name in before if file_of(name) == file.name and name not in documents]
    if progress and listed:
        progress(len(listed), len(listed), "")
    there = {file.name for file in listed}
    return _Found(sorted(name for name in before if name not in there and file_of(name) not in there), outdated)


def _publish(settings: Settings, store: Store, change: Change, *, from_scratch: bool) -> int:
    """Builds the engine of the next generation, then lets the store name it."""
    url, before = settings.engine_url, change.expected_generation
    building = generations.prepare(url, None if from_scratch else before)
    if building is not None:
        touched = None if from_scratch or not any(building.iterdir()) else _touched(store, change)
        engine = open_engine(generations.url_of(url, building), create=True)
        with closing(engine), closing(_documents(store, change, touched)) as documents:
            engine.remove((touched or set()) - {document.id for document in documents})
            remaining = iter(documents)
            while portion := list(islice(remaining, _PORTION)):
                engine.add(portion)
                engine.commit()
            engine.commit()
        generations.install(building, before + 1)
    published = store.publish(change)
    generations.prune(url, published)
    return published


def _engine_opens(url: str, generation: int) -> bool:
    """Whether the full-text index of a generation is there and whole, as far as opening it tells."""
    try:
        generations.open_generation(url, generation).close()
    except EngineUnavailable:
        return False
    return True


def _touched(store: Store, change: Change) -> set[str]:
    """Ids of the entries that a change may add, alter or drop."""
    files = {(one.source, one.path) for one in change.upserts} | set(change.removed)
    before = {
        entry
        for source in {source for source, _ in files}
        for path, document in store.documents(source).items()
        if (source, path) in files
        for entry in document.entries
    }
    return before | {entry.id for one in change.upserts for entry in one.entries}


def _documents(store: Store, change: Change, touched: set[str] | None) -> Spool[EngineDocument]:
    """What the engine must hold of the touched entries (of all, where that is None) after the change.

    Taken from a rehearsal: only the store knows which of two sources' entries of one id is served.
    """
    documents: Spool[EngineDocument] = Spool()
    with store.rehearsal(change) as then:
        found = then.entries() if touched is None else map(then.entry, sorted(touched))
        for entry in found:
            if entry is not None:
                documents.append(EngineDocument.of(entry))
    return documents


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(settings.data_dir / "index.lock")
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise StoreLocked(
            f"another `kb` is indexing into {settings.data_dir}", "wait for it to end, then try again"
        ) from None
    except OSError as problem:
        raise StoreMissing(
            f"can't write to {settings.data_dir}: {problem.strerror}", "set KB_DATA_DIR to a folder of yours"
        ) from problem
    try:
        yield
    finally:
        lock.release()


def _missing(source: Source) -> str:
    drop = f"; `kb index --prune {source.location}` drops it" if source.kind == sources.REGISTERED else ""
    return f"{source.location} is not there; what is known of it stays{drop}"


def _note(shown: str, name: str, found: Problem) -> str:
    """A problem of a file, or of a page inside it, that didn't keep it out."""
    return str(replace(found, path=shown + found.path.removeprefix(name)))


def _reason(loaded: Loaded) -> str:
    first = loaded.problems[0]
    more = f" (and {len(loaded.problems) - 1} more)" if len(loaded.problems) > 1 else ""
    return f"line {first.line}: {first.code} {first.message}{more}"
