"""This file makes what forgetting needs: names of erasures, a count, two ways to find rows.

Rule 1: a migration is written out and never changes: it does not import the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BEFORE = (
    "'pending', 'leased', 'sending', 'sent', 'refused', 'gone', 'unknown', 'expired', 'skipped'"
)
OPEN = sa.text("state IN ('pending', 'leased', 'sending')")
KEPT = sa.text("keeper_id IS NOT NULL")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of erasures, and find posts by their address and places by their keeper."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sqlite_with_rowid=False,
    )
    op.drop_index("ix_outbox_open", "outbox")
    op.create_index("ix_outbox_address_id", "outbox", ["address_id"])
    op.create_index(
        "ix_learners_keeper_id",
        "learners",
        ["keeper_id"],
        sqlite_where=KEPT,
        postgresql_where=KEPT,
    )
    _counts(f"{BEFORE}, 'erased'")


def downgrade() -> None:
    """Take it all away: who was forgotten stays so, and is counted as skipped."""
    op.execute(
        "UPDATE send_counts SET n = n + (SELECT e.n FROM send_counts e"
        " WHERE e.send_id = send_counts.send_id AND e.state = 'erased')"
        " WHERE state = 'skipped' AND EXISTS (SELECT 1 FROM send_counts e"
        " WHERE e.send_id = send_counts.send_id AND e.state = 'erased')"
    )
    op.execute(
        "UPDATE send_counts SET state = 'skipped' WHERE state = 'erased' AND NOT EXISTS"
        " (SELECT 1 FROM send_counts e WHERE e.send_id = send_counts.send_id"
        " AND e.state = 'skipped')"
    )
    op.execute("DELETE FROM send_counts WHERE state = 'erased'")
    _counts(BEFORE)
    op.drop_index("ix_learners_keeper_id", "learners")
    op.drop_index("ix_outbox_address_id", "outbox")
    op.create_index(
        "ix_outbox_open", "outbox", ["address_id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.drop_table("erasures")


def _counts(states: str) -> None:
    """Let the counts of sends hold *states*; SQLite changes a condition only with its table."""
    name = op.f("ck_send_counts_state")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(name, "send_counts")
        op.create_check_constraint(name, "send_counts", f"state IN ({states})")
        return
    op.rename_table("send_counts", "counts_before")
    op.create_table(
        "send_counts",
        sa.Column("send_id", SERIAL, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN ({states})", name=name),
        sa.ForeignKeyConstraint(
            ["send_id"],
            ["sends.id"],
            name=op.f("fk_send_counts_send_id_sends"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("send_id", "state", name=op.f("pk_send_counts")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO send_counts SELECT send_id, state, n FROM counts_before")
    op.drop_table("counts_before")
