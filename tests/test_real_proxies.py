"""Behind nginx and Caddy, set up as the docs show it, at the root and below a path, before granian and gunicorn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import NoReturn
from urllib.parse import urlencode, urlsplit

import pytest

from tests.browser_support import chromium, paste
from tests.proxy_support import CLIENTS, NAME, Site, proxied, upstream
from tests.server_support import LIMIT
from tests.web_support import HEADLINE, HEADLINE_ID, filled

ADDRESSES = re.compile(r'\s(?:href|src|action|formaction|data-[a-z-]+)="(/[^"]*)"')
RATE = 60
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(
    scope="module",
    params=[
        ("nginx", "/kb", "granian"),
        ("nginx", "", "gunicorn"),
        ("caddy", "/kb", "gunicorn"),
        ("caddy", "", "granian"),
    ],
    ids="-".join,
)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, lacking: Callable[[str], NoReturn]
) -> Iterator[Site]:
    proxy, prefix, server = request.param
    folder = tmp_path_factory.mktemp("proxied")
    filled(folder)
    # One worker, so that what it counts is all that is counted.
    with (
        upstream(server, folder, trusted_proxies=1, rate_limit=f"{RATE}/hour") as port,
        proxied(proxy, prefix, port, folder, lacking) as site,
    ):
        yield site


@pytest.mark.parametrize("path", ["/", "/?q=session", f"/e/{HEADLINE_ID}", "/search?q=session", "/nowhere"])
def test_whatever_a_page_names_is_there(site: Site, path: str) -> None:
    status, _, page = site.call("GET", site.prefix + path, client=next(CLIENTS))
    assert status == (404 if path == "/nowhere" else 200)
    addresses = {unescape(found) for found in ADDRESSES.findall(page)}
    assert f"{site.prefix}/" in addresses
    assert any(one.startswith(f"{site.prefix}/static/") for one in addresses)
    for address in addresses:
        assert address.startswith(site.prefix + "/"), address
        status, head, text = site.call("GET", address, client=next(CLIENTS))
        # Addresses of forms take POST or want a query; the shipped entry in the fixture sees others that aren't in it.
        known = {200, 405, 422} | ({404} if "/e/sqlalchemy/" in address else set())
        assert status in known, (address, status, text)
        assert "default-src 'none'" in head["Content-Security-Policy"]


def test_the_prefix_without_its_slash_leads_to_the_page(site: Site) -> None:
    if site.prefix:
        status, head, _ = site.call("GET", site.prefix)
        assert status in {301, 302, 308}
        assert urlsplit(head["Location"]).path == site.prefix + "/"


def test_addresses_in_json_feeds_and_redirects(site: Site) -> None:
    answer = site.json("/api/v1/lookup", {"text": HEADLINE})
    assert answer["verdict"] == "match"
    assert answer["matches"][0]["url"] == f"{site.prefix}/e/{HEADLINE_ID}"
    for path in ("/new.atom", "/sitemap.xml", "/opensearch.xml", "/llms.txt"):
        _, _, text = site.call("GET", site.prefix + path, client=next(CLIENTS))
        whole = re.findall(rf"https?://(?:{NAME}|127\.0\.0\.1|localhost)[^\s<\"?)]*", text)
        assert whole, path
        assert all(one.startswith(f"{site.origin}{site.prefix}/") for one in whole), (path, whole)
    status, head, _ = site.call("GET", f"{site.prefix}/e/acme/old-name")
    assert (status, head["Location"]) == (308, f"{site.prefix}/e/acme/hostile")


def test_only_forms_of_this_very_site_vote(site: Site) -> None:
    entry = site.json(f"/api/v1/entries/{HEADLINE_ID}")
    vote = urlencode({"entry": HEADLINE_ID, "fix": entry["fixes"][0]["id"], "worked": "yes"})
    ours, path = {"Content_Type": FORM}, f"{site.prefix}/feedback"
    assert site.call("POST", path, vote, **ours, Origin=site.origin)[0] == 200
    port = site.port % 60_000 + 1
    for other in (
        "https://evil.example",
        "null",
        f"{site.scheme}://{NAME}.evil.example",
        f"{site.scheme}://{NAME}:{port}",
    ):
        assert site.call("POST", path, vote, **ours, Origin=other)[0] == 403, other
    # Nobody from outside says what our name is, or where we are mounted.
    forged = {"X_Forwarded_Host": "evil.example", "Origin": f"{site.scheme}://evil.example"}
    assert site.call("POST", path, vote, **ours, **forged)[0] == 403


def test_nobody_outside_says_where_we_are_mounted(site: Site) -> None:
    for said in ("//evil.example", "/elsewhere", "https://evil.example"):
        status, head, _ = site.call("GET", f"{site.prefix}/e/acme/old-name", X_Forwarded_Prefix=said)
        assert (status, head["Location"]) == (308, f"{site.prefix}/e/acme/hostile")


def test_clients_are_counted_by_their_own_address(site: Site) -> None:
    one, other = next(CLIENTS), next(CLIENTS)
    path = f"{site.prefix}/api/v1/suggest?q=de"
    for left in range(RATE - 1, -1, -1):
        # What the client itself says of its address counts for nothing.
        status, head, _ = site.call("GET", path, client=one, X_Forwarded_For=f"192.0.2.{left}")
        assert (status, head["RateLimit"].split(";")[1]) == (200, f"r={left}")
    status, head, text = site.call("GET", path, client=one)
    assert status == 429
    assert 0 < int(head["Retry-After"]) <= 3600
    assert json.loads(text)["status"] == 429
    assert site.call("GET", path, client=other)[0] == 200


def test_every_answer_has_an_id(site: Site) -> None:
    _, head, text = site.call("GET", f"{site.prefix}/api/v1/nowhere", X_Request_ID="mine-1")
    assert json.loads(text)["request_id"] == head["X-Request-ID"]
    # nginx makes one of its own, which stands in its log; Caddy passes on what it is given.
    assert re.fullmatch("[0-9a-f]{32}" if site.proxy == "nginx" else "mine-1", head["X-Request-ID"])


def test_the_limit_of_the_proxy_lets_the_server_explain_its_own(site: Site) -> None:
    path = f"{site.prefix}/api/v1/lookup"
    escaped = '{"text": "' + "\\u0041" * LIMIT + '"}'
    assert site.call("POST", path, escaped, Content_Type="application/json")[0] == 200
    for size in (LIMIT + 1, 6 * 1024 * 1024):
        status, head, text = site.call("POST", path, "x" * size, Content_Type="text/plain")
        assert (status, head["Content-Type"]) == (413, "application/problem+json"), text
        assert "A paste may hold" in json.loads(text)["detail"]


def test_a_body_that_breaks_off_is_not_answered_as_if_it_were_whole(site: Site) -> None:
    connection = site.connect()
    connection.putrequest("POST", f"{site.prefix}/api/v1/lookup", skip_host=True)
    for name, value in (("Host", site.host), ("Content-Type", "text/plain"), ("Transfer-Encoding", "chunked")):
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(b"5\r\nKeyEr\r\nno chunk\r\n")
    assert connection.getresponse().status >= 400
    connection.close()


def test_what_was_sent_before_is_not_sent_again(site: Site) -> None:
    path, small = f"{site.prefix}/e/{HEADLINE_ID}", {"Accept_Encoding": "identity"}
    _, head, _ = site.call("GET", path, **small)
    status, again, text = site.call("GET", path, **small, If_None_Match=head["ETag"])
    assert (status, text, again["ETag"]) == (304, "", head["ETag"])
    _, head, _ = site.call("HEAD", path, Accept_Encoding="gzip")
    assert head["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/metrics", "//metrics", "/%6detrics", "/./metrics", "/x/../metrics", "/metrics?x=1"])
def test_figures_are_not_for_the_public(site: Site, path: str) -> None:
    status, _, text = site.call("GET", site.prefix + path)
    assert "kb_entries" not in text
    assert status in {301, 308, 400, 403, 404}


def test_in_a_browser(site: Site, lacking: Callable[[str], NoReturn]) -> None:
    """By a name and over plain HTTP the browser says less of where a form stands than on this machine's own address."""
    with chromium(lacking, f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as browser:
        context = browser.new_context(ignore_https_errors=True)
        page, failed = context.new_page(), []
        page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
        page.goto(f"{site.origin}{site.prefix}/")
        paste(page, HEADLINE)
        page.locator("form[action$='/feedback'] button", has_text=re.compile("^Yes")).first.click()
        page.get_by_text("Undo").first.wait_for()
        page.locator(f"a[href='{site.prefix}/e/{HEADLINE_ID}']").first.click()
        page.wait_for_url(f"{site.origin}{site.prefix}/e/{HEADLINE_ID}")
        assert failed == []
        assert context.cookies() == []
