"""This file makes what a send needs: its cards once a language, and how far its rows have come.

Rule 1: a migration is written out and never changes: it does not import the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNFINISHED = sa.text("finished_at IS NULL")
OF_A_SEND = sa.text("send_id IS NOT NULL")


def upgrade() -> None:
    """Make the cards of sends, and find the rows of one in their order."""
    op.create_table(
        "send_cards",
        sa.Column("send_id", SERIAL, nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("card_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["send_id"],
            ["sends.id"],
            name=op.f("fk_send_cards_send_id_sends"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("send_id", "locale", name=op.f("pk_send_cards")),
        sqlite_with_rowid=False,
    )
    for column in (
        sa.Column("task", sa.String(), server_default=sa.text("''"), nullable=False),
        sa.Column("planned_to", sa.BigInteger(), server_default=sa.text("-1"), nullable=False),
        sa.Column("worked_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fallback", sa.String(), server_default=sa.text("'en'"), nullable=False),
    ):
        op.add_column("sends", column)
    op.create_index(
        "ix_sends_open",
        "sends",
        ["state"],
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
    _rows("send_id", "state", "id")


def downgrade() -> None:
    """Take it away; what was not sent of any send loses its card and is refused."""
    _rows("send_id", "state")
    op.drop_index("ix_sends_open", "sends")
    for name in ("fallback", "worked_to", "planned_to", "task"):
        op.drop_column("sends", name)
    op.drop_table("send_cards")


def _rows(*columns: str) -> None:
    """Find the rows of a send by *columns*."""
    op.drop_index("ix_outbox_send", "outbox")
    op.create_index(
        "ix_outbox_send",
        "outbox",
        list(columns),
        sqlite_where=OF_A_SEND,
        postgresql_where=OF_A_SEND,
    )
