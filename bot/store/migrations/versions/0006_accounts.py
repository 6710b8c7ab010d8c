"""This file makes the console's door: organisations, accounts, links, sessions, tries, the audit.

Rule 1: a migration is written out and never changes: it does not import the tables of today.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, and let the audit only grow."""
    _people()
    _doors()
    _audit()


def _people() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("name", name=op.f("uq_organisations_name")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32)),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("password", sa.String()),
        sa.Column("second", sa.LargeBinary()),
        sa.Column("second_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_accounts_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_accounts_organisation_id"), "accounts", ["organisation_id"])


def _doors() -> None:
    op.create_table(
        "invitations",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        _of_account("invitations"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("lookup", name=op.f("uq_invitations_lookup")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("stepped_at", sa.BigInteger(), nullable=False),
        sa.Column("half", sa.Boolean(), nullable=False),
        _of_account("sessions"),
        sa.PrimaryKeyConstraint("lookup", name=op.f("pk_sessions")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"])
    op.create_index(op.f("ix_sessions_made_at"), "sessions", ["made_at"])
    op.create_table(
        "tries",
        sa.Column("bucket", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_tries")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_tries_since"), "tries", ["since"])


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"],
        ["accounts.id"],
        name=op.f(f"fk_{table}_account_id_accounts"),
        ondelete="CASCADE",
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32)),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("about", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_organisation_id"), "audit", ["organisation_id"])
    if op.get_bind().dialect.name == "sqlite":
        for name, act in (("not_changed", "UPDATE"), ("not_deleted", "DELETE")):
            op.execute(
                f"CREATE TRIGGER audit_{name} BEFORE {act} ON audit"
                " BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION ''the audit only grows''; END'"
    )
    op.execute(
        "CREATE TRIGGER audit_not_changed BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_stays()"
    )
    op.execute(
        "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )


def downgrade() -> None:
    """Drop it all, the audit too: the version before has no console to watch."""
    for name in ("audit", "tries", "sessions", "invitations", "accounts", "organisations"):
        op.drop_table(name)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_stays()")
