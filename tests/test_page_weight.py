"""How much a page weighs: what a browser loads for it, as it is and compressed, over the heaviest shipped articles."""

from __future__ import annotations

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer import pipeline, proof
from kb.settings import load, shipped_articles
from tests.web_support import application

HEAVIEST = 10
LIMIT = 100_000
COMPRESSED = 35_000
PASTE = re.compile(rb'<pre class="paste".*?</pre>', re.S)


@pytest.fixture(scope="module")
def heavy() -> list[Path]:
    """The longest shipped articles that have a recorded traceback."""
    ordered = sorted(shipped_articles().rglob("*.md"), key=lambda path: -path.stat().st_size)
    return [path for path in ordered if traceback_of(path)][:HEAVIEST]


@pytest.fixture(scope="module")
def client(heavy: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("heavy")
    for path in heavy:
        (folder / "articles" / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / "articles" / path.parent.name)
    settings = load({"data_dir": folder / "data", "articles_dir": folder / "articles"}, {})
    pipeline.index(settings)
    with application(settings).test_client() as opened:
        yield opened


def traceback_of(path: Path) -> str:
    known, _ = proof.read(proof.path_beside(path))
    return known.tracebacks[0].text if known and known.tracebacks else ""


def weights(client: FlaskClient, text: str) -> tuple[int, int]:
    """Bytes of the page without script, with all that it loads, as they are and compressed. What it shows back of the
    reader's own text isn't the page's."""
    page = client.post("/", data={"text": text}).data if text else client.get("/").data
    own = re.sub(rb"<textarea id.*?</textarea>", b"", PASTE.sub(b"", page), flags=re.S)
    files = sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode())))
    assert len(files) > 8
    loaded = []
    for name in files:
        with client.get(name) as response:
            loaded.append(response.data)
    return sum(map(len, [own, *loaded])), sum(len(gzip.compress(one)) for one in [own, *loaded])


def test_the_empty_page(client: FlaskClient) -> None:
    whole, compressed = weights(client, "")
    assert whole < 0.65 * LIMIT
    assert compressed < 0.75 * COMPRESSED


def test_answers_of_the_longest_articles(client: FlaskClient, heavy: list[Path]) -> None:
    found = {path.stem: weights(client, traceback_of(path)) for path in heavy}
    assert {name: both for name, both in found.items() if both[0] >= LIMIT or both[1] >= COMPRESSED} == {}


def test_the_longest_of_all_as_eight_errors_in_one_text(client: FlaskClient, heavy: list[Path]) -> None:
    text = "\n".join(traceback_of(path) for path in heavy)
    whole, compressed = weights(client, text)
    assert whole < LIMIT
    assert compressed < COMPRESSED
    assert client.post("/", data={"text": text}).data.count(b'class="also-fold"') >= 5, "it has many answers"


def test_a_long_text_is_shown_back_in_part(client: FlaskClient, heavy: list[Path]) -> None:
    text = "2026-11-20 09:14:05,270 INFO nothing\n" * 10_000 + traceback_of(heavy[0])
    shown = PASTE.search(client.post("/answer", data=text.encode(), content_type="text/plain").data)
    assert shown is not None
    assert len(shown[0]) < 20_000
