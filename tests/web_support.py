"""What the web tests share: pastes to send, and an application over a small knowledge base."""

from __future__ import annotations

import shutil
import threading
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from indexer import pipeline
from kb.opening import open_knowledge_base
from kb.settings import Settings, load, shipped_articles
from web.app import create_app

HEADLINE = """Traceback (most recent call last):
  File "/srv/shop/views.py", line 12, in index
    print(data.state)
          ^^^^^^^^^^
  File "/srv/shop/.venv/lib/python3.12/site-packages/sqlalchemy/orm/attributes.py", line 566, in __get__
    return self.impl.get(state, dict_)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^
sqlalchemy.orm.exc.DetachedInstanceError: Instance <users at 0x1ff9aa91350> is not bound to a Session; \
attribute refresh operation cannot proceed (Background on this error at: https://sqlalche.me/e/20/bhk3)
"""
HEADLINE_ID = "sqlalchemy/detached-instance-refresh"
GENERAL = (
    "Traceback (most recent call last):\n  File \"/srv/shop/cart.py\", line 3, in add\n    x[k]\nKeyError: 'tea'\n"
)
UNKNOWN = """Traceback (most recent call last):
  File "/srv/shop/frob.py", line 7, in frob
    widget.frob()
zorkmid.FrobnicationError: qwertz blorple xyzzy
"""
HOSTILE = """Traceback (most recent call last):
  File "/srv/<script>alert(3)</script>/x.py", line 7, in <b>frob</b>
    widget.frob("</pre><script>alert(4)</script>")
acme.errors.WidgetError: widget `a`</code><script>alert(5)</script> was refused by [x](javascript:alert(6))
"""
OF_OTHER_SITES = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)
"""Headers by which a browser tells that another site's page sends the form."""
FIXTURES = Path(__file__).parent / "fixtures" / "web"


def settings_in(folder: Path, **more: Any) -> Settings:
    """Settings for a knowledge base below `folder`, whose articles are those of the fixture and a shipped one."""
    articles = folder / "articles"
    if not articles.exists():
        shutil.copytree(FIXTURES, articles)
        shipped = shipped_articles() / f"{HEADLINE_ID}.md"
        (articles / "sqlalchemy").mkdir()
        shutil.copy(shipped, articles / "sqlalchemy")
    return load({"data_dir": folder / "data", "articles_dir": articles, **more}, {})


def filled(folder: Path, **more: Any) -> Settings:
    """The same, with the knowledge base filled."""
    settings = settings_in(folder, **more)
    report = pipeline.index(settings)
    assert not report.rejected, report.rejected
    return settings


def application(settings: Settings) -> Flask:
    """The application over a filled knowledge base."""
    base = open_knowledge_base(settings)
    app = create_app(base, settings)
    app.testing = True
    weakref.finalize(app, base.close)
    return app


def serving(settings: Settings) -> AbstractContextManager[str]:
    """A server over a filled knowledge base; its URL."""
    return served(application(settings))


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """A server that runs the application; its URL."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
