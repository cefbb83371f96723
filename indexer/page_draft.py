"""`kb extract --markdown`: an authored article begun from what a page says, with what is left to write marked in it.

What the page tells is put where it belongs, and nothing else: it is a start for somebody who checks it, runs it and
says it in words of their own. The marks are those of `indexer.draft`; lint reports each (KB310) until it is gone.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from string import Template

from indexer.article import slug
from indexer.document import Document
from indexer.extract import Extracted, Part
from indexer.loose import code_of, first_words, library_of_error, markdown, read_page_parts, template
from indexer.printed import Printed
from indexer.readers.codelines import are_commands
from kb.errors import CallError
from kb.libraries import PYTHON

LONGEST_TITLE = 90
_LONGEST_LISTING = 8_000
"""Characters of a listing that are taken over; no example is that long."""
_SUMMARY_WORDS = range(8, 90)
_TICKS = re.compile(r"`{3,}")


def drafts(data: bytes, name: str) -> list[str]:
    """A draft for each error that a page tells, in its order. Raises CallError for a page that tells none."""
    document, found = read_page_parts(data, name)
    if not found:
        why = f": {document.problems[0].message}" if document.problems else ""
        raise CallError(f"{name} tells no error{why}", "see what is read with kb extract --json")
    return [_draft(document, one) for one in found]


def _draft(document: Document, one: Extracted) -> str:
    library = slug(library_of_error(one.errors[0])) or PYTHON
    built_in = library == PYTHON or library in sys.stdlib_module_names
    pieces = [
        _filled(
            "front",
            title=_quoted(_braced(one.title or "…")[:LONGEST_TITLE].rstrip(". {}") or "…"),
            library=library,
            applies_to=_quoted(PYTHON if built_in else library),
            requires="" if built_in else f"# write: what the examples need\nrequires: [{_quoted(library)}]\n",
            errors="\n".join(_errors(one)),
            reference=_quoted(document.source or "https://"),
            tags=f"tags: {json.dumps(list(document.tags))}\n" if document.tags else "",
            summary=_summary(document, one),
        )
    ]
    causes = one.causes or [Part("", one.lines)]
    for number, cause in enumerate(causes):
        pieces.append(
            _filled(
                "cause",
                title=_heading(cause),
                text=_paragraphs(cause),
                evidence=_evidence(one.errors[0]),
                raises=_raises(one if number == 0 else None),
            )
        )
        fixes = [fix for fix in one.fixes if _cause_of(fix, causes) == number]
        pieces += [_filled("fix", title=_heading(fix), text=_paragraphs(fix), code=_fix_code(fix)) for fix in fixes]
        if not fixes and number == len(causes) - 1 and not one.fixes:
            pieces.append(_filled("fix", title="…", text="", code=_filled("proof", code="").rstrip("\n")))
    pieces.append(_filled("avoid"))
    return "".join(pieces)


def _errors(one: Extracted) -> Iterator[str]:
    """The wordings as YAML; a message without a class needs a name for what prints it."""
    code = code_of(one)
    wordings = dict.fromkeys((error.exception, template(error, code)) for error in one.errors)
    for exception, message in wordings:
        if not exception:
            yield "# write: the exception as the traceback prints it, or cli:NAME for what a command prints"
        yield f"  - exception: {_quoted(exception or '…')}\n    message: {_quoted(message)}"


def _summary(document: Document, one: Extracted) -> str:
    """The paragraph that the page begins with, where it is none of what is told as cause or fix."""
    told = " ".join(part.text for part in (*one.causes, *one.fixes))
    for block in document.blocks:
        if block.kind in ("code", "output", "row"):
            break
        if block.kind == "prose" and len(block.text.split()) in _SUMMARY_WORDS and block.text not in told:
            return _prose(Part(block.text, block.lines, inline=block.codes))
    return "…"


def _cause_of(fix: Part, causes: Sequence[Part]) -> int:
    """The number of the cause that a fix mends: the last one that the page tells before it, else the first."""
    return max((number for number, cause in enumerate(causes) if cause.lines[0] <= fix.lines[0]), default=0)


def _raises(one: Extracted | None) -> str:
    """The reproductions: what Python can read is to be run, the rest is shown."""
    listings = [code for part in one.reproduction for code in part.code] if one else []
    programs = [code for code in listings if _is_python(code)]
    shown = [_shown(code) for code in listings if code not in programs]
    return "\n\n".join([*shown, *(_filled("raises", code=_listing(code)).rstrip() for code in programs or [""])])


def _fix_code(fix: Part) -> str:
    programs = [code for code in fix.code if _is_python(code)]
    shown = [_shown(code) for code in fix.code if code not in programs]
    return "\n\n".join([*shown, *(_filled("proof", code=_listing(code)).rstrip() for code in programs or [""])])


def _is_python(code: str) -> bool:
    """Whether a listing can be read as statements, and they are more than words."""
    if are_commands(code) or len(code) > _LONGEST_LISTING or _TICKS.search(code):
        return False
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(not isinstance(one, ast.Expr) or isinstance(one.value, ast.Call | ast.Await) for one in body)


def _shown(code: str) -> str:
    """A listing that is no program: only shown, in a fence that nothing in it can end."""
    ticks = "`" * max([3, *(len(found) + 1 for found in _TICKS.findall(code))])
    return f"{ticks}{'shell' if are_commands(code) else 'text'}\n{_listing(code)}{ticks}"


def _listing(code: str) -> str:
    code = code[:_LONGEST_LISTING].replace("\r", "").strip("\n")
    return f"{code}\n" if code.strip() else ""


def _evidence(error: Printed) -> str:
    """The innermost failing line that the page's traceback shows, as the glob that it is most often part of."""
    line = error.sources[-1][:200] if error.sources else ""
    return f"- source: {_quoted(f'*{line}*')}" if line else '- frame: "*"'


def _heading(part: Part) -> str:
    title = _braced(re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", first_words(part.text)))
    return " ".join(title.split()) or "…"


def _prose(part: Part) -> str:
    """A part's words as Markdown, a paragraph a line; braces are literal ones, since the page knows no slots."""
    paragraphs = (" ".join(one.split()) for one in re.split(r"\n\s*\n", markdown(part)))
    return "\n\n".join(_braced(one).replace("Check:", "To check:") for one in paragraphs if one)


def _paragraphs(part: Part) -> str:
    prose = _prose(part)
    return f"{prose}\n" if prose else ""


def _braced(text: str) -> str:
    """Text in which no brace is a slot's; code keeps its braces, which are none there."""
    pieces = re.split(r"(`[^`\n]*`)", text)
    return "".join(one if number % 2 else re.sub(r"([{}])", r"\1\1", one) for number, one in enumerate(pieces))


def _quoted(text: str) -> str:
    """Text as a YAML scalar: JSON's form is one of YAML's, and holds any text on one line."""
    return json.dumps(text)


def _filled(piece: str, **values: str) -> str:
    return Template(_pieces()[piece]).substitute(values)


@cache
def _pieces() -> dict[str, str]:
    text = (Path(__file__).with_name("data") / "page-article.md").read_text(encoding="utf-8")
    parts = re.split(r"^=== (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
