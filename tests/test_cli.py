"""The `kb` command as its users call it: in a process of its own, by its exit status and what it prints."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.render import show_entry
from indexer import pipeline
from tests import small

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A filled knowledge base of two articles, and the environment that names it."""
    folder = tmp_path_factory.mktemp("cli")
    cup = small.article("Cup broken", message="cup {cup} is broken")
    small.write(folder / "articles", {"tea/kettle.md": small.article(), "tea/cup.md": cup})
    pipeline.index(small.settings(folder))
    return folder


@pytest.fixture
def kb(home):
    """Runs `kb ARGUMENTS`, with bytes on its standard input; answers the finished process."""

    # The code of this very checkout, wherever the command was installed from.
    settings = {"KB_DATA_DIR": str(home / "data"), "KB_ARTICLES_DIR": str(home / "articles"), "PYTHONPATH": str(ROOT)}

    def command(*arguments):
        return [str(Path(sys.executable).with_name("kb")), *map(str, arguments)]

    def run(*arguments, stdin=b"", cwd=None, **environ):
        process = {**run.process, "env": {**run.process["env"], **environ}}
        return subprocess.run(command(*arguments), input=stdin, capture_output=True, cwd=cwd, check=False, **process)

    run.command = command
    run.process = {"env": {**os.environ, **settings}, "timeout": 60}
    return run


def test_a_paste_on_standard_input_is_answered_with_the_fix(kb):
    done = kb("lookup", stdin=small.PASTE.encode())
    shown = done.stdout.decode()
    assert done.returncode == 0
    assert "Kettle without water" in shown
    assert "fill the kettle first" in shown
    assert "green" in shown  # the reader's own kettle
    assert "\x1b" not in shown  # no colour in a pipe


def test_a_secret_is_not_printed_again(kb):
    paste = "RuntimeError: no water in kettle 'postgresql://bob:hunter2@db/tea', fill it before it boils"
    done = kb("lookup", stdin=paste.encode())
    assert b"no water in kettle" in done.stdout
    assert b"hunter2" not in done.stdout + done.stderr


def test_the_json_is_the_lookup_body(kb):
    done = kb(
        "lookup", "--json", "--limit", 1, "--python", "3.12", "--package", "tea==2.0", "-", stdin=small.PASTE.encode()
    )
    body = json.loads(done.stdout)
    assert body["verdict"] == "match"
    assert [match["id"] for match in body["matches"]] == ["tea/kettle"]
    assert body["matches"][0]["captures"] == {"kettle": "green"}
    assert set(body) >= {"verdict", "fingerprint", "took_ms", "read", "matches", "also", "notices"}


def test_exit_status_1_is_an_honest_nothing(kb):
    done = kb("lookup", stdin=b"Traceback (most recent call last):\nzork.QwertzError: blorp xyzzy\n")
    assert done.returncode == 1
    assert b"don't know" in done.stdout


@pytest.mark.parametrize(
    "paste", [b"", b"\x00\x01\xff\xfe\xfa", b"\n" * 5000, "\ud800".encode("utf-8", "surrogatepass")]
)
def test_junk_is_answered_like_any_paste(kb, paste):
    done = kb("lookup", "--json", stdin=paste)
    assert done.returncode == 1
    assert json.loads(done.stdout)["verdict"] == "none"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_file_in_another_encoding_is_read(kb, tmp_path, encoding):
    file = tmp_path / "error.log"
    file.write_bytes(small.PASTE.replace("kitchen", "küche").encode(encoding))
    assert json.loads(kb("lookup", "--json", file).stdout)["verdict"] == "match"


