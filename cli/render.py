"""Answers as terminal text. Colour only on a terminal, and never with NO_COLOR (rich sees to the first).

Whatever comes from a paste or an article is shown as text: markup is off, control characters are taken out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.syntax import Syntax
from rich.text import Text

from cli.intake import counted
from kb.redact import redact_value

if TYPE_CHECKING:
    from kb.store import Wanted

_ENTRY_LINK = re.compile(r"\[([^][]{1,200})\]\(/e/([\w.-]{1,100}/[\w.-]{1,100})\)")
_VERDICTS = {
    "match": ("Found it", "bold green"),
    "related": ("Not sure: these come near", "bold yellow"),
    "none": ("I don't know this error", "bold red"),
}

MOST_OTHERS = 4
"""Further fixes that are named in a short answer."""


class Terminal(Console):
    """A console whose reader may go away: Rich would end the program with status 1, which says "no answer" here.

    With NO_COLOR its output is bare text; Rich alone would still write bold and dim."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, color_system=None if os.environ.get("NO_COLOR") else "auto", **options)

    def on_broken_pipe(self) -> None:
        """Lets the command's door have the error."""
        raise  # noqa: PLE0704 (Rich calls this while it handles the BrokenPipeError)


def show_lookup(answer: Mapping[str, Any], *, full: bool = False) -> None:
    """A lookup body, fixes first."""
    console = Terminal(soft_wrap=False)
    for notice in answer["notices"]:
        console.print(plain(f"note: {notice}", "dim"))
    _show_answer(console, answer, full=full)
    for other in answer["also"]:
        console.print()
        console.rule(plain("also in this paste"), align="left", style="dim")
        _show_answer(console, other, full=full)


def show_brief(answer: Mapping[str, Any]) -> None:
    """A lookup body below a program's own output, on standard error: what to try first, and where the rest is. More
    would push the traceback off the screen."""
    console = Terminal(stderr=True)
    if answer["verdict"] == "related":
        console.print(plain(_VERDICTS["related"][0], _VERDICTS["related"][1]))
    for match in answer["matches"][: 1 if answer["verdict"] == "match" else None]:
        _show_head(console, match)
    if answer["verdict"] == "match":
        first = answer["matches"][0]
        fix, *others = first["fixes"]
        cause = next((cause for cause in first["causes"] if cause["id"] == fix["cause"]), None)
        if cause:
            sure = f" (likely here: {cause['why']})" if cause["likely"] and cause["why"] else ""
            console.print(plain(f"Cause: {_bare(cause['title'])}{sure}", "bold magenta"))
        if cause and cause["check"]:
            _prose(console, f"*Check:* {cause['check']}")
        _show_fix(console, fix)
        for other in others[:MOST_OTHERS]:
            console.print(plain(f"Or: {_bare(other['title'])}", "green"))
    console.print(plain(f"`kb show {answer['matches'][0]['id']}` tells the rest.", "dim"))


def _show_answer(console: Console, answer: Mapping[str, Any], *, full: bool) -> None:
    words, style = _VERDICTS[answer["verdict"]]
    read = answer["read"]
    console.print(plain(words, style))
    if read["explained"] is not None:
        one = read["exceptions"][read["explained"]]
        line = f"{one['type']}: {one['message']}" if one["type"] and one["message"] else one["type"] or one["message"]
        console.print(plain(redact_value(line).splitlines()[0][:300] if line else "", "bold"))
    if answer["verdict"] == "none":
        console.print(plain("Nothing in the knowledge base fits. `kb search WORDS` searches it by words.", "dim"))
        return
    if answer["verdict"] == "related":
        for match in answer["matches"]:
            _show_head(console, match)
        console.print(plain("`kb show ID` shows one of them.", "dim"))
        return
    first, *others = answer["matches"]
    console.print()
    _show_head(console, first)
    show_entry(first, console=console, full=full)
    if others:
        console.print(plain("Also possible:", "bold"))
        for match in others:
            _show_head(console, match)


def _show_head(console: Console, match: Mapping[str, Any]) -> None:
    line = plain(match["title"], "bold")
    line.append(f"  {match['id']}", "cyan")
    line.append(f"  {match['confidence']:.0%}", "dim")
    console.print(line)


