"""Environments: built from wheels only, once, and kept. The packages are made here, so nothing is downloaded."""

from __future__ import annotations

import io
import stat
import sys
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer import environments, pythons
from indexer.environments import BuildFailed, Environments
from indexer.pythons import Interpreter
from indexer.sandbox import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("uv", "index")]


def make_wheel(folder: Path, name: str, version: str, requires: str = "") -> None:
    """A wheel with one module and one command, which print the version."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files = {
        f"{name}.py": f"def main():\n    print('{name} {version}')\n",
        f"{info}/METADATA": metadata + (f"Requires-Dist: {requires}\n" if requires else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(path, text)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of distributions that uv takes packages from, instead of any index."""
    folder = tmp_path / "index"
    folder.mkdir()
    make_wheel(folder, "lamp", "1.0", requires="bulb")
    make_wheel(folder, "lamp", "2.0", requires="bulb")
    make_wheel(folder, "bulb", "0.3")
    # Twice shut: no test may ask a public index for a name that was made up here.
    config = tmp_path / "uv.toml"
    config.write_text("offline = true\nno-index = true\n[pip]\nno-index = true\n")
    monkeypatch.setenv("UV_CONFIG_FILE", str(config))
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> Environments:
    return Environments(tmp_path / "environments")


def test_what_was_resolved_is_known(kept: Environments, python: Interpreter, index: Path) -> None:
    environment = kept.get(python, ["lamp<2"])
    assert environment.packages == {"bulb": "0.3", "lamp": "1.0"}
    assert environments.required(environment.packages, ["Lamp<2"]) == {"lamp": "1.0"}


def test_an_environment_is_built_once(kept: Environments, python: Interpreter, index: Path) -> None:
    first = kept.get(python, ["lamp", "bulb>0"])
    make_wheel(index, "lamp", "3.0")
    again = Environments(kept.folder).get(python, ["bulb > 0", "lamp"])
    assert again == first
    assert again.packages["lamp"] == "2.0"
    assert kept.get(python, ["lamp>=1"]).packages["lamp"] == "3.0"


def test_versions_of_a_proof_are_kept_while_they_fit(kept: Environments, python: Interpreter, index: Path) -> None:
    assert kept.get(python, ["lamp"], {"lamp": "1.0"}).packages["lamp"] == "1.0"
    newest = kept.get(python, ["lamp"])
    assert kept.get(python, ["lamp"], {"lamp": "2.0"}) == newest
    assert kept.get(python, ["lamp>=2"], {"lamp": "1.0"}).packages["lamp"] == "2.0"


def test_threads_that_want_the_same_build_it_once(kept: Environments, python: Interpreter, index: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: kept.get(python, ["lamp"]), range(4)))
    assert all(one == made[0] for one in made)
    assert len([path for path in kept.folder.iterdir() if path.is_dir()]) == 1


def test_nothing_is_built_from_source(kept: Environments, python: Interpreter, index: Path, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    script = (
        f"open({str(mark)!r}, 'w')\nfrom setuptools import setup\nsetup(name='kb-test-trap', version='1.0')\n".encode()
    )
    with tarfile.open(index / "kb_test_trap-1.0.tar.gz", "w:gz") as archive:
        for name, data in {
            "setup.py": script,
            "PKG-INFO": b"Metadata-Version: 2.1\nName: kb-test-trap\nVersion: 1.0\n",
        }.items():
            member = tarfile.TarInfo(f"kb_test_trap-1.0/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    with pytest.raises(BuildFailed, match="kb-test-trap"):
        kept.get(python, ["kb-test-trap"])
    assert not mark.exists()
    assert not [path for path in kept.folder.iterdir() if path.is_dir()]


@pytest.mark.parametrize(
    "text",
    ["lamp @ https://example.org/lamp.whl", "lamp @ file:///tmp/lamp", "--index-url=https://example.org", "./lamp"],
)
def test_only_names_and_versions_are_requirements(kept: Environments, python: Interpreter, text: str) -> None:
    with pytest.raises(BuildFailed):
        kept.get(python, [text])


def test_a_failure_says_what_uv_said_and_can_be_mended(kept: Environments, python: Interpreter, index: Path) -> None:
    with pytest.raises(BuildFailed, match="chair"):
        kept.get(python, ["chair"])
    make_wheel(index, "chair", "1.0")
    assert kept.get(python, ["chair"]).packages == {"chair": "1.0"}


def test_commands_and_imports_work_inside_the_sandbox(
    kept: Environments, python: Interpreter, index: Path, sandbox: Sandbox, tmp_path: Path
) -> None:
    environment = kept.get(python, ["lamp"])
    (tmp_path / "program").mkdir()
    script = tmp_path / "program" / "example.sh"
    script.write_text("lamp\npython -c 'import bulb; bulb.main(); print(bulb.__file__)'\n")
    mounts, variables = environment.mounts, environment.variables
    outcome = sandbox.run(script.parent, ["sh", "example.sh"], mounts=mounts, env=variables)
    place = f"/home/dev/.venv/lib/python{python.version}/site-packages/bulb.py"
    assert outcome.stdout.splitlines() == ["lamp 2.0", "bulb 0.3", place], outcome.stderr


def test_pythons_are_known_by_their_version() -> None:
    found = pythons.find([sys.executable, "/nowhere/python3.99"])
    assert list(found) == [pythons.running()]
    assert found[pythons.running()].release == ".".join(map(str, sys.version_info[:3]))
    assert found[pythons.running()].prefix.samefile(sys.base_prefix)


def test_what_is_no_python_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"python3": "#!/bin/sh\necho not a Python\n", "python3.4": "#!/bin/sh\nexit 3\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{tmp_path}:/nowhere")
    assert list(pythons.find()) == [pythons.running()]
