"""The panel on real debug pages: Werkzeug's debugger, Flask's, and Django's in both its forms."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

BOIL = "raise RuntimeError(\"no water in kettle '<b>green</b>', fill it before it boils\")"
TITLE = "Known fix: Kettle without water"
SERVE = """
from werkzeug.serving import make_server
server = make_server("127.0.0.1", 0, application)
print(server.server_port, flush=True)
server.serve_forever()
"""
WERKZEUG = f"""
from werkzeug.debug import DebuggedApplication
from tracekb_client.wsgi import DebugPanel
def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/fail":
        {BOIL}
    if path == "/late":
        def chunks():
            {BOIL}
            yield b""
        return chunks()
    if path == "/unknown":
        raise LookupError("zorkmid")
    status = "500 Oops" if path == "/own" else "200 OK"
    start_response(status, [("Content-Type", "text/html"), ("Content-Length", "13")])
    return [b"<body>", b"</body>"]
application = DebugPanel(DebuggedApplication(app, evalex=True))
"""
FLASK = f"""
import flask
import tracekb_client.flask
app = flask.Flask(__name__)
app.debug = True
tracekb_client.flask.init_app(app)
@app.get("/fail")
def fail():
    {BOIL}
from werkzeug.debug import DebuggedApplication
application = DebuggedApplication(app)
"""
DJANGO = f"""
import django
from django.conf import settings
settings.configure(DEBUG=True, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="x",
    DEFAULT_EXCEPTION_REPORTER="tracekb_client.django.Reporter")
django.setup()
from django.urls import path
def fail(request):
    {BOIL}
def unknown(request):
    raise LookupError("zorkmid")
urlpatterns = [path("fail", fail), path("unknown", unknown)]
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""


@contextmanager
def served(host, program, **environ) -> Iterator[int]:
    host.write("serve.py", program + SERVE)
    process = subprocess.Popen(
        [sys.executable, "serve.py"],
        cwd=host.folder,
        env=host.environment(**environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def get(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    page = response.read().decode()
    connection.close()
    return response.status, page


@pytest.mark.parametrize("path", ["/fail", "/late"])
def test_the_werkzeug_debugger_has_the_panel(host, path):
    with served(host, WERKZEUG) as port:
        for _ in range(2):
            status, page = get(port, path)
            assert status == 500
            assert page.count(f"<strong>{TITLE}</strong>") == 1
            assert page.index(TITLE) < page.index("Traceback <em>")  # in sight, however long the traceback is
            assert "<b>green</b>" not in page.replace("<!--", "\0").split("\0")[0]
            assert page.count("</html>") == 1
        resource = re.search(r'href="(\?__debugger__=yes&amp;cmd=resource&amp;f=style.css)"', page)
        assert get(port, "/" + resource[1].replace("&amp;", "&"))[0] == 200


def test_other_replies_pass_through_as_they_are(host):
    with served(host, WERKZEUG) as port:
        assert get(port, "/fine") == (200, "<body></body>")
        assert get(port, "/own") == (500, "<body></body>")
        status, page = get(port, "/unknown")
        assert (status, "tracekb" in page) == (500, False)


def test_flasks_debugger_shows_the_note(host):
    with served(host, FLASK) as port:
        status, page = get(port, "/fail")
    assert status == 500
    assert "known fix: Kettle without water (kb show tea/kettle)" in page


def test_djangos_page_has_the_panel_and_its_text_the_fix(host):
    with served(host, DJANGO) as port:
        status, page = get(port, "/fail", Accept="text/html")
        assert status == 500
        assert page.count(f"<strong>{TITLE}</strong>") == 1
        assert page.index(TITLE) < page.index('<div id="traceback"')
        assert "<b>green</b>" not in page
        status, page = get(port, "/fail", Accept="text/plain")
        assert status == 500
        assert TITLE in page
        assert "Traceback (most recent call last)" in page
        assert 'id="tracekb"' not in get(port, "/unknown", Accept="text/html")[1]


@pytest.mark.parametrize("program", [WERKZEUG, FLASK, DJANGO], ids=["werkzeug", "flask", "django"])
def test_without_a_knowledge_base_the_pages_are_as_ever(host, kb_that, program):
    with served(host, program, **kb_that("exit 3")) as port:
        status, page = get(port, "/fail", Accept="text/html")
    assert status == 500
    assert "no water in kettle" in page
    assert "Known fix" not in page
    assert "</html>" in page


def test_the_panel_over_http_links_to_the_entry(host, server):
    with served(host, DJANGO, TRACEKB_URL=server) as port:
        page = get(port, "/fail", Accept="text/html")[1]
    assert f'<a href="{server}/e/tea/kettle"' in page
