"""`install()`, in programs that die, have threads, loops and destructors: what they print first, and what after."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

BOIL = "raise RuntimeError(\"no water in kettle 'green', fill it before it boils\")"
INSTALL = "import tracekb_client; tracekb_client.install()\n"
SAME = "import tracekb_client\n"
FIX = "Known fix: Kettle without water"

MAIN = f"""
def boil():
    {BOIL}
try:
    {{}}["tea"]
except KeyError as error:
    boil()
"""
THREAD = f"""
import threading
def boil():
    {BOIL}
thread = threading.Thread(target=boil, name="stove")
thread.start()
thread.join()
print("went on")
"""
TASK = f"""
async def boil():
    {BOIL}
async def main():
    asyncio.ensure_future(boil())
    await asyncio.sleep(0.01)
    print("went on")
asyncio.run(main())
"""
DESTRUCTOR = f"""
class Kettle:
    def __del__(self):
        {BOIL}
Kettle()
print("went on")
"""


def without_addresses(text):
    return text.split(" at 0x")[0]


@pytest.mark.parametrize(
    ("program", "status"), [(MAIN, 1), (THREAD, 0), (TASK, 0), (DESTRUCTOR, 0)], ids=["main", "thread", "task", "del"]
)
def test_the_fix_comes_after_the_usual_output_and_changes_nothing_else(host, any_python, program, status):
    host.write("program.py", "import asyncio\n" + SAME + program)
    plain = host.run("program.py", python=any_python)
    host.write("program.py", "import asyncio\n" + INSTALL + program)
    hooked = host.run("program.py", python=any_python)
    assert hooked.returncode == plain.returncode == status
    assert hooked.stdout == plain.stdout
    usual, fix, rest = hooked.stderr.partition("\nKnown fix: ")
    assert fix, hooked.stderr
    assert without_addresses(usual) == without_addresses(plain.stderr)
    assert len(usual) == len(plain.stderr)
    assert rest.startswith("Kettle without water\n")
    assert "Fix: fill the kettle first" in rest
    assert "kb show tea/kettle" in rest


@pytest.mark.parametrize(
    "program",
    ["raise SystemExit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGINT)", "print('fine')", "exit('words')"],
)
def test_ways_to_end_a_program_are_no_errors(host, program):
    plain, hooked = (host.run("-c", start + program) for start in (SAME, INSTALL))
    assert hooked.returncode == plain.returncode
    assert hooked.stderr == plain.stderr


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "ended without an answer"),
        ("sleep 20", "no answer within"),
        ("read line; sleep 20", "no answer within"),
        ("while read line; do echo junk; done", "is no JSON object"),
        ("while read line; do echo '{\"id\": 0}'; done", "doesn't answer as kb does"),
        ("yes '[1]'", "is no JSON object"),
        ("cat /dev/zero", "is no JSON object"),
    ],
)
def test_a_broken_knowledge_base_is_told_in_one_line(host, kb_that, script, said):
    host.write("program.py", INSTALL + THREAD + MAIN)
    done = host.run("program.py", **{**kb_that(script), "TRACEKB_TIMEOUT": "2"})
    assert done.returncode == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("tracekb:")]
    assert said in line
    assert done.stderr.rstrip().count("RuntimeError: no water") == 2


def test_an_absent_knowledge_base_is_told_in_one_line(host, tmp_path):
    host.write("program.py", INSTALL + MAIN)
    done = host.run("program.py", PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("tracekb: no fixes looked up: the command 'kb' isn't on the PATH")


@pytest.mark.parametrize("environ", [{"TRACEKB_TIMEOUT": "soon"}, {"TRACEKB_URL": "ftp://x"}, {"TRACEKB_COMMAND": "'"}])
def test_a_wrong_setting_is_told_in_one_line(host, environ):
    host.write("program.py", INSTALL + MAIN)
    done = host.run("program.py", **environ)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("tracekb: no fixes looked up: TRACEKB_")


def test_it_can_be_switched_off_from_outside(host):
    host.write("program.py", INSTALL + MAIN)
    done = host.run("program.py", TRACEKB_OFF="1", TRACEKB_COMMAND="/nowhere/kb")
    assert done.stderr.rstrip().endswith("it boils")


def test_ctrl_c_while_it_looks_changes_nothing(host, kb_that):
    host.write(
        "program.py",
        INSTALL + "import os, signal, threading\n"
        "threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()\n" + BOIL,
    )
    done = host.run("program.py", **kb_that("sleep 20"))
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("it boils")


def test_the_hook_before_is_kept_and_comes_back(host):
    host.write(
        "program.py",
        f"""
