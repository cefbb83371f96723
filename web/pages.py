"""The pages for people: the box and its answer, and an entry.

Everything works by plain forms and links; the script on the page fetches `/answer`, the same answer without the
page around it, while somebody types.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from kb.errors import EntryNotFound
from web import api, bodies, entry_page, reading, rendering
from web.addresses import entry_url, markdown_url, whole
from web.entry_markdown import entry_markdown
from web.examples import EXAMPLES

pages = Blueprint("pages", __name__)
pages.add_app_template_global(entry_url)
pages.add_app_template_global(markdown_url)
_FINGERPRINT = re.compile("[0-9a-f]{16}")

SURE = ((0.97, "Almost certainly this"), (0.85, "Very likely this"), (0.6, "Probably this"), (0.0, "Possibly this"))
"""Confidence in words: from which probability on, and how it is said."""
VERDICTS = {"match": "known", "related": "something comes near", "none": "not known here"}
SHORTEST_QUESTION = 2
LONGEST_WORDS = 100
"""Characters of a line that are somebody's words rather than an error, where no exception is named in it."""
MOST_LINKED = 5
MOST_FIXES = 7
"""Fixes of an answer that are shown whole, though mostly folded; further ones are links to the entry's page."""


@pages.get("/")
def home() -> str:
    """The empty box, or the answer to a few words in the address."""
    return _page(request.args.get("q", ""))


@pages.post("/")
def answer() -> str:
    """The whole page with the answer to the paste that the form sent."""
    return _page(_sent())


@pages.post("/answer")
def fragment() -> str:
    """The answer alone, for the script."""
    return render_template("_answer.html", **_answered(_sent()))


@pages.get("/f/<fingerprint>")
def found(fingerprint: str) -> str:
    """The entries that answered an error. The address names them: of the paste, nothing was kept."""
    entries = []
    for entry_id in dict.fromkeys(request.args.getlist("e")[:MOST_LINKED]):
        with suppress(EntryNotFound):
            entries.append(api.known(entry_id))
    if not _FINGERPRINT.fullmatch(fingerprint) or not entries:
        raise NotFound("This link names no entry that is known here.")
    number = request.args.get("w", type=int)
    wordings = entries[0]["errors"]
    wording = wordings[number] if number is not None and 0 <= number < len(wordings) else None
    return render_template("found.html", fingerprint=fingerprint, entries=entries, wording=wording)


@pages.get("/e/<library>/<slug>")
def entry(library: str, slug: str) -> AnyResponse:
    """An entry's page. An id that was moved leads to the new one."""
    found = api.known(f"{library}/{slug}")
    if found["id"] != f"{library}/{slug}":
        return redirect(entry_url(found["id"]), 308)
    known = api.matcher().entry(found["id"])
    assert known is not None  # found a moment ago, in the same generation or the one before
    page = render_template(
        "entry.html",
        entry=found,
        groups=entry_page.grouped(found),
        near=entry_page.neighbours(known),
        proof=entry_page.proven(known),
        retired=known.status == "retired",
        listed=known.library in api.published(),
        source=known.source.rstrip("/").rpartition("/")[2],  # a folder's name, not where it lies on the server
        canonical=whole(entry_url(known.id)),
    )
    return make_response(page)


@pages.get("/e/<library>/<slug>/<fix_id>")
def program(library: str, slug: str, fix_id: str) -> AnyResponse:
    """The whole program of a fix. Few ask for what is most of a long entry: pages fetch it when it is unfolded."""
    found = api.known(f"{library}/{slug}")
    if found["id"] != f"{library}/{slug}":
        return redirect(program_url(found["id"], fix_id), 308)
    fix = next((one for one in found["fixes"] if one["id"] == fix_id and one["program"]), None)
    if fix is None:
        raise NotFound("The entry has no fix with a program of this name.")
    return make_response(
        render_template("program.html", entry=found, fix=fix, canonical=whole(program_url(found["id"], fix_id)))
    )


