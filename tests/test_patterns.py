"""Patterns that are compiled late: they do what compiled ones do, and all of them compile."""

from __future__ import annotations

import importlib
import pkgutil
import re

import kb.tracebacks
from kb import patterns


def test_a_late_pattern_does_what_a_compiled_one_does() -> None:
    late, compiled = patterns.late("b+", re.IGNORECASE), re.compile("b+", re.IGNORECASE)
    for _ in range(2):
        found = late.search("aBbc")
        assert found is not None
        assert found.span() == (1, 3)
        assert late.match("a") is None
        assert late.findall("abcb") == compiled.findall("abcb")
        assert late.sub("-", "abcb") == "a-c-"
        assert (late.pattern, late.flags) == (compiled.pattern, compiled.flags)


def test_every_pattern_of_the_reader_compiles() -> None:
    names = [f"kb.tracebacks.{module.name}" for module in pkgutil.iter_modules(kb.tracebacks.__path__)]
    known = [one for name in names for one in vars(importlib.import_module(name)).values()]
    late = [one for one in known if isinstance(one, patterns.late)]
    assert len(late) > 50
    for one in late:
        one.match("")
