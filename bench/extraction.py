"""How fast do loose pages become entries? Pages a second on one core, beside parsing the same pages as HTML only."""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median
from time import process_time

from bench.report import heading, table

PAGES = Path(__file__).parent.parent / "tests" / "fixtures" / "loose"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench extraction`."""
    parser.add_argument("--pages", default=str(PAGES), metavar="FOLDER", help="pages to read, one file each")
    parser.add_argument("--rounds", type=int, default=5)


def run(options: argparse.Namespace) -> None:
    """Prints the table. CPU seconds, so that a busy machine doesn't count."""
    from selectolax.lexbor import LexborHTMLParser

    from indexer.loose import extract_body

    files = [file for file in sorted(Path(options.pages).iterdir()) if file.is_file() and file.name != "expected.json"]
    pages = [(file.name, file.read_bytes()) for file in files]
    subjects = {
        "kb extract": lambda: [extract_body(data, name) for name, data in pages],
        "HTML parsed only": lambda: [LexborHTMLParser(data).body for _, data in pages],
    }
    speeds: dict[str, list[float]] = {name: [] for name in subjects}
    for subject in subjects.values():
        subject()  # tables are read at the first page
    for _ in range(options.rounds):
        for name, subject in subjects.items():
            started = process_time()
            subject()
            speeds[name].append(len(pages) / (process_time() - started))
    heading(f"Extraction: {len(pages)} pages, {sum(len(data) for _, data in pages) // 1000} kB")
    table(("subject", "pages/s a core"), [(name, round(median(found))) for name, found in speeds.items()])
