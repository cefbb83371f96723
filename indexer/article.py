"""An authored article as a value: front matter, summary, causes, and under each cause its fixes.

Nothing here reads files or runs code. `Article.programs` is what `kb verify` runs and what a reader
copies whole: the set-up, then one block, with the files that lie beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from indexer.front import FrontMatter
from kb.models import EvidenceRule, Span

Role = Literal["setup", "raises", "fix", "evidence", "traceback", ""]

MAIN = {"python": "example.py", "shell": "example.sh"}
"""The name under which a program of each language is saved and run; no file beside it may have it."""

_NO_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 60


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced block: its code with a final line break, the line of its fence, and what the fence says.

    `role` is empty for code that is only shown. `file` is the name under which the block is saved beside
    the program instead of being part of it.
    """

    code: str
    line: int
    language: str = "python"
    role: Role = ""
    file: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleAvoid:
    """What people try that makes it worse. `text` is Markdown."""

    title: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class ArticleFix:
    """What to do about a cause. `blocks` is all code under the heading, in order: proven blocks have the
    role `fix`, others are only shown or are files. `lines` are the first and last line, from 1."""

    id: str
    title: str
    text: str
    blocks: tuple[CodeBlock, ...]
    lines: Span

    @property
    def proven_blocks(self) -> tuple[CodeBlock, ...]:
        """The blocks that `kb verify` runs."""
        return tuple(block for block in self.blocks if block.role == "fix")

    @property
    def files(self) -> tuple[CodeBlock, ...]:
        """The blocks saved beside the fix's programs."""
        return tuple(block for block in self.blocks if block.file)


@dataclass(frozen=True, slots=True)
class ArticleCause:
    """Why the error is raised. `evidence_lines[i]` is the line of `evidence[i]`."""

    id: str
    title: str
    text: str
    check: str
    evidence: tuple[EvidenceRule, ...]
    evidence_lines: tuple[int, ...]
    raises: tuple[CodeBlock, ...]
    tracebacks: tuple[CodeBlock, ...]
    files: tuple[CodeBlock, ...]
    fixes: tuple[ArticleFix, ...]
    avoid: tuple[ArticleAvoid, ...]
    lines: Span

    @property
    def line(self) -> int:
        """The line of the heading."""
        return self.lines[0]


@dataclass(frozen=True, slots=True)
class Program:
    """One example that can be run: `block` names it (`cause-id/raises-1`, `fix-id`, `fix-id/fix-2`).

    A program of kind `raises` must end in one of the article's errors, one of kind `fix` must end well.
    `language` is `python`, or `shell` for what `sh` runs. `files` lie beside it, by relative path.
    """

    block: str
    kind: Literal["raises", "fix"]
    cause: str
    fix: str | None
    language: str
    code: str
    files: Mapping[str, str]
    line: int


@dataclass(frozen=True, slots=True)
class Article:
    """A whole authored article. `id` is `library/slug`, `sha256` the hash of the file's text.

    `setup` holds what all examples share: per language at most one block that goes before each of them,
    and any number of files beside them. `tracebacks` are the recorded ones that belong to no single cause.
    `links` are the targets in its prose with their lines, `front_lines` says where a key stands (`see_also.1`).
    """

    path: str
    id: str
    front: FrontMatter
    summary: str
    setup: tuple[CodeBlock, ...]
    causes: tuple[ArticleCause, ...]
    avoid: tuple[ArticleAvoid, ...]
    tracebacks: tuple[CodeBlock, ...]
    links: tuple[tuple[str, int], ...]
    front_lines: Mapping[str, int]
    sha256: str

    @property
    def library(self) -> str:
        """The first part of the id."""
        return self.id.partition("/")[0]

    @property
    def slug(self) -> str:
        """The second part of the id."""
        return self.id.partition("/")[2]

    def setup_for(self, language: str) -> CodeBlock | None:
        """The shared block that goes before examples in that language."""
        return next((block for block in self.setup if block.language == language and not block.file), None)

    def all_tracebacks(self) -> Iterator[tuple[str | None, CodeBlock]]:
        """Every traceback written out in the article, with the id of its cause (None: of no single one)."""
        yield from ((None, block) for block in self.tracebacks)
        for cause in self.causes:
            yield from ((cause.id, block) for block in cause.tracebacks)

    def programs(self) -> Iterator[Program]:
        """Every example that can be run, in the order of the article."""
        for cause in self.causes:
            beside = _files(self.setup) | _files(cause.files)
            for number, block in enumerate(cause.raises, 1):
                yield self._program(f"{cause.id}/raises-{number}", block, cause.id, None, beside)
            for fix in cause.fixes:
                for number, block in enumerate(fix.proven_blocks, 1):
                    name = fix.id if number == 1 else f"{fix.id}/fix-{number}"
                    yield self._program(name, block, cause.id, fix.id, beside | _files(fix.blocks))

    def _program(self, name: str, block: CodeBlock, cause: str, fix: str | None, files: dict[str, str]) -> Program:
        code = program(self.setup_for(block.language), block)
        return Program(name, "fix" if fix else "raises", cause, fix, block.language, code, files, block.line)


def _files(blocks: tuple[CodeBlock, ...]) -> dict[str, str]:
    return {block.file: block.code for block in blocks if block.file}


def program(setup: CodeBlock | None, block: CodeBlock) -> str:
    """The whole program: the set-up, two blank lines, the block."""
    return f"{setup.code.rstrip()}\n\n\n{block.code}" if setup else block.code


def slug(title: str) -> str:
    """A heading as an id: small ASCII letters and digits with single hyphens, cut at a word's end."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = _NO_WORD.sub("-", plain).strip("-")
    if len(words) > _LONGEST_ID:
        words = words[: _LONGEST_ID + 1].rpartition("-")[0] or words[:_LONGEST_ID]
    return words
