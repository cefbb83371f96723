"""Environments that examples run in: built by uv out of binary wheels, so that installing runs nobody's code.

An environment is known by the hash of what was asked for. It is built beside its place and then moved there, so
that it is either whole or not there, and what was installed is kept with it: the same question has the same
answer until the folder is emptied.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from indexer import process, sandbox
from indexer.pythons import Interpreter
from kb.errors import KBError

_LAYOUT = "1"
"""Part of each environment's hash: raise it when the layout below changes."""
_LOCK = "requirements.lock"
_BUILD_SECONDS = 600
_SYSTEM = Path("/usr")


class BuildFailed(KBError):
    """An environment can't be built: a requirement that isn't one, no wheel, no network."""

    code = "environment-failed"


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python with packages: `path` is its folder, `packages` what is installed, by normalised name."""

    path: Path
    interpreter: Interpreter
    packages: Mapping[str, str]

    @property
    def mounts(self) -> list[sandbox.Mount]:
        """What a sandbox shows of it: Python in `/usr/local`, the environment in `/home/dev/.venv`."""
        base = [] if self.interpreter.prefix == _SYSTEM else [(self.interpreter.prefix, sandbox.PREFIX)]
        inside = [(self.path / "inside" / name, f"{sandbox.VENV}/{name}") for name in ("pyvenv.cfg", "bin")]
        return [*base, (self.path / "venv", sandbox.VENV), *inside]

    @property
    def variables(self) -> dict[str, str]:
        """What a program in the sandbox needs to find the interpreter's own libraries in their new place."""
        shared = self.interpreter.prefix != _SYSTEM and any((self.interpreter.prefix / "lib").glob("libpython*.so*"))
        return {"LD_LIBRARY_PATH": f"{sandbox.PREFIX}/lib"} if shared else {}


class Environments:
    """Builds environments and keeps them in `folder`. Several processes may use one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(
        self, interpreter: Interpreter, requires: Iterable[str], pins: Mapping[str, str] | None = None
    ) -> Environment:
        """The environment that holds `requires`, built where there is none yet.

        `pins` are versions that a proof was made with; where they no longer fit, they are let go. Raises
        BuildFailed.
        """
        wanted = sorted({str(requirement(text)) for text in requires})
        held = [f"{name}=={version}" for name, version in sorted((pins or {}).items())]
        free = self._place(interpreter, wanted, [])
        if held and not set(held) <= set(_locked(free) or ()):
            return self._made(self._place(interpreter, wanted, held), interpreter, wanted, held)
        return self._made(free, interpreter, wanted, [])

    def _place(self, interpreter: Interpreter, wanted: list[str], held: list[str]) -> Path:
        key = "\n".join([_LAYOUT, interpreter.release, str(interpreter.prefix), *wanted, "", *held])
        return self.folder / hashlib.sha256(key.encode()).hexdigest()[:16]

    def _made(self, path: Path, interpreter: Interpreter, wanted: list[str], held: list[str]) -> Environment:
        if (lines := _locked(path)) is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.building"):
                if _locked(path) is None:
                    self._build(path, interpreter, wanted, held)
            lines = _locked(path) or []
        return Environment(path, interpreter, dict(line.split("==", 1) for line in lines if "==" in line))

    def _build(self, path: Path, interpreter: Interpreter, wanted: list[str], held: list[str]) -> None:
        building = path.with_suffix(".new")
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        try:
            _uv(
                ["venv", "-q", "--relocatable", "--no-project", "--python", str(interpreter.executable), "venv"],
                building,
            )
            if wanted:
                try:
                    _install(building, wanted, held)
                except BuildFailed:
                    if not held:
                        raise
                    _install(building, wanted, [])
            _inside(building, interpreter)
            listed = _uv(["pip", "freeze", "-q", "--python", "venv/bin/python"], building)
            (building / _LOCK).write_text(listed, encoding="utf-8")
            building.rename(path)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def requirement(text: str) -> Requirement:
    """A requirement by name and versions. Raises BuildFailed for anything else: an address would let an article
    install whatever it likes, and an option would be read as ours."""
    try:
        parsed = Requirement(text)
    except InvalidRequirement as problem:
        raise BuildFailed(f"{text!r} is no requirement", "write it as in name>=1,<2") from problem
    if parsed.url:
        raise BuildFailed(f"{text!r} names an address", "name a package and its versions: name>=1,<2")
    return parsed


def required(packages: Mapping[str, str], requires: Iterable[str]) -> dict[str, str]:
    """Of all that is installed, the packages that were asked for by name."""
    names = sorted({canonicalize_name(requirement(text).name) for text in requires})
    return {name: packages[name] for name in names if name in packages}


def _locked(path: Path) -> list[str] | None:
    """What an environment was found to hold when it was built; None where it isn't there."""
    try:
        return (path / _LOCK).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None


def uv() -> str | None:
    """The `uv` program: beside the running Python (an extra of ours installs it there), else on the path."""
    beside = Path(sys.executable).parent / "uv"
    return str(beside) if beside.is_file() else shutil.which("uv")


def _install(building: Path, wanted: list[str], held: list[str]) -> None:
    options = ["pip", "install", "-q", "--only-binary", ":all:", "--compile-bytecode", "--python", "venv/bin/python"]
    if held:
        (building / "pins.txt").write_text("\n".join(held), encoding="utf-8")
        options += ["--constraint", "pins.txt"]
    _uv([*options, "--", *wanted], building)


def _inside(building: Path, interpreter: Interpreter) -> None:
    """The two parts of an environment that name places, as they must be where the sandbox shows it."""
    prefix = _SYSTEM if interpreter.prefix == _SYSTEM else Path(sandbox.PREFIX)
    try:
        program = prefix / interpreter.executable.relative_to(interpreter.prefix)
    except ValueError:
        program = prefix / "bin" / f"python{interpreter.version}"
    programs = building / "inside" / "bin"
    programs.mkdir(parents=True)
    for source in (building / "venv" / "bin").iterdir():
        if source.is_symlink():
            (programs / source.name).symlink_to(program if source.name.startswith("python") else source.readlink())
        elif source.is_file():
            shutil.copy2(source, programs / source.name)
    config = f"home = {program.parent}\ninclude-system-site-packages = false\nversion = {interpreter.release}\n"
    (building / "inside" / "pyvenv.cfg").write_text(config, encoding="utf-8")


def _uv(arguments: list[str], folder: Path) -> str:
    program = uv()
    if program is None:
        raise BuildFailed("uv is not installed", "pip install tracekb[verify]")
    # An active environment must not be taken for the one that is built.
    env = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH", "UV_PYTHON"}}
    result = process.run([program, *arguments], {**env, "UV_PYTHON_DOWNLOADS": "never"}, folder, _BUILD_SECONDS)
    if result.returncode:
        said = " ".join(result.stderr.split())
        raise BuildFailed(f"uv can't build the environment: {said[-600:] or result.returncode}")
    return result.stdout