def test_of_a_file_over_the_limit_head_and_tail_are_read(kb, tmp_path):
    file = tmp_path / "long.log"
    file.write_bytes(b"INFO all is well\n" * 300_000 + small.PASTE.encode())
    done = kb("lookup", "--json", file)
    body = json.loads(done.stdout)
    assert body["verdict"] == "match"
    assert "longer than" in body["notices"][0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
@pytest.mark.parametrize("shift", [0, 1])
def test_the_tail_of_a_long_file_is_read_in_the_encoding_of_its_head(kb, tmp_path, encoding, shift):
    file = tmp_path / "long.log"
    paste = small.PASTE.replace("green", "grün")
    file.write_bytes(("é" * 3000 + "x" * shift + "\n" + "é" * (1600 - len(paste)) + "\n" + paste).encode(encoding))
    body = json.loads(kb("lookup", "--json", file, KB_MAX_PASTE_BYTES="4096").stdout)
    assert body["matches"][0]["captures"] == {"kettle": "grün"}


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["lookup", "/nowhere/error.log"], 2, "no file /nowhere/error.log"),
        (["lookup", "/"], 2, "is a folder"),
        (["lookup", "--package", "sqlalchemy"], 2, "NAME==VERSION"),
        (["lookup", "--python", "python3"], 2, "write it as 3.12"),
        (["lookup", "--limit", "0"], 2, "--limit"),
        (["show", "tea/ketle"], 2, "no entry 'tea/ketle'"),
        (["brew"], 2, "brew"),
        (["verify", "--library", "teapots", "--unsandboxed"], 2, "'teapots'"),
        (["index", "/nowhere"], 2, "/nowhere doesn't exist"),
    ],
)
def test_a_wrong_call_is_told_in_a_line(kb, arguments, status, said):
    done = kb(*arguments)
    assert done.returncode == status
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_wrong_setting_is_told_with_its_place(kb):
    done = kb("lookup", KB_MAX_PASTE_BYTES="lots")
    assert (done.returncode, done.stderr.decode().count("\n")) == (2, 1)
    assert "KB_MAX_PASTE_BYTES" in done.stderr.decode()


def test_a_knowledge_base_that_cant_be_opened_is_status_3(kb, tmp_path):
    (tmp_path / "kb.sqlite3").write_bytes(b"not a database at all" * 200)
    done = kb("lookup", stdin=small.PASTE.encode(), KB_DATA_DIR=str(tmp_path))
    assert done.returncode == 3
    assert str(tmp_path / "kb.sqlite3") in done.stderr.decode()


def test_a_batch_answers_line_by_line_and_survives_bad_ones(kb):
    lines = [
        {"id": 1, "text": small.PASTE, "extra": "ignored"},
        "{",
        {"id": 3},
        {"id": 4, "text": "lone \ud800 half", "context": {"python": "3.12"}},
        {"id": 5, "text": "x", "context": 7},
    ]
    stdin = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    done = kb("lookup", "--batch", "-", stdin=stdin.encode())
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert answers[0]["id"] == 1
    assert answers[0]["verdict"] == "match"
    assert "line 2" in answers[1]["error"]
    assert "text is missing" in answers[2]["error"]
    assert answers[3]["verdict"] == "none"
    assert "context" in answers[4]["error"]
    assert [one.get("id") for one in answers] == [1, None, 3, 4, 5]  # who asked is told, also of a bad line


def test_a_batch_reads_broken_lines_and_answers_in_json_that_others_can_read(kb):
    lines = [
        b'\xef\xbb\xbf{"id": "mark", "text": "TeaError"}',
        '{"id": "cp1252", "text": "caf\u00e9"}'.encode("cp1252"),
        b'{"id": NaN, "text": "x"}',
        b'{"id": "long", "text": "' + b"x" * 40_000 + b'"}',
        b'{"id": "last", "text": "x"}',
    ]
    done = kb("lookup", "--batch", "-", stdin=b"\n".join(lines), KB_MAX_PASTE_BYTES="2048")
    answers = [json.loads(line, parse_constant=pytest.fail) for line in done.stdout.splitlines()]
    assert [one.get("id") for one in answers] == ["mark", "cp1252", None, None, "last"]
    assert ["error" in one for one in answers] == [False, False, True, True, False]
    assert answers[1]["read"]["exceptions"][0]["message"] == "café"


def test_flags_say_what_all_programs_of_a_batch_run_on(kb):
    lines = [{"id": 1, "text": small.PASTE}, {"id": 2, "text": small.PASTE, "context": {"packages": {"tea": "2"}}}]
    stdin = "\n".join(map(json.dumps, lines)).encode()
    done = kb("lookup", "--batch", "--package", "tea==0.1", stdin=stdin)
    assert [json.loads(line)["matches"][0]["applies"] for line in done.stdout.splitlines()] == [False, True]


def test_a_link_to_another_entry_is_the_command_that_shows_it(capsys):
    entry = {"title": "Kettle", "errors": [], "summary": "Or [a cup\nwithout tea](/e/tea/cup).", "causes": [],
             "fixes": [], "avoid": []}  # fmt: skip
    show_entry(entry)
    assert "Or a cup without tea (kb show tea/cup)." in capsys.readouterr().out


