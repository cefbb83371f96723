"""Proving articles: what is wrong with an example is said with its line, and what is right is kept."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from indexer import proof, pythons, sandbox, verify
from indexer.neutral import addresses, places
from indexer.self_lookup import Lookup
from indexer.verify import Verification
from kb.errors import CallError

pytestmark = pytest.mark.sandbox

ARTICLE = """\
---
title: Number read out of a word
library: python
errors:
  - exception: ValueError
    message: "invalid literal for int() with base 10: {text}"
---
The program made a number of {text}.

```python setup
def number(text):
    return int(text)
```

## Cause: the text holds no number
What was read is a word.

Check: print the text.

```python raises
number("seven")
```

### Fix: test before
Ask first.

```python fix
word = "seven"
assert not word.isdecimal()
```
"""


def line_of(mark: str, text: str = ARTICLE) -> int:
    """The line of the fence above the mark."""
    before = text[: text.index(mark)]
    return before[: before.rindex("```")].count("\n") + 1


@dataclass
class Desk:
    """A checkout with articles and a data folder, and what is run with them."""

    folder: Path
    data: Path
    ran: list[tuple[str, ...]] = field(default_factory=list)

    def put(self, text: str, slug: str = "word-as-number") -> Path:
        path = self.folder / "articles" / "python" / f"{slug}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def verify(self, changed: bool = False, lookup: Lookup | None = None, **more: object) -> list[Verification]:
        options = {"data_dir": self.data, "interpreters": [sys.executable], "lookup": lookup, **more}
        return verify.verify([self.folder / "articles"], changed=changed, **options)  # type: ignore[arg-type]

    def problems(self, text: str, **more: object) -> list[tuple[str, int]]:
        self.put(text)
        (result,) = self.verify(**more)  # type: ignore[arg-type]
        return [(found.code, found.line) for found in result.problems]


@pytest.fixture(scope="module")
def data(uv: str, sandbox: sandbox.Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def desk(checkout: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(checkout, data)
    run = sandbox.Sandbox.run

    def counted(self: sandbox.Sandbox, program_dir: Path, argv: tuple[str, ...], **more: object) -> object:
        desk.ran += [tuple(argv)] if "true" not in argv else []
        return run(self, program_dir, argv, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(sandbox.Sandbox, "run", counted)
    return desk


def test_a_right_article_is_proven(desk: Desk) -> None:
    path = desk.put(ARTICLE)
    (result,) = desk.verify()
    assert result.ok
    assert result.id == "python/word-as-number"
    held, _ = proof.read(proof.path_beside(path))
    assert held is not None
    assert sorted((run.block, run.outcome) for run in held.runs) == [
        ("test-before", "passed"),
        ("the-text-holds-no-number/raises-1", "passed"),
    ]
    (recorded,) = held.tracebacks
    assert recorded.text.endswith("ValueError: invalid literal for int() with base 10: 'seven'\n")
    assert '  File "/home/dev/app/example.py", line 5, in <module>\n    number("seven")\n' in recorded.text


@pytest.mark.parametrize(
    ("there", "instead", "code", "mark"),
    [
        ('number("seven")', 'number("7")', "KB501", 'number("7")'),
        ('number("seven")', "number(None)", "KB502", "number(None)"),
        ('number("seven")', "int(float('nan'))", "KB502", "int(float"),
        ('number("seven")', "import sys; sys.exit('seven')", "KB502", "import sys"),
        ("assert not word", "assert word", "KB503", "assert word"),
        ("assert not word", "import nowhere", "KB503", "import nowhere"),
    ],
)
def test_a_wrong_example_is_reported_with_its_line(desk: Desk, there: str, instead: str, code: str, mark: str) -> None:
    text = ARTICLE.replace(there, instead)
    assert desk.problems(text) == [(code, line_of(mark, text))]
    held, _ = proof.read(proof.path_beside(desk.put(text)))
    assert held is not None
    assert [run.detail != "" for run in held.runs if run.outcome == "failed"] == [True]


def test_an_example_that_does_not_end_is_reported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "LIMITS", sandbox.Limits(seconds=2))
    text = ARTICLE.replace("assert not word", "import time; time.sleep(600)")
    assert desk.problems(text) == [("KB504", line_of("import time", text))]


def test_an_error_inside_the_chain_counts(desk: Desk) -> None:
    wrapped = 'try:\n    number("seven")\nexcept ValueError as error:\n    raise RuntimeError("not read") from error'
    assert desk.problems(ARTICLE.replace('number("seven")', wrapped)) == []


def test_a_second_run_changes_nothing_and_a_changed_only_run_runs_nothing(desk: Desk) -> None:
    text = ARTICLE.replace("int(text)", "int(f'{text} {object()}')")
    text = text.replace('number("seven")', "import time\nnumber(time.time_ns())")
    path = desk.put(text)
    assert desk.verify()[0].ok
    before = proof.path_beside(path).read_bytes()
    assert desk.verify()[0].ok
    assert proof.path_beside(path).read_bytes() == before
    desk.ran.clear()
    (result,) = desk.verify(changed=True)
    assert result.skipped
    assert result.ok
    assert desk.ran == []


def test_changed_prose_keeps_a_proof_and_changed_code_does_not(desk: Desk) -> None:
    desk.put(ARTICLE)
    desk.verify()
    desk.put(ARTICLE.replace("Ask first.", "Ask before you count."))
    assert desk.verify(changed=True)[0].skipped
    desk.put(ARTICLE.replace("seven", "eight"))
    assert not desk.verify(changed=True)[0].skipped


def test_a_failure_is_tried_again(desk: Desk) -> None:
    desk.put(ARTICLE.replace("assert not word", "assert word"))
    assert not desk.verify()[0].ok
    assert not desk.verify(changed=True)[0].skipped


def test_an_interrupted_run_goes_on_where_it_was(desk: Desk) -> None:
    slugs = ["one", "three", "two"]
    for slug in slugs:
        desk.put(ARTICLE, slug)

    def stop(done: Verification) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.verify(jobs=1, progress=stop)
    kept = {path.name for path in desk.folder.rglob("*.proof.json")}
    assert len(kept) > 0
    results = desk.verify(changed=True)
    assert [one.id for one in results] == [f"python/{slug}" for slug in slugs]
    assert {Path(one.path).with_suffix(".proof.json").name for one in results if one.skipped} == kept


def test_a_shell_example_and_its_files(desk: Desk) -> None:
    text = (
        ARTICLE[: ARTICLE.index("```python setup")]
        + """\
