"""The tables as SQLAlchemy sees them. `kb/migrations` makes them; a test holds the two together.

`source`, `document`, `entry`, `template`, `code`, `link`, `posting` and `generation` are knowledge, rebuilt from
articles.
`vote` and `wanted` come from users; no rebuild touches them, and they name entries without a foreign key,
so that the votes for an entry survive its removal and return. `day`, `voice` and `ask` know who said what today, by
a hash with a salt that is thrown away when the day is over.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

source = Table(
    "source",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("location", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("position", Integer, nullable=False),
)

document = Table(
    "document",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("source", ForeignKey("source.id", ondelete="CASCADE"), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("problems", Text, nullable=False),  # JSON
    UniqueConstraint("source", "path"),
)

entry = Table(
    "entry",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("document", ForeignKey("document.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("id", String(300), nullable=False, index=True),
    Column("shadowed", Boolean, nullable=False),  # another source or file holds the entry that is served
    Column("title", Text, nullable=False),
    Column("library", String(200), nullable=False, index=True),
    Column("exceptions", Text, nullable=False),  # JSON
    Column("origin", String(20), nullable=False),
    Column("general", Boolean, nullable=False),
    Column("proven", Boolean, nullable=False),
    Column("status", String(40), nullable=False),
    Column("moved_to", String(300)),
    Column("dated", String(10), index=True),  # day of its last proof or, of a page, of its last change; ISO 8601
    Column("body", Text, nullable=False),  # JSON, see codec
)

template = Table(
    "template",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("entry", ForeignKey("entry.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("form", Integer, nullable=False),  # which of the entry's `errors`
    Column("exception", Text, nullable=False, index=True),
    Column("message", Text, nullable=False),
)

code = Table(
    "code",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("entry", ForeignKey("entry.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("code", String(200), nullable=False),
)

link = Table(
    "link",
    metadata,
    Column("key", Integer, primary_key=True),
    Column("entry", ForeignKey("entry.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("target", String(300), nullable=False, index=True),  # an id of the entry's `see_also`
)

posting = Table(
    "posting",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("data", LargeBinary, nullable=False),  # see kb.packed_postings
)

generation = Table(
    "generation",
    metadata,
    Column("key", Integer, primary_key=True),  # always 1: the table holds one row
    Column("number", Integer, nullable=False),
    Column("rules", String(200), nullable=False),
    Column("created", String(40), nullable=False),  # ISO 8601, UTC
)

vote = Table(
    "vote",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("entry", String(300), nullable=False),
    Column("fix", String(300), nullable=False),
    Column("worked", Boolean, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("created", String(40), nullable=False),
    Column("voice", String(64), nullable=False, server_default=text("''")),  # empty once its day is over
    Index("ix_vote_entry", "entry", "fix"),
    Index("ix_vote_voice", "voice"),
)

wanted = Table(
    "wanted",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("exception", Text, nullable=False),
    Column("normal", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first", String(40), nullable=False),
    Column("last", String(40), nullable=False),
    Column("library", String(200), nullable=False, server_default=text("''")),
    Index("ix_wanted_exception", "exception"),
)

ask = Table(
    "ask",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("wanted", String(64), nullable=False),
    Column("voice", String(64), nullable=False),
)

day = Table(
    "day",
    metadata,
    Column("day", String(10), primary_key=True),  # today, UTC; the table holds one row
    Column("salt", String(64), nullable=False),
)

voice = Table(
    "voice",
    metadata,
    Column("voice", String(64), primary_key=True),
    Column("said", Integer, nullable=False),
)
