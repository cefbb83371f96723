"""What the tests of all shipped articles share: their recorded tracebacks, and other people's versions of them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer import proof as proofs
from indexer import shelf
from indexer.article import Article
from kb.answers import Match
from kb.models import Traceback
from kb.settings import shipped_articles

ARTICLES = shipped_articles()
_WORD = re.compile(r"0x[0-9a-fA-F]+|\d+|[A-Za-z_][A-Za-z0-9_]*")
_OTHERS = ("basket", "quokka", "lantern", "meadow", "thimble", "orchard", "pebble", "walnut")


@dataclass(frozen=True)
class Recorded:
    """A traceback that an article must find, and the cause that it comes of (None: not known)."""

    article: str
    cause: str | None
    text: str
    label: str


def articles() -> list[Article]:
    """All shipped articles that can be read and are published."""
    loaded = (shelf.load(path)[0] for path in shelf.find([ARTICLES]))
    return [one for one in loaded if one is not None and one.front.status == "published"]


def recorded(article: Article) -> Iterator[Recorded]:
    """What was recorded when the article was proven, and the shapes that it quotes."""
    proof, _ = proofs.read(proofs.path_beside(Path(article.path)))
    for number, one in enumerate(proof.tracebacks if proof else ()):
        yield Recorded(article.id, one.cause or None, one.text, f"{article.id}-{one.block}-{number}")
    for cause in article.causes:
        for number, block in enumerate(cause.tracebacks):
            yield Recorded(article.id, cause.id, block.code, f"{article.id}-{cause.id}-quoted-{number}")


def elsewhere(text: str) -> str:
    """The same error on another machine: other folders, line numbers and addresses."""
    text = text.replace("/home/dev/app/", "/srv/werkstatt/").replace("/home/dev/.venv", "/opt/werkstatt/venv")
    text = re.sub(r"line (\d+)", lambda found: f"line {int(found[1]) + 137}", text)
    return re.sub(r"0x[0-9a-f]{6,}", "0x55d0c0ffee10", text)


def other_names(text: str, explained: Traceback, match: Match) -> str:
    """The same error with other values in its message: what the slots caught is replaced word by word."""
    for slot in sorted(match.slots, key=lambda one: one.span or (0, 0), reverse=True):
        if slot.span is None or text[slot.span[0] : slot.span[1]] != slot.raw:
            continue
        text = text[: slot.span[0]] + _other(slot.raw) + text[slot.span[1] :]
    return text


def _other(raw: str) -> str:
    chance = random.Random(raw)

    def word(found: re.Match[str]) -> str:
        old = found[0]
        if old.startswith("0x"):
            return "0x7f00deadbe10"
        if old.isdecimal():
            return str(chance.randint(2, 9)) + old[1:]
        new = chance.choice(_OTHERS)
        return new.capitalize() if old[0].isupper() else new

    return _WORD.sub(word, raw)