def test_search_show_and_stats(kb):
    assert json.loads(kb("search", "--json", "broken", "cup").stdout)["items"][0]["id"] == "tea/cup"
    assert kb("search", "nonesuch").returncode == 1
    proven, unproven = (kb("search", "--json", flag, "broken", "cup") for flag in ("--proven", "--not-proven"))
    ids = {one["id"] for answer in (proven, unproven) for one in json.loads(answer.stdout)["items"]}
    assert "tea/cup" in ids
    assert (proven.returncode == 0) != (unproven.returncode == 0)
    assert json.loads(kb("show", "--json", "tea/cup").stdout)["title"] == "Cup broken"
    assert kb("show", "--markdown", "tea/cup").stdout.startswith(b"# Cup broken")
    figures = json.loads(kb("stats", "--json").stdout)
    assert (figures["entries"], figures["libraries"]["tea"]["entries"]) == (2, 2)


def test_stdio_answers_a_line_for_a_line(kb):
    requests = [
        {"id": "a", "op": "lookup", "text": small.PASTE},
        {"id": "b", "op": "suggest", "q": "kett"},
        {"id": "c", "op": "search", "q": "broken"},
        {"id": "d", "op": "entry", "entry": "tea/cup"},
        {"id": "e", "op": "entry", "entry": "tea/none"},
        {"id": "f", "op": "brew"},
        {"id": "g", "op": "lookup", "text": 7},
    ]
    stdin = b"not json\n" + b"".join(json.dumps(one).encode() + b"\n" for one in requests)
    answers = [json.loads(line) for line in kb("serve", "--stdio", stdin=stdin).stdout.splitlines()]
    assert answers[0]["error"]["code"] == "bad-request"
    by_id = {answer["id"]: answer for answer in answers[1:]}
    assert by_id["a"]["matches"][0]["id"] == "tea/kettle"
    assert by_id["b"]["items"][0]["id"] == "tea/kettle"
    assert by_id["c"]["items"][0]["id"] == "tea/cup"
    assert by_id["d"]["entry"]["id"] == "tea/cup"
    assert all("error" in by_id[one] for one in "efg")


def test_a_new_article_is_drafted_from_a_paste(kb, tmp_path):
    done = kb("new", "tea/leak", "--folder", tmp_path, stdin=small.PASTE.encode())
    draft = (tmp_path / "tea/leak.md").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert "RuntimeError" in draft
    assert "no water in kettle" in draft
    assert kb("new", "tea/leak", "--folder", tmp_path, stdin=b"").returncode == 2  # never overwritten


def test_strangers_packages_in_the_working_folder_are_never_run(kb, tmp_path):
    for name in ("kb", "cli", "web", "indexer", "articles"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("raise SystemExit('somebody else was imported')")
        (folder / "app.py").write_text("raise SystemExit('somebody else was imported')")
    small.write(tmp_path / "articles", {"tea/kettle.md": "not an article"})
    for arguments in (["lookup"], ["stats"], ["search", "kettle"], ["lint"], ["serve", "--stdio"]):
        stdin = small.PASTE.encode() if arguments == ["lookup"] else b""
        done = kb(*arguments, stdin=stdin, cwd=tmp_path, PYTHONPATH="")
        assert done.returncode in (0, 1), (arguments, done.stderr)
        assert b"somebody else" not in done.stdout + done.stderr


def test_no_color_and_hostile_text_reach_the_terminal_as_text(kb):
    paste = small.PASTE.replace("green", "\x1b]0;owned\x07[bold]x[/bold]")
    done = kb("lookup", stdin=paste.encode())
    assert b"\x1b" not in done.stdout
    assert b"\x07" not in done.stdout


@pytest.mark.skipif(not shutil.which("script"), reason="no `script` to be a terminal")
def test_on_a_terminal_no_color_means_bare_text(kb, tmp_path):
    file = tmp_path / "error.log"
    file.write_text(small.PASTE)
    command = ["script", "-qec", shlex.join(kb.command("lookup", file)), "/dev/null"]
    process = {**kb.process, "env": {**kb.process["env"], "TERM": "xterm-256color", "NO_COLOR": ""}}
    assert (
        b"\x1b" in subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, **process).stdout
    )
    process["env"]["NO_COLOR"] = "1"
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, **process)
    assert b"fill the kettle first" in done.stdout
    assert b"\x1b" not in done.stdout


