"""What is done to the rows of a send, a chunk in a transaction: plan, hold, free, skip, retry.

Rule 1: what is still to be done stands in the row of the send, so that any process can go on.
Rule 2: a chunk takes a moment, because on SQLite the loop that answers people stands still for it.
Rule 3: rows of a send that is paused are put a thousand years off: whoever claims what is due does
not wade through them.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
    true,
    type_coerce,
    update,
)

from bot.store.codec import Record
from bot.store.planning import CHUNK, plan, steered
from bot.store.settling import GOING, count, delete_unowned, drop
from bot.store.tables import EPOCH, MICROSECOND, outbox, send_counts, sends

HELD_FROM: Final = datetime(2500, 1, 1, tzinfo=UTC)
"""Whatever is due later than this is held."""

OFF: Final = 365_250 * 86_400 * 1_000_000
"""How far off what is held is put: a thousand years, in microseconds."""

LOCK: Final = 0x57617665
"""The first number of the advisory locks of sends: "Wave" in ASCII; the second is the send's."""

_OF: Final = outbox.c.send_id == bindparam("of")
_WAITS: Final = and_(_OF, outbox.c.state == "pending")
_DUE: Final = type_coerce(outbox.c.due_at, BigInteger)
_SEND: Final = sends.c.id == bindparam("of")
_OPEN: Final = sends.c.finished_at.is_(None)

_TO_DO: Final = (
    select(sends.c.id).where(_OPEN, sends.c.task != "").order_by(sends.c.lane, sends.c.id)
)
_TAKEN: Final = select(sends).where(_SEND, _OPEN, sends.c.task != "")
_ALONE: Final = select(func.pg_try_advisory_xact_lock(LOCK, bindparam("of", type_=Integer)))
_STILL: Final = and_(_SEND, sends.c.task == bindparam("at"))
_MOVED: Final = update(sends).where(_STILL).values(worked_to=bindparam("to"))
_DONE: Final = (
    update(sends)
    .where(_STILL)
    .values(task=case((sends.c.planned_at.is_(None), bindparam("instead")), else_=""))
)
_TO_EXPIRE: Final = (
    update(sends)
    .where(
        _OPEN,
        sends.c.state.in_(("running", "paused")),
        sends.c.task == "",
        sends.c.expires_at <= bindparam("now"),
        exists().where(outbox.c.send_id == sends.c.id, outbox.c.state == "pending"),
    )
    .values(task="expire")
)
_ENDED: Final = (
    select(func.coalesce(func.sum(send_counts.c.n), 0))
    .where(send_counts.c.send_id == sends.c.id)
    .scalar_subquery()
)
_FINISH: Final = (
    update(sends)
    .where(
        _OPEN,
        sends.c.state.in_(("running", "paused", "stopped")),
        sends.c.task.in_(("", "skip", "expire")),
        sends.c.size == _ENDED,
    )
    .values(
        finished_at=bindparam("now"),
        task="",
        state=case((sends.c.state == "stopped", "stopped"), else_="finished"),
    )
)
_LEASED: Final = (
    update(outbox)
    .where(_OF, outbox.c.state == "leased")
    .values(state="pending", leased_until=None)
)
_NEXT: Final = (
    select(outbox.c.id)
    .where(_WAITS, outbox.c.id > bindparam("after"))
    .order_by(outbox.c.id)
    .limit(bindparam("limit", type_=Integer))
    .subquery()
)
_EDGE: Final = select(func.max(_NEXT.c.id))
_STRETCH: Final = and_(
    _WAITS, outbox.c.id > bindparam("after"), outbox.c.id <= bindparam("to", type_=BigInteger)
)
_HOLD: Final = (
    update(outbox).where(_STRETCH, outbox.c.due_at < HELD_FROM).values(due_at=_DUE + OFF)
)
_FREE: Final = (
    update(outbox).where(_STRETCH, outbox.c.due_at >= HELD_FROM).values(due_at=_DUE - OFF)
)


def step(conn: Connection, now: datetime) -> bool:
    """Do the next chunk of whatever sends still need and return whether there was anything.

    The work of the better lane comes first; one that another process is at is passed over.

    Raises:
        Conflict: something else was wished of a send meanwhile; its chunk is undone.
    """
    for of in conn.execute(_TO_DO).scalars().all():
        # Not the row itself is held: whoever pauses or stops writes there, and never waits.
        if conn.dialect.name == "postgresql" and not conn.execute(_ALONE, {"of": of}).scalar():
            continue
        send = conn.execute(_TAKEN, {"of": of}).one_or_none()
        if send is not None and _TASKS[send.task](conn, send, now):
            return True
    if conn.execute(_TO_EXPIRE, {"now": now}).rowcount:
        return True
    return conn.execute(_FINISH, {"now": now}).rowcount > 0


