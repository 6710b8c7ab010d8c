"""This file makes what joins two addresses of one learner: codes, wrong tries, a home.

Rule 1: a migration is written out and never changes: it does not import the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of codes, and tell which address lessons go to."""
    op.add_column(
        "addresses",
        sa.Column("home", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column("addresses", sa.Column("linked_at", sa.BigInteger()))
    op.create_table(
        "links",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learners.id"],
            name=op.f("fk_links_learner_id_learners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", name=op.f("pk_links")),
        sa.UniqueConstraint("lookup", name=op.f("uq_links_lookup")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_links_expires_at"), "links", ["expires_at"])
    op.create_table(
        "guesses",
        sa.Column("address_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_guesses")),
    )
    op.create_index(op.f("ix_guesses_since"), "guesses", ["since"])


def downgrade() -> None:
    """Drop it all: every address stays with its learner, and lessons go to any of them."""
    op.drop_table("guesses")
    op.drop_table("links")
    op.drop_column("addresses", "linked_at")
    op.drop_column("addresses", "home")