@pytest.fixture
def ordinary():
    """Words that start a command without root's right to read and write everything; none for ordinary people."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("root may do everything, and there is no setpriv to make it ordinary")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all"]


def quiet(done):
    """What a command said, in one line without a traceback of ours."""
    said = done.stderr.decode()
    assert "Traceback" not in said
    assert said.count("\n") == 1, said
    return said


@pytest.mark.skipif(os.name != "posix", reason="streams are closed by the shell")
def test_closed_and_full_streams_are_no_traceback(kb):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            kb.command("search", "water"), stdout=full, stderr=subprocess.PIPE, check=False, **kb.process
        )
    assert done.returncode == 2
    assert "space" in quiet(done)
    script = '"$@" <&-'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *kb.command("lookup")], capture_output=True, check=False, **kb.process
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_reader_that_goes_away_is_no_missing_answer(kb):
    with subprocess.Popen(
        kb.command("show", "tea/kettle"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=kb.process["env"]
    ) as run:
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 141


@pytest.mark.parametrize("closed", ["data", "data/index", "data/kb.sqlite3"])
def test_what_may_not_be_looked_at_is_told_in_a_line(kb, home, tmp_path, ordinary, closed):
    shutil.copytree(home / "data", tmp_path / "data")
    place = tmp_path / closed
    place.chmod(0)
    try:
        command = [*ordinary, *kb.command("--data-dir", tmp_path / "data", "lookup")]
        done = subprocess.run(command, input=small.PASTE.encode(), capture_output=True, check=False, **kb.process)
    finally:
        place.chmod(0o700)
    assert str(place) in quiet(done)
    assert done.returncode == (0 if closed == "data/index" else 3)


def test_extract_says_by_its_status_what_came_of_it(kb, tmp_path):
    page, bare = tmp_path / "page.md", tmp_path / "bare.md"
    page.write_text(f"# Fix the kettle\n\n```\n{small.PASTE}```\n\n## Solution\n\nFill it first.\n")
    bare.write_text("Tea is nice.\n")
    statuses = [
        kb("extract", "--json", *names).returncode for names in ((page,), (bare,), ("/nowhere",), (page, "/nowhere"))
    ]
    assert statuses == [0, 1, 2, 0]


def test_what_cant_be_brought_up_to_date_is_used_as_it_is(kb, home, tmp_path, ordinary):
    shutil.copytree(home / "data", tmp_path / "data")
    shutil.copytree(home / "articles", tmp_path / "articles")
    (tmp_path / "data/kb.sqlite3").chmod(0o400)
    arguments = ["--data-dir", tmp_path / "data", "--articles-dir", tmp_path / "articles", "lookup"]
    done = subprocess.run(
        [*ordinary, *kb.command(*arguments)], input=small.PASTE.encode(), capture_output=True, check=False, **kb.process
    )
    assert done.returncode == 0
    assert "can't be indexed now" in quiet(done)


def test_a_folder_of_articles_that_is_not_there_is_named(kb, home, tmp_path):
    places = os.pathsep.join([str(home / "articles"), str(tmp_path / "typo")])
    for _ in range(2):
        done = kb("--data-dir", tmp_path / "data", "lookup", stdin=small.PASTE.encode(), KB_ARTICLES_DIR=places)
        assert done.returncode == 0
        assert str(tmp_path / "typo") in quiet(done)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no device without an end")
def test_a_page_without_an_end_is_too_long(kb):
    done = kb("extract", "--json", "/dev/zero")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"][0]["code"] == "KB601"


def test_an_empty_page_is_said_to_hold_nothing(kb, tmp_path):
    empty = tmp_path / "page.md"
    empty.write_text("")
    done = kb("extract", empty)
    assert done.returncode == 1
    assert "KB607: there is nothing to read in the page; an empty file" in " ".join(done.stdout.decode().split())
    done = kb("extract", "--markdown", empty)
    assert done.returncode == 2
    assert b"there is nothing to read in the page" in done.stderr


@pytest.mark.sandbox
def test_an_article_without_anything_to_run_is_not_called_proven(kb, tmp_path):
    bare = re.sub(r"(?s)```python.*?```\n", "", small.article()).replace(
        "library: tea", "library: tea\nrunnable: false\nwhy: tea"
    )
    small.write(tmp_path, {"tea/bare.md": bare, "tea/run.md": small.article()})
    done = kb("verify", "--no-lookup", tmp_path)
    assert sorted(done.stdout.decode().splitlines()) == ["no run tea/bare", "ok     tea/run"]
    assert done.stderr.decode().splitlines()[-1] == "2 articles verified, 0 failed, 1 without anything to run"
