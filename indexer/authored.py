"""Authored articles: Markdown in a strict format, read into an `Article`, every problem with its line.

The format is described in `docs/article-format.md`. Prose is kept as Markdown; blocks that have a part
to play (set-up, reproductions, fixes, evidence, tracebacks) are taken out of it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from indexer import fences, slots
from indexer.article import Article, ArticleAvoid, ArticleCause, ArticleFix, CodeBlock, slug
from indexer.evidence import read_evidence
from indexer.front import FrontMatter, read_front
from indexer.problems import Problem, has_errors, problem
from kb.models import EvidenceRule

LONGEST = 200_000
"""Characters that an article may have; the longest useful ones have a tenth of it."""

_HEADING = re.compile(r"(Cause|Fix|Avoid)\s*:\s*(.*)", re.DOTALL)
_PLACES = {("h2", "Cause"): "cause", ("h3", "Fix"): "fix", ("h3", "Avoid"): "avoid", ("h2", "Avoid"): "avoid"}
_AUTHORED_KEY = re.compile(r"^(errors|library)[ \t]*:", re.MULTILINE)
_UNFINISHED = re.compile(r"(?:<!--|^[ \t]*#)[ \t]*write:([^\n]*)", re.MULTILINE)
"""What `kb new` leaves for the author to replace, as comments of YAML, Markdown and code."""


@dataclass(slots=True)
class _Section:
    """A heading and what stands under it, up to the next heading of any kind. Lines count from 0 and are half open."""

    kind: str
    title: str
    start: int
    body: int
    end: int = 0
    blocks: list[CodeBlock] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)
    check: str = ""
    evidence: tuple[EvidenceRule, ...] = ()
    evidence_lines: tuple[int, ...] = ()
    parts: list[_Section] = field(default_factory=list)

    def of(self, role: str) -> tuple[CodeBlock, ...]:
        return tuple(one for one in self.blocks if one.role == role and not one.file)

    @property
    def files(self) -> tuple[CodeBlock, ...]:
        return tuple(one for one in self.blocks if one.file)


def is_authored(text: str) -> bool:
    """Whether a Markdown file has the front matter of an authored article (and is then read strictly)."""
    front, _, _ = _split(text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n"))
    return front is not None and bool(_AUTHORED_KEY.search(front))


def parse(path: str | PurePath, text: str) -> tuple[Article | None, list[Problem]]:
    """The article at that path, and its problems in the order of their lines.

    The article is None if and only if one of them is an error. Its id is the last folder and the file's
    name without `.md`. Never raises, whatever the text holds.
    """
    shown = str(path)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LONGEST:
        return None, [problem("KB111", shown, 0, limit=LONGEST)]
    front_text, body, body_line = _split(text)
    if front_text is None:
        return None, [problem("KB101", shown, 1)]
    front, front_lines, problems = read_front(shown, front_text, 2)
    reader = _Body(shown, body, body_line, front)
    top = reader.read()
    problems += reader.problems
    for found in _UNFINISHED.finditer(text):
        line = text.count("\n", 0, found.start(1)) + 1
        problems.append(problem("KB310", shown, line, text=found[1].strip().removesuffix("-->").strip()))
    if front is not None:
        problems += slots.check_front(shown, front, front_lines)
    problems.sort()
    if front is None or has_errors(problems):
        return None, problems
    where = PurePath(path)
    identity = f"{where.parent.name or front.library}/{where.stem}"
    return reader.article(top, identity, front, front_lines, digest), problems


def _split(text: str) -> tuple[str | None, str, int]:
    """Front matter (None where there is none), body, and how many lines stand before the body."""
    lines = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").split("\n")
    if lines[0].rstrip() != "---":
        return None, text, 0
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 1
    return None, text, 0


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


class _Body:
    """Reads the Markdown body once, collecting problems as it goes."""

    def __init__(self, path: str, body: str, before: int, front: FrontMatter | None) -> None:
        self.path = path
        self.lines = body.split("\n")
        self.body = body
        self.before = before
        self.slots = slots.of_messages(front) if front else None
        self.problems: list[Problem] = []
        self.links: list[tuple[str, int]] = []

    def report(self, code: str, line: int, **values: object) -> None:
        """Notes a problem at a line of the body, from 0."""
        self.problems.append(problem(code, self.path, self.before + line + 1, **values))

    def read(self) -> _Section:
        """The body as a tree: top → causes → fixes and what to avoid."""
        top = _Section("top", "", 0, 0, len(self.lines))
        section = cause = top
        tokens = _markdown().parse(self.body)
        for place, token in enumerate(tokens):
            start, end = token.map or (0, 0)
            if token.type == "heading_open" and token.level == 0:
                self._close(section, start)
                section = self._section(token, tokens[place + 1].content.strip(), cause)
                if token.tag == "h2":
                    cause = section
                (top if token.tag == "h2" or cause is top else cause).parts.append(section)
            elif token.type == "fence":
                self._fence(token, section)
            elif token.type == "html_block":
                if token.content.lstrip().startswith("<!--"):
                    section.hidden.append((start, end))
                else:
                    self.report("KB312", start)
            elif token.type == "inline":
                self._inline(token)
                if tokens[place - 1].type == "paragraph_open" and tokens[place - 1].level == 0:
                    self._check(token, section)
        self._close(section, len(self.lines))
        if not self._text(top):
            self.report("KB215", 0)
        return top

    def _close(self, section: _Section, line: int) -> None:
        while line > section.body and not self.lines[line - 1].strip():
            line -= 1
        section.end = line

    def _section(self, token: Token, content: str, cause: _Section) -> _Section:
        start, body = token.map or (0, 0)
        found = _HEADING.fullmatch(content)
        kind = _PLACES.get((token.tag, found[1])) if found else None
        title = found[2].strip() if found else content
        if found is None:
            self.report("KB201", start, heading=content)
        elif kind is None:
            reason = "causes are `## Cause: …`, fixes `### Fix: …`, warnings `### Avoid: …`"
            self.report("KB203", start, heading=content, reason=reason)
        elif token.tag == "h3" and cause.kind != "cause":
            self.report("KB203", start, heading=content, reason="it belongs under a `## Cause: …`")
        if found and not title:
            self.report("KB202", start)
        return _Section(kind or "other", title, start, body)

    def _fence(self, token: Token, section: _Section) -> None:
        start, end = token.map or (0, 0)
        block, findings = fences.read(token, self.lines, section.kind, self.before + start + 1)
        for code, values in findings:
            self.report(code, start, **values)
        once = block.role in ("setup", "evidence") and not block.file
        if once and any(one.language == block.language for one in section.of(block.role)):
            self.report("KB206", start, role=block.role)
        if block.role == "evidence" and not findings:
            section.evidence, section.evidence_lines, found = read_evidence(block, self.slots or frozenset())
            self.problems += [problem(code, self.path, line, **values) for code, line, values in found]
        if token.level == 0 and (block.role or block.file or section.kind == "fix"):
            section.blocks.append(block)
            section.hidden.append((start, end))

    def _check(self, token: Token, section: _Section) -> None:
        if section.kind != "cause" or not token.content.startswith("Check:"):
            return
        start, end = token.map or (0, 0)
        if section.check:
            self.report("KB214", start)
        section.check = " ".join(token.content.removeprefix("Check:").split())
        section.hidden.append((start, end))

    def _inline(self, token: Token) -> None:
        line = (token.map or (0, 0))[0]
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type == "html_inline" and not child.content.startswith("<!--"):
                self.report("KB312", line)
            elif child.type == "link_open":
                self.links.append((str(child.attrs.get("href", "")), self.before + line + 1))
            elif child.type == "text" and self.slots is not None:
                for name in slots.in_prose(child.content):
                    if name not in self.slots:
                        self.report("KB213", line, slot=name)

    def _text(self, section: _Section) -> str:
        """The section's prose: its source without the heading and without what is taken out of it."""
        hidden = {line for start, end in section.hidden for line in range(start, end)}
        kept = [self.lines[number] for number in range(section.body, section.end) if number not in hidden]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()

    def article(
        self, top: _Section, identity: str, front: FrontMatter, front_lines: dict[str, int], digest: str
    ) -> Article:
        """The whole article, once it is known to have no errors."""
        ids: set[str] = set()
        causes = tuple(self._cause(part, ids) for part in top.parts if part.kind == "cause")
        return Article(
            path=self.path,
            id=identity,
            front=front,
            summary=self._text(top),
            setup=top.of("setup") + top.files,
            causes=causes,
            avoid=self._avoid(top),
            tracebacks=top.of("traceback"),
            links=tuple(self.links),
            front_lines=front_lines,
            sha256=digest,
        )

    def _cause(self, section: _Section, ids: set[str]) -> ArticleCause:
        identity = _unique(slug(section.title) or "cause", ids)
        return ArticleCause(
            id=identity,
            title=section.title,
            text=self._text(section),
            check=section.check,
            evidence=section.evidence,
            evidence_lines=section.evidence_lines,
            raises=section.of("raises"),
            tracebacks=section.of("traceback"),
            files=section.files,
            fixes=tuple(self._fix(part, ids) for part in section.parts if part.kind == "fix"),
            avoid=self._avoid(section),
            lines=self._span(section),
        )

    def _fix(self, section: _Section, ids: set[str]) -> ArticleFix:
        identity = _unique(slug(section.title) or "fix", ids)
        return ArticleFix(identity, section.title, self._text(section), tuple(section.blocks), self._span(section))

    def _avoid(self, section: _Section) -> tuple[ArticleAvoid, ...]:
        return tuple(
            ArticleAvoid(part.title, self._text(part), self.before + part.start + 1)
            for part in section.parts
            if part.kind == "avoid"
        )

    def _span(self, section: _Section) -> tuple[int, int]:
        return self.before + section.start + 1, self.before + max([section.end, *(part.end for part in section.parts)])


def _unique(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with the first free number after it; the order of headings decides."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    taken.add(name)
    return name
