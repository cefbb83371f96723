"""Servers that examples talk to, started for real inside the sandbox."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import proof, services, verify
from indexer.process import Outcome
from indexer.sandbox import Limits, Sandbox

pytestmark = pytest.mark.sandbox

ARTICLE = """\
---
title: Command that the server does not know
library: redis
services: [redis]
errors:
  - exception: ValueError
    message: "ERR unknown command '{command}', with args beginning with: "
---
The server was asked for {command}.

```python setup
import socket


def ask(command):
    with socket.create_connection(("localhost", 6379)) as server:
        server.sendall(command.encode() + b"\\r\\n")
        answer = server.recv(200).decode().rstrip("\\r\\n")
    if answer.startswith("-"):
        raise ValueError(answer[1:])
    return answer
```

## Cause: the command is misspelt
It has another name.

Check: read the command again.

```python raises
ask("PONG")
```

### Fix: spell it right
Look it up.

```python fix
assert ask("PING") == "+PONG"
```
"""

Ask = Callable[[str, str], Outcome]


@pytest.fixture
def ask(sandbox: Sandbox, lacking: Callable[[str], object], tmp_path: Path) -> Ask:
    """Runs a shell line in a sandbox with one service."""

    def ask(service: str, line: str) -> Outcome:
        if reason := services.missing([service]):
            lacking(reason)
        command = services.command([service], ["sh", "-c", line])
        return sandbox.run(tmp_path, command, mounts=services.mounts([service]), limits=Limits(seconds=60))

    return ask


def test_postgresql_knows_dev_and_asks_for_the_password(ask: Ask) -> None:
    query = "psql --host localhost --username dev app --tuples-only --no-align --command"
    outcome = ask(
        "postgresql",
        f"export PGPASSWORD=secret; {query} 'SELECT current_user' && {query} 'CREATE TABLE lamp (id int)'"
        f" && PGPASSWORD=wrong {query} 'SELECT 1'",
    )
    assert outcome.stdout.splitlines() == ["dev", "CREATE TABLE"]
    assert 'password authentication failed for user "dev"' in outcome.stderr


def test_mariadb_knows_dev_and_asks_for_the_password(ask: Ask) -> None:
    query = "mariadb --no-defaults --host 127.0.0.1 --user dev app --skip-column-names --execute"
    outcome = ask(
        "mariadb",
        f"export MYSQL_PWD=secret; {query} 'CREATE TABLE lamp (id int); SHOW TABLES'"
        f" && MYSQL_PWD=wrong {query} 'SELECT 1'",
    )
    assert outcome.stdout == "lamp\n", outcome.stderr
    assert "Access denied for user 'dev'" in outcome.stderr


def test_redis_answers_and_knows_nothing_from_before(ask: Ask) -> None:
    for _ in range(2):
        outcome = ask("redis", "redis-cli set lamp on NX; redis-cli get lamp")
        assert (outcome.stdout, outcome.stderr) == ("OK\non\n", "")


def test_a_server_that_does_not_start_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    broken = tmp_path / "service-redis.sh"
    broken.write_text("echo 'Address already in use'\nexit 1\n")
    broken.chmod(0o644)
    outcome = sandbox.run(
        tmp_path / "program",
        services.command(["redis"], ["echo", "reached"]),
        mounts=[(broken, services.mounts(["redis"])[0][1])],
    )
    assert "reached" not in outcome.stdout
    assert services.failed(outcome) == "the service redis did not start: Address already in use"


def test_a_program_that_fails_by_itself_is_no_failed_server() -> None:
    assert services.failed(Outcome(75, "", "ValueError: 75\n", False, 0.1)) is None


@pytest.mark.usefixtures("uv", "sandbox")
def test_an_article_is_proven_with_its_server(
    lacking: Callable[[str], object], checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := services.missing(["redis"]):
        lacking(reason)
    path = checkout / "redis" / "unknown-command.md"
    path.parent.mkdir()
    path.write_text(ARTICLE)
    (result,) = verify.verify([path], data_dir=tmp_path / "data")
    assert result.ok, result.problems
    held = proof.path_beside(path).read_bytes()

    # On a machine without the server what was proven stays, and says so; what wasn't proven fails.
    monkeypatch.setattr(services, "missing", lambda names: "redis is not installed")
    (result,) = verify.verify([path], data_dir=tmp_path / "data")
    assert result.ok
    assert [(one.code, one.line) for one in result.problems] == [("KB511", 4)]
    assert proof.path_beside(path).read_bytes() == held
    path.write_text(ARTICLE.replace("PING", "ping"))
    (result,) = verify.verify([path], data_dir=tmp_path / "data")
    assert not result.ok
    assert [(one.code, one.line) for one in result.problems] == [("KB505", 4)]


def test_a_missing_server_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services.glob, "glob", lambda pattern: [])
    assert services.missing(["mariadb"]) == "mariadb is not installed (Debian: apt-get install mariadb-server)"


@pytest.mark.parametrize("name", ["postgresql", "mariadb", "redis"])
def test_scripts_are_plain_sh(name: str) -> None:
    ((script, _),) = services.mounts([name])
    subprocess.run(["sh", "-n", script], check=True)
