"""Where the application is mounted: behind proxies, and below a path.

Every link that we make, in pages and in JSON, begins with the path under which the reader sees us: `SCRIPT_NAME`.
It comes from the path of `public_url`, or from a trusted proxy's `X-Forwarded-Prefix`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app, request
from markupsafe import Markup, escape
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from kb.settings import Settings


_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


class Told:
    """An application below the prefix that a proxy tells, which must be a plain path: who gets the proxy to pass on a
    header of his own shall not make `//evil.example` the beginning of our redirects."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """As WSGI has it."""
        prefix = environ.get("SCRIPT_NAME", "").rstrip("/")
        environ["SCRIPT_NAME"] = prefix if _PREFIX.fullmatch(prefix) else ""
        return self._application(environ, start_response)


class Below:
    """An application that people see below `prefix`, whether or not the proxy before it has taken that away."""

    def __init__(self, application: WSGIApplication, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """As WSGI has it."""
        path = environ.get("PATH_INFO", "")
        if path == self._prefix or path.startswith(self._prefix + "/"):
            environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        environ["SCRIPT_NAME"] = self._prefix
        return self._application(environ, start_response)


def mounted(application: WSGIApplication, settings: Settings) -> WSGIApplication:
    """The application as its settings say it is reached."""
    prefix = urlsplit(settings.public_url).path
    if prefix:
        application = Below(application, prefix)
    hops = settings.trusted_proxies
    if hops:
        # Werkzeug takes of each header the value that the last `hops` proxies set, so a client can't lie.
        application = ProxyFix(Told(application), x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops)
    return application


def refuse_nameless() -> None:
    """Before each request: 400 where `Host` can be no name of ours, since links are made of it (RFC 9112, 3.2)."""
    if not request.host:
        raise BadRequest("The Host header is no name of a host.")


def placed(answer: dict[str, Any]) -> dict[str, Any]:
    """A body of the API with the `url`s of its entries below the path where we are mounted."""
    root = _unnamed_root()
    if root:
        for name in ("matches", "items", "also"):
            for item in answer.get(name, ()):
                placed(item)
        if "url" in answer:
            answer["url"] = root + answer["url"]
    return answer


def linked(html: Markup) -> Markup:
    """Cleaned HTML with the links to our own pages, as articles write them (`/e/…`), below that path."""
    root = request.root_path
    if not root:
        return html
    return Markup(str(html).replace('<a href="/', f'<a href="{escape(root)}/'))  # noqa: S704 (cleaned before)


def server_url() -> Mapping[str, str]:
    """Where the API is, for its OpenAPI document."""
    return {"url": current_app.extensions["settings"].public_url or request.root_path or "/"}


def _unnamed_root() -> str:
    """The path before the `url`s of entries; nothing where the settings named the address, which is in them already."""
    return "" if current_app.extensions["settings"].public_url else request.root_path
