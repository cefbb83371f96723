"""Who says something that is kept: from which page, and in whose voice."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import Forbidden

from web.cors import ANY
from web.limits import client


def refuse_other_sites() -> None:
    """What is kept comes from our own pages, from sites that the settings let in, or from programs: the browser says
    where a form stands.

    There is no cookie whose power another site could borrow, so a vote forged from there is worth no more than one
    sent directly; this keeps other sites from letting their visitors vote. `Sec-Fetch-Site` is sent by every browser
    to HTTPS and to this machine, `Origin` with every form that is posted, also to plain HTTP in a company's network.
    """
    refusal = Forbidden("This can't be sent from another site.")
    origin = request.headers.get("Origin")
    settings = current_app.extensions["settings"]
    if request.path.startswith("/api/") and origin and not {origin, ANY}.isdisjoint(settings.cors_origins):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:  # none: typed, reloaded, from a bookmark
            raise refusal
        return
    ours = {urlsplit(request.host_url).netloc, urlsplit(settings.public_url).netloc}
    if origin is not None and urlsplit(origin).netloc not in ours - {""}:
        raise refusal


def voice() -> str:
    """What tells one speaker from another, for a day and only as a hash: address (behind trusted proxies the one that
    they tell) and browser."""
    return f"{client()} {request.headers.get('User-Agent', '')}"
