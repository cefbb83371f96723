"""Postings of very many templates, so that no process has to build or hold them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table; the next change of the knowledge fills it where there are many templates."""
    op.create_table(
        "posting",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_posting"),
    )
