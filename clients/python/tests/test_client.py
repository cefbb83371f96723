"""`lookup`: over stdio and HTTP, with nothing leaving the machine, and answers that aren't well-formed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tracekb_client
from tests import small
from tracekb_client.answer import Answer
from tracekb_client.client import LONGEST, Client
from tracekb_client.panels import panel
from tracekb_client.pastes import context_of
from tracekb_client.settings import Settings


@pytest.fixture(params=["stdio", "http"])
def client(request, bin_folder):
    if request.param == "http":
        settings = Settings(url=request.getfixturevalue("server") + "/", timeout=60)
    else:
        settings = Settings(command=(str(bin_folder / "kb"),), timeout=60)
    client = Client(settings)
    yield client
    client.close()


def test_a_match_has_its_parts_at_hand(client):
    answer = client.lookup(small.PASTE)
    assert answer
    assert answer.verdict == "match"
    assert answer.id == "tea/kettle"
    assert answer.cause["title"] == "nobody filled it"
    assert answer.fix["title"] == "fill the kettle first"
    assert "`green`" in answer.best["summary"]
    assert answer.text().splitlines()[0] == "Known fix: Kettle without water"
    assert "      filled = True" in answer.text().splitlines()


def test_a_servers_entries_have_an_address_and_a_commands_are_shown_by_it(client, server):
    answer = client.lookup(small.PASTE)
    if client.settings.url:
        assert answer.url == f"{server}/e/tea/kettle"
    else:
        assert answer.url == ""
        assert answer.where(answer.best) == "kb show tea/kettle"


@pytest.mark.parametrize(
    ("server", "there"), [("kb serve --stdio", "kb show tea/cup"), ("http://kb.test", "http://kb.test/e/tea/cup")]
)
def test_a_link_to_another_entry_says_where_to_read_it(server, there):
    fix = {"title": "Fill it", "text": "More in [a cup\nwithout tea](/e/tea/cup)."}
    answer = Answer({"verdict": "match", "matches": [{"id": "tea/kettle", "title": "Kettle", "fixes": [fix]}]}, server)
    assert f"More in a cup without tea ({there})." in answer.text()
    assert f"({there})." in panel(answer)
    assert "](" not in answer.text() + panel(answer)


def test_what_isnt_known_is_no_answer(client):
    answer = client.lookup("zorkmid.FrobnicationError: qwertz blorple")
    assert not answer
    assert answer.text() == ""
    assert answer.text(related=True)


@pytest.mark.parametrize("filler", ["x", "\N{GRINNING FACE}", "\ud800", "\0", "\n"])
def test_a_paste_of_any_length_and_make_is_answered(client, filler):
    assert client.lookup(filler * (LONGEST * 2) + "\n" + small.PASTE).id == "tea/kettle"


def test_a_closed_client_starts_again(client):
    assert client.lookup(small.PASTE)
    client.close()
    assert client.lookup(small.PASTE)


def test_a_refused_question_doesnt_count_as_a_broken_knowledge_base(client):
    with pytest.raises(tracekb_client.Unavailable):
        client.lookup(small.PASTE, limit=100_000)
    assert client.lookup(small.PASTE)


def test_a_server_that_isnt_there_is_unavailable_and_not_asked_again(free_port):
    client = Client(Settings(url=f"http://127.0.0.1:{free_port}", timeout=60))
    for _ in range(2):
        with pytest.raises(tracekb_client.Unavailable, match="no answer from http://127"):
            client.lookup(small.PASTE)


def test_an_address_that_is_no_knowledge_base_is_unavailable(server):
    client = Client(Settings(url=f"{server}/elsewhere", timeout=60))
    with pytest.raises(tracekb_client.Unavailable, match="status 404"):
        client.lookup(small.PASTE)


def test_nothing_goes_over_the_network_unless_an_address_is_set(host, server):
    program = f"""
import sys
def watch(event, arguments):
    if event.startswith("socket."):
        print(event)
