"""The wheel, as people get it: built, installed elsewhere, used from any folder, upgraded."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests import small

ROOT = Path(__file__).parent.parent
PACKAGED = ("kb", "indexer", "web", "cli", "articles", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")
HEADLINE = (
    "sqlalchemy.orm.exc.DetachedInstanceError: Instance <Order at 0x7f3c> is not bound to a Session; "
    "attribute refresh operation cannot proceed\n"
)


def build(folder: Path, *, more: dict[str, str] | None = None) -> Path:
    """A wheel of the tree, with `more` articles in it."""
    tree = folder / "tree"
    tree.mkdir(parents=True)
    for name in PACKAGED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tree)
    small.write(tree / "articles", more or {})
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(tree)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = folder.glob("*.whl")
    return wheel


def install(wheel: Path, site: Path) -> None:
    """Puts the wheel into `site`, in place of what was there; what it depends on is the running Python's."""
    shutil.rmtree(site, ignore_errors=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
    ]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(tmp_path_factory.mktemp("wheel"))


def kb(site: Path, data: Path, *arguments: str, stdin: str = "", cwd: Path | None = None, **environ: str):
    environment = {**os.environ, "PYTHONPATH": str(site), "KB_DATA_DIR": str(data), **environ}
    command = [sys.executable, "-P", str(site / "bin" / "kb"), *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment, cwd=cwd, timeout=120, check=False
    )


def test_the_wheel_brings_everything_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"kb", "indexer", "web", "cli", "articles"}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    packaged = ("kb/", "indexer/", "web/", "cli/", "articles/")
    wanted = {name for name in tracked if name.startswith(packaged) and (ROOT / name).is_file()}
    assert wanted <= set(names)


def test_an_installed_wheel_answers_from_any_folder(wheel, tmp_path):
    install(wheel, tmp_path / "site")
    elsewhere = tmp_path / "elsewhere"
    for name in ("kb", "web", "cli", "articles"):
        small.write(elsewhere / name, {"__init__.py": "raise SystemExit('hijacked')", "x.md": "junk"})
    done = kb(tmp_path / "site", tmp_path / "data", "lookup", "--json", stdin=HEADLINE, cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert body["matches"][0]["id"] == "sqlalchemy/detached-instance-refresh"
    assert str(ROOT) not in kb(tmp_path / "site", tmp_path / "data", "stats", "--json", cwd=elsewhere).stdout


def test_an_upgrade_brings_its_new_articles_beside_a_teams_own_and_keeps_votes(wheel, tmp_path):
    site, data = tmp_path / "site", tmp_path / "data"
    install(wheel, site)
    team = small.write(tmp_path / "team", {"tea/kettle.md": small.article()})
    sources = {"KB_ARTICLES_DIR": os.pathsep.join(["shipped", str(team)])}
    assert kb(site, data, "lookup", stdin=small.PASTE, **sources).returncode == 0
    vote = (
        "from kb.store import Store; import sys; print(Store.open(sys.argv[1]).vote('tea/kettle', 'fill', True, 'f'))"
    )
    database = f"sqlite:///{(data / 'kb.sqlite3').as_posix()}"
    subprocess.run([sys.executable, "-c", vote, database], check=True, capture_output=True)

    newer = build(tmp_path / "newer", more={"tea/pot.md": small.article("Pot lost", message="pot {pot} is lost")})
    install(newer, site)
    found = kb(site, data, "lookup", "--json", stdin="RuntimeError: pot 'red' is lost", **sources)
    assert json.loads(found.stdout)["matches"][0]["id"] == "tea/pot"
    assert kb(site, data, "lookup", stdin=small.PASTE, **sources).returncode == 0
    count = "from kb.store import Store; import sys; print(Store.open(sys.argv[1]).feedback())"
    votes = subprocess.run([sys.executable, "-c", count, database], check=True, capture_output=True, text=True)
    assert "('tea/kettle', 'fill'): (1, 0)" in votes.stdout
