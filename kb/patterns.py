"""Regular expressions that are compiled when they are first used.

A paste meets a fourth of the reader's patterns, and compiling all of them took a third of what `kb lookup` takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any


class _Late:
    """Compiles itself at its first use; from then on its methods are those of the pattern, at no cost."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._source, self._flags)
        vars(self).update(match=compiled.match, search=compiled.search, finditer=compiled.finditer)
        return getattr(compiled, name)


if TYPE_CHECKING:

    def late(source: str, flags: int = 0) -> re.Pattern[str]:
        """The pattern. A mistake in it is told at its first use."""
        ...

else:
    late = _Late
