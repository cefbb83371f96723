"""What `Store.publish` writes, with SQLAlchemy's Core (the ORM takes longer to import)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, case, delete, exists, func, insert, or_, select, update

from kb.errors import StoreLocked
from kb.models import Entry
from kb.store import tables as t
from kb.store.codec import clean, entry_to_json
from kb.store.rows import Change, TemplateRow, Upsert


def publish(connection: Connection, change: Change, *, pack: bool = True) -> int:
    """Does the whole change and answers the new generation's number. Raises StoreLocked where somebody
    else has published since `change.expected_generation`. `pack` is False where nothing will be looked up."""
    number = change.expected_generation + 1
    raised = connection.execute(
        update(t.generation)
        .where(t.generation.c.number == change.expected_generation)
        .values(number=number, rules=change.rules, created=_now())
    )
    if raised.rowcount != 1:
        found = connection.execute(select(t.generation.c.number)).scalar()
        raise StoreLocked(
            f"somebody else changed the knowledge base meanwhile (generation {found}, expected"
            f" {change.expected_generation})",
            "run the command again",
        )
    for name in change.removed_sources:
        connection.execute(delete(t.source).where(t.source.c.id == clean(name)))
    for source in change.sources:
        values = {"location": clean(source.location), "kind": source.kind, "position": source.position}
        known = connection.execute(update(t.source).where(t.source.c.id == clean(source.id)).values(values))
        if not known.rowcount:
            connection.execute(insert(t.source).values(id=clean(source.id), **values))
    for name, path in change.removed:
        _forget(connection, name, path)
    for upsert in change.upserts:
        _forget(connection, upsert.source, upsert.path)
        _store(connection, upsert)
    _shadow(connection)
    if pack:
        _pack(connection)
    return number


def _pack(connection: Connection) -> None:
    """Files the templates by their rarest words where there are very many; few are filed in memory by each process."""
    from kb.packed_postings import Filed, pack
    from kb.stored_templates import MANY, variants

    connection.execute(delete(t.posting))
    if (connection.execute(select(func.count()).select_from(t.template)).scalar() or 0) < MANY:
        return
    rows = (
        select(t.template.c.key, t.entry.c.id, t.template.c.exception, t.template.c.message, t.template.c.form)
        .join(t.entry, t.entry.c.key == t.template.c.entry)
        .where(~t.entry.c.shadowed, t.entry.c.status != "retired")
    )

    def filed() -> Iterator[Filed]:
        for row in connection.execute(rows):
            for held in variants(TemplateRow(*row)):
                yield Filed(held.number, held.filed_by, held.core is not None)

    for name, data in pack(filed):
        connection.execute(insert(t.posting).values(name=name, data=data))


def _forget(connection: Connection, source: str, path: str) -> None:
    found = and_(t.document.c.source == clean(source), t.document.c.path == clean(path))
    connection.execute(delete(t.document).where(found))


def _store(connection: Connection, upsert: Upsert) -> None:
    key = _key(
        connection.execute(
            insert(t.document).values(
                source=clean(upsert.source),
                path=clean(upsert.path),
                sha256=upsert.sha256,
                problems=json.dumps([dict(problem) for problem in upsert.problems]),
            )
        )
    )
    # Keys are given here, under the write lock, so that the rows of a file go in together, however many.
    first = (connection.execute(select(func.max(t.entry.c.key))).scalar() or 0) + 1
    numbered = list(enumerate(upsert.entries, first))
    entries = [{"key": held, "document": key, **_columns(entry)} for held, entry in numbered]
    forms = [
        {"entry": held, "form": form, "exception": clean(error.exception), "message": clean(error.message)}
        for held, entry in numbered
        for form, error in enumerate(entry.errors)
    ]
    codes = [{"entry": held, "code": clean(code)} for held, entry in numbered for code in dict.fromkeys(entry.codes)]
    links = [
        {"entry": held, "target": clean(target)} for held, entry in numbered for target in dict.fromkeys(entry.see_also)
    ]
    for table, rows in ((t.entry, entries), (t.template, forms), (t.code, codes), (t.link, links)):
        if rows:
            connection.execute(insert(table), rows)


def _key(result: Any) -> int:
    return int(result.inserted_primary_key[0])


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "id": clean(entry.id),
        "shadowed": False,
        "title": clean(entry.title),
        "library": clean(entry.library),
        "exceptions": json.dumps(list(dict.fromkeys(error.exception for error in entry.errors if error.exception))),
        "origin": entry.origin,
        "general": entry.general,
        "proven": entry.proven,
        "status": entry.status,
        "moved_to": clean(entry.moved_to) if entry.moved_to else None,
        "dated": entry.dated,
        "body": entry_to_json(entry),
    }


def _shadow(connection: Connection) -> None:
    """Marks the entries that another of the same id overrides: from a source of higher position, else of
    the first source and path by name, so that the outcome doesn't depend on the order of indexing."""
    entry, document, source = t.entry, t.document, t.source
    other, its_document, its_source = entry.alias(), document.alias(), source.alias()
    ours = entry.alias()
    overridden = (
        select(ours.c.key)
        .join(document, document.c.key == ours.c.document)
        .join(source, source.c.id == document.c.source)
        .where(
            exists()
            .where(other.c.id == ours.c.id, other.c.key != ours.c.key)
            .where(its_document.c.key == other.c.document, its_source.c.id == its_document.c.source)
            .where(
                or_(
                    its_source.c.position > source.c.position,
                    and_(its_source.c.position == source.c.position, its_source.c.id < source.c.id),
                    and_(its_source.c.id == source.c.id, its_document.c.path < document.c.path),
                    and_(its_document.c.key == document.c.key, other.c.key < ours.c.key),
                )
            )
        )
    )
    connection.execute(update(entry).values(shadowed=case((entry.c.key.in_(overridden), True), else_=False)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
