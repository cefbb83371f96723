"""The benchmarks run, over tiny input: nothing here asserts how long anything takes."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import (
    accuracy,
    cases,
    corpus,
    families,
    http_load,
    knowledge,
    latency,
    peers,
    reader,
    regression,
    report,
    worker,
)
from bench.__main__ import COMMANDS
from bench.cases import Case
from bench.decorations import DECORATIONS
from bench.timing import alternate
from kb.in_memory import matcher_of
from kb.models import Entry, ErrorForm, Fix
from kb.store import Store
from kb.templates import Template
from kb.tracebacks import read
from tests.browser_support import CHROMIUM

TEXT = """Traceback (most recent call last):
  File "/srv/shop/order.py", line 12, in pay
    total = sum(cups)
TypeError: no cup stands in the saucer of guest 'blue'
"""
CATALOGUE = (
    "slug\tlibrary\texception\tmessage_templates\n"
    "tea/no-cup\ttea\tTypeError || TeaError [2+]\tno cup stands in the saucer of guest {saucer} || no cups left [before 2.0]\n"  # noqa: E501
    "tea/no-words\ttea\tTeaError\t(no message)\n"
    "tea/lines\ttea\tValueError\tthe tray was refused by the guest\\nbecause of a second {x} || {a\n"
    "tea/side\ttea\tTeaError\tInvalid \\\\escape: cup {cup}{rest}\n"
)


def run(name, *arguments):
    """A benchmark with its flags."""
    module = importlib.import_module(f"bench.{name}")
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    module.run(parser.parse_args(arguments))


@pytest.fixture
def catalogue(tmp_path: Path) -> list[str]:
    """A small catalogue and two outputs, as flags."""
    (tmp_path / "families.tsv").write_text(CATALOGUE)
    outputs = [
        {"slug": "tea/no-cup", "output": TEXT},
        {"slug": "tea/lines", "output": "ValueError: the tray was refused by the guest\nbecause of a second cup\n"},
    ]
    (tmp_path / "outputs.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in outputs))
    return ["--families", str(tmp_path / "families.tsv"), "--reproductions", str(tmp_path / "outputs.jsonl")]


def test_a_catalogue_is_read_as_it_is_written(catalogue):
    read = {
        entry.id: [(form.exception, form.message) for form in entry.errors]
        for entry in knowledge.catalogue(catalogue[1])
    }
    assert read == {
        "tea/no-cup": [
            ("TypeError", "no cup stands in the saucer of guest {saucer}"),
            ("TypeError", "no cups left"),
            ("TeaError", "no cup stands in the saucer of guest {saucer}"),
            ("TeaError", "no cups left"),
        ],
        "tea/no-words": [("TeaError", "")],
        "tea/lines": [("ValueError", "the tray was refused by the guest\nbecause of a second {x}")],
        "tea/side": [("TeaError", "Invalid \\escape: cup {cup}")],
    }


def person_says(text, exception="tea.TeaError", message="no cup for guest '<*>'."):
    row = {"id": "tea-1", "form": "full", "text": text, "exception": exception, "explain": exception}
    return reader.label_of({**row, "message_template": message})


@pytest.mark.parametrize(
    ("text", "shows", "as_shown", "read", "begins"),
    [
        ("TeaError: no cup for guest 'blue'", "message", True, True, True),
        ("tea.TeaError: late: no cup\nfor guest ‘blue’", "message", True, True, False),
        ("MilkError: no cup for guest 'blue'", "message", False, False, False),
        ("tea.TeaError: no cup for", "name", True, False, False),
        ("Good morning", "nothing", True, False, False),
        ("ERROR: no cup for guest 'blue'", "message", True, True, True),
        (
            '{"exc": "Traceback (most recent call last):\\nTeaError: no cup for guest \'blue\'"}',
            "message",
            True,
            True,
            True,
        ),
    ],
)
def test_a_reading_is_compared_with_what_its_paste_shows(text, shows, as_shown, read, begins):
    scored = reader.score(person_says(text))
    assert (scored.shows, scored.as_shown, scored.read, scored.begins) == (shows, as_shown, read, begins)


def test_a_label_without_words_asks_for_the_name():
    assert reader.score(person_says("tea.TeaError", message="TeaError")).read
    assert not reader.score(person_says("MilkError", message="<*>")).read


def test_the_reader_is_measured_by_form(tmp_path, capsys):
    rows = [
        {"id": "a", "form": "full", "text": TEXT, "exception": "TypeError", "message_template": "no cup stands <*>"},
        {"id": "b", "form": "cut", "text": "MilkError: sour", "exception": "MilkError", "message_template": "sweet"},
    ]
    (tmp_path / "cases.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    run("reader", "--cases", str(tmp_path / "cases.jsonl"), "--misses")
    said = capsys.readouterr().out
    assert "| all  |     2 |   1 |    1.000 |  0.500 |" in said
    assert "| b     | cut  | name        |     True | sweet | MilkError: sour |" in said


def test_families_show_each_decoration_and_what_is_missed(catalogue, capsys):
    run("families", *catalogue, "--misses", "--peers", "chunks in order")
    said = capsys.readouterr().out
    assert all(f"| {name} " in said for name in DECORATIONS)
    assert "| plain           |            1.000 | 1.000" in said


@pytest.mark.parametrize("name", DECORATIONS)
def test_decorations_keep_what_can_be_kept(name):
    decorated = DECORATIONS[name](TEXT)
    assert "no cup stands in" in decorated
    assert (decorated == TEXT) == (name == "plain")


@pytest.mark.parametrize("name", peers.PEERS)
def test_every_alternative_finds_the_obvious(name, catalogue):
    make = peers.available([name]).get(name)
    if make is None:
        pytest.skip(f"{name} isn't installed")
    peer = make(knowledge.catalogue(catalogue[1]))
    assert peer.find("TypeError: no cup stands in the saucer of guest 'blue'", 2)[0][0] == "tea/no-cup"
    assert peer.find("", 2) is not None
    assert peer.find('"*(:^' * 50, 2) is not None


def labelled(folder: Path) -> str:
    """Pastes with labels: whether shipped articles answer them decides nothing here."""
    rows = []
    for number, case in enumerate(knowledge.recorded()[:60]):
        row = {"id": number, "text": case.text, "form": "full", "library": case.library, "family": case.family}
        rows.append({**row, "fix_any": ["."], "exceptions_any": [], "answerable": number % 5 > 0})
    path = folder / "cases.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


def test_accuracy_compares_with_the_alternatives(tmp_path, capsys):
    run(
        "accuracy",
        "--cases",
        labelled(tmp_path),
        "--peers",
        "chunks in order",
        "--by",
        "library",
        "--misses",
        "--unknown",
    )
    said = capsys.readouterr().out
    assert "right entries taken out" in said
    assert said.count("| kb lookup       |") == 2  # clean and damaged
    assert said.count("| chunks in order |") == 2
    assert said.count("Where we aren't first: ") == 2


def test_entries_that_would_be_right_are_taken_out_until_none_is_left():
    def entry(identity, title):
        fix = Fix(id="fix", cause=None, title=title, text="As it says.")
        return Entry(identity, title, "tea", "authored", (ErrorForm("tea.TeaError", "no {leaf} left"),), fixes=(fix,))

    entries = [entry("tea/buy", "Buy leaves"), entry("tea/grow", "Buy or grow leaves"), entry("tea/other", "Drink")]
    row = {"id": 1, "text": "tea.TeaError: no mint left", "fix_any": ["buy"], "exceptions_any": []}
    body = accuracy.without_right(cases.case_of(row), entries, matcher_of(entries))
    assert [match["id"] for match in body["matches"]] == ["tea/other"]
    assert accuracy.without_right(cases.case_of(row), entries[:2], matcher_of(entries[:2]))["verdict"] == "none"


def test_a_case_is_right_by_exception_and_fix():
    row = {"id": "a", "text": "x", "fix_any": ["fill the (cup|pot)"], "exceptions_any": ["tea.TeaError"]}
    case = cases.case_of(row)
    fixes = [{"title": "Wait", "text": "", "code": []}, {"title": "Fill the", "text": "", "code": ["fill the pot"]}]
    match = {"id": "tea/a", "title": "Tea", "errors": [{"exception": "other.TeaError"}], "fixes": fixes}
    assert case.is_right(match)
    assert not case.is_right(match, fixes=1)
    assert not case.is_right({**match, "errors": [{"exception": "CupError"}]})
    assert Case(**{**vars(case), "entry": "tea/b"}).is_right({**match, "id": "tea/b"})


def test_the_best_threshold_is_wrong_in_two_percent():
    case = cases.case_of({"id": "a", "text": "x", "fix_any": ["tea"], "exceptions_any": []})
    right = {"id": "tea/a", "title": "tea", "errors": [], "fixes": []}
    found = [accuracy.Answered(case, [right], score, True) for score in range(60, 160)]
    found += [accuracy.Answered(case, [{**right, "title": ""}], score, True) for score in (50, 100, 100.5, 99.5, 99.5)]
    found = accuracy.with_best_threshold(found)
    assert accuracy.figures(found)["wrong"] == pytest.approx(2 / 105)
    assert min(one.score for one in found if one.claimed) == 100


def test_calibration_writes_weights_and_a_page(tmp_path):
    pytest.importorskip("numpy", reason="calibration needs numpy")
    out, page = tmp_path / "ranking.json", tmp_path / "calibration.md"
    run("calibrate", "--cases", labelled(tmp_path), "--out", str(out), "--docs", str(page))
    before, after = json.loads(regression.RANKING.read_text()), json.loads(out.read_text())
    assert {**before, "confidence": 0, "verdict": 0} == {**after, "confidence": 0, "verdict": 0}
    assert 0 < after["verdict"]["related"] <= after["verdict"]["match"] <= 1
    assert "bias" in after["confidence"]
    assert "$" not in page.read_text()


def test_evidence_for_an_entry_never_counts_against_it():
    pytest.importorskip("numpy", reason="calibration needs numpy")
    case = cases.case_of({"id": "a", "text": "x"})
    samples = [
        regression.Sample(
            case, {"score": float(i), "margin": 0.0, "whole": float(i % 3 == 0)}, i > 20 and i % 3 > 0, True, True
        )
        for i in range(60)
    ]
    fitted = regression.fit(samples, ("score", "margin", "whole"), 1.0)
    assert fitted.weights["score"] > 0
    assert "whole" not in fitted.weights  # always wrong here, and for an entry in the order of candidates
    assert fitted.probability({"score": 55.0}) > 0.5 > fitted.probability({"score": 1.0})


def test_corpora_grow_and_a_smaller_one_begins_a_larger_one():
    rows = [corpus.Row("tea", "tea.TeaError", f"the {word} {{name}} is {{{{dry}}}}") for word in ("cup", "pot", "lid")]
    grown = list(corpus.grown(rows, 40))
    assert grown[:10] == list(corpus.grown(rows, 10))
    assert len({row.template for row in grown}) == 40
    for place, text in corpus.pastes(grown, 40):
        template = Template.parse(grown[place].template)
        exception, message = worker._error(text)
        assert exception == "tea.TeaError"
        assert template.match(message) is not None


def test_latency_by_size_over_two_tiny_corpora(tmp_path, monkeypatch, capsys):
    harvested = [
        ["tea", "tea.TeaError", f"the {word} {{name}} stands on table number {{n}}"] for word in ("cup", "pot")
    ]
    (tmp_path / "harvested.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in harvested))
    run(
        "latency",
        "--sizes",
        "20,40",
        "--rounds",
        "1",
        "--peers",
        "chunks in order",
        "--skip-shipped",
        "--folder",
        str(tmp_path),
    )
    said = capsys.readouterr().out
    for subject in (worker.KB, worker.INDEX, "chunks in order"):
        assert said.count(f"| {subject} ") == 2
    stores = list(tmp_path.glob("store-*.sqlite3"))
    assert len(stores) == 2
    with Store.open(f"sqlite:///{stores[0]}") as store, store.snapshot() as now:
        assert now.entry_count() in (20, 40)


@pytest.mark.parametrize("text", [TEXT, "TypeError: no cup stands in the saucer of guest 'blue'\n"])
def test_pastes_of_the_latency_bench_have_twenty_frames_and_their_own_error(text):
    errors = read(latency.framed(text)).errors
    assert [len(one.frames) for chain in errors for one in chain] == [20]
    assert errors[0][0].message == "no cup stands in the saucer of guest 'blue'"


def test_whole_lookups_are_timed_beside_an_alternative(capsys):
    entry = Entry("tea/no-cup", "No cup", "tea", "authored", (ErrorForm("TypeError", "no cup for {guest}"),))
    peer = peers.PEERS["chunks in order"][0]([entry])
    options = argparse.Namespace(rounds=1)
    latency._whole(options, matcher_of([entry]), {"chunks in order": peer}, "one paste", [latency.framed(TEXT)])
    said = capsys.readouterr().out
    assert "| kb lookup " in said
    assert "| chunks in order " in said


def test_subjects_take_turns():
    turns = []
    timings = alternate({"a": lambda _: turns.append("a"), "b": lambda _: turns.append("b")}, [1, 2], rounds=2)
    assert "".join(turns) == "aabb" * 3  # the first turn doesn't count
    assert len(timings["a"].p50s) == 2


def test_tables_are_aligned(capsys):
    report.table(("name", "value"), [("a", 1.0), ("longer", None)])
    assert capsys.readouterr().out.splitlines() == [
        "| name   | value |",
        "|--------|------:|",
        "| a      | 1.000 |",
        "| longer |     - |",
        "",
    ]


def test_load_without_a_tool_counts_answers_and_failures(monkeypatch):
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200 if self.path == "/good" else 500)
            self.end_headers()

        def log_message(self, *_):
            pass

    monkeypatch.setattr(http_load, "wrk", lambda: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        good = http_load.put(server.server_port, "/good", ["x"], 0.2, Path())
        bad = http_load.put(server.server_port, "/bad", ["x"], 0.2, Path())
        server.shutdown()
    assert good.rate > 0
    assert good.failed == 0
    assert bad.failed > 0


def test_the_cost_of_the_client_library_is_a_difference(capsys):
    run("clients", "--rounds", "1")
    printed = capsys.readouterr().out
    assert "difference" in printed
    assert "| 200 tests, pytest --kb" in printed


def test_the_command_names_its_benchmarks():
    done = subprocess.run([sys.executable, "-m", "bench", "--help"], capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in COMMANDS)


def test_entries_made_for_benchmarks_are_found():
    entry = knowledge.bare(
        "tea/no-cup", "tea", [ErrorForm("TypeError", "no cup stands in the saucer of guest {saucer}")]
    )
    assert families.first_of(matcher_of([entry]), TEXT) == ("tea/no-cup", "match")


@pytest.mark.browser
def test_the_page_is_timed_and_weighed(lacking):
    if not CHROMIUM.exists():
        lacking(f"no browser at {CHROMIUM}")
    command = [sys.executable, "-m", "bench", "page", "--pastes", "2"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert all(f"\n| {name} " in printed for name in ("fetched", "in the page", "painted", "empty page"))
