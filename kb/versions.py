"""Do versions fit? Specifiers as packaging writes them: `sqlalchemy>=1.4,<2.1`, `python<3.11`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

_NAME = re.compile(r"[\w.-]++")


def known_versions(python: str | None, packages: Mapping[str, str]) -> dict[str, str]:
    """All that is known of a program's versions, under normalised names; `python` among them."""
    versions = {_normalised(name): version for name, version in packages.items()}
    if python:
        versions["python"] = python
    return versions


def fits(specifiers: Iterable[str], versions: Mapping[str, str]) -> bool | None:
    """Whether the known versions satisfy every specifier; None where none of them can be judged."""
    verdict: bool | None = None
    for specifier in specifiers:
        # Most specifiers are of packages that no paste tells the version of, and `packaging` takes long to import.
        if _name(specifier) not in versions:
            continue
        name, check = _parsed(specifier)
        version = versions.get(name)
        if version is None or check is None:
            continue
        if not _contains(check, version):
            return False
        verdict = True
    return verdict


def _normalised(name: str) -> str:
    return name.lower().replace("_", "-")


@lru_cache(4096)
def _name(specifier: str) -> str:
    """The package that a specifier is about."""
    found = _NAME.search(specifier)
    return _normalised(found[0]) if found else ""


@lru_cache(4096)
def _parsed(text: str) -> tuple[str, str | None]:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return "", None
    return _normalised(requirement.name), str(requirement.specifier) or None


@lru_cache(4096)
def _contains(specifier: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True  # a version that can't be read says nothing against the entry
