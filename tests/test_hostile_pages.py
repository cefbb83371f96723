"""Whatever a stranger writes stays text, wherever a page shows it: pastes, words searched for, addresses, forms,
headers, and the prose, code and titles of articles."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from tests.web_support import HEADLINE, HEADLINE_ID, application, filled
from web import rendering

NAME = "qzcanary"
"""The name of an element and an attribute in all that is tried, so that one look finds what got through."""
BREAKERS = [
    f"<{NAME}>",
    f"</{NAME}>",
    f"<img src=x {NAME}=1>",
    f"<svg/{NAME}=1>",
    f"<a href='javascript:{NAME}'>",
    f'" {NAME}="1',
    f"' {NAME}='1",
    f"` {NAME}=1 ",
    f" {NAME}=1 ",
    f"[x](javascript:{NAME})",
    f'[x](https://x.example "\\" {NAME}=1")',
    f"[x](//{NAME}.example)",
    f"![x](https://{NAME}.example)",
    f"<javascript:{NAME}>",
    f"```{NAME}\n<{NAME}>\n```",
    f"&lt;{NAME}&gt;",
    f"&#60;{NAME}>",
    f"\\x3c{NAME}>",
    *("</textarea>", "</title>", "</script>", "</style>", "</pre>", "</code>", "<!--", "-->", "]]>", "<![CDATA[", "<?"),
    *('"', "'", ">", "<", "&", "`", "``", "{", "}", "{{7*7}}", "{x}", "|", "\\", "](", "*", "_", "#", "\n", "\r", "\t"),
    *("\0", "\x1b[31m", "\u2028", "\u202e", "\ufeff", "\u212a", "javascript:", "data:text/html,"),
    # What the page marks filled-in values and found words with, before it makes them HTML.
    *(chr(0xFDD0 + number) for number in range(10)),
]
TEXTS = st.lists(st.sampled_from(BREAKERS) | st.text(max_size=6), min_size=1, max_size=8).map("".join)
PASTES = (
    'Traceback (most recent call last):\n  File "{0}", line 7, in {0}\n    widget.frob({0})\n'
    "acme.errors.WidgetError: widget {0} was refused\n",
    'Traceback (most recent call last):\n  File "/srv/a.py", line 7, in f\n    x()\n{0}.Error: {0}\n',
    "KeyError: '{0}'\n",
    "{0}",
    HEADLINE + "{0}",
)
ADDRESSES = (
    *("/?q={}", "/search?q={}", "/search?q=session&library={}&exception={}", "/search?q=key&proven={}&cursor={}"),
    *(
        "/x/{}",
        "/l/{}",
        "/e/{}/{}",
        f"/e/{HEADLINE_ID}/{{}}",
        "/f/{}?e={}&w={}",
        "/{}",
        "/api/v1/{}",
        "/static/{}?v={}",
    ),
    f"/f/0123456789abcdef?e={HEADLINE_ID}&w={{}}",
)
FORMS = ("/feedback", "/feedback/undo", "/wanted", "/wanted/undo", "/")
slow = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return application(filled(tmp_path_factory.mktemp("hostile"))).test_client()


def harmless(html: str, *, links: bool = False) -> None:
    """Nothing that was written became an element, an attribute or a script, nor, unless there may be some, a link that
    leads elsewhere."""
    page = LexborHTMLParser(html)
    for node in page.css("*"):
        attributes = node.attributes
        assert NAME not in (node.tag or ""), node.html
        assert node.tag not in {"iframe", "object", "embed", "base", "style", "math", "foreignobject"}, node.html
        assert node.tag != "script" or ((attributes["src"] or "").startswith("/static/") and not node.text()), node.html
        for name, value in attributes.items():
            assert NAME not in name, node.html
            assert not name.startswith("on"), node.html
            assert name not in {"style", "srcdoc", "srcset"}, node.html
            if name in {"href", "src", "action", "formaction", "xlink:href"}:
                where = urlsplit(value or "")
                assert where.scheme in {"", "http", "https"}, node.html
                assert where.scheme or not re.match(r"[\s/\\]{2}", value or ""), node.html
                assert links or NAME not in where.netloc, node.html


@given(TEXTS, st.sampled_from(PASTES))
@slow
@example("\ufdd0\ufdd2" + f"<{NAME}>" + "\ufdd1", PASTES[0])
def test_of_a_paste(client: FlaskClient, text: str, paste: str) -> None:
    sent = {"text": paste.replace("{0}", text)}
    for address in ("/", "/answer"):
        answer = client.post(address, data=sent)
        assert answer.status_code == 200
        harmless(answer.text)


@given(TEXTS, st.sampled_from(ADDRESSES))
@slow
def test_of_an_address(client: FlaskClient, text: str, address: str) -> None:
    answer = client.get(address.replace("{}", quote(text, safe="", errors="replace")), buffered=True)
    assert answer.status_code < 500
    assert NAME not in answer.headers.get("Location", "") or answer.headers["Location"].startswith("/")
    if answer.mimetype == "text/html":
        harmless(answer.text)
    else:
        assert answer.mimetype in {"application/problem+json", "application/json", "text/markdown"}, address


@given(TEXTS, st.sampled_from(FORMS))
@slow
def test_of_a_form(client: FlaskClient, text: str, address: str) -> None:
    for said in (
        {"entry": text, "fix": text, "worked": text, "fingerprint": text, "token": text, "text": text},
        {"entry": HEADLINE_ID, "fix": text, "worked": "yes"},
        {"text": f"qwertz.{text}Error: {text}\n"},
    ):
        answer = client.post(address, data=said)
        assert answer.status_code < 500
        harmless(answer.text)
    harmless(client.get("/wanted").text)


@pytest.mark.parametrize(
    "name", ["Host", "Referer", "X-Request-ID", "Origin", "X-Forwarded-Host", "X-Forwarded-Prefix"]
)
@pytest.mark.parametrize("value", [f'"><{NAME}>', f"evil.example/{NAME}", "a b", f"javascript:{NAME}//", f"' {NAME}='"])
def test_of_a_header(client: FlaskClient, name: str, value: str) -> None:
    for address in ("/", f"/e/{HEADLINE_ID}", "/nowhere", "/search?q=session"):
        answer = client.get(address, headers={name: value})
        assert answer.status_code == (400 if name == "Host" else 404 if address == "/nowhere" else 200)
        harmless(answer.text)
    for address in ("/new.atom", "/sitemap.xml", "/opensearch.xml"):
        answer = client.get(address, headers={name: value})
        assert answer.status_code == 400 if name == "Host" else ElementTree.fromstring(answer.data) is not None


@given(TEXTS, st.dictionaries(st.sampled_from("xyz"), TEXTS, max_size=2))
@settings(max_examples=300)
def test_of_an_article(text: str, values: dict[str, str]) -> None:
    filled_in = rendering.mark_value(3, text)
    pieces: list[Markup | str] = [
        *(made(text) for made in (rendering.markdown, rendering.inline, rendering.heading)),
        *(made(f"a `{filled_in}` b") for made in (rendering.markdown, rendering.inline, rendering.heading)),
        rendering.heading(text, [(0, len(text) // 2), (len(text) // 2, len(text))] if len(text) > 1 else ()),
        Markup("<pre><code>{}</code></pre>").format(rendering.code(text)),
        Markup("<pre><code>{}</code></pre>").format(rendering.code(text, text)),
        rendering.template(text + "{x} {y}", {"x": 1}, values),
        Markup("<p title='{}'>{}</p>").format(rendering.plain(text), rendering.plain(text)),
    ]
    for piece in pieces:
        harmless(f"<!doctype html><body><main>{piece}</main></body>", links=True)


def test_no_page_is_written_by_joining_html_in_a_script() -> None:
    for script in (Path(rendering.__file__).parent / "static").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function|document\.write|\.outerHTML\s*=|setAttribute\(\s*[\"']on", text), (
            script
        )
