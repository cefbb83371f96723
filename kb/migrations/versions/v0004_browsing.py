"""What lists need: the day of an entry, what links to it, and entries by library and exception."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes them. Days and links of entries that are there come with the refresh that follows every new version."""
    with op.batch_alter_table("entry") as entry:
        entry.add_column(sa.Column("dated", sa.String(10)))
    op.create_index("ix_entry_dated", "entry", ["dated"])
    op.create_index("ix_entry_library", "entry", ["library"])
    op.create_index("ix_template_exception", "template", ["exception"])
    op.create_table(
        "link",
        sa.Column("key", sa.Integer, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("target", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_link"),
        sa.ForeignKeyConstraint(["entry"], ["entry.key"], name="fk_link_entry", ondelete="CASCADE"),
    )
    op.create_index("ix_link_entry", "link", ["entry"])
    op.create_index("ix_link_target", "link", ["target"])
