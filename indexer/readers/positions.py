"""In which line of its source a piece of a page stands. The HTML parser doesn't say, so the text is looked for,
always behind what was found last, so that a text that stands there twice is found twice."""

from __future__ import annotations

import html


class Positions:
    """Finds texts in a source, from top to bottom. `line` is the line of the last one found, from 1."""

    def __init__(self, source: str, before: int = 0) -> None:
        self._text = html.unescape(source) if "&" in source else source
        self._at = 0
        self.line = before + 1

    def find(self, text: str) -> int:
        """The line in which the text begins, or, where it can't be found, that of the last one."""
        wanted = text.strip().split("\n", 1)[0].strip()[:60]
        found = self._text.find(wanted, self._at) if wanted else -1
        if found < 0 and " " in wanted:
            found = self._text.find(max(wanted.split(), key=len), self._at)
            found = found if 0 <= found < self._at + 4000 else -1
        if found >= 0:
            self.line += self._text.count("\n", self._at, found)
            self._at = found
        return self.line
