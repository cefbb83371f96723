"""First tables: knowledge, its generation, votes and wanted errors."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables, and the one row that says nothing is indexed yet."""
    op.create_table(
        "source",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
    )
    op.create_table(
        "document",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("problems", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_document"),
        sa.ForeignKeyConstraint(["source"], ["source.id"], name="fk_document_source", ondelete="CASCADE"),
        sa.UniqueConstraint("source", "path", name="uq_document_source"),
    )
    op.create_table(
        "entry",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("document", sa.Integer, nullable=False),
        sa.Column("id", sa.String(300), nullable=False),
        sa.Column("shadowed", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("library", sa.String(200), nullable=False),
        sa.Column("exceptions", sa.Text, nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("general", sa.Boolean, nullable=False),
        sa.Column("proven", sa.Boolean, nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("moved_to", sa.String(300)),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_entry"),
        sa.ForeignKeyConstraint(["document"], ["document.key"], name="fk_entry_document", ondelete="CASCADE"),
    )
    op.create_index("ix_entry_document", "entry", ["document"])
    op.create_index("ix_entry_id", "entry", ["id"])
    op.create_table(
        "template",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("form", sa.Integer, nullable=False),
        sa.Column("exception", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_template"),
        sa.ForeignKeyConstraint(["entry"], ["entry.key"], name="fk_template_entry", ondelete="CASCADE"),
    )
    op.create_index("ix_template_entry", "template", ["entry"])
    op.create_table(
        "code",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_code"),
        sa.ForeignKeyConstraint(["entry"], ["entry.key"], name="fk_code_entry", ondelete="CASCADE"),
    )
    op.create_index("ix_code_entry", "code", ["entry"])
    generation = op.create_table(
        "generation",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("rules", sa.String(200), nullable=False),
        sa.Column("created", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_generation"),
    )
    op.bulk_insert(generation, [{"key": 1, "number": 0, "rules": "", "created": ""}])
    op.create_table(
        "vote",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("entry", sa.String(300), nullable=False),
        sa.Column("fix", sa.String(300), nullable=False),
        sa.Column("worked", sa.Boolean, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("created", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_vote"),
    )
    op.create_index("ix_vote_entry", "vote", ["entry", "fix"])
    op.create_table(
        "wanted",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("exception", sa.Text, nullable=False),
        sa.Column("normal", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("first", sa.String(40), nullable=False),
        sa.Column("last", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_wanted"),
    )
