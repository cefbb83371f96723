"""What every command shares: the settings, and the knowledge base, opened (and first filled) on demand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.settings import Settings, load

if TYPE_CHECKING:
    from kb.matcher import Matcher
    from kb.opening import KnowledgeBase


class Session:
    """One run of the command."""

    def __init__(self, flags: Mapping[str, Any]) -> None:
        self._flags = flags
        self._base: KnowledgeBase | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings: defaults, config file, environment, flags."""
        return load(self._flags)

    def settings_with(self, **flags: Any) -> Settings:
        """The settings with a command's own flags on top; None values are skipped."""
        return load({**self._flags, **{name: value for name, value in flags.items() if value is not None}})

    def knowledge_base(self, *, refresh: bool = True) -> KnowledgeBase:
        """The knowledge base; created, migrated and filled where it isn't yet, and refreshed where an
        article source changed. Raises UnavailableError where that can't be done."""
        if self._base is None:
            from kb.opening import open_knowledge_base

            if refresh:
                from cli.filling import refresh_quietly

                refresh_quietly(self.settings)
            self._base = open_knowledge_base(self.settings)
        return self._base

    def fill(self) -> None:
        """Creates, migrates, fills and refreshes the knowledge base without keeping it open, for a process
        that forks. Raises UnavailableError where there is none to be had."""
        from cli.filling import refresh_quietly
        from kb.opening import open_knowledge_base

        refresh_quietly(self.settings)
        open_knowledge_base(self.settings).close()

    @property
    def matcher(self) -> Matcher:
        """The façade that answers lookups."""
        return self.knowledge_base().matcher

    def close(self) -> None:
        """Lets go of the store and the engine."""
        if self._base is not None:
            self._base.close()
