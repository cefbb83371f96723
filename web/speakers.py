"""Who says something that is kept: from which page, and in whose voice."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import Forbidden


def refuse_other_sites() -> None:
    """What is kept comes from our own pages, or from programs: the browser says where a form stands.

    There is no cookie whose power another site could borrow, so a vote forged from there is worth no more than one
    sent directly; this keeps other sites from letting their visitors vote. `Sec-Fetch-Site` is sent by every browser
    to HTTPS and to this machine, `Origin` with every form that is posted, also to plain HTTP in a company's network.
    """
    refusal = Forbidden("This can't be sent from another site.")
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:  # none: typed, reloaded, from a bookmark
            raise refusal
        return
    origin = request.headers.get("Origin")
    ours = {urlsplit(request.host_url).netloc, urlsplit(current_app.extensions["settings"].public_url).netloc}
    if origin is not None and urlsplit(origin).netloc not in ours - {""}:
        raise refusal


def voice() -> str:
    """What tells one speaker from another, for a day and only as a hash: address and browser.

    A proxy on this machine says who called it at the end of `X-Forwarded-For`; from elsewhere the header is not
    believed, because anybody can send one.
    """
    address = request.remote_addr or ""
    try:
        by_proxy = ip_address(address).is_loopback
    except ValueError:
        by_proxy = True  # a socket file
    if by_proxy:
        address = request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()
    return f"{address} {request.headers.get('User-Agent', '')}"