sys.addaudithook(watch)
import tracekb_client
tracekb_client.install()
assert tracekb_client.lookup({small.PASTE!r})
print("asked the command")
tracekb_client.configure(url={server!r})
assert tracekb_client.lookup({small.PASTE!r})
"""
    done = host.run("-c", program)
    before, after = done.stdout.split("asked the command\n")
    assert before == "", done.stderr
    assert "socket.connect" in after


def test_a_stranger_called_kb_or_web_is_not_imported(host):
    for name in ("kb", "web", "indexer", "cli"):
        host.write(f"{name}/__init__.py", "raise SystemExit('hijacked')")
    program = f"import tracekb_client; print(tracekb_client.lookup({small.PASTE!r}).id)"
    done = host.run("-c", program, PYTHONPATH=f"{host.site}:{host.folder}")
    assert done.stdout == "tea/kettle\n", done.stderr


def test_importing_it_imports_next_to_nothing(host):
    program = "import sys; before = set(sys.modules); import tracekb_client; print(*(set(sys.modules) - before))"
    done = host.run("-S", "-c", program)
    assert not {"subprocess", "http", "json", "asyncio", "logging"} & set(done.stdout.split())


def test_the_client_imports_none_of_the_projects_packages(host, any_python):
    modules = "answer client errors hooks known logs notes panels pastes sentry settings transports wsgi"
    program = "import sys\n" + "".join(f"import tracekb_client.{name}\n" for name in modules.split())
    program += "print(*sorted({'kb', 'web', 'indexer', 'cli'} & {name.split('.')[0] for name in sys.modules}))"
    done = host.run("-c", program, python=any_python)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr


def test_the_versions_of_what_stands_in_the_traceback_go_along():
    import yaml

    text = f'File "{yaml.__file__}", line 3, in load\nFile "/srv/shop/views.py", line 1, in index\n'
    context = context_of(text, ["flask.app", "builtins"])
    assert context["python"] == "{}.{}.{}".format(*sys.version_info)
    assert set(context["packages"]) == {"pyyaml", "flask"}


KEYS = st.sampled_from("verdict matches id title url fixes causes code cause text why fingerprint".split())  # noqa: SIM905
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(), inner, max_size=6),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["matches", "fingerprint", "read"]), JSON), JSON)
def test_an_answer_of_any_shape_is_shown_without_an_error_or_a_control_character(body, match):
    for one in (body, {**body, "verdict": "match", "matches": [match]}):
        answer = Answer(one)
        shown = answer.text(related=True) + answer.line() + panel(answer) + repr(answer)
        assert not [c for c in shown if ord(c) < 32 and c not in "\n\t"]


def test_text_of_an_entry_plays_no_tricks():
    evil = "a\x1b[2J\x07\u202eb<script>\u009b"
    fix = {"id": "f", "cause": "c", "title": evil, "text": evil, "code": [evil]}
    match = {"id": "../../x y", "title": evil, "url": "javascript:alert(1)", "fixes": [fix], "causes": []}
    answer = Answer({"verdict": "match", "matches": [match]})
    for shown in (answer.text(), panel(answer), answer.line()):
        assert not {"\x1b", "\x07", "\u202e", "\u009b"} & set(shown)
        assert "javascript" not in shown
    assert "<script>" not in panel(answer)
    assert answer.id == ""


@pytest.fixture
def free_port():
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_the_wheel_depends_on_nothing_and_names_the_plugin(site):
    [meta] = site.glob("tracekb_client-*.dist-info")
    assert "Requires-Dist" not in (meta / "METADATA").read_text(encoding="utf-8")
    assert "tracekb = pytest_tracekb" in (meta / "entry_points.txt").read_text(encoding="utf-8")
    assert {path.name for path in site.iterdir()} - {meta.name, "__pycache__"} == {
        "tracekb_client",
        "pytest_tracekb.py",
    }


def test_the_answer_of_the_command_and_of_the_client_are_the_same(client, bin_folder):
    command = [str(bin_folder / "kb"), "lookup", "--json"]
    done = subprocess.run(command, input=small.PASTE, capture_output=True, text=True, check=False)
    asked = client.lookup(small.PASTE, limit=5)
    assert asked.fingerprint == json.loads(done.stdout)["fingerprint"]
    assert [match["id"] for match in asked.matches] == [match["id"] for match in json.loads(done.stdout)["matches"]]
