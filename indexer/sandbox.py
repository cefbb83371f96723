"""Running a program that came with an article, so that it can do no harm.

Bubblewrap gives it namespaces of its own: no network but a loopback, no processes but its own, an empty
file system with `/usr` to read and a small memory disk to write on. Limits on time, memory, files and
processes come from `prlimit`, as a prefix: `preexec_fn` is unsafe in a program that has threads.

The places inside are the ones of an everyday project, so that the tracebacks a program prints name nobody's
machine: the program lies in `/home/dev/app`, its environment in `/home/dev/.venv`, Python in `/usr/local`.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Protocol

from indexer import neutral, process
from indexer.process import Outcome
from kb.errors import CallError

HOME = "/home/dev"
APP = f"{HOME}/app"
VENV = f"{HOME}/.venv"
PREFIX = "/usr/local"
_PROGRAM = "/run/program"
_MIB = 1024 * 1024

Mount = tuple[Path, str]
"""A file or folder, and where the program sees it, read-only."""

ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
    "LANG": "C.UTF-8",
    "COLUMNS": "120",
}
"""What every example runs with, so that it prints the same thing everywhere."""

_ETC = {
    "group": "dev:x:{uid}:\n",
    "hosts": "127.0.0.1 localhost\n::1 localhost\n",
    # Names are looked up in /etc/hosts only: without a name server a lookup fails at once, and says so.
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
    "passwd": "dev:x:{uid}:{uid}::/home/dev:/bin/sh\n",
}
_ETC_OF_THE_HOST = ("alternatives", "ld.so.cache", "protocols", "services")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use. `memory_bytes` is address space for each process (numeric libraries reserve far
    more than they touch); `disk_bytes` bounds what it may write in each of its writable places together."""

    seconds: float = 60
    cpu_seconds: int = 60
    memory_bytes: int = 4096 * _MIB
    file_bytes: int = 64 * _MIB
    disk_bytes: int = 256 * _MIB
    processes: int = 128
    files: int = 1024


class SandboxMissing(CallError):
    """Nothing here can keep an article's program from doing harm."""

    code = "sandbox-missing"


class Runner(Protocol):
    """Something that runs the programs of articles; `isolated` says whether they have places and ports of their own."""

    isolated: bool

    def run(
        self,
        program_dir: Path,
        argv: Sequence[str],
        *,
        mounts: Sequence[Mount] = (),
        env: Mapping[str, str] | None = None,
        limits: Limits = Limits(),
    ) -> Outcome:
        """Run `argv` in a throw-away copy of `program_dir`."""


class Sandbox:
    """Runs programs inside bubblewrap.

    As root it gives up root before the program starts, by user id: a user namespace alone would map the
    program's user to root outside, whom no limit on processes binds. As anybody else it uses a user namespace.
    """

    isolated = True
    _uids: Iterator[int] = itertools.count(os.getpid())

    def available(self) -> str | None:
        """Why no sandbox works here, or None: a trial run is made."""
        for tool in ("bwrap", "prlimit", "setpriv"):
            if not shutil.which(tool):
                return f"{tool} is not installed" + (" (Debian: bubblewrap)" if tool == "bwrap" else "")
        with tempfile.TemporaryDirectory() as empty:
            trial = self.run(Path(empty), ["true"], limits=Limits(seconds=20))
        if trial.returncode:
            return f"bubblewrap doesn't work here: {trial.stderr.strip()[:300] or trial.returncode}"
        return None

    def run(
        self,
        program_dir: Path,
        argv: Sequence[str],
        *,
        mounts: Sequence[Mount] = (),
        env: Mapping[str, str] | None = None,
        limits: Limits = Limits(),
    ) -> Outcome:
        """Run `argv` on a copy of `program_dir` in `/home/dev/app`, with `mounts` to read and `env` beside the
        usual variables. What the program writes is gone when it ends."""
        as_root = os.getuid() == 0
        # A user id of its own for each run (of the range that systemd keeps for such users), so that the limit
        # on processes, which counts by user, is not shared by programs that run side by side.
        uid = 61184 + next(self._uids) % 4336 if as_root else 65534
        variables = {
            "HOME": HOME,
            "USER": "dev",
            "PATH": f"{VENV}/bin:{PREFIX}/bin:/usr/bin:/bin",
            **ENVIRONMENT,
            **(env or {}),
        }
        with tempfile.TemporaryDirectory(prefix="kb-run-") as folder:
            brought = Path(folder)
            shutil.copytree(program_dir, brought / "program")
            for name, text in _ETC.items():
                (brought / name).write_text(text.format(uid=uid), encoding="ascii")
            for path in brought.rglob("*"):  # it is another user who reads them
                path.chmod(0o755 if path.is_dir() else 0o644)
            command = ["bwrap", *_namespaces(as_root, uid), *_places(brought, mounts, limits)]
            for name, value in variables.items():
                command += ["--setenv", name, value]
            command += ["--", *(_give_up_root(uid) if as_root else ()), *_prlimit(limits)]
            command += ["sh", "-c", f'cp -R {_PROGRAM}/. . && exec "$@"', "sh", *argv]
            return process.run(command, {"PATH": os.environ.get("PATH", os.defpath)}, None, limits.seconds)


