"""An exception as the text that a person would paste, and what the program runs on."""

from __future__ import annotations

import re
import sys
import traceback
from types import TracebackType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

FRAMES = 200
"""The innermost ones of each exception: nobody reads more, and a runaway recursion has a million."""
NAMES = 30
DISTRIBUTIONS = 1000
_FILE = re.compile(r'File "([^"\n]{1,1000})", line ')
_FOLDER = re.compile(r"[\\/](?:site|dist)-packages[\\/]+([^\\/]+)")


def worth_asking(exc: object) -> bool:
    """Whether an exception is an error of the program, and not a way to end it."""
    if not isinstance(exc, BaseException) or isinstance(exc, MemoryError):
        return False
    return isinstance(exc, Exception) or type(exc).__name__ == "BaseExceptionGroup"


def text_of(exc: BaseException, tb: TracebackType | None = None, skip: tuple[str, ...] = ()) -> str:
    """The traceback as Python prints it, with its causes, without the outer frames of modules named in `skip`."""
    tb = _without(tb if tb is not None else exc.__traceback__, skip)
    return "".join(traceback.TracebackException(type(exc), exc, tb, limit=-FRAMES).format())


def key_of(exc: BaseException) -> tuple[object, ...]:
    """What two pastes of the same error have in common: where it was raised and what it is, along the chain."""
    key: list[object] = []
    link: BaseException | None = exc
    while link is not None and len(key) < 8:
        tb = link.__traceback__
        while tb is not None and tb.tb_next is not None:
            tb = tb.tb_next
        place = (tb.tb_frame.f_code.co_filename, tb.tb_lineno) if tb is not None else None
        key.append((f"{type(link).__module__}.{type(link).__qualname__}", _said(link), place))
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return tuple(key)


def context_of(text: str, modules: Iterable[str] = ()) -> dict[str, Any]:
    """The running Python's version, and those of the installed packages that stand in the traceback's paths or among
    `modules`. Code that isn't installed, the reader's own, is neither named nor numbered."""
    names = {one.partition(".")[0] for one in modules}
    for path in _FILE.finditer(text):
        if folder := _FOLDER.search(path[1]):
            names.add(folder[1][:-3] if folder[1].endswith(".py") else folder[1])
    names -= set(getattr(sys, "stdlib_module_names", ())) | {"builtins", "__main__"}
    packages: dict[str, str] = {}
    unknown = []
    for name in sorted(names)[:NAMES]:
        version = _version(name)
        if version:
            packages[name.replace("_", "-").lower()] = version
        else:
            unknown.append(name)
    packages.update(_by_content(unknown))
    return {"python": ".".join(map(str, sys.version_info[:3])), "packages": packages}


def modules_of(exc: BaseException) -> list[str]:
    """The modules that the exceptions of a chain were defined in."""
    modules: list[str] = []
    link: BaseException | None = exc
    while link is not None and len(modules) < 8:
        modules.append(str(type(link).__module__))
        link = link.__cause__ or link.__context__
    return modules


def _version(name: str) -> str | None:
    """The version of the distribution that is called as its module is, but for dashes and capitals."""
    from importlib.metadata import version

    for spelling in (name, name.replace("_", "-")):
        try:
            return version(spelling)
        except Exception:
            continue
    return None


def _by_content(names: list[str]) -> dict[str, str]:
    """Distributions that are called otherwise than their modules (`yaml` is PyYAML), by the files they installed."""
    from importlib.metadata import distributions

    found: dict[str, str] = {}
    wanted = set(names)
    for number, one in enumerate(distributions() if wanted else ()):
        if not wanted or number >= DISTRIBUTIONS:
            break
        try:
            files = "\n" + (one.read_text("RECORD") or one.read_text("top_level.txt") or "")
            here = {
                name for name in wanted if f"\n{name}/" in files or f"\n{name}.py" in files or f"\n{name}\n" in files
            }
            if here:
                found[str(one.metadata["Name"]).lower()] = one.version
                wanted -= here
        except Exception:
            continue
    return found


def _without(tb: TracebackType | None, skip: tuple[str, ...]) -> TracebackType | None:
    inner = tb
    while inner is not None and skip and str(inner.tb_frame.f_globals.get("__name__")).startswith(skip):
        inner = inner.tb_next
    return inner or tb


def _said(exc: BaseException) -> str:
    try:
        return str(exc)[:300]
    except Exception:
        return ""
