"""`pytest --kb`, in real runs: under failures and collection errors, with workers, in JUnit's file."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

BOIL = "raise RuntimeError(\"no water in kettle '{}', fill it before it boils\")"
TESTS = f"""
import pytest

def test_fine():
    pass

def test_red():
    {BOIL.format("red")}

def test_blue():
    {BOIL.format("blue")}

def test_unknown():
    assert "tea" == "coffee"

@pytest.fixture
def kettle():
    {BOIL.format("black")}

@pytest.fixture
def cup():
    yield
    raise ValueError("cup 'white' is in pieces, sweep before you walk")

def test_setup(kettle):
    pass

def test_teardown(cup):
    pass

@pytest.mark.xfail
def test_expected():
    {BOIL.format("green")}
"""
# Without the plugins that only cost time here.
QUIET = ["-m", "pytest", *(f"-pno:{name}" for name in ("cacheprovider", "schemathesis", "hypothesispytest", "anyio"))]
WORKERS = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["alone", "xdist"])


def section(output, name):
    """What is printed under a failure."""
    _, found, after = output.partition(f" {name} __")
    assert found, output
    return after.split("\n____", 1)[0]


@WORKERS
def test_the_fix_stands_under_the_failure_once_for_errors_of_a_kind(host, workers):
    host.write("test_tea.py", TESTS)
    plain = host.run(*QUIET, *workers)
    done = host.run(*QUIET, "--kb", *workers)
    assert done.returncode == plain.returncode == 1
    assert done.stdout.count("Known fix: Kettle without water") == 1, done.stdout
    assert done.stdout.count("Kettle without water: see test_tea.py::test_") == 2
    assert "Known fix: Cup in pieces" in section(done.stdout, "ERROR at teardown of test_teardown")
    assert "Kettle" in section(done.stdout, "test_blue")
    assert "Known fix" not in section(done.stdout, "test_unknown")
    assert "tracekb:" not in done.stdout
    assert "Known fix" not in plain.stdout


@WORKERS
def test_a_module_that_cant_be_imported(host, workers):
    host.write("test_a.py", "import zorkmid\n")
    host.write("test_b.py", "def test_fine(): pass\n")
    done = host.run(*QUIET, "--kb", *workers)
    assert done.stdout.count("Known fix: No leaves") == 1, done.stdout
    assert done.returncode == host.run(*QUIET, *workers).returncode


@WORKERS
def test_junit_has_the_entry_as_a_property(host, workers):
    host.write("test_tea.py", TESTS)
    host.run(*QUIET, "--kb", "--junitxml=out.xml", *workers)
    found = {
        case.get("name"): [one.get("value") for one in case.iter("property") if one.get("name") == "kb_entry"]
        for case in ET.parse(host.folder / "out.xml").iter("testcase")
    }
    assert found["test_red"] == found["test_setup"] == ["tea/kettle"]
    assert found["test_teardown"] == ["tea/cup"]
    assert found["test_fine"] == found["test_unknown"] == found["test_expected"] == []


@pytest.mark.parametrize("style", ["--tb=short", "--tb=native", "--tb=long", "--show-capture=no", "-rA"])
def test_however_tracebacks_are_printed(host, style):
    host.write("test_tea.py", TESTS)
    assert "Known fix: Kettle without water" in host.run(*QUIET, "--kb", style).stdout


@WORKERS
@pytest.mark.parametrize("script", ["exit 3", "sleep 20", "while read line; do echo '[]'; done"])
def test_a_broken_knowledge_base_is_one_line_and_no_failure_more(host, kb_that, workers, script):
    host.write("test_tea.py", TESTS)
    plain = host.run(*QUIET, *workers)
    done = host.run("-W", "error", *QUIET, "--kb", *workers, **{**kb_that(script), "TRACEKB_TIMEOUT": "2"})
    assert done.returncode == plain.returncode
    assert len([line for line in done.stdout.splitlines() if line.startswith("tracekb:")]) == 1, done.stdout
    assert "2 failed" not in done.stdout
    assert plain.stdout.splitlines()[-1].split(" in ")[0] == done.stdout.splitlines()[-1].split(" in ")[0]


def test_a_run_without_failures_asks_nobody(host):
    host.write("test_tea.py", "def test_fine(): pass\n")
    done = host.run(*QUIET, "--kb", TRACEKB_COMMAND="/nowhere/kb")
    assert done.returncode == 0
    assert "tracekb:" not in done.stdout


def test_exceptions_that_are_hard_to_read(host):
    host.write(
        "test_odd.py",
        """
class Odd(Exception):
    def __str__(self):
        raise self

def test_odd():
    raise Odd

def test_surrogate():
    raise ValueError("\\ud800" * 3)

def test_long():
    raise ValueError("x" * 3_000_000)
""",
    )
    done = host.run(*QUIET, "--kb", "--tb=line")
    assert "3 failed" in done.stdout, done.stdout + done.stderr
