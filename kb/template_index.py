"""All templates that are known, and those of them that a message fits, best first.

Whole matches come first: of the message as it is, and of its core (`kb.normalize.core`), since tails differ by
version. Where none explains the message well, templates are looked for that stand in it in part: cut, wrapped in
other text, re-wrapped in mid-word, re-cased. Templates without any literal word (`{key}`, or no message at all) are
reached by their exception's name only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple, Protocol

from kb.normalize import core
from kb.openings import Openings
from kb.postings import MemoryPostings, PostingSource, message_words
from kb.store.rows import TemplateRow
from kb.templates import SLOT, Capture, Squeezed, Stripped, Template, fits, quotes, skeleton

__all__ = ["TemplateHit", "TemplateIndex", "TemplateRow"]

EXPLAINED = 0.4
"""Share of a message's characters that a whole match must have as literal text; below it, parts are looked for too."""

CERTAIN = 20.0
"""Weight of a whole match, of an exception of the same name, beyond which parts aren't looked for either: so much
literal text is no chance, however long the values between it are."""

LEAST_SHARE = 0.5
"""Share of a template's literal text that must stand in a message for a partial hit."""

LEAST_LITERAL = 12
"""Literal characters that must have been found for a partial hit; fewer are chance."""

LEAST_OF_CUT, LEAST_LITERAL_OF_CUT = 0.2, 4
"""The same two for a message that ends in the midst of a wording of its own exception, since all of it was found; with
`LEAST_LITERAL` characters any share will do."""

MOST_PARTIAL = 48
"""Templates that are looked for in part."""

MOST_NAMED = 64
"""Templates without literal words that are tried for one exception's name."""

UNQUOTED = 0.9
"""What a wording weighs whose quotation marks are missing."""

ENDS_OF_SENTENCES = ("", ".", "!", "?")
"""What a sentence ends in behind its last value; nothing where its last words are literal."""

KEPT_TEMPLATES = 8192
"""Templates that stay parsed."""

LONGEST_HEAD, LONGEST_END = 8_000, 2_000
"""Characters at a message's beginning and end whose words are looked up; literal text stands there or nowhere."""


class TemplateHit(NamedTuple):
    """A template that a message fits. `share` (0 to 1) is how much of its literal text was found; 1 for a whole match.

    `weight` orders hits: the specificity of the template's core, less for a partial match and for slots that ran over
    line breaks. `agrees`: 2 where the exception is the same as printed, 1 where its name is, else 0. `cut`: the message
    is the template's beginning and ends in its midst, so that nothing in it speaks against the rest;
    `opens`: what is left of it are whole sentences or lines.
    """

    row: TemplateRow
    template: Template
    captures: tuple[Capture, ...]
    whole: bool
    share: float
    weight: float
    agrees: int
    cut: bool = False
    opens: bool = False


class Held(NamedTuple):
    """A template as it is compared: its row, its skeleton, and its core where that is shorter."""

    number: int
    row: TemplateRow
    bones: str
    core: str | None

    @classmethod
    def of(cls, number: int, row: TemplateRow) -> Held:
        """The row under a number. Raises ValueError where its message is no template."""
        bones, short = skeleton(row.message), core(row.message)
        kept = row.message if bones == row.message else bones
        return cls(number, row, kept, None if len(short) == len(row.message) else short)

    @property
    def filed_by(self) -> str:
        """The skeleton whose words it is filed under: its core's, since a message may have come without its tail."""
        return self.bones if self.core is None else skeleton(self.core)


class TemplateSource(Protocol):
    """Templates by the numbers that postings know them by."""

    def __len__(self) -> int: ...

    def held(self, numbers: Iterable[int]) -> Iterable[Held]:
        """The templates of those numbers that are there, in that order."""
        ...