def show_entry(entry: Mapping[str, Any], *, console: Console | None = None, full: bool = True) -> None:
    """An entry: its summary, then each cause with its check and fixes, the likely ones first.

    Unless `full`, only the causes that the paste points to are shown whole (the first, where it points to
    none), and the others by their checks.
    """
    if console is None:
        console = Terminal()
        console.print(plain(entry["title"], "bold"))
        for form in entry["errors"]:
            console.print(plain(f"  {form['exception']}: {form['message']}", "dim"))
    _prose(console, entry["summary"])
    causes = entry["causes"]
    likely = [cause for cause in causes if cause["likely"]] or causes[:1]
    shown = causes if full else likely
    for fix in (fix for fix in entry["fixes"] if fix["cause"] is None):
        _show_fix(console, fix)
    for cause in shown:
        console.print(plain(f"Cause: {_bare(cause['title'])}", "bold magenta"))
        if cause["why"]:
            console.print(plain(f"  likely here: {cause['why']}", "green"))
        _prose(console, cause["text"])
        if cause["check"]:
            _prose(console, f"*Check:* {cause['check']}")
        for fix in entry["fixes"]:
            if fix["cause"] == cause["id"]:
                _show_fix(console, fix)
    hidden = [cause for cause in causes if cause not in shown]
    if hidden:
        console.print(plain("If that is not it:", "bold"))
        listed = (f"- {cause['title']}" + (f": {cause['check']}" if cause["check"] else "") for cause in hidden)
        _prose(console, "\n".join(" ".join(line.split()) for line in listed))
        console.print(plain(f"  `kb show {entry['id']}` has their fixes.", "dim"))
    for avoid in entry["avoid"] if full else ():
        console.print(plain(f"Avoid: {_bare(avoid['title'])}", "bold red"))
        _prose(console, avoid["text"])


def _show_fix(console: Console, fix: Mapping[str, Any]) -> None:
    console.print(plain(f"Fix: {_bare(fix['title'])}", "bold green"))
    _prose(console, fix["text"])
    for code in fix["code"]:
        console.print(
            Padding(Syntax(clean(code), "python", theme="ansi_dark", background_color="default"), (0, 0, 1, 4))
        )
    for proof in fix["verified"][:1]:
        packages = "".join(f", {name} {version}" for name, version in proof["packages"].items())
        proven = plain(f"proven on Python {proof['python']}{packages}, {proof['date']}", "dim")
        console.print(Padding(proven, (0, 0, 1, 4)))


def show_search(page: Mapping[str, Any]) -> None:
    """A search body, an entry a paragraph."""
    console = Terminal()
    if not page["items"]:
        console.print(plain("Nothing found.", "dim"))
    for item in page["items"]:
        line = plain(item["title"], "bold")
        line.append(f"  {item['id']}", "cyan")
        console.print(line)
        for snippet in item["snippets"][:1]:
            text = plain(snippet["text"])
            for start, end in snippet["marks"]:
                text.stylize("yellow", start, end)
            console.print(Padding(text, (0, 0, 0, 4)))


def show_extraction(body: Mapping[str, Any]) -> None:
    """What was read out of a page."""
    console = Terminal()
    console.print(plain(f"{body['file']}: {counted(len(body['entries']), 'entry', 'entries')}", "bold"))
    if body.get("error"):
        console.print(plain(f"  {body['error']}", "red"))
    for problem in body.get("problems", ()):
        console.print(plain(f"  {problem['code']}: {problem['message']}; {problem['hint']}", "red"))
    for entry in body["entries"]:
        for error in entry["errors"]:
            named = ": ".join(part for part in (error["exception"], error["message"]) if part)
            console.print(plain(f"  {named}", "yellow"))
        for label, parts in (("cause", entry["causes"]), ("fix", entry["fixes"])):
            for part in parts:
                console.print(plain(f"    {label}: {' '.join(part['text'].split())[:200]}"))


def show_stats(body: Mapping[str, Any]) -> None:
    """The figures of the knowledge base."""
    from rich.table import Table

    console = Terminal()
    console.print(
        f"{body['entries']} entries ({body['proven']} proven, {body['general']} general, "
        f"{body['extracted']} extracted), {body['templates']} templates, generation {body['generation']}"
    )
    votes = body["votes"]
    console.print(f"votes: worked {votes['worked']}, not {votes['failed']}; wanted errors: {body['wanted']}")
    table = Table("library", "entries", "proven", box=None)
    for name, figures in body["libraries"].items():
        table.add_row(plain(name), str(figures["entries"]), str(figures["proven"]))
    console.print(table)


def show_wanted(rows: Iterable[Wanted]) -> None:
    """Wanted errors, two lines each."""
    console = Terminal(soft_wrap=True)
    none = True
    for row in rows:
        none = False
        line = plain(f"{row.count:5}  ")
        line.append(clean(row.exception), "bold")
        line.append(clean(f": {row.normal}" if row.normal else ""))
        console.print(line)
        console.print(plain(f"       {row.library or 'no library'}, last {row.last[:10]}, {row.fingerprint}", "dim"))
    if none:
        console.print(plain("Nothing is wanted.", "dim"))


def _prose(console: Console, text: str) -> None:
    if text:
        # Links to other entries are paths on a server; here a command leads there.
        here = _ENTRY_LINK.sub(r"\1 (`kb show \2`)", clean(text))
        console.print(Padding(Markdown(here, hyperlinks=False), (0, 2, 1, 2)))


def _bare(title: str) -> str:
    return title.replace("`", "")


def plain(text: str, style: str = "") -> Text:
    """Text that is shown as it is: no markup, no control characters."""
    return Text(clean(text), style=style)


def clean(text: str) -> str:
    """Without what a terminal would obey: control characters other than line break and tab."""
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0x7F <= ord(c) < 0xA0))
