"""This file tells groups and channels from people, and who set each of them up.

Rule 1: a migration is written out and never changes: it does not import the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Say of everybody that they are a person."""
    op.add_column(
        "learners", sa.Column("place", sa.String(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("learners", sa.Column("keeper_id", sa.BigInteger()))


def downgrade() -> None:
    """Forget which of them are places: an older Wary would take them for people."""
    op.execute("DELETE FROM learners WHERE place <> ''")
    op.drop_column("learners", "keeper_id")
    op.drop_column("learners", "place")