```python file=tools/count.py
import sys
int(sys.argv[1])
```

## Cause: the command was given a word
It wants a number.

Check: read the command again.

```shell raises
python tools/count.py seven
```

### Fix: give it a number
Digits only.

```shell fix
python tools/count.py 7
```
"""
    )
    assert desk.problems(text) == []
    assert set(desk.ran) == {("sh", "example.sh")}


def found(verdict: str, entry: str | None = "python/word-as-number", cause: str | None = None) -> Lookup:
    return lambda text: (verdict, entry, cause)


@pytest.mark.parametrize(
    ("lookup", "code"),
    [
        (found("match"), None),
        (found("match", cause="the-text-holds-no-number"), None),
        (found("match", "python/other"), "KB508"),
        (found("none", None), "KB508"),
        (found("related"), "KB509"),
        (found("match", cause="another-cause"), "KB510"),
    ],
)
def test_an_article_must_be_found_by_its_own_traceback(desk: Desk, lookup: Lookup, code: str | None) -> None:
    expected = [(code, line_of('number("seven")'))] if code else []
    assert desk.problems(ARTICLE, lookup=lookup) == expected
    # What a lookup answers changes without the article: it is asked again though nothing is run.
    assert desk.problems(ARTICLE, lookup=lookup, changed=True) == expected


def test_a_general_article_may_be_only_related(desk: Desk) -> None:
    text = ARTICLE.replace("library: python", "library: python\ngeneral: true")
    assert desk.problems(text, lookup=found("related")) == []


def test_a_written_out_traceback_is_looked_up_too(desk: Desk) -> None:
    message = "ValueError: invalid literal for int() with base 10: 'on another system'"
    shown = f"```text traceback\n{message}\n```\n\n### Fix: test"
    asked: list[str] = []

    def lookup(text: str) -> tuple[str, str, None]:
        asked.append(text)
        return "match", "python/word-as-number", None

    assert desk.problems(ARTICLE.replace("### Fix: test", shown), lookup=lookup) == []
    assert any("on another system" in text for text in asked)


def test_the_pythons_asked_for_are_used_or_named(desk: Desk) -> None:
    wanted = ARTICLE.replace("library: python", f'library: python\npython: ["{pythons.running()}", "3.1"]')
    assert [code for code, _ in desk.problems(wanted)] == ["KB507"]
    assert desk.verify()[0].ok
    missing = ARTICLE.replace("library: python", 'library: python\npython: ["3.1"]')
    assert [code for code, _ in desk.problems(missing)] == ["KB506"]
    assert not desk.verify()[0].ok


def test_what_other_pythons_proved_is_kept(desk: Desk) -> None:
    path = proof.path_beside(desk.put(ARTICLE))
    desk.verify()
    body = json.loads(path.read_text())
    for row in [*body["runs"], *body["tracebacks"]]:
        row["python"] = "3.1.4"
    path.write_text(json.dumps(body))
    (result,) = desk.verify()
    assert {run.python for run in result.runs} >= {"3.1.4"}
    assert len(result.runs) == 4


def test_an_environment_that_cannot_be_built_is_reported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(desk.folder / "empty"))
    text = ARTICLE.replace("library: python", 'library: python\nrequires: ["kb-test-nothing>=1"]')
    assert desk.problems(text) == [("KB505", 4)]


def test_an_article_that_cannot_run_runs_nothing(desk: Desk) -> None:
    text = ARTICLE.replace("library: python", "library: python\nrunnable: false\nwhy: needs a lighthouse")
    assert desk.problems(text) == []
    assert desk.ran == []


def test_an_article_that_cannot_be_read_is_no_proven_one(desk: Desk) -> None:
    path = desk.put(ARTICLE.replace("errors:", "error:"))
    (result,) = desk.verify()
    assert not result.ok
    assert result.problems
    assert not proof.path_beside(path).exists()


def test_only_the_library_asked_for(desk: Desk) -> None:
    desk.put(ARTICLE)
    with pytest.raises(CallError, match="'flask'"):  # a misspelt name must not pass for a library without failures
        desk.verify(library="flask")
    assert [one.id for one in desk.verify(library="python")] == ["python/word-as-number"]


def test_outside_a_checkout_proofs_go_to_the_data_folder(desk: Desk) -> None:
    path = desk.put(ARTICLE)
    shutil.rmtree(desk.folder / ".git")
    assert desk.verify()[0].ok
    assert not proof.path_beside(path).exists()
    assert (desk.data / "proofs" / "python" / "word-as-number.proof.json").exists()
    assert desk.verify(changed=True)[0].skipped


def test_installed_articles_are_no_part_of_the_checkout_around_them(desk: Desk) -> None:
    installed = desk.folder / ".venv" / "lib" / "site-packages" / "articles" / "python" / "word-as-number.md"
    installed.parent.mkdir(parents=True)
    assert verify.proof_path(installed, "python/word-as-number", desk.data).is_relative_to(desk.data)


def test_a_path_that_is_not_there_is_a_wrong_call(desk: Desk) -> None:
    with pytest.raises(CallError, match="nowhere"):
        verify.find([desk.folder / "nowhere"])


def test_other_markdown_in_a_folder_is_no_article(desk: Desk) -> None:
    path = desk.put(ARTICLE)
    (path.parent / "README.md").write_text("# Notes\n")
    assert verify.find([desk.folder]) == [path]


def test_without_a_sandbox_it_refuses_unless_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.Sandbox, "available", lambda self: "bwrap is not installed")
    desk.put(ARTICLE)
    with pytest.raises(sandbox.SandboxMissing, match="unsandboxed"):
        desk.verify()
    (result,) = desk.verify(unsandboxed=True)
    assert result.ok
    assert desk.ran == []


def test_addresses_are_the_same_in_every_run() -> None:
    one = addresses("<A at 0x7fb1c05de390> <B at 0x7fb1c05d0000> <A at 0x7fb1c05de390> 0x1f")
    two = addresses("<A at 0x55d1a2b3c4d0> <B at 0x55d1a2b3c990> <A at 0x55d1a2b3c4d0> 0x1f")
    assert one == two
    assert one.endswith(" 0x1f")


def test_the_longest_place_wins(tmp_path: Path) -> None:
    text = f"{tmp_path}/env/lib/x.py {tmp_path}/x.py"
    assert places(text, [(tmp_path, "/home/dev"), (tmp_path / "env", "/home/dev/.venv")]) == (
        "/home/dev/.venv/lib/x.py /home/dev/x.py"
    )
