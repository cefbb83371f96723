"""Addresses: of entries and their neighbours on this server, and whole ones for what leaves it (feeds, site maps)."""

from __future__ import annotations

from typing import Any

from flask import current_app, request, url_for


def entry_url(entry_id: str) -> str:
    """The page of an entry, below whatever path the application is mounted at."""
    library, _, slug = entry_id.partition("/")
    return url_for("pages.entry", library=library, slug=slug)


def markdown_url(entry_id: str) -> str:
    """The Markdown of an entry."""
    library, _, slug = entry_id.partition("/")
    return url_for("pages.entry_as_markdown", library=library, slug=slug)


def whole(path: str) -> str:
    """A path of this server as a whole address: below `public_url` where that is set, else as it was asked for."""
    public = current_app.extensions["settings"].public_url
    base = public or request.host_url.rstrip("/") + request.script_root
    return str(base) + path.removeprefix(request.script_root)


def whole_url(endpoint: str, **values: Any) -> str:
    """The whole address of an endpoint."""
    return whole(url_for(endpoint, **values))
