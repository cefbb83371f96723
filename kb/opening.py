"""Settings → an open knowledge base: the store, the engine of its generation, and the matcher over both.

Never fills or migrates: that is the `kb` command's. Raises UnavailableError where there is nothing to open.
"""

from __future__ import annotations

from dataclasses import dataclass

from kb.engines import Engine, EngineDocument, generations
from kb.knowledge import Knowledge
from kb.matcher import Matcher
from kb.settings import Settings
from kb.store import Store

FRESH_SECONDS = 2.0
"""How old the counts of votes may be that came through another process; one's own are seen at once."""


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """A store and the matcher over it; close it when done."""

    store: Store
    matcher: Matcher

    def close(self) -> None:
        """Lets go of the engine and the store."""
        self.matcher.close()
        self.store.close()


def open_knowledge_base(settings: Settings) -> KnowledgeBase:
    """Opens what the settings name. Raises StoreMissing, StoreOutdated, StoreBroken or StoreLocked."""
    store = Store.open(settings.database_url)

    def load() -> Knowledge:
        with store.snapshot() as now:
            return Knowledge.load(now.generation.number, now, store)

    def engine(generation: int) -> Engine:
        return engine_of(settings.engine_url, generation, store)

    matcher = Matcher(
        generation=lambda: store.generation().number,
        load=load,
        engine=engine,
        votes=lambda: store.feedback(within=FRESH_SECONDS),
        base_url=settings.public_url,
    )
    return KnowledgeBase(store, matcher)


def engine_of(url: str, generation: int, store: Store) -> Engine:
    """The full-text engine of a generation; one in memory is filled from the store."""
    opened = generations.open_generation(url, generation)
    if generations.folder_for(url, generation) is None:
        opened.add(EngineDocument.of(entry) for entry in store.entries())
        opened.commit()
    return opened
