"""Fenced code blocks of an article: what a fence says (` ```python setup file=models.py `) and where it may stand."""

from __future__ import annotations

import re
from typing import Any, cast, get_args

from markdown_it.token import Token

from indexer.article import MAIN, CodeBlock, Role

Findings = list[tuple[str, dict[str, Any]]]
"""Problem codes with their values."""

_LANGUAGES = {
    "py": "python",
    "python3": "python",
    "sh": "shell",
    "bash": "shell",
    "yml": "yaml",
    "txt": "text",
}
ROLES = {
    "setup": ("python", "shell"),
    "raises": ("python", "shell"),
    "fix": ("python", "shell"),
    "evidence": ("yaml",),
    "traceback": ("text",),
}
_PLACES = {
    "setup": (("top",), "the set-up stands before the first heading"),
    "raises": (("cause",), "it stands under `## Cause: …`, before the first `### Fix: …`"),
    "evidence": (("cause",), "it stands under `## Cause: …`, before the first `### Fix: …`"),
    "fix": (("fix",), "it stands under `### Fix: …`"),
    "traceback": (("top", "cause"), "it stands before the first heading, or under `## Cause: …` before the fixes"),
    "file": (("top", "cause", "fix"), "a file belongs to the set-up, a cause or a fix"),
}
_FILE_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,60}")


def read(token: Token, lines: list[str], section: str, line: int) -> tuple[CodeBlock, Findings]:
    """The block of a fence token that stands in a section of that kind, with what is wrong with it.

    `lines` are those the token's map counts in; `line` is the one to note in the block.
    """
    start, end = token.map or (0, 0)
    words = token.info.split()
    language = words[0].lower() if words else ""
    role, file, findings = "", None, _closed(token, lines[start:end])
    for tag in words[1:]:
        if tag.startswith("file="):
            file = tag.removeprefix("file=")
        elif tag in get_args(Role):
            role = tag
        else:
            findings.append(("KB204", {"tag": tag}))
    block = CodeBlock(token.content, line, _LANGUAGES.get(language, language), cast(Role, role), file)
    if role or file:
        findings += _misplaced(block, section if token.level == 0 else "list")
        if not token.content.strip() and not file:
            findings.append(("KB209", {}))
    return block, findings


def _closed(token: Token, lines: list[str]) -> Findings:
    """A fence that is never closed swallows the rest of the article."""
    last = lines[-1].strip(" >\t") if len(lines) > 1 else ""
    closed = last.startswith(token.markup) and not last.strip(token.markup[0])
    return [] if closed or token.level else [("KB208", {})]


def _misplaced(block: CodeBlock, section: str) -> Findings:
    """Where a block of that role may stand, and in which language it may be written."""
    findings: Findings = []
    role = block.role or "file"
    places, reason = _PLACES["file" if block.file else role]
    if section not in places or (block.file and block.role not in ("", "setup")):
        findings.append(("KB205", {"role": role, "reason": reason}))
    if not block.file and block.language not in ROLES[role]:
        reason = f"write {' or '.join(ROLES[role])}"
        findings.append(("KB207", {"role": role, "language": block.language or "without a language", "reason": reason}))
    if block.file and not _good_name(block.file):
        findings.append(("KB210", {"name": block.file}))
    return findings


def _good_name(name: str) -> bool:
    """A relative path that stays in its folder and isn't the program's own name."""
    parts = name.split("/")
    return name not in MAIN.values() and len(parts) <= 6 and all(_FILE_PART.fullmatch(part) for part in parts)