def _plan(conn: Connection, send: Record, now: datetime) -> bool:
    plan(conn, send, now)
    return True


def _hold(conn: Connection, send: Record, _: datetime) -> bool:
    conn.execute(_LEASED, {"of": send.id})
    return _stretched(conn, send, hold=True)


def _free(conn: Connection, send: Record, _: datetime) -> bool:
    return _stretched(conn, send, hold=False)


def _stretched(conn: Connection, send: Record, *, hold: bool) -> bool:
    """Put the next stretch of rows off, or back where they were."""
    where = {"of": send.id, "after": send.worked_to}
    to = conn.execute(_EDGE, where | {"limit": CHUNK}).scalar()
    if to is None:
        _done(conn, send, instead="" if hold else "plan")
        return True
    conn.execute(_HOLD if hold else _FREE, where | {"to": to})
    steered(conn.execute(_MOVED, {"of": send.id, "at": send.task, "to": to}).rowcount)
    return True


def _done(conn: Connection, send: Record, instead: str = "") -> None:
    """End the task of *send*, or go on to *instead* where its audience is not whole yet."""
    where = {"of": send.id, "at": send.task, "instead": instead}
    steered(conn.execute(_DONE, where).rowcount)


def _skip(conn: Connection, send: Record, now: datetime) -> bool:
    """Decide that what has not left need not; what is on its way just now is waited for."""
    return _ended(conn, send, "skipped", outbox.c.state.in_(("pending", "leased")), now) > 0


def _expire(conn: Connection, send: Record, now: datetime) -> bool:
    if not _ended(conn, send, "expired", outbox.c.state == "pending", now):
        _done(conn, send)
    return True


def _ended(
    conn: Connection, send: Record, state: str, which: ColumnElement[bool], now: datetime
) -> int:
    """Let a chunk of the rows *which* end in *state* and return how many those were.

    Of somebody who was forgotten meanwhile nothing stays but a number.
    """
    final = {"state": state, "outcome": state, "settled_at": now, "card": None}
    ended = (
        update(outbox)
        .where(outbox.c.id.in_(_some(send, which)))
        .values(**final, leased_until=None)
        .returning(outbox.c.learner_id, outbox.c.address_id)
    )
    rows = conn.execute(ended).all()
    forgotten = sorted(where for owner, where in rows if owner == GOING)
    if forgotten:
        of_nobody = and_(outbox.c.learner_id == GOING, outbox.c.settled_at == now)
        drop(conn, and_(outbox.c.send_id == send.id, of_nobody), {})
        delete_unowned(conn, forgotten)
    erased = len(forgotten)
    changes = {(send.id, state): len(rows) - erased, (send.id, "erased"): erased}
    count(conn, {key: n for key, n in changes.items() if n})
    return len(rows)


def _some(send: Record, which: ColumnElement[bool]) -> ColumnElement[int]:
    """Return what finds a chunk of the rows *which* that nobody holds just now."""
    return (
        select(outbox.c.id)
        .where(outbox.c.send_id == send.id, which)
        .limit(CHUNK)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )


def _retry(conn: Connection, send: Record, now: datetime) -> bool:
    """Let a chunk of what failed before the wish wait again; what failed since is not tried.

    Of what may have arrived the next one says so.
    """
    before = EPOCH + send.worked_to * MICROSECOND
    again = {"state": "pending", "outcome": None, "settled_at": None, "attempts": 0, "due_at": now}
    tried = 0
    for state in ("refused", "unknown"):
        which = and_(outbox.c.state == state, outbox.c.settled_at <= before)
        wakes = update(outbox).where(outbox.c.id.in_(_some(send, which))).values(**again)
        if state == "unknown":
            wakes = wakes.values(repeat=true())
        n = conn.execute(wakes).rowcount
        if n:
            count(conn, {(send.id, state): -n})
        tried += n
    if not tried:
        _done(conn, send)
    return True


_TASKS: Final[Mapping[str, Callable[[Connection, Record, datetime], bool]]] = {
    "plan": _plan,
    "hold": _hold,
    "free": _free,
    "skip": _skip,
    "expire": _expire,
    "retry": _retry,
}
