"""`kb run`: the program is the same as under plain `python`, and its fix follows when it dies of an exception."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests import small
from tests.our_command import ROOT, knowledge_in

FIX = "Fix: fill the kettle first"
DYING = """
def boil(kettle):
    raise RuntimeError(f"no water in kettle {kettle!r}, fill it before it boils")

boil("green")
"""
PROGRAMS = {
    "prints and ends": 'print("out"); import sys; print("err", file=sys.stderr)',
    "ends with a status": "raise SystemExit(7)",
    "ends with words": 'raise SystemExit("no more tea")',
    "knows its arguments": "import sys; print(sys.argv, sys.path, sys.orig_argv[1:])",
    "knows its module": "print(__name__, __file__, __spec__, sorted(globals()))",
    "sees its environment": "import os; print(sorted(os.environ.items()))",
    "sees no module of ours": 'import sys; print({"kb", "cli", "sitecustomize"} & set(sys.modules))',
    "has its own hooks": "import sys; print(sys.excepthook is sys.__excepthook__, sys.flags, sys.warnoptions)",
    "reads its input": "print(input())",
    "isn't written right": "def (:",
    "dies of an exception": DYING,
    "shows it in its own way": f"import sys\nsys.excepthook = lambda *it: print(it[1], file=sys.stderr)\n{DYING}",
    "dies in a cause": "try:\n    {}['a']\nexcept KeyError as error:\n    raise LookupError('b') from error",
    "starts others": (
        "import multiprocessing as m\ndef work(x): return x * 2\n"
        "if __name__ == '__main__':\n    with m.get_context('spawn').Pool(1) as pool: print(pool.map(work, [1, 2]))"
    ),
    "forks": "import os\nif os.fork() == 0:\n    raise RuntimeError('the child')\nprint(os.wait()[1])",
    "kills itself": "import os, signal; print('last words', flush=True); os.kill(os.getpid(), signal.SIGKILL)",
    "interrupts itself": "raise KeyboardInterrupt",
    "leaves at once": "import os; os._exit(3)",
    "says goodbye": f"import atexit\natexit.register(print, 'bye')\n{DYING}",
}


@pytest.fixture(scope="module")
def environ(tmp_path_factory):
    """An environment with a small knowledge base, filled."""
    folder = tmp_path_factory.mktemp("run")
    small.write(folder / "articles", {"tea/kettle.md": small.article()})
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("KB_", "CONDA_"))}
    environ |= {**knowledge_in(folder), "NO_COLOR": "1"}
    environ |= {"VIRTUAL_ENV": sys.prefix, "COLUMNS": "100"}
    subprocess.run([sys.executable, "-m", "cli.start", "index"], cwd=ROOT, env=environ, check=True, capture_output=True)
    return environ


def kb_run(environ, *args, python=sys.executable, **options):
    """Runs `kb run` as the console script does, without being found on the program's path."""
    command = f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[0] = 'kb'; from cli.start import main; main()"
    run = [python, "-E", "-c", command, "run", *args]
    return subprocess.run(run, capture_output=True, text=True, env=environ, timeout=60, check=False, **options)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_what_it_is_under_plain_python(environ, tmp_path, name):
    script = tmp_path / "program.py"
    script.write_text(PROGRAMS[name])
    call = {"cwd": tmp_path, "input": "a line\n"}
    plain = subprocess.run(
        [f"{sys.prefix}/bin/python", script.name, "--flag", "x y"],
        capture_output=True, text=True, env=environ, timeout=60, check=False, **call,
    )  # fmt: skip
    ours = kb_run(environ, script.name, "--flag", "x y", **call)
    assert ours.stdout == plain.stdout
    assert ours.returncode == plain.returncode
    assert ours.stderr.startswith(plain.stderr)
    after = ours.stderr[len(plain.stderr) :]
    assert (FIX in after) == (DYING in PROGRAMS[name])
    if DYING not in PROGRAMS[name] and "dies" not in name and "written" not in name:
        assert after == ""


def test_a_module_runs_as_one(environ, tmp_path):
    small.write(tmp_path, {"shop/__init__.py": "", "shop/__main__.py": f"import sys; print(sys.argv[1:])\n{DYING}"})
    ours = kb_run(environ, "-m", "shop", "-v", cwd=tmp_path)
    plain = subprocess.run([f"{sys.prefix}/bin/python", "-m", "shop", "-v"], capture_output=True, text=True,
                           cwd=tmp_path, env=environ, check=False)  # fmt: skip
    assert (ours.stdout, ours.returncode) == (plain.stdout, 1)
    assert ours.stderr.startswith(plain.stderr)
    assert FIX in ours.stderr


def test_the_programs_own_start_file_is_imported(environ, tmp_path):
    small.write(tmp_path, {"start/sitecustomize.py": "print('prepared')", "program.py": DYING})
    ours = kb_run({**environ, "PYTHONPATH": str(tmp_path / "start")}, "program.py", cwd=tmp_path)
    assert ours.stdout == "prepared\n"
    assert FIX in ours.stderr


