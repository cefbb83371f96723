"""Dates as pages print them → ISO, with what their label says of them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from indexer.cues import rows

_DATE = re.compile(
    r"(?<!\d)(?P<iso>(?:19|20)\d\d)-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)(?!\d)"
    r"|(?<!\d)(?P<cjk>(?:19|20)\d\d)\s?[年/.]\s?(?P<cjk_month>\d{1,2})\s?[月/.]\s?(?P<cjk_day>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th)?[. /-]{0,2}(?:de |of )?(?P<month>[^\W\d_]{3,10})\.?,?[ /-]"
    r"(?:de )?(?P<year>(?:19|20)?\d\d)(?!\d)"
    r"|(?P<us_month>[^\W\d_]{3,10})\.? (?P<us_day>\d{1,2})(?:st|nd|rd|th)?,? (?P<us_year>(?:19|20)\d\d)(?!\d)"
    r"|(?P<c_month>[A-Z][a-z]{2}) {1,2}(?P<c_day>\d{1,2})"
    r" \d\d:\d\d:\d\d(?: [A-Z]{2,5})? (?P<c_year>(?:19|20)\d\d)(?!\d)"
    r"|(?<![\d.])(?P<dot_day>\d{1,2})\.(?P<dot_month>\d{1,2})\.(?P<dot_year>(?:19|20)\d\d)(?!\d)"
)
_LABEL_DISTANCE = 40
"""Characters in front of a date in which its label is looked for."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text: ISO, its label's kind (`published`, `updated`, `other`, or `` without a label), and where."""

    iso: str
    kind: str
    start: int
    end: int


def find(text: str) -> Iterator[Dated]:
    """The dates of a text, in order; impossible ones are left out."""
    end = 0
    for found in _DATE.finditer(text):
        iso = _iso(found)
        if iso:
            before = text[max(end, found.start() - _LABEL_DISTANCE) : found.start()].lower()
            yield Dated(iso, _label(before), found.start(), found.end())
            end = found.end()


def parse(value: object) -> str | None:
    """A metadata field's date, ISO; None where it holds none."""
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    return next((one.iso for one in find(str(value))), None) if value else None


def _iso(found: re.Match[str]) -> str | None:
    groups = found.groupdict()
    if groups["iso"]:
        parts = groups["iso"], groups["iso_month"], groups["iso_day"]
    elif groups["cjk"]:
        parts = groups["cjk"], groups["cjk_month"], groups["cjk_day"]
    elif groups["dot_day"]:
        parts = groups["dot_year"], groups["dot_month"], groups["dot_day"]
    else:
        name = (groups["month"] or groups["us_month"] or groups["c_month"]).lower()
        month = _months().get(name)
        if month is None:
            return None
        year = groups["year"] or groups["us_year"] or groups["c_year"]
        parts = (
            (year if len(year) == 4 else f"20{year}"),
            str(month),
            groups["day"] or groups["us_day"] or groups["c_day"],
        )
    try:
        return datetime.date(*map(int, parts)).isoformat()
    except ValueError:
        return None


def _label(before: str) -> str:
    best, kind = -1, ""
    for phrase, one in _labels():
        at = before.rfind(phrase)
        if at > best and not (at and before[at - 1].isalpha() and phrase.isascii()):
            best, kind = at, one
    return kind


@cache
def _months() -> dict[str, int]:
    return {name: int(row["number"]) for row in rows("months.tsv") for name in row["names"].split()}


@cache
def _labels() -> tuple[tuple[str, str], ...]:
    return tuple((row["phrase"], row["kind"]) for row in rows("date_labels.tsv"))
