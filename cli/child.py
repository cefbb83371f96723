"""`kb run` until the program is dead: starting it, passing signals on, keeping its status.

Imports next to nothing: every start of a program takes longer by what this module imports.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence

HOOK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook")  # noqa: PTH100, PTH118, PTH120
CANT_START = 2
_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_OF_THE_TERMINAL = ("SIGINT", "SIGQUIT")
"""What a terminal sends to all processes in its foreground, the program among them."""


def run(
    program: Sequence[str],
    interpreter: str | None = None,
    limit: int = 3,
    flags: Mapping[str, str | None] | None = None,
) -> int:
    """Runs `python PROGRAM...` in a child; when it dies of an exception, what is known of it follows on standard error.

    `interpreter` is the Python that runs it, by default the active environment's, else the first on the path. `limit`
    bounds the entries shown, `flags` are settings given on the command line. Returns the program's exit status; where
    a signal killed the program, the same signal kills this process.
    """
    report = f"{_temporary_folder()}/kb-run-{os.urandom(16).hex()}.json"
    environment = {**os.environ, "KB_RUN_REPORT": report, "PYTHONPATH": HOOK}
    before = os.environ.get("PYTHONPATH")
    if before is not None:
        environment |= {
            "KB_RUN_PYTHONPATH": before,
            "PYTHONPATH": os.pathsep.join([HOOK, before] if before else [HOOK]),
        }
    names = [interpreter] if interpreter else _pythons()
    try:
        status = (_wait_on_windows if os.name == "nt" else _wait)(names, program, environment)
        if status != 0 and os.path.exists(report):  # noqa: PTH110
            from cli.afterwards import explain

            explain(report, limit, flags or {})
    except OSError as problem:
        said = f"can't start {' or '.join(names)}: {problem.strerror}; name a Python with --interpreter"
        print(f"kb: {said}", file=sys.stderr)
        return CANT_START
    finally:
        if os.path.exists(report):  # noqa: PTH110
            os.unlink(report)  # noqa: PTH108
    if status < 0:
        _die_of(-status)
    return status


def _pythons() -> list[str]:
    """Where to look for the program's Python: the active environment, else names that the path may know."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        folder = os.environ.get(name)
        if folder and os.name != "nt":
            return [f"{folder}/bin/python"]
        if folder:
            return [f"{folder}\\{'Scripts' if name == 'VIRTUAL_ENV' else '.'}\\python.exe"]
    return ["python", "python3"]


def _wait(names: Sequence[str], program: Sequence[str], environment: Mapping[str, str]) -> int:
    """The status of the program, below zero the signal that killed it. Raises OSError where none of the names runs."""
    child = 0

    def pass_on(number: int, _: object) -> None:
        if child and not (signal.Signals(number).name in _OF_THE_TERMINAL and _in_foreground()):
            os.kill(child, number)

    caught = [number for name in (*_PASSED_ON, *_OF_THE_TERMINAL) if (number := getattr(signal, name, None))]
    # What is ignored stays ignored, as under nohup; what Python ignores by itself is the program's to decide.
    caught = [number for number in caught if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, pass_on) for number in caught}
    defaults = [*caught, *(getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name))]
    try:
        for place, name in enumerate(names, 1):
            try:
                child = os.posix_spawnp(name, [name, *program], environment, setsigdef=defaults)
                break
            except FileNotFoundError:
                if place == len(names):
                    raise
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_on_windows(names: Sequence[str], program: Sequence[str], environment: Mapping[str, str]) -> int:
    import subprocess

    with subprocess.Popen([names[0], *program], env=environment) as child:  # noqa: S603 (what the caller asked for)
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue  # the console told the program, too


def _in_foreground() -> bool:
    """Whether this process is one that its terminal sends Ctrl-C to."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _die_of(number: int) -> None:
    """Ends this process as the program ended, without a second core file."""
    import resource
    from contextlib import suppress

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with suppress(OSError):  # SIGKILL has no other
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _temporary_folder() -> str:
    """As `tempfile` chooses it, without the ten milliseconds of importing that."""
    for name in ("TMPDIR", "TEMP", "TMP"):
        folder = os.environ.get(name)
        if folder and os.path.isdir(folder):  # noqa: PTH112
            return os.path.abspath(folder)  # noqa: PTH100
    return "/tmp"  # noqa: S108 (the file's name can't be guessed, and it is made where there was none)
