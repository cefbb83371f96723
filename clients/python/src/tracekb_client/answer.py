"""An answer, and how it is shown as plain text.

What comes from a knowledge base is data: control characters, with which text could play a terminal, are taken out,
and a field that isn't of the type it should be counts as missing.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WIDTH = 88
PROSE = 600
CODE_LINES = 16

# Line break and tab stay. C0 and C1 move cursors and set colours; the rest turns the direction of writing around.
_CONTROL = {
    **{number: None for number in (*range(32), *range(0x7F, 0xA0)) if number not in (9, 10)},
    **dict.fromkeys((8206, 8207, *range(8234, 8239), *range(8294, 8298))),
    0x2028: "\n",
    0x2029: "\n",
}

_ENTRY_LINK = re.compile(r"\[([^][]{1,200})\]\(/e/([\w.-]{1,100}/[\w.-]{1,100})\)")


class Answer:
    """The lookup body with the parts that a person acts on at hand. True when it holds a fix that can be trusted."""

    def __init__(self, body: dict[str, Any], server: str = "") -> None:
        self.body = body
        self._server = server

    def __bool__(self) -> bool:
        return self.best is not None

    def __repr__(self) -> str:
        return f"<Answer {self.verdict} {self.id or '-'}>"

    @property
    def verdict(self) -> str:
        """`match`, `related` or `none`."""
        return text(self.body.get("verdict")) or "none"

    @property
    def fingerprint(self) -> str:
        """What errors of the same kind have in common; empty where no error was read."""
        return text(self.body.get("fingerprint"))

    @property
    def matches(self) -> list[dict[str, Any]]:
        """The entries that were found, the best one first."""
        return dicts(self.body.get("matches"))

    @property
    def best(self) -> dict[str, Any] | None:
        """The entry that can be trusted, if there is one."""
        return self.matches[0] if self.verdict == "match" and self.matches else None

    @property
    def id(self) -> str:
        """The best entry's id, such as `sqlalchemy/detached-instance-refresh`; else empty."""
        return _slug(self.best)

    @property
    def title(self) -> str:
        """The best entry's title on one line; else empty."""
        return one_line((self.best or {}).get("title"))

    @property
    def url(self) -> str:
        """The best entry's web address; empty where the knowledge base has none, being a command."""
        return self.link(self.best)

    @property
    def fix(self) -> dict[str, Any] | None:
        """The best entry's first fix."""
        return next(iter(dicts((self.best or {}).get("fixes"))), None)

    @property
    def cause(self) -> dict[str, Any] | None:
        """The cause that the fix is for."""
        wanted = (self.fix or {}).get("cause")
        return next((one for one in dicts((self.best or {}).get("causes")) if one.get("id") == wanted), None)

    @property
    def kind(self) -> tuple[str, str]:
        """What two answers share that a reader needs once: the errors are of a kind, and so are the fixes."""
        return self.fingerprint, text((self.fix or {}).get("id"))

    def link(self, match: dict[str, Any] | None) -> str:
        """An entry's web address, or nothing."""
        url = one_line((match or {}).get("url"))
        if url.startswith("/") and self._server:
            url = self._server + url
        return url if re.match(r"https?://[^\s\"'<>]+$", url) else ""

    def where(self, match: dict[str, Any] | None) -> str:
        """Where to read the entry: its address, or the command that shows it."""
        return self.link(match) or (f"kb show {_slug(match)}" if _slug(match) else "")

    def prose(self, fix: dict[str, Any]) -> str:
        """A fix's text, shortened. Links to other entries, which are paths of the server's, say where to read them."""

        def linked(link: re.Match[str]) -> str:
            words, entry = link.groups()
            return f"{words} ({self.where({'id': entry, 'url': f'/e/{entry}'})})"

        return _ENTRY_LINK.sub(linked, shortened(fix.get("text")))

    def line(self) -> str:
        """Title and place on one line, for logs, tags and notes; empty unless there is a match."""
        return f"{self.title} ({self.where(self.best)})" if self else ""

    def text(self, *, related: bool = False) -> str:
        """The fix in a few lines, as plain text that ends with a line break; empty where there is none.

        With `related`, also the entries that come near and can't be trusted, and the word that nothing is known.
        """
        if self:
            return self._match()
        if not related:
            return ""
        if not self.matches:
            return "No known fix.\n"
        near = [f"  {one_line(match.get('title'))}  {self.where(match)}\n" for match in self.matches[:3]]
        return "Not sure, but these come near:\n" + "".join(near)

    def _match(self) -> str:
        lines = [f"Known fix: {self.title}"]
        if self.cause:
            why = one_line(self.cause.get("why"))
            lines += _wrapped(f"Cause: {one_line(self.cause.get('title'))}" + (f" ({why})" if why else ""))
        if self.fix:
            lines += _wrapped(f"Fix: {one_line(self.fix.get('title'))}")
            for paragraph in self.prose(self.fix).split("\n\n"):
                lines += _wrapped(" ".join(paragraph.split()), "    ", "    ")
            code = first_code(self.fix)
            lines += ["", *(f"      {line}".rstrip() for line in code), ""] if code else []
        lines.append(f"  More: {self.where(self.best)}")
        return "\n".join(lines) + "\n"


def text(value: object) -> str:
    """A string without control characters; of anything else, nothing."""
    return value.translate(_CONTROL) if isinstance(value, str) else ""


def one_line(value: object) -> str:
    """The same on one line, of at most 200 characters."""
    return " ".join(text(value).split())[:200]


def shortened(value: object) -> str:
    """Prose, up to the last sentence that ends within 600 characters."""
    prose = text(value).strip()
    if len(prose) <= PROSE:
        return prose
    end = max(prose.rfind(mark, 0, PROSE) for mark in (". ", ".\n", "\n\n"))
    return prose[: end + 1].rstrip() if end > 0 else prose[:PROSE] + "…"


def first_code(fix: dict[str, Any]) -> list[str]:
    """The lines of a fix's first code block, the first sixteen."""
    code = fix.get("code")
    block = text(code[0]).rstrip() if isinstance(code, list) and code else ""
    lines = [line.expandtabs(4)[:200] for line in block.split("\n")] if block else []
    return lines if len(lines) <= CODE_LINES else [*lines[: CODE_LINES - 1], "…"]


def dicts(value: object) -> list[dict[str, Any]]:
    """The objects of a list; of anything else, none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _slug(match: dict[str, Any] | None) -> str:
    found = (match or {}).get("id")
    return found if isinstance(found, str) and re.match(r"[\w.-]+(?:/[\w.-]+)*$", found) else ""


def _wrapped(line: str, indent: str = "  ", below: str = "    ") -> list[str]:
    import textwrap

    return textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=below, break_on_hyphens=False)
