"""An entry, as its dict, written in Markdown: for `/e/….md`, for `kb show --markdown`, and for agents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def entry_markdown(entry: Mapping[str, Any]) -> str:
    """The whole entry: what it is, the errors, each cause with its fixes, what to avoid, where to read on."""
    blocks = [f"# {entry['title']}"]
    blocks += [_code("\n".join(_printed(form) for form in entry["errors"]), "text")]
    blocks += _facts(entry)
    blocks += [entry["summary"]]
    told: set[str] = set()
    for cause in entry["causes"]:
        blocks += [f"## Cause: {cause['title']}", cause["text"]]
        blocks += [f"Check: {cause['check']}"] if cause["check"] else []
        for fix in entry["fixes"]:
            if fix["cause"] == cause["id"]:
                told.add(fix["id"])
                blocks += _fix(fix)
    for fix in entry["fixes"]:
        if fix["id"] not in told:
            blocks += _fix(fix)
    for avoid in entry["avoid"]:
        blocks += [f"### Avoid: {avoid['title']}", avoid["text"]]
    blocks += _links("See also", entry["see_also"])
    blocks += _links("References", entry["references"])
    return "\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


def _facts(entry: Mapping[str, Any]) -> Iterable[str]:
    """Where it stands, what it is about and where it comes from: what a quotation of it must not lose."""
    origin = entry.get("provenance") or {}
    read = ", ".join(filter(None, (origin.get("url"), origin.get("updated") or origin.get("published"))))
    told = {
        "Entry": entry.get("url") or entry.get("id"),
        "Library": entry.get("library"),
        "Applies to": ", ".join(entry.get("applies_to") or ()),
        "Error code": ", ".join(entry.get("codes") or ()),
        "Read by program out of": read if entry.get("origin") == "extracted" else "",
    }
    lines = [f"- {name}: {value}" for name, value in told.items() if value]
    return ["\n".join(lines)] if lines else []


def _printed(form: Mapping[str, Any]) -> str:
    printed = f"{form['exception']}: {form['message']}" if form["message"] else str(form["exception"])
    return f"{printed}    # {form['versions']}" if form.get("versions") else printed


def _fix(fix: Mapping[str, Any]) -> Iterable[str]:
    yield f"### Fix: {fix['title']}"
    yield fix["text"]
    for code in fix["code"]:
        yield _code(code, "python")
    if not fix["verified"]:
        yield "Not proven: this fix hasn't been run."
    for proof in fix["verified"]:
        packages = ", ".join(f"{name} {version}" for name, version in proof["packages"].items())
        yield f"Proven {proof['date']} on Python {proof['python']}{' with ' + packages if packages else ''}."


def _links(title: str, targets: Iterable[str]) -> Iterable[str]:
    items = [f"- {target}" for target in targets]
    return [f"## {title}", "\n".join(items)] if items else []


def _code(code: str, language: str) -> str:
    """A fence longer than any run of backticks in the code, so that nothing can break out of it."""
    longest = run = 0
    for character in code:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code.rstrip()}\n{fence}"