class MemoryTemplates:
    """Templates in memory, numbered from 0."""

    def __init__(self, rows: Iterable[TemplateRow]) -> None:
        """A row whose template can't be parsed is left out: the linter has named it already."""
        self.all: list[Held] = []
        for row in rows:
            with suppress(ValueError):
                self.all.append(Held.of(len(self.all), row))

    def __len__(self) -> int:
        return len(self.all)

    def held(self, numbers: Iterable[int]) -> Iterable[Held]:
        """See `TemplateSource`."""
        return [self.all[number] for number in numbers]


class TemplateIndex:
    """Build it once with `build`; it doesn't change."""

    def __init__(self, templates: TemplateSource, postings: PostingSource, openings: Openings | None = None) -> None:
        """Over templates, and postings that number them alike; without `openings`, messages that were cut off are found
        by their words only."""
        self._templates, self._postings, self._openings = templates, postings, openings
        self._named: dict[str, list[int]] = {}
        self._parsed: dict[str, Template] = {}
        for held in templates.held(postings.wordless()):
            self._named.setdefault(_name(held.row.exception).lower(), []).append(held.number)

    @classmethod
    def build(cls, rows: Iterable[TemplateRow]) -> TemplateIndex:
        """An index in memory."""
        templates = MemoryTemplates(rows)
        opening = [(held, held.bones.partition(SLOT)[0]) for held in templates.all]
        named = [(held.number, held.row.exception, text) for held, text in opening]
        # Of several sentences the first is pasted alone, also without the name.
        nameless = [(held.number, "", text) for held, text in opening if "\n" in held.row.message or ". " in held.bones]
        openings = Openings.build(named + nameless)
        return cls(templates, MemoryPostings(held.filed_by for held in templates.all), openings)

    def __len__(self) -> int:
        return len(self._templates)

    def find(self, exception: str, message: str, damaged: bool = True) -> list[TemplateHit]:
        """The templates that the message fits, most specific first; between equals the exception's name decides.

        Where `damaged` is False, only whole matches are looked for.
        """
        lowered = (exception.islower() or not exception) and message == message.lower()
        full = Squeezed(message)
        looked = full.text
        if len(looked) > LONGEST_HEAD + LONGEST_END:
            looked = looked[:LONGEST_HEAD] + " " + looked[-LONGEST_END:]
        ranks = self._postings.ranks(message_words(looked))
        short = core(message)
        bare = full if len(short) == len(message) else Squeezed(short)
        hits = sorted(self._whole(exception, full, bare, ranks, lowered), key=_order)
        # Where a value ran over a line's end, a terminal may have broken the word that tells another wording.
        broken = bool(hits) and "\n" in message and hits[0].template.line_breaks(hits[0].captures) > 0
        certain = not broken and any(hit.agrees and hit.weight >= CERTAIN for hit in hits)
        if damaged and not certain:
            near: list[int] = []
            if broken or not hits or hits[0].weight < EXPLAINED * len(bare.text):
                near = self._postings.near(ranks, MOST_PARTIAL)
            if self._openings and not any(hit.agrees and hit.weight for hit in hits):
                near += self._openings.find(exception, full.text)
            if not any(hit.whole and hit.weight for hit in hits) and (marks := quotes(full.text)) != "quotes":
                hits += self._typed(exception, full, ranks, lowered, apostrophes=marks == "none")
            seen = {hit.row.id for hit in hits}
            parts = list(self._partial(exception, message, dict.fromkeys(near), seen)) if near else []
            hits = sorted(hits + parts, key=_order)
        return hits

    def _whole(
        self, exception: str, full: Squeezed, bare: Squeezed, ranks: list[int], lowered: bool
    ) -> Iterator[TemplateHit]:
        """Templates that the message fits, as it is or without its tail (`bare`); `lowered`: capitals don't count."""
        wordless = self._named.get(_name(exception).lower(), ())[:MOST_NAMED]
        known = self._postings.fitting(ranks) if lowered else self._postings.fitting(ranks, full.text, bare.text)
        for held in self._templates.held([*known, *wordless]):
            chunks = (held.bones.lower() if lowered else held.bones).split(SLOT)
            # A wording without a tail is tried on the message without one first, or its last slot would hold the tail.
            for form in (bare, full) if held.core is None else (full, bare):
                if fits(chunks, form.text):
                    hit = self._hit(held, exception, held.row.message, form, lowered)
                elif held.core is not None and fits(self._template(held.core, lowered).chunks, form.text):
                    hit = self._hit(held, exception, held.core, form, lowered)
                else:
                    continue
                if hit is not None:
                    yield hit
                    break

    def _typed(
        self, exception: str, full: Squeezed, ranks: list[int], lowered: bool, apostrophes: bool
    ) -> Iterator[TemplateHit]:
        """Templates that the message fits but for their quotation marks, which who types a message leaves out."""
        for held in self._templates.held(self._postings.fitting(ranks)):
            template = self._template(held.core or held.row.message, lowered).unquoted(apostrophes)
            if template is None or template.specificity < LEAST_LITERAL:
                continue
            captures = template.match_squeezed(full)
            if captures is not None:
                weight = UNQUOTED * template.specificity
                agrees = _agrees(held.row.exception, exception)
                yield TemplateHit(held.row, template, captures, True, 1.0, weight, agrees)

    def _hit(self, held: Held, exception: str, text: str, form: Squeezed, lowered: bool) -> TemplateHit | None:
        template = self._template(text, lowered)
        captures = template.match_squeezed(form)
        if captures is None or (not lowered and template.is_misfilled(captures)):
            return None
        weight = template.specificity
        if held.core is not None:
            # A tail says little about which error it is; it decides only between wordings that have the same core.
            weight = self._template(held.core).specificity + (0.25 if text is not held.core else -0.25)
        weight *= 0.9 ** template.line_breaks(captures)
        return TemplateHit(held.row, template, captures, True, 1.0, weight, _agrees(held.row.exception, exception))

    def _partial(self, exception: str, message: str, numbers: Iterable[int], seen: set[int]) -> Iterator[TemplateHit]:
        stripped = Stripped(message)
        for held in self._templates.held(numbers):
            row = held.row
            if row.id in seen:
                continue
            template = self._template(held.core or row.message)
            agrees = _agrees(row.exception, exception)
            total = template.bare.total
            least: float = LEAST_LITERAL_OF_CUT if agrees else LEAST_LITERAL
            if exception and not agrees:
                least = max(least, LEAST_SHARE * total)
            part = template.search_stripped(stripped, least)
            if part is None:
                continue
            literal = part.covered * total
            # The rest may be a slot's value that the message ended in; of several words it is other text.
            rest = message[part.end :]
            cut = part.kind != "suffix" and not part.start and len(rest.split()) < 2
            # Who pastes the first sentence only, or the first line, gives all of it.
            opens = cut and rest[-1:] in ENDS_OF_SENTENCES and round(literal) in template.seams
            fitting = part.covered >= LEAST_SHARE and literal >= LEAST_LITERAL
            fitting |= opens and not exception
            if cut and agrees:
                fitting |= literal >= LEAST_LITERAL or (
                    part.covered >= LEAST_OF_CUT and literal >= LEAST_LITERAL_OF_CUT
                )
            if not fitting or template.is_misfilled(template.match(message) or ()):
                continue
            # What stands in a part of a message may be quoted there; what fills it is the message.
            filled = (part.end - part.start) / len(message)
            weight = template.specificity * part.covered**2 * (0.4 + 0.4 * filled)
            yield TemplateHit(row, template, part.captures, False, part.covered, weight, agrees, cut, opens)

    def _template(self, text: str, lowered: bool = False) -> Template:
        if lowered:
            return self._template(text).lowered()
        try:
            return self._parsed[text]
        except KeyError:
            if len(self._parsed) >= KEPT_TEMPLATES:
                self._parsed.clear()
            template = self._parsed[text] = Template.parse(text)
            return template


def _order(hit: TemplateHit) -> tuple[float, int]:
    return -hit.weight, -hit.agrees


def _name(exception: str) -> str:
    return exception.rpartition(".")[2]


def _agrees(known: str, printed: str) -> int:
    return 2 if known == printed else int(_name(known).lower() == _name(printed).lower())