def test_an_unknown_error_takes_one_line(environ, tmp_path):
    ours = kb_run(environ, "-c", "class Odd(Exception): ...\nraise Odd('nobody wrote about me')", cwd=tmp_path)
    assert ours.stderr.splitlines()[-2:] == ["__main__.Odd: nobody wrote about me", "kb: no entry fits this error"] or (
        ours.stderr.splitlines()[-2:] == ["Odd: nobody wrote about me", "kb: no entry fits this error"]
    )


def test_a_broken_knowledge_base_takes_one_line(environ, tmp_path):
    (tmp_path / "file").write_text("no folder")
    plain = "RuntimeError: no water in kettle 'green', fill it before it boils\n"
    ours = kb_run({**environ, "KB_DATA_DIR": str(tmp_path / "file")}, "-c", DYING, cwd=tmp_path)
    assert ours.returncode == 1
    _, said, after = ours.stderr.rpartition(plain)
    assert said
    assert after.startswith("kb: ")
    assert after.count("\n") == 1


def test_versions_in_the_traceback_are_the_context(environ, tmp_path):
    """An entry for other versions of a package says so, when the program's own Python has the package."""
    small.write(
        tmp_path,
        {
            "site/tea-3.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: tea\nVersion: 3.1\n",
            "site/tea.py": "def boil():\n    raise RuntimeError('no water in kettle 7, fill it before it boils')\n",
            "program.py": "import tea\ntea.boil()\n",
            "articles/tea/old.md": small.article().replace("tea>=1", "tea<2"),
        },
    )
    environ = {**environ, **knowledge_in(tmp_path)}
    ours = kb_run({**environ, "PYTHONPATH": str(tmp_path / "site")}, "program.py", cwd=tmp_path)
    new = kb_run(environ, "-c", DYING, cwd=tmp_path)
    confidence = [int(part.split("%")[0].split()[-1]) for part in (ours.stderr, new.stderr) if "%" in part]
    assert len(confidence) == 2
    assert confidence[0] < confidence[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_a_signal_reaches_the_program(environ, tmp_path, number):
    (tmp_path / "program.py").write_text(
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *it: (print('heard', flush=True), sys.exit(9)))\n"
        "print('ready', flush=True)\ntime.sleep(30)\n"
    )
    command = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.child import run; sys.exit(run(['program.py']))"
    with subprocess.Popen(
        [sys.executable, "-c", command], stdout=subprocess.PIPE, text=True, env=environ, cwd=tmp_path,
        start_new_session=True,
    ) as ours:  # fmt: skip
        assert ours.stdout is not None
        assert ours.stdout.readline() == "ready\n"
        ours.send_signal(number)
        assert ours.stdout.read() == "heard\n"
    assert ours.returncode == 9


def test_ctrl_c_reaches_the_program_once(environ, tmp_path):
    """As from a terminal: to the whole group in the foreground."""
    pty = pytest.importorskip("pty")
    (tmp_path / "program.py").write_text(
        "import signal, time\nheard = []\nsignal.signal(signal.SIGINT, lambda *it: heard.append(it))\n"
        "print('ready', flush=True)\nend = time.time() + 1.5\n"
        "while time.time() < end:\n    time.sleep(0.1)\nprint('heard', len(heard), flush=True)\n"
    )
    command = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.child import run; sys.exit(run(['program.py']))"
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [sys.executable, "-c", command], environ)
    said = b""
    while b"ready" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    end = time.monotonic() + 30
    while not re.search(rb"heard \d", said) and time.monotonic() < end:
        said += os.read(terminal, 1000)
    os.close(terminal)
    os.waitpid(child, 0)
    assert b"heard 1" in said


def test_nothing_is_left_behind(environ, tmp_path):
    folder = tmp_path / "tmp"
    folder.mkdir()
    kb_run({**environ, "TMPDIR": str(folder)}, "-c", DYING, cwd=tmp_path)
    assert list(folder.iterdir()) == []


def test_the_interpreter_is_the_callers(environ, tmp_path):
    wrapper = tmp_path / "my python"
    wrapper.write_text(f'#!/bin/sh\necho mine\nexec "{sys.executable}" "$@"\n')
    wrapper.chmod(0o755)
    assert kb_run(environ, "--interpreter", str(wrapper), "-c", "print('program')").stdout == "mine\nprogram\n"
    on_path = tmp_path / "bin"
    on_path.mkdir()
    wrapper.rename(on_path / "python3")
    environ = {name: value for name, value in environ.items() if name != "VIRTUAL_ENV"} | {"PATH": f"{on_path}:/bin"}
    assert kb_run(environ, "-c", "print('program')").stdout.endswith("program\n")


def test_a_python_that_is_not_there_is_named(environ):
    ours = kb_run(environ, "--interpreter", "/no/such/python", "x.py")
    assert ours.returncode == 2
    assert ours.stderr == (
        "kb: can't start /no/such/python: No such file or directory; name a Python with --interpreter\n"
    )


def test_options_of_python_stand_before_the_program(environ, tmp_path):
    ours = kb_run(environ, "-X", "dev", "-c", f"import sys; print(sys.flags.dev_mode)\n{DYING}", cwd=tmp_path)
    assert ours.stdout == "True\n"
    assert FIX in ours.stderr
