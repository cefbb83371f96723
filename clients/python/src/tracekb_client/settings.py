"""Where the knowledge base is. The defaults ask the `kb` command of this machine and nobody else.

| variable | argument of configure | stands for |
|---|---|---|
| TRACEKB_URL | url | a server's address; only this sends anything over the network |
| TRACEKB_COMMAND | command | the `kb` command, where it isn't on the PATH |
| TRACEKB_TIMEOUT | timeout | the most seconds that one lookup may take |
| TRACEKB_OFF | off | anything but empty or 0: no hook looks anything up |
"""

from __future__ import annotations

import os

from tracekb_client.errors import Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Sequence

TIMEOUT = 5.0
"""Seconds. A `kb` that starts takes half of one; a machine with work to do several times that."""


class Settings:
    """The settings, checked. No dataclass: its module would be a third of what importing the client costs."""

    def __init__(
        self, url: str = "", command: tuple[str, ...] = ("kb",), timeout: float = TIMEOUT, off: bool = False
    ) -> None:
        self.url = url
        self.command = command
        self.timeout = timeout
        self.off = off


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings of the environment. Raises Unavailable, naming the variable that is wrong."""
    command = environ.get("TRACEKB_COMMAND", "").strip()
    try:
        timeout = float(environ.get("TRACEKB_TIMEOUT") or TIMEOUT)
    except ValueError:
        timeout = 0.0
    return _checked(
        Settings(
            url=environ.get("TRACEKB_URL", "").strip(),
            command=_words(command) if command else ("kb",),
            timeout=timeout,
            off=is_off(environ),
        )
    )


def is_off(environ: Mapping[str, str]) -> bool:
    """Whether TRACEKB_OFF says so."""
    return environ.get("TRACEKB_OFF", "") not in ("", "0")


_configured: dict[str, Any] = {}


def configure(
    *,
    url: str | None = None,
    command: str | Sequence[str] | None = None,
    timeout: float | None = None,
    off: bool | None = None,
) -> None:
    """Overrides the environment for this process; None leaves a setting as it was.

    Raises ValueError where a value can't be right.
    """
    given: dict[str, Any] = {
        "url": url,
        "command": _words(command) if isinstance(command, str) else tuple(command) if command else None,
        "timeout": timeout,
        "off": off,
    }
    changed = {name: value for name, value in given.items() if value is not None}
    try:
        _checked(Settings(**changed))
    except Unavailable as problem:
        raise ValueError(str(problem)) from None
    _configured.update(changed)
    from tracekb_client import client

    client.forget_default()


def current() -> Settings:
    """The settings in force. Raises Unavailable, naming what is wrong."""
    return Settings(**{**vars(from_environment(os.environ)), **_configured})


def _checked(settings: Settings) -> Settings:
    if settings.url and not settings.url.startswith(("http://", "https://")):
        raise Unavailable(f"TRACEKB_URL must begin with http:// or https://, and is {settings.url[:80]!r}")
    if not 0 < settings.timeout <= 600:
        raise Unavailable("TRACEKB_TIMEOUT must be a number of seconds, from above 0 to 600")
    return settings


def _words(command: str) -> tuple[str, ...]:
    import shlex

    try:
        return tuple(shlex.split(command, posix=os.name != "nt"))
    except ValueError as problem:
        raise Unavailable(f"TRACEKB_COMMAND can't be read: {problem}") from None
