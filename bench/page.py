"""How long from a paste to the answer on the page, in a real browser, and how much does the page weigh?

Recorded tracebacks of the shipped articles are pasted into the lookup page, which a server on this machine serves.
fetched: an answer asked for by a script that does nothing with it, the least that a page on this server can take.
in the page: from the paste until the answer stands in the document. painted: until the frame behind it was drawn,
which waits for the screen's next turn. Bytes are of the document, its scripts, its styles and the answer, as they are
and as they came over the wire.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bench.http import serving
from bench.knowledge import recorded
from bench.report import heading, table
from bench.timing import percentile
from indexer import pipeline
from kb.settings import load

if TYPE_CHECKING:
    from playwright.sync_api import Browser

AIM_MS = 100
_FETCHED = """async (text) => {
  const begun = performance.now();
  const headers = {"Content-Type": "text/plain; charset=utf-8"};
  await (await fetch("answer", {method: "POST", headers, body: text})).text();
  return performance.now() - begun;
}"""
_PASTED = """(text) => new Promise((done) => {
  const [box, place] = [document.querySelector("#text"), document.querySelector("#answer")];
  performance.clearResourceTimings();
  const begun = performance.now();
  const observer = new MutationObserver(() => {
    if (!place.querySelector("header.verdict")) return;
    observer.disconnect();
    const stands = performance.now() - begun;
    requestAnimationFrame(() => setTimeout(() => {
      const sent = performance.getEntriesByType("resource").at(-1);
      done([stands, performance.now() - begun, sent.decodedBodySize, sent.encodedBodySize]);
    }));
  });
  observer.observe(place, {childList: true});
  box.value = text;
  box.dispatchEvent(new InputEvent("input", {inputType: "insertFromPaste", bubbles: true}));
})"""
_LOADED = """() => performance.getEntries().filter((one) => one.decodedBodySize)
  .map((one) => [one.decodedBodySize, one.encodedBodySize])"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench page`."""
    parser.add_argument("--pastes", type=int, default=100)
    parser.add_argument("--browser", type=Path, default=Path("/usr/bin/chromium"), help="a Chromium")


def run(options: argparse.Namespace) -> None:
    """Prints the tables."""
    heading("The page", *(__doc__ or "").split("\n\n", 1)[1].strip().split("\n"))
    if not options.browser.exists():
        print(f"(left out: there is no browser at {options.browser})\n")
        return
    from playwright.sync_api import sync_playwright

    cases = recorded()
    texts = [case.text for case in cases[:: max(1, len(cases) // options.pastes)]][: options.pastes]
    with TemporaryDirectory(prefix="kb-bench-") as folder, sync_playwright() as playwright:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KB_")}
        environment["KB_DATA_DIR"] = folder
        pipeline.index(load({}, environment))
        browser = playwright.chromium.launch(executable_path=options.browser, args=["--no-sandbox", "--disable-gpu"])
        with serving("granian", "application", environment) as port:
            fetched, pasted, loaded = _measured(browser, f"http://127.0.0.1:{port}/", texts)
        browser.close()
    stands, painted, plain, packed = (list(column) for column in zip(*pasted, strict=True))
    table(
        ("milliseconds", "median", "p99", "longest", f"within {AIM_MS} ms"),
        [_times("fetched", fetched), _times("in the page", stands), _times("painted", painted)],
    )
    first = [sum(column) for column in zip(*loaded, strict=True)]
    rows: list[tuple[object, ...]] = [("empty page", *first)]
    for name, share in (("with the median answer", 0.5), ("with the longest answer", 1.0)):
        rows.append((name, first[0] + percentile(plain, share), first[1] + percentile(packed, share)))
    table(("bytes", "as they are", "compressed"), rows)


def _measured(browser: Browser, site: str, texts: list[str]) -> tuple[list[float], list[list[float]], list[Any]]:
    """Each text fetched and pasted, in turns, after two of each that don't count."""
    page = browser.new_page()
    page.goto(site)
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate(_LOADED)
    fetched, pasted = [], []
    for text in [*texts[:2], *texts]:
        # The fetched one is another text, so that neither finds its answer ready.
        fetched.append(page.evaluate(_FETCHED, f"{text}\n# fetched\n"))
        pasted.append(page.evaluate(_PASTED, text))
    page.close()
    return fetched[2:], pasted[2:], loaded


def _times(name: str, taken: list[float]) -> tuple[object, ...]:
    within = sum(one <= AIM_MS for one in taken)
    return name, percentile(taken, 0.5), percentile(taken, 0.99), max(taken), f"{within} of {len(taken)}"
