"""Does every output of an error find the entry about this error first, whatever happened to it on its way?

Over a catalogue of bare entries (wordings only) where one is given, else over the shipped articles.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from contextlib import nullcontext

from bench.accuracy import OURS, by_peer, error_line
from bench.cases import Case
from bench.decorations import DECORATIONS
from bench.knowledge import catalogue, recorded, reproductions, shipped
from bench.peers import available
from bench.report import heading, table
from kb.in_memory import matcher_of
from kb.matcher import Matcher

FIRST_BY_HAND = "chunks in order"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `python -m bench families`."""
    parser.add_argument("--families", nargs="+", metavar="TSV", help="catalogue of wordings; by default our articles")
    parser.add_argument("--reproductions", nargs="+", metavar="JSONL", help="outputs with the slug of their family")
    parser.add_argument("--peers", nargs="*", default=[FIRST_BY_HAND], metavar="NAME", help="alternatives to run")
    parser.add_argument("--misses", action="store_true", help="list what is missed plain, and decorated")
    parser.add_argument("--only", nargs="*", metavar="DECORATION", help="these decorations only")


def run(options: argparse.Namespace) -> None:
    """Prints the table."""
    if bool(options.families) != bool(options.reproductions):
        raise SystemExit("--families and --reproductions belong together")
    if not options.families:
        with shipped() as base:
            _measure(options, base.matcher, list(base.store.entries()), recorded())
        return
    entries = [entry for path in options.families for entry in catalogue(path)]
    cases = [case for path in options.reproductions for case in reproductions(path)]
    with nullcontext(matcher_of(entries)) as matcher:
        _measure(options, matcher, entries, cases)


def first_of(matcher: Matcher, text: str) -> tuple[str | None, str]:
    """The id of the first entry offered, for the error that matters most or else another one; and the verdict."""
    lookup = matcher.lookup(text)
    for answer in (lookup.answer, *lookup.also):
        if answer.matches:
            return answer.matches[0].entry.id, answer.verdict
    return None, lookup.verdict


def _measure(options: argparse.Namespace, matcher: Matcher, entries: Sequence, cases: Sequence[Case]) -> None:  # type: ignore[type-arg]
    heading(
        f"Families: {len(cases)} outputs, {len(entries)} entries",
        "found: the output's own entry comes first; match: and with the verdict `match`. The alternatives are asked",
        "for the error that our reader finds in the decorated text.",
    )
    peers = {name: by_peer(make(entries), matcher, entries) for name, make in available(options.peers).items()}
    rows, misses = [], []
    for name, decorate in DECORATIONS.items():
        if options.only and name not in options.only:
            continue
        found = sure = 0
        theirs = dict.fromkeys(peers, 0)
        for case in cases:
            decorated = Case(**{**vars(case), "text": decorate(case.text)})
            first, verdict = first_of(matcher, decorated.text)
            found += first == case.entry
            sure += first == case.entry and verdict == "match"
            if first != case.entry:
                misses.append((name, case.id, first or "-", verdict, _shown(error_line(matcher, decorated.text))))
            for peer, answer in peers.items():
                theirs[peer] += answer(decorated).first_right
        rows.append((name, found / len(cases), sure / len(cases), *(count / len(cases) for count in theirs.values())))
    table(("decoration", f"{OURS}: found", "match", *(f"{name}: found" for name in peers)), rows)
    if options.misses:
        table(("decoration", "output", "found instead", "verdict", "read"), misses)


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:90].replace("|", "\\|")