@pages.app_template_global()
def program_url(entry_id: str, fix_id: str) -> str:
    """The page of a fix's whole program."""
    library, _, slug = entry_id.partition("/")
    return url_for("pages.program", library=library, slug=slug, fix_id=fix_id)


@pages.get("/e/<library>/<slug>.md")
def entry_as_markdown(library: str, slug: str) -> AnyResponse:
    """The same in Markdown."""
    found = api.known(f"{library}/{slug}")
    if found["id"] != f"{library}/{slug}":
        return redirect(markdown_url(found["id"]), 308)
    return Response(entry_markdown(found), content_type="text/markdown; charset=utf-8")


@pages.app_template_global()
def permalink(part: dict[str, Any]) -> str:
    """An address for the answer to an error: its fingerprint and the entries, nothing of the paste."""
    first = part["matches"][0]
    ids = [match["id"] for match in part["matches"][: 1 if part["verdict"] == "match" else MOST_LINKED]]
    return url_for("pages.found", fingerprint=part["fingerprint"], e=ids, w=first["wording"])


@pages.app_template_filter()
def sure(confidence: float) -> str:
    """A probability in words."""
    return next(words for least, words in SURE if confidence >= least)


@pages.app_template_filter()
def web_address(text: str) -> str | None:
    """`text` where it is an address of the web that may be linked to."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in {"http", "https"} and parts.netloc else None


@pages.app_template_filter()
def host(text: str) -> str:
    """The host of an address, to say where a link leads."""
    return urlsplit(text).netloc.removeprefix("www.")


@pages.app_context_processor
def _helpers() -> dict[str, Any]:
    return {
        "slot_numbers": reading.slot_numbers,
        "shown_values": reading.shown_values,
        "explained": reading.explained,
        "VERDICTS": VERDICTS,
        "whole": whole,
        "MOST_FIXES": MOST_FIXES,
    }


def _page(text: str) -> str:
    return render_template("home.html", text=text, **_answered(text))


def _answered(text: str) -> dict[str, Any]:
    """What the templates of an answer are given."""
    shared = {"limit": current_app.extensions["settings"].max_paste_bytes}
    if len(text.strip()) < SHORTEST_QUESTION:
        return {**shared, "answer": None, "held": api.published(), "example": EXAMPLES["LookupIn"]["text"]}
    answer = api.looked_up(text, mark=rendering.mark_value)
    hide = reading.Hider(text, answer["read"]["redacted"])
    words = reading.words(answer["read"]) or " ".join(text.split())[:LONGEST_WORDS]
    typed = text.strip()
    error = reading.explained(answer["read"])
    by_words = not (error and error["type"]) and len(typed) <= LONGEST_WORDS and "\n" not in typed
    return {
        **shared,
        "answer": answer,
        "shown": reading.show(text, answer, hide),
        "legend": reading.legend(answer),
        "safe": hide,
        "said": _in_words(answer),
        "search_words": words,
        "by_words": by_words,
        "suggested": api.matcher().suggest(typed, 6) if by_words else [],
    }


def _in_words(answer: dict[str, Any]) -> str:
    """The answer in one sentence, for those who listen to the page."""
    matches, errors = answer["matches"], 1 + len(answer["also"])
    if answer["verdict"] == "match":
        fixes = len(matches[0]["fixes"])
        said = f"{sure(matches[0]['confidence'])}: {rendering.plain(matches[0]['title'])}. "
        said += "1 fix." if fixes == 1 else f"{fixes} fixes."
    elif answer["verdict"] == "related":
        said = "No sure answer. " + (
            "1 entry comes near." if len(matches) == 1 else f"{len(matches)} entries come near."
        )
    else:
        said = "This error isn't known here." if answer["read"]["exceptions"] else "No error was found in this text."
    return f"{said} {errors} errors in this text." if errors > 1 else said


def _sent() -> str:
    """The paste of a form. Browsers send line ends as CRLF, whatever was pasted; that isn't the paste's doing."""
    if request.mimetype == "text/plain":
        return bodies.plain()
    return request.form.get("text", "").replace("\r\n", "\n")
