"""The tables of the console: organisations, accounts, their links and sessions, and the audit.

Rule 1: as in ``tables``: they change together with a migration, and a test compares the two.
Rule 2: nothing here opens anything by itself: passwords are hashed, links and sessions are keyed
fingerprints, the second factor is sealed.
"""

from typing import Final

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    event,
)

from bot.store.tables import Instant, metadata

organisations: Final = Table(
    "organisations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

accounts: Final = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    # NULL: of the whole installation.
    Column("organisation_id", ForeignKey("organisations.id"), index=True),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("roles", String, nullable=False),
    # NULL: no password was chosen yet, or it was taken back.
    Column("password", String),
    Column("second", LargeBinary),
    # The newest code's number: what was used once is used up.
    Column("second_step", BigInteger, nullable=False, server_default="0"),
    # Grows when all is ended at once: known browsers are strangers then.
    Column("epoch", SmallInteger, nullable=False, server_default="0"),
    Column("made_at", Instant, nullable=False),
    Column("closed_at", Instant),
    sqlite_with_rowid=False,
)

invitations: Final = Table(
    "invitations",
    metadata,
    # One open link an account: a new one takes the place of the old.
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("lookup", LargeBinary, primary_key=True),
    Column(
        "account_id",
        ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("made_at", Instant, nullable=False, index=True),
    Column("seen_at", Instant, nullable=False),
    Column("stepped_at", Instant, nullable=False),
    Column("half", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

tries: Final = Table(
    "tries",
    metadata,
    # A keyed fingerprint of who guesses at whom: neither can be read from it.
    Column("bucket", LargeBinary, primary_key=True),
    Column("since", Instant, nullable=False, index=True),
    Column("n", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

audit: Final = Table(
    "audit",
    metadata,
    # Counted by us, from 1 and without a gap: a missing number is a finding.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    # No foreign keys: a row outlives whom it names.
    Column("actor", String(32), nullable=False),
    Column("organisation_id", String(32), index=True),
    Column("what", String, nullable=False),
    Column("about", String(32), nullable=False),
    Column("detail", String, nullable=False),
    Column("link", LargeBinary, nullable=False),
    CheckConstraint("number > 0", "number"),
)

STAYS_SQLITE: Final = tuple(
    f"CREATE TRIGGER audit_{name} BEFORE {act} ON audit"
    " BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
    for name, act in (("not_changed", "UPDATE"), ("not_deleted", "DELETE"))
)

STAYS_POSTGRES: Final = (
    (
        "CREATE OR REPLACE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE EXCEPTION ''the audit only grows''; END'"
    ),
    (
        "CREATE TRIGGER audit_not_changed BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_stays()"
    ),
    (
        "CREATE TRIGGER audit_not_emptied BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    ),
)

for _dialect, _statements in (("sqlite", STAYS_SQLITE), ("postgresql", STAYS_POSTGRES)):
    for _statement in _statements:
        _ddl = DDL(_statement)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        event.listen(audit, "after_create", _ddl.execute_if(dialect=_dialect))
