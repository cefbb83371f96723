"""The web application: pages, API, health and metrics around one matcher."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, request, url_for
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError

import kb
from kb.catalogue import Catalogue
from kb.errors import UnavailableError
from kb.settings import Settings
from web import answer_schemas, bodies, caching, cors, limits, logs, mounting, problems, rendering
from web.api import api, matcher, published
from web.browse import browsing
from web.document import document
from web.feedback import feedback, feedback_api
from web.feeds import feeds
from web.metrics import CONTENT_TYPE, Metrics
from web.pages import pages
from web.recent import RecentAnswers
from web.search_page import finding
from web.wanted import wanted, wanted_api

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from kb.opening import KnowledgeBase

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: browsers then send `Origin: null` with our own forms, and who speaks can't be told.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(base: KnowledgeBase, settings: Settings) -> Flask:
    """The WSGI application. It keeps no state of its own but counters, and never fills or migrates a store."""
    app = OpenAPI(
        __name__,
        info=Info(title="tracebacks to fixes", version=kb.__version__, description="Paste a traceback, get the fix."),
        security_schemes={},
        doc_ui=False,
        validation_error_model=answer_schemas.ProblemOut,
        validation_error_callback=_invalid_query,
    )
    # The body is bounded by web.bodies, with an answer that arrives; Werkzeug's own limits would come first.
    app.config.update(MAX_CONTENT_LENGTH=None, MAX_FORM_MEMORY_SIZE=None, MAX_FORM_PARTS=100)
    app.extensions.update(knowledge_base=base, settings=settings, metrics=Metrics(), catalogue=Catalogue(base.store))
    most = settings.recent_answers * 1024 * 1024
    app.extensions["recent"] = RecentAnswers(most) if most else None
    app.extensions["openapi"] = lru_cache(lambda: document(app))
    app.url_map.strict_slashes = True
    logs.install(app)
    app.before_request(bodies.read_bounded)
    app.before_request(mounting.refuse_nameless)
    # What was registered first comes last, after an answer: nobody changes it behind `_finish`.
    app.after_request(_finish)
    caching.install(app)
    limits.install(app, settings.rate_limit)
    cors.install(app, settings.cors_origins)
    problems.install(app)
    _fill_jinja(app)
    for part in (api, feedback_api, wanted_api):
        app.register_api(part)
    for pages_of in (pages, finding, browsing, feeds, feedback, wanted):
        app.register_blueprint(pages_of)
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=metrics)
    app.wsgi_app = mounting.mounted(_secured(app.wsgi_app), settings)  # type: ignore[method-assign,assignment]
    return app


def healthz() -> Response:
    """Whether the process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


def readyz() -> Response:
    """Whether store and engine answer; 503 until the knowledge base is filled."""
    try:
        said = "ready" if published() else "not filled yet; run `kb index`"
        matcher().search("error", limit=1)
    except UnavailableError as error:
        said = f"{error.code}: {error}"
    return Response(f"{said}\n", 200 if said == "ready" else 503, content_type="text/plain; charset=utf-8")


def metrics() -> Response:
    """Counters of this process."""
    return Response(current_app.extensions["metrics"].text(sum(published().values())), content_type=CONTENT_TYPE)


def _secured(application: WSGIApplication) -> WSGIApplication:
    """Every answer with `HEADERS`, which are the same for all: put on each response one by one, they took a tenth of
    what an empty answer takes."""
    constant = list(HEADERS.items())

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *broken: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, *constant], *broken)

        return application(environ, start)

    return answer


def _finish(response: Response) -> Response:
    response = caching.finish(response)
    route = request.url_rule.rule if request.url_rule else "none"
    current_app.extensions["metrics"].request(route, request.method, response.status_code)
    logs.finish(response, route)
    return response


def _invalid_query(error: ValidationError) -> Response:
    wrong = problems.BadFields.from_pydantic(error)
    return problems.answer(422, wrong.detail, wrong.errors)


def _fill_jinja(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        markdown=lambda text: mounting.linked(rendering.markdown(text)),
        inline=lambda text: mounting.linked(rendering.inline(text)),
        heading=lambda text: mounting.linked(rendering.heading(text)),
        code=rendering.code,
        template=rendering.template,
        words=rendering.plain,
    )
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12] for path in _static_files(app)}
    app.jinja_env.globals["asset"] = lambda name: url_for("static", filename=name, v=hashes[name])


def _static_files(app: Flask) -> list[Path]:
    return [path for path in Path(str(app.static_folder)).iterdir() if path.is_file()]
