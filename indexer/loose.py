"""Any page that isn't an authored article → entries, or the extract body of `kb extract`. Never raises."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from indexer import bundles, damage
from indexer.document import Document
from indexer.draft import template as template_of
from indexer.extract import Extracted, Part, extract
from indexer.printed import Printed
from indexer.problems import Problem, problem
from indexer.readers import read_document
from kb.codes import codes
from kb.libraries import library_of_module
from kb.models import Cause, Entry, ErrorForm, Fix
from kb.normalize import core
from kb.templates import Template

LONGEST_MESSAGE = 2000
"""Characters of a message that are kept."""


def read_page(data: bytes, name: str, source: str) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """The entries of a page, or of all pages of a zip (`name` is the file's inside `source`), and what is wrong with
    it; of damaged listings only where an error is told, since elsewhere nobody misses them."""
    entries: list[Entry] = []
    problems: list[Problem] = []
    for page, content, refusal in _pages(data, name):
        if refusal:
            problems.append(refusal)
            continue
        document, found = read_page_parts(content, page)
        entries += to_entries(document, found, content, page, source)
        problems += [*document.problems, *(damage.problems(page, document.blocks) if found else ())]
    return tuple(entries), tuple(problems)


def to_entries(
    document: Document, found: Sequence[Extracted], content: bytes, name: str, source: str
) -> Iterator[Entry]:
    """What was found in a document, as entries; their ids come from its address, else from its `content`."""
    identity = hashlib.sha256((document.source or "").encode() or content).hexdigest()[:12]
    return (_entry(one, document, f"x/{identity}-{number}", name, source) for number, one in enumerate(found, 1))


def extract_body(data: bytes, name: str) -> dict[str, Any]:
    """What is read out of a page, as `kb extract --json` prints it; of an archive, what all of its pages say."""
    if bundles.is_bundle(name):
        return _bundle_body(data, name)
    return body_of(*read_page_parts(data, name))


def body_of(document: Document, found: Sequence[Extracted]) -> dict[str, Any]:
    """What was read out of a document, as `kb extract --json` prints it."""
    return {
        "file": document.name,
        "title": document.title,
        "published": document.published,
        "updated": document.updated,
        "author": document.author,
        "source": document.source,
        "language": document.language,
        "tags": list(document.tags),
        "entries": [_body(one) for one in found],
        "problems": [one.to_dict() for one in (*document.problems, *damage.problems(document.name, document.blocks))],
    }


def _bundle_body(data: bytes, name: str) -> dict[str, Any]:
    body = body_of(Document(name), [])
    for page, content, refusal in _pages(data, name):
        if refusal:
            body["problems"].append(refusal.to_dict())
        else:
            read = extract_body(content, page)
            body["entries"] += read["entries"]
            body["problems"] += read["problems"]
    return body


def _pages(data: bytes, name: str) -> Iterator[tuple[str, bytes, Problem | None]]:
    """The name and the content of each page of a file, or why it isn't read."""
    if not bundles.is_bundle(name):
        yield name, data, None
        return
    for one in bundles.members(data):
        page = f"{name}/{one.name}"
        yield page, one.data, problem("KB606", name, 0, member=one.name, reason=one.refusal) if one.refusal else None


def read_page_parts(data: bytes, name: str) -> tuple[Document, list[Extracted]]:
    """A page and what was found in it."""
    return read_parts(name, lambda: read_document(name, data))


def read_parts(name: str, make: Callable[[], Document]) -> tuple[Document, list[Extracted]]:
    """The document that `make` reads, by that name, and what was found in it. A stranger's text may break anything:
    that is a problem of the file, not of the run."""
    try:
        document = replace(make(), name=name)
        return document, extract(document)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        return Document(name, problems=(problem("KB603", name, 0, reason=reason),)), []


def code_of(one: Extracted) -> str:
    """All that an entry shows of programs: its listings, and the lines that failed."""
    listings = [code for part in (*one.reproduction, *one.fixes) for code in part.code]
    return "\n".join([*listings, *(line for error in one.errors for line in error.sources)])


def _body(one: Extracted) -> dict[str, Any]:
    code = code_of(one)
    return {
        "errors": [
            {"exception": error.exception, "message": _message(error), "template": template(error, code)}
            for error in one.errors
        ],
        "causes": [{"text": part.text, "lines": list(part.lines)} for part in one.causes],
        "fixes": [{"text": part.text, "code": list(part.code), "lines": list(part.lines)} for part in one.fixes],
        "reproduction": [code for part in one.reproduction for code in part.code],
        "confidence": one.confidence,
    }


def _message(error: Printed) -> str:
    return core(error.message)[:LONGEST_MESSAGE].strip()


_NAME_AT_END = re.compile(r"(?P<literal>.{8,}: )(?P<name>[a-z_][\w.]*)")


def template(error: Printed, code: str = "") -> str:
    """The message's template: a slot for each part that differs from program to program. A name behind a colon at the
    end is one of these (`no such table: hens`) where the entry's `code` uses it."""
    text = template_of(_message(error))
    found = _NAME_AT_END.fullmatch(text)
    if found and "{" not in found["name"] and re.search(rf"(?<!\w){re.escape(found['name'])}(?!\w)", code):
        text = f"{found['literal']}{{name}}"
    try:
        Template.parse(text)
    except ValueError:
        return _message(error).replace("{", "{{").replace("}", "}}")
    return text


def _entry(one: Extracted, document: Document, identity: str, name: str, source: str) -> Entry:
    forms = _forms(one)
    return Entry(
        id=identity,
        title=one.title,
        library=library_of_error(one.errors[0]),
        origin="extracted",
        errors=forms,
        causes=tuple(_cause(number, part) for number, part in enumerate(one.causes, 1)),
        fixes=tuple(_fix(number, part, bool(one.causes)) for number, part in enumerate(one.fixes, 1)),
        codes=tuple(dict.fromkeys(code for e in one.errors for code in codes(e.exception or "", e.message))),
        tags=document.tags,
        confidence=one.confidence,
        source=source,
        file=name,
        url=document.source,
        published=document.published,
        updated=document.updated,
        reproduction=tuple(code for part in one.reproduction for code in part.code),
    )


def _forms(one: Extracted) -> tuple[ErrorForm, ...]:
    """Each wording once. One that is nothing but a slot identifies nothing, unless the page has no other."""
    code = code_of(one)
    forms = dict.fromkeys(ErrorForm(error.exception or "", template(error, code)) for error in one.errors)
    telling = [form for form in forms if Template.parse(form.message).specificity > 0 or not form.message]
    return tuple(telling or forms)


def library_of_error(error: Printed) -> str:
    """The library that an error comes from; `python` where nothing tells another one."""
    module = (error.exception or "").partition(".")[0] if "." in (error.exception or "") else ""
    return error.library or (library_of_module(module) if module else "python")


_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")


def markdown(part: Part) -> str:
    """A part's words as Markdown: what the page sets as code is code, and nothing else means anything."""
    pieces, at = [], 0
    for code in part.inline:
        found = part.text.find(code, at)
        if found >= 0 and "`" not in code and "\n" not in code:
            pieces += [_SPECIAL.sub(r"\\\1", part.text[at:found]), f"`{code}`"]
            at = found + len(code)
    return "".join([*pieces, _SPECIAL.sub(r"\\\1", part.text[at:])])


def _cause(number: int, part: Part) -> Cause:
    title = first_words(part.text)
    return Cause(f"cause-{number}", title, markdown(part), lines=part.lines)


def _fix(number: int, part: Part, has_cause: bool) -> Fix:
    title = first_words(part.text) or f"Fix {number}"
    return Fix(f"fix-{number}", "cause-1" if has_cause else None, title, markdown(part), part.code, lines=part.lines)


def first_words(text: str) -> str:
    """A title for what has none: its first sentence, at most 90 characters."""
    first = " ".join(text.split()).partition(". ")[0].rstrip(".:")
    return first if len(first) <= 90 else first[:89].rsplit(" ", 1)[0] + "…"
