"""Whether the ledger of a send adds up, how far it has come, and every row of it.

Rule 1: what was counted is held against the rows: neither is believed alone.
Rule 2: rows come by pages, so that ten million need no memory.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

from sqlalchemy import Connection, Integer, bindparam, exists, func, select

from bot.core.send import Audit, Progress, Recipient
from bot.ports import State
from bot.store.audience import recipients
from bot.store.clock import KEPT_ALERT, KEPT_POST
from bot.store.codec import unpack_audience
from bot.store.planning import cause_of
from bot.store.sends import found
from bot.store.settling import FINAL
from bot.store.tables import PENDING, outbox, send_counts
from bot.store.working import HELD_FROM

RECENT: Final = timedelta(minutes=1)
"""How far back the pace of a send is looked at."""

STATES: Final = get_args(State)

_COUNTS: Final = select(send_counts.c.state, send_counts.c.n).where(
    send_counts.c.send_id == bindparam("of"), send_counts.c.n != 0
)
_ROWS: Final = (
    select(outbox.c.state, func.count())
    .where(outbox.c.send_id == bindparam("of"))
    .group_by(outbox.c.state)
)
_RECENT: Final = select(func.count()).where(
    outbox.c.send_id == bindparam("of"), outbox.c.settled_at > bindparam("since")
)
_QUEUED: Final = (
    select(outbox.c.token, func.count())
    .where(PENDING, outbox.c.lane <= bindparam("worst"), outbox.c.due_at < HELD_FROM)
    .group_by(outbox.c.token)
)
_PAGE: Final = (
    select(
        outbox.c.id,
        outbox.c.address_id,
        outbox.c.platform,
        outbox.c.locale,
        outbox.c.state,
        outbox.c.due_at,
        outbox.c.settled_at,
        outbox.c.message_id,
    )
    .where(
        outbox.c.send_id == bindparam("of"),
        outbox.c.state == bindparam("word"),
        outbox.c.id > bindparam("after"),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("limit", type_=Integer))
)


def progress(conn: Connection, send: int, now: datetime) -> Progress:
    """Return how far *send* has come."""
    row = found(conn, send)
    return Progress(
        id=row.id,
        kind=row.kind,
        cause=row.cause,
        state=row.state,
        size=row.size,
        planned=row.planned_at is not None,
        counts=dict(conn.execute(_COUNTS, {"of": send}).all()),
        recent=conn.execute(_RECENT, {"of": send, "since": now - RECENT}).scalar_one(),
        begins=row.window_start or row.started_at,
        ends=row.window_end,
        expires=row.expires_at,
    )


def queued(conn: Connection, lane: int) -> Mapping[str, int]:
    """Return how many posts wait on each token in *lane* or a better one, those held left out."""
    return dict(conn.execute(_QUEUED, {"worst": lane}).all())


def audit(conn: Connection, send: int, now: datetime) -> Audit:
    """Hold what was counted of *send* against its rows."""
    row = found(conn, send)
    rows: dict[str, int] = dict(conn.execute(_ROWS, {"of": send}).all())
    term = KEPT_ALERT if row.kind == "alert" else KEPT_POST
    kept = row.started_at is None or now - row.started_at < term
    waiting = {state: n for state, n in rows.items() if state not in FINAL}
    settled = {state: n for state, n in rows.items() if state in FINAL}
    return Audit(progress(conn, send, now), waiting, settled, kept)


def page(conn: Connection, send: int, state: str, after: int, limit: int) -> Sequence[Recipient]:
    """Return at most *limit* rows of *send* in *state*, from the one after the row *after*."""
    where = {"of": send, "word": state, "after": after, "limit": limit}
    return [
        Recipient(id_, address, platform, locale, word, due, settled, message or "")
        for id_, address, platform, locale, word, due, settled, message in conn.execute(
            _PAGE, where
        )
    ]


def rowless(conn: Connection, send: int, limit: int) -> Sequence[Recipient]:
    """Return at most *limit* of whom the audience is made just now, and who have no row.

    Among them is whoever lost it, and whoever came since.
    """
    row = found(conn, send)
    chosen = recipients(unpack_audience(row.audience), row.kind).subquery()
    _, locale, address, platform = chosen.c
    has = exists().where(
        outbox.c.cause == cause_of(row), outbox.c.address_id == address, outbox.c.part == 0
    )
    rows = conn.execute(select(address, platform, locale).where(~has).limit(limit))
    return [Recipient(0, where, on, reads, "") for where, on, reads in rows]
