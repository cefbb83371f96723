"""`kb harvest`: what an installed package can raise."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("packages", nargs=-1, required=True, metavar="PACKAGE...")
@click.option("--interpreter", metavar="PYTHON", help="Look in this Python's packages instead of those beside kb.")
@click.option("--json", "as_json", is_flag=True, help="A line per site, as JSON.")
def harvest(packages: tuple[str, ...], interpreter: str | None, as_json: bool) -> int:
    """Show the raise sites of installed packages: exception, message template, file, line.

    A PACKAGE is named as it is installed or as it is imported; `python` is the standard library. Nothing of it is run.
    """
    from indexer.harvest import harvest as run
    from indexer.installed import search_path

    path = search_path(interpreter) if interpreter else None
    for sites in [run(package, path) for package in packages]:
        for site in sites:
            if as_json:
                print(json.dumps(site.to_dict()))
            else:
                print(*(_cell(str(value)) for value in site), sep="\t")
    return 0


def _cell(text: str) -> str:
    """The text on one line without tabs, as a string literal would have it, and safe to show on a terminal."""
    return "".join(
        char if char.isprintable() and char != "\\" else char.encode("unicode_escape").decode() for char in text
    )
