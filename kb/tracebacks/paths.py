"""What a file name in a frame tells: whether the code is the reader's own, and which versions run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kb.models import Frame
from kb.patterns import late

_FOREIGN = late(
    r"[\\/](?:site-packages|dist-packages|\.?venv|\.tox|\.nox|pip-build-env-[^\\/]+|_vendor)[\\/]"
    r"|[\\/]lib(?:64)?[\\/]python\d(?:\.\d+)?t?[\\/]"
    r"|[\\/]Python(?:-?\d[\d.]*)?(?:-32)?[\\/]Lib[\\/]"
    r"|[\\/](?:anaconda|miniconda|miniforge|mambaforge|micromamba|conda)\d?[\\/](?:envs[\\/][^\\/]+[\\/])?lib[\\/]"
    r"|[\\/]envs[\\/][^\\/]+[\\/]lib[\\/]"
    r"|^<(?:frozen|__array_function__|decorator|attrs generated|template)"
    r"|\.egg[\\/]|\.pyx$",
    re.IGNORECASE,
)
_PYTHON = late(r"[\\/]python-?(\d)\.?(\d{1,2})(?:\.\d+)?t?(?:-32)?[\\/]", re.IGNORECASE)
_PACKAGE = late(
    r"[\\/]([A-Za-z][\w.-]{0,60}?)-(\d[\w.]{0,30}?)(?:-py\d\.?\d{0,2}[\w.-]{0,60})?\.(?:dist-info|egg-info|egg)(?![\w])"
)


@lru_cache(maxsize=4096)
def in_app(filename: str) -> bool:
    """Whether a file is the program's own: neither the standard library's nor an installed package's."""
    return not _FOREIGN.search(filename)


def python_version(frames: Iterable[Frame]) -> str | None:
    """The Python that paths of installed code give away, as `3.11`; the innermost such frame decides."""
    version = None
    for frame in frames:
        version = _python(frame.filename) or version
    return version


def package_versions(frames: Iterable[Frame]) -> dict[str, str]:
    """Versions of packages that paths carry: eggs and folders of metadata."""
    versions: dict[str, str] = {}
    for frame in frames:
        versions.update(_packages(frame.filename))
    return versions


@lru_cache(maxsize=4096)
def _python(filename: str) -> str | None:
    match = _PYTHON.search(filename) if not in_app(filename) else None
    return f"{match[1]}.{match[2]}" if match else None


@lru_cache(maxsize=4096)
def _packages(filename: str) -> tuple[tuple[str, str], ...]:
    return tuple((match[1].lower().replace("_", "-"), match[2]) for match in _PACKAGE.finditer(filename))
