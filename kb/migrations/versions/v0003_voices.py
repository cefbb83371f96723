"""Who said what today, by a hash that means nothing tomorrow; the library of a wanted error."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables; votes and wanted errors that are there stay, with nobody's voice."""
    op.add_column("vote", sa.Column("voice", sa.String(64), nullable=False, server_default=sa.text("''")))
    op.create_index("ix_vote_voice", "vote", ["voice"])
    op.add_column("wanted", sa.Column("library", sa.String(200), nullable=False, server_default=sa.text("''")))
    op.create_index("ix_wanted_exception", "wanted", ["exception"])
    op.create_table(
        "ask",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("wanted", sa.String(64), nullable=False),
        sa.Column("voice", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_ask"),
    )
    op.create_table(
        "day",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_day"),
    )
    op.create_table(
        "voice",
        sa.Column("voice", sa.String(64), nullable=False),
        sa.Column("said", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("voice", name="pk_voice"),
    )
