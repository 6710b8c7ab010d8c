"""This file makes the first tables, as sending.md, section 2, draws them.

Rule 1: a migration is written out and never changes: it does not import the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = (
    "'pending', 'leased', 'sending', 'sent', 'refused', 'gone', 'unknown', 'expired', 'skipped'"
)
GUARANTEES = "'at_least_once', 'at_most_once', 'convergent'"


def upgrade() -> None:
    """Make the tables, those first that others refer to."""
    _learners()
    _addresses()
    _plans()
    _notes()
    _sends()
    _send_counts()
    _outbox()
    _outbox_indexes()
    _names()


def downgrade() -> None:
    """Drop the tables, with all that they hold."""
    for table in ("leaders", "seen", "outbox", "send_counts", "sends"):
        op.drop_table(table)
    for table in ("reviews", "notes", "plans", "addresses", "learners"):
        op.drop_table(table)


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    """Make an index over the rows that meet *condition*."""
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _learners() -> None:
    op.create_table(
        "learners",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("region", sa.String()),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("track", sa.String(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learners")),
        sqlite_with_rowid=False,
    )


def _addresses() -> None:
    op.create_table(
        "addresses",
        sa.Column("id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("learner_id", sa.String(length=32)),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learners.id"],
            name=op.f("fk_addresses_learner_id_learners"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_addresses")),
        sa.UniqueConstraint("platform", "lookup", name=op.f("uq_addresses_platform_lookup")),
    )
    op.create_index("ix_addresses_learner_id", "addresses", ["learner_id"])


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("leased_until", sa.BigInteger()),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learners.id"],
            name=op.f("fk_plans_learner_id_learners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", "kind", name=op.f("pk_plans")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_plans_due_at", "plans", ["due_at"])
    _partial("ix_plans_leased", "plans", ["leased_until"], "leased_until IS NOT NULL")


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("once", sa.String()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learners.id"],
            name=op.f("fk_notes_learner_id_learners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("learner_id", "once", name=op.f("uq_notes_learner_id_once")),
    )
    op.create_table(
        "reviews",
        sa.Column("learner_id", sa.String(length=32), nullable=False),
        sa.Column("technique", sa.String(), nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["learner_id"],
            ["learners.id"],
            name=op.f("fk_reviews_learner_id_learners"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("learner_id", "technique", name=op.f("pk_reviews")),
        sqlite_with_rowid=False,
    )


def _sends() -> None:
    op.create_table(
        "sends",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("guarantee", sa.String(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("window_start", sa.BigInteger()),
        sa.Column("window_end", sa.BigInteger()),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("paid", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("planned_at", sa.BigInteger()),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        sa.CheckConstraint(f"guarantee IN ({GUARANTEES})", name=op.f("ck_sends_guarantee")),
        sa.CheckConstraint(
            "kind IN ('alert', 'campaign', 'lesson_day', 'live')", name=op.f("ck_sends_kind")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'planned', 'running', 'paused', 'stopped', 'finished')",
            name=op.f("ck_sends_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sends")),
        sa.UniqueConstraint("kind", "cause", name=op.f("uq_sends_kind_cause")),
    )


def _send_counts() -> None:
    op.create_table(
        "send_counts",
        sa.Column("send_id", SERIAL, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_send_counts_state")),
        sa.ForeignKeyConstraint(
            ["send_id"],
            ["sends.id"],
            name=op.f("fk_send_counts_send_id_sends"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("send_id", "state", name=op.f("pk_send_counts")),
        sqlite_with_rowid=False,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        *_of_the_post(),
        *_of_its_way(),
        sa.CheckConstraint(f"guarantee IN ({GUARANTEES})", name=op.f("ck_outbox_guarantee")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(
            ["send_id"], ["sends.id"], name=op.f("fk_outbox_send_id_sends"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "cause", "address_id", "part", name=op.f("uq_outbox_cause_address_id_part")
        ),
        postgresql_with={
            "fillfactor": "80",
            "autovacuum_vacuum_scale_factor": "0.02",
            "autovacuum_analyze_scale_factor": "0.02",
        },
    )


def _of_the_post() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("send_id", SERIAL),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("learner_id", sa.String(length=32)),
        sa.Column("address_id", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
    )


def _of_its_way() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("guarantee", sa.String(), nullable=False),
        sa.Column("card", sa.Text()),
        sa.Column("card_hash", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("leased_until", sa.BigInteger()),
        sa.Column("nonce", sa.String(length=25), nullable=False),
        sa.Column("on_message", sa.String(), server_default="", nullable=False),
        sa.Column("answers", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("silent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("repeat", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("message_id", sa.String()),
        sa.Column("outcome", sa.String()),
        sa.Column("settled_at", sa.BigInteger()),
    )


def _outbox_indexes() -> None:
    _partial("ix_outbox_held", "outbox", ["token", "epoch"], "state IN ('leased', 'sending')")
    _partial(
        "ix_outbox_open", "outbox", ["address_id"], "state IN ('pending', 'leased', 'sending')"
    )
    _partial("ix_outbox_pending", "outbox", ["token", "lane", "due_at", "id"], "state = 'pending'")
    _partial("ix_outbox_send", "outbox", ["send_id", "state"], "send_id IS NOT NULL")
    _partial("ix_outbox_settled", "outbox", ["settled_at"], "settled_at IS NOT NULL")


def _names() -> None:
    op.create_table(
        "seen",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('tried', 'done', 'parked')", name=op.f("ck_seen_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seen")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_seen_at", "seen", ["at"])
    op.create_table(
        "leaders",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_leaders")),
    )
