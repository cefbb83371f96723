"""`kb search`, `show` and `stats`: reading the knowledge base."""

from __future__ import annotations

import json
from collections import Counter

import click

from cli import completion
from cli.session import Session
from kb.errors import EntryNotFound

NO_ANSWER = 1


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--library", shell_complete=completion.libraries, help="Only entries of this library.")
@click.option("--exception", shell_complete=completion.exceptions, help="Only entries of this exception.")
@click.option("--proven/--not-proven", default=None, help="Only entries with, or without, a fix that was run.")
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the search body.")
@click.pass_obj
def search(
    session: Session,
    words: tuple[str, ...],
    library: str | None,
    exception: str | None,
    proven: bool | None,
    limit: int,
    as_json: bool,
) -> int:
    """Search all entries for WORDS."""
    page = session.matcher.search(" ".join(words), library, exception, limit, proven=proven).to_dict()
    if as_json:
        print(json.dumps(page))
    else:
        from cli.render import show_search

        show_search(page)
    return 0 if page["items"] else NO_ANSWER


@click.command()
@click.argument("entry_id", metavar="ID", shell_complete=completion.entries)
@click.option("--json", "as_json", is_flag=True, help="Print the entry as JSON.")
@click.option("--markdown", is_flag=True, help="Print the entry as Markdown.")
@click.pass_obj
def show(session: Session, entry_id: str, as_json: bool, markdown: bool) -> int:
    """Show one entry."""
    matcher = session.matcher
    entry = matcher.entry_dict(matcher.resolve(entry_id))
    if entry is None:
        near = ", ".join(item["id"] for item in matcher.suggest(entry_id.rpartition("/")[2], 3))
        raise EntryNotFound(f"no entry {entry_id!r}", f"did you mean {near}?" if near else "`kb search` finds entries")
    if as_json:
        print(json.dumps(entry))
    elif markdown:
        from web.entry_markdown import entry_markdown

        print(entry_markdown(entry))
    else:
        from cli.render import show_entry

        show_entry(entry)
    return 0


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_obj
def stats(session: Session, as_json: bool) -> int:
    """Show what the knowledge base holds."""
    base = session.knowledge_base()
    heads = [head for head in base.matcher.knowledge().heads.values() if head.status == "published"]
    by_library = Counter(head.library for head in heads)
    proven = Counter(head.library for head in heads if head.proven)
    with base.store.snapshot() as now:
        (worked, failed), wanted = now.vote_counts(), now.wanted_count()
    body = {
        "generation": base.store.generation().number,
        "entries": len(heads),
        "proven": sum(proven.values()),
        "general": sum(head.general for head in heads),
        "extracted": sum(head.origin == "extracted" for head in heads),
        "templates": len(base.matcher.knowledge().index),
        "libraries": {name: {"entries": count, "proven": proven[name]} for name, count in by_library.most_common()},
        "votes": {"worked": worked, "failed": failed},
        "wanted": wanted,
        "sources": [{"id": source.id, "location": source.location} for source in base.store.sources()],
    }
    if as_json:
        print(json.dumps(body))
    else:
        from cli.render import show_stats

        show_stats(body)
    return 0
