"""What a program in the sandbox can and can't do, tried with programs that mean harm."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.environments import Environment
from indexer.process import Outcome
from indexer.sandbox import Limits, Sandbox, Unguarded

pytestmark = pytest.mark.sandbox
Run = Callable[..., Outcome]
USUAL = Limits(seconds=30)


@pytest.fixture
def run(sandbox: Sandbox, plain_environment: Environment, tmp_path: Path) -> Run:
    """Runs a Python program in the sandbox."""

    def run(code: str, limits: Limits = USUAL, argv: tuple[str, ...] = ("python", "example.py")) -> Outcome:
        folder = tmp_path / "program"
        folder.mkdir(exist_ok=True)
        (folder / "example.py").write_text(code, encoding="utf-8")
        mounts, variables = plain_environment.mounts, plain_environment.variables
        return sandbox.run(folder, argv, mounts=mounts, env=variables, limits=limits)

    return run


def test_a_traceback_names_the_places_of_an_everyday_project(run: Run) -> None:
    outcome = run("import json\n\njson.loads('{')\n")
    assert outcome.returncode == 1
    assert '  File "/home/dev/app/example.py", line 3, in <module>\n    json.loads' in outcome.stderr
    assert str(Path.home()) not in outcome.stderr
    assert sys.base_prefix == "/usr" or '"/usr/local/lib/python3.' in outcome.stderr


def test_a_program_is_nobody_with_a_home_and_a_loopback(run: Run) -> None:
    outcome = run(
        "import getpass, os, pathlib, socket, multiprocessing\n"
        "server = socket.create_server(('localhost', 0))\n"
        "socket.create_connection(server.getsockname())\n"
        "multiprocessing.Lock()\n"
        "pathlib.Path('notes.txt').write_text('kept for now')\n"
        "(pathlib.Path.home() / '.config').mkdir()\n"
        "print(getpass.getuser(), os.getuid() != 0, os.getcwd(), sorted(os.listdir('.')))\n"
    )
    assert outcome.stderr == ""
    assert outcome.stdout == "dev True /home/dev/app ['example.py', 'notes.txt']\n"


def test_it_reaches_no_network(run: Run) -> None:
    outcome = run(
        "import socket\n"
        "for reach in (socket.create_connection, lambda address: socket.getaddrinfo('example.org', 80)):\n"
        "    try:\n"
        "        reach(('192.0.2.1', 80))\n"
        "    except OSError as error:\n"
        "        print(error)\n"
        "    else:\n"
        "        print('reached')\n"
    )
    assert outcome.stdout.splitlines() == [
        "[Errno 101] Network is unreachable",
        "[Errno -2] Name or service not known",
    ]


def test_it_does_not_reach_a_server_of_the_host(run: Run) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        outcome = run(f"import socket\nsocket.create_connection(('127.0.0.1', {port}))\n")
    assert "ConnectionRefusedError" in outcome.stderr


def test_it_sees_nothing_of_the_host(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("A_TOKEN", "of the host")
    secret = tmp_path / "secret.txt"
    secret.write_text("of the host")
    outcome = run(
        "import os\n"
        f"for path in ('/etc/shadow', '/root', {f'{Path.home()}/.ssh'!r}, {str(secret)!r}, {__file__!r}):\n"
        "    print(os.path.exists(path))\n"
        "print('A_TOKEN' in os.environ, len([name for name in os.listdir('/proc') if name.isdigit()]) < 8)\n"
    )
    assert outcome.stdout.split() == ["False"] * 5 + ["False", "True"]


def test_it_writes_nothing_but_what_is_its_own(run: Run, plain_environment: Environment) -> None:
    outcome = run(
        "import sys, os\n"
        "stdlib = os.path.dirname(os.__file__)\n"
        "for folder in ('/', '/usr', '/usr/local', '/etc', '/dev', '/run/program', sys.prefix, stdlib):\n"
        "    try:\n"
        "        open(os.path.join(folder, 'mark'), 'w')\n"
        "        print('wrote into', folder)\n"
        "    except OSError:\n"
        "        pass\n"
    )
    assert outcome.stdout == ""
    assert not (plain_environment.path / "venv" / "mark").exists()


def test_what_it_writes_is_gone_and_the_program_is_as_it_was(run: Run, tmp_path: Path) -> None:
    code = "open('example.py', 'w').write('changed')\nopen('more', 'w').write('more')\n"
    assert run(code).returncode == 0
    assert (tmp_path / "program" / "example.py").read_text() == code
    assert [path.name for path in (tmp_path / "program").iterdir()] == ["example.py"]


def test_a_fork_bomb_is_bounded(run: Run) -> None:
    outcome = run(
        "import os, time\n"
        "born = 0\n"
        "try:\n"
        "    while born < 2000:\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(60)\n"
        "            os._exit(0)\n"
        "        born += 1\n"
        "except OSError:\n"
        "    pass\n"
        "print(born, flush=True)\n"
        "os._exit(0)\n",
        Limits(seconds=30, processes=40),
    )
    assert 0 < int(outcome.stdout) < 40
    assert not outcome.timed_out


def test_a_disk_is_not_filled(run: Run) -> None:
    mib = 1024 * 1024
    outcome = run(
        "import tempfile\n"
        "for folder in ('.', tempfile.gettempdir(), '/dev/shm'):\n"
        "    written = 0\n"
        "    try:\n"
        "        for number in range(100):\n"
        "            with open(f'{folder}/{number}', 'wb') as file:\n"
        "                written += file.write(bytes(1 << 20))\n"
        "    except OSError:\n"
        "        pass\n"
        "    print(written >> 20)\n"
        "try:\n"
        "    open('/tmp/0', 'wb').write(bytes(9 << 20))\n"
        "except OSError as error:\n"
        "    print(error)\n",
        Limits(seconds=30, disk_bytes=16 * mib, file_bytes=8 * mib),
    )
    *written, last = outcome.stdout.splitlines()
    assert all(int(amount) <= 16 for amount in written)
    assert len(written) == 3
    assert "File too large" in last or "No space" in last


def test_memory_is_bounded(run: Run) -> None:
    outcome = run("x = bytearray(1 << 30)\n", Limits(seconds=30, memory_bytes=512 * 1024 * 1024))
    assert "MemoryError" in outcome.stderr


def test_processor_time_is_bounded(run: Run) -> None:
    outcome = run("while True:\n    pass\n", Limits(seconds=60, cpu_seconds=1))
    assert outcome.returncode != 0
    assert not outcome.timed_out


def test_nothing_outlives_its_time(run: Run) -> None:
    marker = f"left-{os.getpid()}-{time.time_ns()}"
    outcome = run(
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "print('started', flush=True)\n"
        "time.sleep(600)\n",
        Limits(seconds=2),
        ("python", "example.py", marker),
    )
    assert outcome.timed_out
    assert "started" in outcome.stdout
    # The kernel ends the rest of a process namespace right after its first process.
    assert all(_is_gone(process, marker) for process in Path("/proc").glob("[0-9]*"))


def _is_gone(process: Path, marker: str) -> bool:
    for _ in range(100):
        try:
            if marker.encode() not in (process / "cmdline").read_bytes():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_what_it_left_running_ends_with_it(run: Run) -> None:
    outcome = run("import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\nprint('done')\n")
    assert outcome.stdout == "done\n"
    assert not outcome.timed_out


def test_of_endless_output_head_and_tail_are_kept(run: Run) -> None:
    outcome = run("print('first')\nfor number in range(600_000):\n    print(number)\nprint('last')\n")
    assert outcome.stdout.startswith("first\n0\n1\n")
    assert outcome.stdout.endswith("\n599999\nlast\n")
    assert "bytes left out" in outcome.stdout
    assert len(outcome.stdout) < 1_300_000


def test_broken_output_is_text_all_the_same(run: Run) -> None:
    assert run("import os\nos.write(1, b'\\xff\\xfe ok')\n").stdout == "\ufffd\ufffd ok"


def test_an_ordinary_user_has_the_same_sandbox(sandbox: Sandbox, lacking: Callable[[str], object]) -> None:
    if os.getuid() != 0:
        pytest.skip("the other tests run as an ordinary user already")
    code = (
        "import sys, tempfile; from pathlib import Path; from indexer.sandbox import Limits, Sandbox\n"
        "sandbox = Sandbox(); print(sandbox.available())\n"
        "print(sandbox.run(Path(tempfile.mkdtemp()), ['id', '-u']).stdout)\n"
        "forks = ['sh', '-c', 'for i in $(seq 200); do sleep 20 & done']\n"
        "print('fork' in sandbox.run(Path(tempfile.mkdtemp()), forks, limits=Limits(processes=20)).stderr)\n"
    )
    root = Path(__file__).resolve().parent.parent
    system = shutil.which("python3.11", path="/usr/bin") or shutil.which("python3", path="/usr/bin")
    if not system:
        lacking("no Python that an ordinary user may run")
    outcome = subprocess.run(
        [str(system), "-c", code],
        user=65534,
        group=65534,
        extra_groups=[],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.stdout.split() == ["None", "65534", "True"], outcome.stderr


def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "bwrap is not installed" in (Sandbox().available() or "")


def test_a_sandbox_that_fails_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "bwrap").write_text("#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert "No permissions to create new namespace" in (Sandbox().available() or "")


def test_without_a_sandbox_places_are_named_as_inside(plain_environment: Environment, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text("import json, sys\nprint(sys.prefix)\njson.loads('{')\n")
    outcome = Unguarded().run(tmp_path, ["python", "example.py"], mounts=plain_environment.mounts)
    assert outcome.stdout == "/home/dev/.venv\n"
    assert '"/home/dev/app/example.py", line 3' in outcome.stderr
    assert str(tmp_path) not in outcome.stderr
    assert sys.base_prefix not in outcome.stderr or sys.base_prefix in ("/usr", "/usr/local")