import sys
def mine(kind, exc, tb):
    print("MINE", kind.__name__, file=sys.stderr)
sys.excepthook = mine
import tracekb_client
tracekb_client.install()
tracekb_client.install()
assert sys.excepthook is not mine
tracekb_client.uninstall()
assert sys.excepthook is mine
tracekb_client.install()
{BOIL}
""",
    )
    done = host.run("program.py")
    assert done.stderr.startswith("MINE RuntimeError\n\nKnown fix")
    assert done.stderr.count("Known fix") == 1


def test_a_hook_laid_over_ours_stays_and_ours_is_silent_under_it(host):
    host.write(
        "program.py",
        f"""
import sys, tracekb_client
tracekb_client.install()
ours = sys.excepthook
sys.excepthook = lambda *three: ours(*three)
tracekb_client.uninstall()
{BOIL}
""",
    )
    done = host.run("program.py")
    assert done.stderr.rstrip().endswith("it boils")


def test_a_loop_with_a_handler_of_its_own(host):
    host.write(
        "program.py",
        f"""
import asyncio, tracekb_client
async def boil():
    {BOIL}
async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: print("MINE", context["exception"]))
    tracekb_client.install(loop=loop)
    asyncio.ensure_future(boil())
    await asyncio.sleep(0.01)
asyncio.run(main())
""",
    )
    done = host.run("program.py")
    assert done.stdout.startswith("MINE no water")
    assert done.stderr.startswith("\n" + FIX)


def test_notes_stand_in_the_traceback(host, any_python):
    host.write("program.py", "import tracekb_client; tracekb_client.install(notes=True)\n" + MAIN)
    done = host.run("program.py", python=any_python)
    assert done.returncode == 1
    version = host.run("-c", "import sys; print(sys.version_info >= (3, 11))", python=any_python).stdout
    if version.strip() == "True":
        assert done.stderr.endswith("it boils\nknown fix: Kettle without water (kb show tea/kettle)\n")
    else:
        assert FIX in done.stderr  # no traceback of these Pythons shows notes


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs fork")
def test_after_a_fork_each_process_has_its_own_child(host):
    host.write(
        "program.py",
        """
import os, sys, tracekb_client
text = "RuntimeError: no water in kettle 'red', fill it before it boils"
assert tracekb_client.lookup(text)
child = os.fork()
answers = [tracekb_client.lookup(text).id for _ in range(20)]
if child:
    assert os.waitpid(child, 0)[1] == 0
print(answers == ["tea/kettle"] * 20)
""",
    )
    done = host.run("-W", "error", "program.py")
    assert done.stdout == "True\nTrue\n", done.stderr
    assert done.stderr == ""


def test_the_child_of_a_program_ends_with_it(host, kb_that, bin_folder, tmp_path):
    host.write("program.py", INSTALL + MAIN)
    done = host.run("program.py", **kb_that(f'echo $$ > {tmp_path}/pid; exec {bin_folder}/kb "$@"'))
    assert FIX in done.stderr
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}").exists()


def test_a_knowledge_base_that_prepares_itself_is_left_to_finish(host, kb_that, bin_folder, tmp_path):
    ready = tmp_path / "ready"
    script = f'test -e {ready} || {{ sleep 4; touch {ready}; }}; exec {bin_folder}/kb "$@"'
    environ = kb_that(script)
    host.write("program.py", INSTALL + MAIN)
    done = host.run("-W", "error", "program.py", **environ, TRACEKB_TIMEOUT="1")
    assert done.stderr.splitlines()[-1].endswith("the knowledge base may still be preparing itself")
    assert not ready.exists()
    end = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < end:
        time.sleep(0.1)
    assert ready.exists()
    assert FIX in host.run("program.py", **environ).stderr


def test_a_program_that_goes_on_gets_answers_once_the_knowledge_base_is_ready(host, kb_that, bin_folder):
    host.write(
        "program.py",
        """
import time, tracekb_client
def answer():
    try:
        return tracekb_client.lookup("RuntimeError: no water in kettle 'red', fill it before it boils").id
    except tracekb_client.Unavailable:
        return None
print(answer())
end = time.monotonic() + 50
while not answer() and time.monotonic() < end:
    time.sleep(0.1)
print(answer())
""",
    )
    done = host.run("program.py", **kb_that(f'sleep 3; exec {bin_folder}/kb "$@"'), TRACEKB_TIMEOUT="1")
    assert done.stdout == "None\ntea/kettle\n", done.stderr
