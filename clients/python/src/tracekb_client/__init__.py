"""The known fix under a Python traceback, from a traceback knowledge base.

Nothing is sent anywhere unless a URL is set on purpose; else the `kb` command of this machine is asked. Importing
this package imports next to nothing: it lies in somebody else's start-up time.
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing would cost more than all the rest of this
if TYPE_CHECKING:
    from typing import Any

    from tracekb_client.answer import Answer
    from tracekb_client.client import Client
    from tracekb_client.errors import Unavailable
    from tracekb_client.hooks import install, uninstall
    from tracekb_client.notes import annotate, noting
    from tracekb_client.settings import configure

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Client",
    "Unavailable",
    "annotate",
    "configure",
    "install",
    "lookup",
    "noting",
    "uninstall",
]

_PLACES = {
    "Answer": "answer",
    "Client": "client",
    "Unavailable": "errors",
    "annotate": "notes",
    "configure": "settings",
    "install": "hooks",
    "noting": "notes",
    "uninstall": "hooks",
}


def lookup(text: str, context: dict[str, Any] | None = None, limit: int = 3) -> Answer:
    """What the knowledge base says about a pasted traceback, or about text with one in it.

    `context` is what the program runs on: `{"python": "3.12", "packages": {"sqlalchemy": "2.0.36"}}`. Raises
    Unavailable, whose message is one line, where no knowledge base answers in time.
    """
    from tracekb_client.client import default

    return default().lookup(text, context, limit)


def load_ipython_extension(shell: Any) -> None:
    """`%load_ext tracekb_client`."""
    from tracekb_client import ipython

    ipython.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """`%unload_ext tracekb_client`."""
    from tracekb_client import ipython

    ipython.unload(shell)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
