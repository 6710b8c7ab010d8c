"""The tables: one schema for SQLite and PostgreSQL, with the names of sending.md, section 2.

Rule 1: an instant is aware and stored as microseconds since 1970: integers sort right everywhere.
Rule 2: a table changes together with a migration; a test compares the two.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    func,
    select,
    text,
)

from bot.ports import Guarantee, State

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def micros(value: datetime) -> int:
    """Return *value* as microseconds since 1970.

    Raises:
        ValueError: *value* is naive.
    """
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place on the time line")
    return (value - EPOCH) // MICROSECOND


class Instant(TypeDecorator[datetime]):
    """A point in time; a naive one is refused, because nobody knows what it means."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return *value* as microseconds since 1970.

        Raises:
            ValueError: *value* is naive.
        """
        if value is None:
            return None
        return micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  SQLAlchemy's signature
        """Return the instant, in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SERIAL: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts by itself only in a column of type INTEGER."""

_ROW_OFTEN_REWRITTEN: Final = {
    "fillfactor": "80",
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_analyze_scale_factor": "0.02",
}
"""Source: sending.md, section 2, housekeeping."""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


STATES: Final = _listed(get_args(State))
COUNTED: Final = _listed((*get_args(State), "erased"))
GUARANTEES: Final = _listed(get_args(Guarantee))

# The conditions of partial indexes.  A query uses such an index only if it holds the same words,
# so these are written out in queries as well, never bound as parameters.
_PENDING: Final = "state = 'pending'"
_HELD: Final = "state IN ('leased', 'sending')"
_OPEN: Final = "state IN ('pending', 'leased', 'sending')"
PENDING, HELD, OPEN = (text(f"outbox.{condition}") for condition in (_PENDING, _HELD, _OPEN))


def _partial(name: str, condition: str, *columns: Column[object]) -> None:
    """Index *columns* over the rows that meet *condition*."""
    Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


learners: Final = Table(
    "learners",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("locale", String, nullable=False),
    Column("country", String, nullable=False),
    Column("region", String),
    Column("zone", String, nullable=False),
    Column("track", String, nullable=False),
    Column("stage", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("last_seen", Instant, nullable=False),
    # Empty for a person; a group or a channel is counted among no audience of people.
    Column("place", String, nullable=False, server_default=text("''")),
    # The address of whoever set a place up, while it is kept for a reason of its own: no key.
    Column("keeper_id", BigInteger),
    sqlite_with_rowid=False,
)

_partial("ix_learners_keeper_id", "keeper_id IS NOT NULL", learners.c.keeper_id)

addresses: Final = Table(
    "addresses",
    metadata,
    # Not counted but taken from the look-up: the row that needs it is written without a read.
    Column("id", _SERIAL, primary_key=True, autoincrement=False),
    Column("learner_id", ForeignKey("learners.id", ondelete="SET NULL"), index=True),
    Column("platform", String, nullable=False),
    Column("lookup", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("closed_at", Instant),
    # Of the open addresses of a learner lessons go to the first, this one before others.
    Column("home", Boolean, nullable=False, server_default=text("true")),
    # When it joined the learner by a code; NULL for the address by which they began.
    Column("linked_at", Instant),
    UniqueConstraint("platform", "lookup"),
)

links: Final = Table(
    "links",
    metadata,
    # One open code a learner: a new one takes the place of the old.
    Column("learner_id", ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True),
    Column("address_id", BigInteger, nullable=False),
    # A keyed fingerprint: the code itself is written nowhere.
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False, index=True),
    sqlite_with_rowid=False,
)

guesses: Final = Table(
    "guesses",
    metadata,
    # No foreign key: whoever guesses may be nobody, of whom no address is kept.
    Column("address_id", BigInteger, primary_key=True, autoincrement=False),
    Column("since", Instant, nullable=False, index=True),
    Column("tries", SmallInteger, nullable=False),
)

sends: Final = Table(
    "sends",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("kind", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("guarantee", String, nullable=False),
    Column("audience", Text, nullable=False),
    Column("seed", String, nullable=False),
    Column("state", String, nullable=False),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("window_start", Instant),
    Column("window_end", Instant),
    Column("expires_at", Instant),
    Column("paid", Boolean, nullable=False, server_default=text("false")),
    Column("created_by", String, nullable=False),
    Column("planned_at", Instant),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    # What is still to be done to its rows, a chunk at a time, and how far that has come.
    Column("task", String, nullable=False, server_default=text("''")),
    Column("planned_to", BigInteger, nullable=False, server_default=text("-1")),
    Column("worked_to", BigInteger, nullable=False, server_default=text("0")),
    # The language of the card for whoever reads none of the others.
    Column("fallback", String, nullable=False, server_default=text("'en'")),
    UniqueConstraint("kind", "cause"),
    CheckConstraint("kind IN ('alert', 'campaign', 'lesson_day', 'live')", "kind"),
    CheckConstraint(f"guarantee IN ({GUARANTEES})", "guarantee"),
    CheckConstraint(
        "state IN ('draft', 'planned', 'running', 'paused', 'stopped', 'finished')", "state"
    ),
)

send_counts: Final = Table(
    "send_counts",
    metadata,
    Column("send_id", ForeignKey("sends.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String, primary_key=True),
    Column("n", Integer, nullable=False),
    CheckConstraint(f"state IN ({COUNTED})", "state"),
    sqlite_with_rowid=False,
)

_partial("ix_sends_open", "finished_at IS NULL", sends.c.state)

send_cards: Final = Table(
    "send_cards",
    metadata,
    # Once for all who read a language, not once a row: a million copies would be a gigabyte.
    Column("send_id", ForeignKey("sends.id", ondelete="CASCADE"), primary_key=True),
    Column("locale", String, primary_key=True),
    Column("card", Text, nullable=False),
    Column("card_hash", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

outbox: Final = Table(
    "outbox",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    # No foreign key: to check each of a million rows takes PostgreSQL longer than to write them,
    # and a send is never deleted.
    Column("send_id", _SERIAL),
    Column("cause", String, nullable=False),
    Column("part", SmallInteger, nullable=False),
    # No foreign keys to people: the ledger stays, as a pseudonym, when they go.
    Column("learner_id", String(32)),
    Column("address_id", BigInteger, nullable=False, index=True),
    Column("platform", String, nullable=False),
    Column("token", String, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("guarantee", String, nullable=False),
    Column("card", Text),
    Column("card_hash", LargeBinary, nullable=False),
    Column("locale", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("leased_until", Instant),
    Column("nonce", String(25), nullable=False),
    Column("on_message", String, nullable=False, server_default=""),
    Column("answers", Boolean, nullable=False, server_default=text("false")),
    Column("silent", Boolean, nullable=False, server_default=text("false")),
    Column("repeat", Boolean, nullable=False, server_default=text("false")),
    Column("message_id", String),
    Column("outcome", String),
    Column("settled_at", Instant),
    UniqueConstraint("cause", "address_id", "part"),
    CheckConstraint(f"state IN ({STATES})", "state"),
    CheckConstraint(f"guarantee IN ({GUARANTEES})", "guarantee"),
    postgresql_with=_ROW_OFTEN_REWRITTEN,
)

_partial(
    "ix_outbox_pending", _PENDING, outbox.c.token, outbox.c.lane, outbox.c.due_at, outbox.c.id
)
_partial("ix_outbox_held", _HELD, outbox.c.token, outbox.c.epoch)
_partial("ix_outbox_send", "send_id IS NOT NULL", outbox.c.send_id, outbox.c.state, outbox.c.id)
_partial("ix_outbox_settled", "settled_at IS NOT NULL", outbox.c.settled_at)

plans: Final = Table(
    "plans",
    metadata,
    Column("learner_id", ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("due_at", Instant, nullable=False, index=True),
    Column("local_date", Date, nullable=False),
    Column("leased_until", Instant),
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
_partial("ix_plans_leased", "leased_until IS NOT NULL", plans.c.leased_until)

seen: Final = Table(
    "seen",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("tries", SmallInteger, nullable=False),
    Column("state", String, nullable=False),
    CheckConstraint("state IN ('tried', 'done', 'parked')", "state"),
    sqlite_with_rowid=False,
)

leaders: Final = Table(
    "leaders",
    metadata,
    Column("token", String, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("holder", String, nullable=False),
    Column("since", Instant, nullable=False),
)

notes: Final = Table(
    "notes",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("learner_id", ForeignKey("learners.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("points", Integer, nullable=False),
    # NULL, not empty: nulls are never equal, so a fact without a name may be noted many times.
    Column("once", String),
    Column("at", Instant, nullable=False),
    UniqueConstraint("learner_id", "once"),
)

reviews: Final = Table(
    "reviews",
    metadata,
    Column("learner_id", ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True),
    Column("technique", String, primary_key=True),
    Column("memory", Text, nullable=False),
    Column("due", Instant, nullable=False),
    sqlite_with_rowid=False,
)

REVIEWS: Final = (
    select(func.aggregate_strings(reviews.c.memory, ","))
    .where(reviews.c.learner_id == learners.c.id)
    .correlate(learners)
    .scalar_subquery()
    .label("reviews")
)
"""All that a learner remembers, read with them in one statement; NULL for nothing."""

erasures: Final = Table(
    "erasures",
    metadata,
    # The random name of a line in the erase journal, and nothing of whom it was about.
    Column("id", LargeBinary, primary_key=True),
    sqlite_with_rowid=False,
)
