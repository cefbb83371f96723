"""`kb new`: the text of a new article, filled in from a paste, with what is left to write marked in it.

The marks are comments that begin with `write:`; lint reports each (KB310) until it is gone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

from indexer.article import slug
from kb.errors import CallError
from kb.libraries import PYTHON, library_of
from kb.models import Reading, Traceback
from kb.redact import redact

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_MESSAGE = 1000


Said = Callable[[Traceback], str | None]
"""The template that an exception's message was made from, where somebody knows it."""


def draft(identity: str, reading: Reading | None = None, said: Said = lambda _: None) -> str:
    """The text of a new article with that id, filled in with the error that a paste ended in.

    What the examples need is guessed from where the exception comes from, which may be another library than
    the one that the article is filed under; the message's template is what `said` knows, else guessed too.
    An article is for everybody to read, so no secret of the paste gets into it.
    Raises CallError for an id that isn't `library/slug` in small letters, digits and hyphens.
    """
    if not _ID.fullmatch(identity):
        raise CallError(
            f"{identity!r} is no id for an article", "write library/slug in small letters, digits and hyphens"
        )
    library, _, name = identity.partition("/")
    error = _ended_in(reading) if reading else None
    origin = library_of(error) if error else library
    message = (said(error) or template(redact(error.message).text)) if error else "…"
    title = f"{error.name}: {message}" if error else name.replace("-", " ").capitalize()
    skeleton = Path(__file__).with_name("data") / "new-article.md"
    return Template(skeleton.read_text(encoding="utf-8")).substitute(
        title=_quoted(title[:90]),
        library=library,
        applies_to=_quoted(origin),
        requires=_requires(origin, reading.packages if reading else {}),
        exception=_quoted(error.type if error and error.type else "Exception"),
        message=_quoted(message),
        evidence=_evidence(error),
    )


def template(message: str) -> str:
    """A message without its tails, with a slot for each part that differs from program to program and braces doubled.

    Parts of one kind share a slot where they are the same text, and are numbered where they differ.
    """
    from kb.normalize import core, normalize

    message = core(message)[:_LONGEST_MESSAGE]
    pieces: list[str] = []
    names: dict[tuple[str, str], str] = {}
    end = 0
    for value in normalize(message).values:
        quote = value.raw[0] if len(value.raw) > 2 and value.raw[0] == value.raw[-1] and value.raw[0] in "'\"`" else ""
        literal = message[end : value.start] + quote
        if pieces and not literal:
            continue  # two slots need text between them
        kind = slug(value.kind).replace("-", "_") or "value"
        same = sum(known == kind for known, _ in names)
        name = names.setdefault((kind, value.raw), kind if not same else f"{kind}_{same + 1}")
        pieces += [_doubled(literal), f"{{{name}}}"]
        end = value.end - len(quote)
    return "".join([*pieces, _doubled(message[end:])])


def _doubled(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _ended_in(reading: Reading) -> Traceback | None:
    """The exception that the paste's first error ended in."""
    chain = next((chain for chain in reading.errors if chain), ())
    return next((one for one in reversed(chain) if one.relation == "raised"), chain[-1] if chain else None)


def _requires(library: str, packages: Mapping[str, str]) -> str:
    if library == PYTHON:
        return ""
    requirement = f"{library}=={packages[library]}" if library in packages else library
    return f"# write: what the examples need installed\nrequires: [{_quoted(requirement)}]\n"


def _evidence(error: Traceback | None) -> str:
    """The innermost line of the reader's own code, as the glob that it is most often part of."""
    frame = next((one for one in reversed(error.frames) if one.in_app and one.line), None) if error else None
    return f"- source: {_quoted(f'*{redact(frame.line).text.strip()}*')}" if frame and frame.line else '- frame: "*"'


def _quoted(text: str) -> str:
    """Text as a YAML scalar: JSON's form is one of YAML's, and holds any text on one line."""
    return json.dumps(text)
