"""Messages that stand between two rules, as NLTK prints that a resource is missing."""

from __future__ import annotations

import pytest

from kb.tracebacks.reader import read

RULE = "*" * 70
HEAD = """\
Traceback (most recent call last):
  File "/srv/mill/words.py", line 4, in split
    raise LookupError(text)
LookupError: \

"""
INNER = """\
  Sieve 'fine' not found.
  Please use the workshop to make the sieve:

  >>> import mill
  >>> mill.make('fine')

  Searched in:
    - '/srv/sieves'
"""


def message(text: str) -> str:
    (chain,) = read(text).errors
    return chain[-1].message


@pytest.mark.parametrize("after", ["", "\n2026-04-01 12:00:00 INFO the mill stands still\n", "$ "])
def test_all_that_stands_between_the_rules_belongs_to_the_message(after: str) -> None:
    told = message(f"{HEAD}{RULE}\n{INNER}{RULE}\n{after}")
    assert "mill.make('fine')" in told
    assert "/srv/sieves" in told
    assert "stands still" not in told


def test_of_one_that_was_cut_off_the_first_paragraph_does() -> None:
    told = message(f"{HEAD}{RULE}\n  Sieve 'fine' not found.\n\nmy question is what a sieve is\n")
    assert "Sieve 'fine' not found." in told
    assert "question" not in told


def test_a_rule_behind_a_message_ends_it() -> None:
    assert message(f"{HEAD.rstrip()} no sieve\n{RULE}\nsomething else\n{RULE}\n") == "no sieve"