def _namespaces(as_root: bool, uid: int) -> list[str]:
    shared = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    shared += ["--hostname", "localhost", "--die-with-parent", "--new-session", "--clearenv"]
    if as_root:
        kept = itertools.chain.from_iterable(("--cap-add", f"CAP_{name}") for name in ("SETUID", "SETGID", "SETPCAP"))
        return [*shared, "--cap-drop", "ALL", *kept]
    return [*shared, "--unshare-user", "--uid", str(uid), "--gid", str(uid)]


def _give_up_root(uid: int) -> list[str]:
    ids = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    return ["setpriv", *ids, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--"]


def _prlimit(limits: Limits) -> list[str]:
    bounds = {
        "cpu": limits.cpu_seconds,
        "as": limits.memory_bytes,
        "fsize": limits.file_bytes,
        "nproc": limits.processes,
        "nofile": limits.files,
        "core": 0,
    }
    return ["prlimit", *(f"--{name}={value}:{value}" for name, value in bounds.items()), "--"]


def _places(brought: Path, mounts: Sequence[Mount], limits: Limits) -> list[str]:
    """The file system that the program sees; everything that isn't named here isn't there."""
    made = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            made += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            made += ["--ro-bind", str(path), str(path)]
    # A folder that bubblewrap makes by itself, on the way to a mount, is closed to all but its owner.
    made += ["--dir", "/etc"]
    for name in _ETC:
        made += ["--ro-bind", str(brought / name), f"/etc/{name}"]
    for name in _ETC_OF_THE_HOST:
        made += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    made += ["--proc", "/proc", "--dev", "/dev"]
    for place in ("/dev/shm", "/tmp", HOME):  # noqa: S108 - places inside the sandbox, each its own
        made += ["--perms", "1777", "--size", str(limits.disk_bytes), "--tmpfs", place]
    made += ["--perms", "0777", "--dir", APP]
    for source, place in [(brought / "program", _PROGRAM), *mounts]:
        made += ["--dir", str(PurePosixPath(place).parent), "--ro-bind", str(source), place]
    # The folders that bubblewrap made for all this lie on memory disks without a bound.
    return [*made, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", APP]


class Unguarded:
    """Runs programs as they are, with the caller's rights: for authors who trust what they run and have no
    bubblewrap. Only time and output are bounded."""

    isolated = False

    def run(
        self,
        program_dir: Path,
        argv: Sequence[str],
        *,
        mounts: Sequence[Mount] = (),
        env: Mapping[str, str] | None = None,
        limits: Limits = Limits(),
    ) -> Outcome:
        """Run `argv` in a temporary copy of `program_dir`, with the environment that `mounts` puts on
        `/home/dev/.venv`. What it prints names the places as a sandbox would have."""
        venv = next((source for source, place in mounts if place == VENV), None)
        path = os.environ.get("PATH", os.defpath)
        with tempfile.TemporaryDirectory(prefix="kb-run-") as home:
            app = Path(home, "app")
            shutil.copytree(program_dir, app)
            variables = {"HOME": home, "PATH": f"{venv}/bin{os.pathsep}{path}" if venv else path, **ENVIRONMENT}
            outcome = process.run(argv, {**variables, **(env or {})}, app, limits.seconds)
            moved = [(Path(home), HOME), *mounts]
            return replace(
                outcome,
                stdout=neutral.places(outcome.stdout, moved),
                stderr=neutral.places(outcome.stderr, moved),
            )
