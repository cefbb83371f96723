"""What the benchmarks look things up in: the shipped articles as users have them, and bare entries made from lists."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.cases import Case
from indexer import pipeline, proof, shelf
from kb.models import Entry, ErrorForm, Fix
from kb.opening import KnowledgeBase, open_knowledge_base
from kb.settings import load, shipped_articles
from kb.templates import Template

_TAG = re.compile(r"\s+\[[^\[\]]*\]$")
_ESCAPE = re.compile(r"\\([nt\\])")
_ADJACENT = re.compile(r"(\{\w+\})(?:\{\w+\})+")


@contextmanager
def shipped(engine: str = "") -> Iterator[KnowledgeBase]:
    """The shipped articles, indexed into a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="kb-bench-") as folder:
        flags = {"data_dir": folder, **({"engine_url": engine} if engine else {})}
        settings = load(flags, {})
        pipeline.index(settings)
        base = open_knowledge_base(settings)
        try:
            yield base
        finally:
            base.close()


def recorded() -> list[Case]:
    """The tracebacks that the shipped articles were proven with, and those they quote: each must find its article."""
    found = []
    for path in shelf.find([shipped_articles()]):
        article, _ = shelf.load(path)
        if article is None or article.front.status != "published":
            continue
        known, _ = proof.read(proof.path_beside(article.path))
        texts = [one.text for one in known.tracebacks] if known else []
        texts += [block.code for cause in article.causes for block in cause.tracebacks]
        for number, text in enumerate(texts):
            exceptions: frozenset[str] = frozenset()
            case = Case(f"{article.id}#{number}", text, "recorded", article.library, article.id, True, exceptions)
            found.append(Case(**{**vars(case), "entry": article.id}))
    return found


def catalogue(path: str | Path) -> list[Entry]:
    """Bare entries of a table with the columns `slug`, `library`, `exception` and `message_templates`.

    Alternatives in a cell stand between ` || `; a version tag in brackets behind one is left out, `(no message)` is an
    empty message. Of slots side by side the first stands for all, since nothing tells where one ends. Wordings that
    are no templates are left out.
    """
    entries = []
    with Path(path).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            messages = ["" if text == "(no message)" else text for text in _forms(row["message_templates"])]
            readable = [message for message in messages if _is_template(message)]
            forms = [ErrorForm(name, message) for name in _forms(row["exception"]) for message in readable]
            entries.append(bare(row["slug"], row["library"], forms))
    return entries


def bare(identity: str, library: str, forms: Sequence[ErrorForm]) -> Entry:
    """An entry that says nothing but how its error is worded."""
    fix = Fix(id="fix", cause=None, title="Fix", text="Fix.")
    return Entry(identity, identity, library, "authored", tuple(forms), fixes=(fix,))


def reproductions(path: str | Path) -> list[Case]:
    """Outputs of programs that raise the catalogue's errors: JSON lines with `slug` and `output`."""
    found = []
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        slug, text = row["slug"], row["output"]
        library = slug.partition("/")[0]
        found.append(Case(f"{slug}#{number}", text, "output", library, slug, True, frozenset(), entry=slug))
    return found


def _is_template(text: str) -> bool:
    try:
        Template.parse(text)
    except ValueError:
        return False
    return True


def _forms(cell: str) -> list[str]:
    forms = (_ADJACENT.sub(r"\1", _TAG.sub("", form)) for form in cell.split(" || "))
    return [_ESCAPE.sub(_unescaped, form) for form in forms]


def _unescaped(found: re.Match[str]) -> str:
    return {"n": "\n", "t": "\t"}.get(found[1], found[1])
