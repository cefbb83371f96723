"""A chain of exceptions → the entries that may answer it, each with what speaks for it.

Three keys lead from an exception to entries: error codes in its message, templates that its message
fits (whole, or cut and damaged), and, for messages that identify nothing, the exception's name alone.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kb.causes import Scene, judge, singled_out
from kb.classes import LINE_PREFIXES, Agreement, agreement, is_builtin
from kb.codes import codes
from kb.knowledge import Knowledge
from kb.libraries import PYTHON, libraries_of, library_of
from kb.models import Entry, ErrorForm, Evidence, Tier, Traceback
from kb.normalize import core
from kb.ranking import Candidate
from kb.template_index import TemplateHit
from kb.templates import skeleton, specificity
from kb.versions import fits

VAGUE = 8.0
"""Literal letters below which a wording under a built-in exception says nothing of a library."""
LEAST_OF_CUT, LEAST_LETTERS_OF_CUT = 0.5, 30.0
"""Share of a wording, or literal letters of it, that a message which was cut off must show to be trusted."""
LEAST_OF_LINE = 0.9
"""Share of the wording of a tool's line that must stand there to be trusted: many a tool's line ends in `No such file
or directory`, and has no exception to tell whose it is."""
MOST_HITS = 24
"""Templates of one exception that are weighed: the most specific ones."""

_AGREES = {
    Agreement.SAME: "the exception is {known}",
    Agreement.NAME: "the exception is {known}",
    Agreement.SUBCLASS: "{printed} is a kind of {known}",
    Agreement.SUPERCLASS: "{known} is a kind of {printed}",
    Agreement.NAMESAKE: "an exception of the same name, from another package",
    Agreement.DIFFERENT: "the exception is another one, {printed}",
}


@dataclass(frozen=True, slots=True)
class Spot:
    """An exception of a chain, and what is known around it: what its entries are weighed by."""

    chain: tuple[Traceback, ...]
    place: int
    codes: tuple[str, ...]
    libraries: frozenset[str]
    versions: Mapping[str, str]
    scene: Scene

    @property
    def exception(self) -> Traceback:
        """The exception itself."""
        return self.chain[self.place]


def candidates(
    chain: tuple[Traceback, ...],
    knowledge: Knowledge,
    versions: Mapping[str, str],
    codes_of: Sequence[tuple[str, ...]] | None = None,
) -> list[Candidate]:
    """Every entry that a code or a wording of the chain leads to; unordered. `codes_of` are the codes of each exception
    (`kb.codes`), where they are known already."""
    libraries = frozenset[str]().union(*map(libraries_of, chain))
    found: list[Candidate] = []
    for place, one in enumerate(chain):
        known = codes(one.type, one.message) if codes_of is None else codes_of[place]
        spot = Spot(chain, place, known, libraries, versions, Scene(one, chain, versions))
        hits = _hits(one, knowledge)
        for hit in hits:
            entry = knowledge.entry(hit.row.entry)
            # An entry that was replaced since the templates were read may have fewer wordings.
            if entry is not None and hit.row.form < len(entry.errors):
                found.append(_by_wording(spot, entry, hit))
        fitting = {hit.row.entry for hit in hits}
        for code in spot.codes:
            for entry_id in knowledge.codes.get(code, ()):
                entry = knowledge.entry(entry_id)
                if entry is not None and entry_id not in fitting:
                    found.append(_by_code(spot, entry, code))
    return found


def is_printed_by_a_tool(one: Traceback, knowledge: Knowledge) -> bool:
    """Whether a text without an exception is, as a whole or in its first line, what a known tool prints."""
    texts = dict.fromkeys((one.message, one.message.partition("\n")[0]))
    hits = (hit for text in texts for hit in knowledge.index.find(one.type, text, damaged=False))
    return any(hit.row.exception.startswith(LINE_PREFIXES) for hit in hits)


def _hits(one: Traceback, knowledge: Knowledge) -> list[TemplateHit]:
    """The wordings that the message fits, most specific first.

    What follows a message in a log can't always be told from its further lines: where the whole fits nothing,
    its first paragraph is tried, then its first line.
    """
    hits = knowledge.index.find(one.type, one.message)
    if one.label:
        fitting = _with_label(one, knowledge)
        known = {hit.row.id for hit in fitting}
        hits = fitting + [hit for hit in hits if hit.row.id not in known]
    if "\n" in one.message and not any(hit.whole for hit in hits):
        for shorter in (one.message.partition("\n\n")[0], one.message.partition("\n")[0]):
            if len(shorter) < len(one.message) and shorter.strip():
                found = knowledge.index.find(one.type, shorter)
                if fitting := [hit for hit in found if hit.whole]:
                    known = {hit.row.id for hit in fitting}
                    hits = fitting + [hit for hit in hits if hit.row.id not in known]
                    break
                # A line that only opens a wording is near, but other lines follow where it should go on.
                known = {hit.row.id for hit in hits}
                hits += [hit._replace(cut=False) for hit in found if hit.cut and hit.row.id not in known]
    return hits[:MOST_HITS]


def _with_label(one: Traceback, knowledge: Knowledge) -> list[TemplateHit]:
    """The wordings that begin with what was taken for a label: `CUDA error: out of memory` is one as a whole."""
    shift = len(one.label)
    fitting = (hit for hit in knowledge.index.find("", one.label + one.message, damaged=False) if hit.whole)
    return [
        hit._replace(
            captures=tuple(
                capture._replace(start=capture.start - shift, end=capture.end - shift) for capture in hit.captures
            )
        )
        for hit in fitting
    ]


def _by_wording(spot: Spot, entry: Entry, hit: TemplateHit) -> Candidate:
    """An entry one of whose wordings fits the message, whole or in part."""
    one, form = spot.exception, entry.errors[hit.row.form]
    agrees = agreement(one.type, hit.row.exception)
    # By its root: forty literal letters say more than thirty, and a hundred not ten times what ten say.
    letters = _literal(hit.row.message)
    literal = math.sqrt(letters)
    features = _common(spot, entry, form, agrees)
    if letters < VAGUE and entry.library != PYTHON and "library" not in features and is_builtin(one.name):
        features["vague"] = 1.0  # `KeyError: 'a'` with nothing of pandas in sight
    # A message that lost its last letters is nearly whole; one that shares a half with a wording says little.
    if hit.whole:
        features["whole"], features["literal"] = 1.0, literal
        if one.alone:
            features["alone"] = 1.0
    elif hit.cut:  # nothing speaks against the rest, which nobody can see
        share = max(hit.share, LEAST_OF_CUT) if hit.opens else hit.share
        features["partial"], features["literal"] = share, math.sqrt(letters * hit.share)
        features["accounted"] = 1.0  # for every letter that is there, unlike a wording that is followed by more
    else:
        features["partial"], features["literal"] = hit.share**4, literal * hit.share**2
    shown = hit.share == 1 or (
        hit.cut and (hit.opens or hit.share >= LEAST_OF_CUT or letters * hit.share >= LEAST_LETTERS_OF_CUT)
    )
    if not shown and not (hit.row.exception.startswith(LINE_PREFIXES) and hit.share >= LEAST_OF_LINE):
        features["unfitting"] = 1.0  # other text stands where the wording goes on, or too much is missing
    elif hit.row.exception.startswith(LINE_PREFIXES) and not _is_program(hit):
        features["unfitting"] = 1.0  # a sentence that happens to end as the tool's line does
    elif _is_line(one, form):
        features["line"] = 1.0
    if hit.row.exception != form.exception and entry.library not in spot.libraries:
        features["derived"] = 1.0  # the driver's own error, where the entry is about SQLAlchemy quoting it
    evidence = []
    if agrees in _AGREES:
        evidence.append(Evidence("exception", _AGREES[agrees].format(printed=one.type, known=hit.row.exception)))
    tier: Tier = "template" if hit.captures or not hit.whole else "exact"
    if not hit.whole:
        evidence.append(Evidence("template", f"{hit.share:.0%} of “{hit.row.message}” stands in the message"))
    else:
        evidence.append(
            Evidence("template", f"the message is “{hit.row.message}”" if hit.row.message else "no message")
        )
    for code in set(spot.codes) & set(entry.codes):
        tier, features["code"] = "code", 1.0
        evidence.append(Evidence("code", f"the code {code} in the message"))
    captures = {capture.name: capture.value for capture in hit.captures}
    causes = judge(entry, spot.scene, captures)
    evidence += [Evidence("cause", why) for judged in causes for why in judged.why]
    if any(judged.likely for judged in causes):
        features["cause"] = 1.0
    if entry.general and singled_out(causes):
        features["singled_out"] = 1.0
    evidence += _context(features, entry)
    return Candidate(
        entry.id, spot.place, tier, hit.row.form, features, tuple(hit.captures), causes, agrees, tuple(evidence)
    )


def _is_program(hit: TemplateHit) -> bool:
    """Whether the slot that a tool's line begins with holds what tools begin lines with: a program, a file, a package.

    `{python}: No module named {module}` also fits every sentence that quotes the exception.
    """
    if not hit.row.message.startswith("{") or hit.row.message.startswith("{{") or not hit.captures:
        return True
    value = hit.captures[0].value.rpartition("\n")[2]  # a usage may stand above
    is_path = " " in value and ("/" in value or "\\" in value) and " - " not in value and "::" not in value
    return not set(value) & set("'\"`’”") and (" " not in value or is_path)


def _by_code(spot: Spot, entry: Entry, code: str) -> Candidate:
    """An entry whose code stands in a message that none of its wordings fits: a new wording of a known error."""
    form = entry.errors[0]
    agrees = agreement(spot.exception.type, form.exception)
    features = _common(spot, entry, form, agrees)
    features["code"] = 1.0
    if _is_line(spot.exception, form):
        features["line"] = 1.0
    evidence = (Evidence("code", f"the code {code} in the message"), *_context(features, entry))
    causes = judge(entry, spot.scene, {})
    return Candidate(entry.id, spot.place, "code", 0, features, (), causes, agrees, evidence)


def _common(spot: Spot, entry: Entry, form: ErrorForm, agrees: Agreement) -> dict[str, float]:
    """What counts for an entry whichever way it was found."""
    one = spot.exception
    features = {"bias": 1.0, f"class_{agrees.value}": 1.0, f"relation_{one.relation}": 1.0}
    if (
        agrees in (Agreement.SAME, Agreement.NAME)
        and not is_builtin(one.name)
        and ("." not in one.type or library_of(one) != PYTHON)
    ):
        features["class_own"] = 1.0  # a class of the library's own says which library it is
    if entry.library != PYTHON:
        if entry.library in spot.libraries:
            features["library"] = 1.0
        elif (
            entry.library not in sys.stdlib_module_names
            and entry.library not in one.message.lower()
            and (is_builtin(one.name) or one.frames)
        ):
            # Not of Python's own modules, which frames may not show, and not where the message names it (`module 'jwt'
            # has no attribute …`).
            # A built-in's message is anybody's; a class of the library's own needs no frames to be believed.
            features["library_missing"] = 1.0 if is_builtin(one.name) else 0.25
        elif not one.type and entry.library not in one.message.lower():
            features["library_missing"] = 0.25  # of equals Python's own
    if fits(entry.applies_to, spot.versions) is False:
        features["version_no"] = 1.0
    if form.versions:
        fitting = fits([form.versions], spot.versions)
        if fitting is not None:
            features["form_version_yes" if fitting else "form_version_no"] = 1.0
    if entry.origin == "extracted":
        features["extracted"] = 2.0 - entry.confidence
    if entry.proven:
        features["proven"] = 1.0
    return features


def _is_line(one: Traceback, form: ErrorForm) -> bool:
    """Whether a line without an exception is answered by one that a tool prints."""
    return not one.type and form.exception.startswith(LINE_PREFIXES)


@lru_cache(8192)
def _literal(message: str) -> float:
    """How much literal text a wording has, its tail (`Did you mean …`) left out: tails say nothing of the error."""
    return specificity(skeleton(core(message)))


def _context(features: Mapping[str, float], entry: Entry) -> list[Evidence]:
    """Library and versions, in words."""
    said = []
    if "library" in features:
        said.append(Evidence("library", f"{entry.library} is in the traceback"))
    if "version_no" in features:
        said.append(Evidence("version", f"it applies to {', '.join(entry.applies_to)}, and the versions here differ"))
    return said
