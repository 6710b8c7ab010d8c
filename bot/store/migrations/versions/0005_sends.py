"""This file makes what a send needs: its cards once a language, and how far its rows have come.

Rule 1: a migration is written out and never changes: it does not import the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNFINISHED = sa.text("finished_at IS NULL")
OF_THE_SEND = "fk_outbox_send_id_sends"
PART = (
    f", \n\tCONSTRAINT {OF_THE_SEND} FOREIGN KEY(send_id) REFERENCES sends (id) ON DELETE CASCADE"
)
"""How SQLite holds that constraint in the words of the table."""
LAST = ", \n\tCONSTRAINT uq_outbox_cause_address_id_part"
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
    if op.get_bind().dialect.name == "sqlite":
        _rebuilt(PART, "")
    else:
        op.drop_constraint(OF_THE_SEND, "outbox", type_="foreignkey")


def downgrade() -> None:
    """Take it away; what was not sent of any send loses its card and is refused."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuilt(LAST, f"{PART}{LAST}")
    else:
        op.create_foreign_key(
            OF_THE_SEND, "outbox", "sends", ["send_id"], ["id"], ondelete="CASCADE"
        )
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


def _rebuilt(old: str, new: str) -> None:
    """Make the table of posts anew with *new* for *old* in its words: SQLite alters no constraint.

    Raises:
        ValueError: its words are not those that Wary wrote.
    """
    conn = op.get_bind()
    held = sa.text(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = 'outbox' AND sql IS NOT NULL"
    )
    parts = conn.execute(held).all()
    [table] = [sql for kind, _, sql in parts if kind == "table"]
    indexes = {name: sql for kind, name, sql in parts if kind == "index"}
    if table.count(old) != 1:
        raise ValueError("the table of posts is not as Wary made it; put back a copy")
    op.rename_table("outbox", "outbox_before")
    for name in indexes:
        op.drop_index(name)
    op.execute(table.replace(old, new))
    op.execute("INSERT INTO outbox SELECT * FROM outbox_before")
    op.drop_table("outbox_before")
    for sql in indexes.values():
        op.execute(sql)
