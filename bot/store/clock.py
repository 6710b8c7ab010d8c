"""Plans whose time has come, and the names of events: due, failed, parked, forgotten.

Rule 1: a plan is tried ``PLAN_TRIES`` times, counted before the handling, and then put off by a
day: one poisoned day never silences a person for ever.
Rule 2: no name is handled twice, so names are kept for as long as a repeat can come.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import (
    Connection,
    Integer,
    Update,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.core.effects import Lane
from bot.core.events import AidDue, Incoming
from bot.store import linking
from bot.store.bulk import among
from bot.store.fold import CLOCK, KINDS
from bot.store.sealing import Seal
from bot.store.tables import addresses, learners, outbox, plans, seen
from bot.store.upserts import upserts

LEASE: Final = timedelta(seconds=60)
"""How long a plan belongs to the process that claimed it."""

PLAN_TRIES: Final = 3
"""How often the same plan is tried."""

KEPT: Final = timedelta(hours=48)
"""How long the name of an event is kept.  Telegram repeats for 24 hours."""

KEPT_PLAN: Final = timedelta(days=400)
"""How long the name of a lesson's event is kept: one lesson a local day, whatever is restored."""

KEPT_POST: Final = timedelta(days=7)
KEPT_ALERT: Final = timedelta(days=30)
"""How long the ledger keeps settled posts.  Source: trust.md, 10.1."""

HEARD: Final = "heard:"
"""What the name of the row begins with that tells when a platform was last heard."""

_DAY: Final = timedelta(days=1)
EVENTS: Final = {kind: event for event, kind in KINDS.items()}
"""What each kind of plan raises."""


_OTHER: Final = addresses.alias("other")
_CLOSED, _OTHER_CLOSED = (table.c.closed_at.is_not(None) for table in (addresses, _OTHER))
_BETTER: Final = or_(
    _OTHER_CLOSED < _CLOSED,
    and_(_OTHER_CLOSED == _CLOSED, _OTHER.c.home > addresses.c.home),
    and_(
        _OTHER_CLOSED == _CLOSED,
        _OTHER.c.home == addresses.c.home,
        _OTHER.c.id < addresses.c.id,
    ),
)
_HOME: Final = ~exists().where(_OTHER.c.learner_id == addresses.c.learner_id, _BETTER)
"""Of the addresses of a learner the one that is written to: there is no better one."""

_DUE: Final = (
    select(
        plans.c.learner_id,
        plans.c.kind,
        plans.c.local_date,
        plans.c.tries,
        learners.c.locale,
        addresses.c.platform,
        addresses.c.lookup,
        addresses.c.sealed,
    )
    .join(learners, learners.c.id == plans.c.learner_id)
    .join(addresses, addresses.c.learner_id == plans.c.learner_id)
    .where(
        _HOME,
        plans.c.due_at <= bindparam("now"),
        plans.c.leased_until.is_(None) | (plans.c.leased_until < bindparam("now")),
    )
    .order_by(plans.c.due_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(of=plans, skip_locked=True)
)
_DUE_AT: Final = _DUE.where(addresses.c.platform.in_(bindparam("served", expanding=True)))
_ONE: Final = (plans.c.learner_id == bindparam("learner")) & (plans.c.kind == bindparam("of"))
_PUT_OFF: Final = (
    update(plans)
    .where(_ONE, plans.c.local_date == bindparam("day"))
    .values(due_at=bindparam("later"), local_date=bindparam("next"), tries=0, leased_until=None)
)
_PLAN: Final = select(plans.c.due_at).where(_ONE, plans.c.local_date == bindparam("day"))
_FIRST_FREE: Final = (
    select(plans.c.due_at).where(plans.c.leased_until.is_(None)).order_by(plans.c.due_at).limit(1)
)
_FIRST_LEASED: Final = select(func.min(plans.c.leased_until)).where(
    plans.c.leased_until.is_not(None)
)
_BEFORE: Final = seen.c.at < bindparam("before")
_OLD: Final = _BEFORE & (seen.c.state != "parked")
# That somebody was asked after first aid is nobody's business for a year.
_PLANNED: Final = seen.c.id.startswith(CLOCK)
_HOURS: Final = _PLANNED & ~seen.c.id.contains(f":{KINDS[AidDue]}:")
# Parked ones of plans as well: their day is long over, and the name holds the key of a person.
_TRIM: Final = delete(seen).where(
    _OLD | (_BEFORE & _PLANNED), ~_HOURS, ~seen.c.id.startswith(HEARD)
)
_TRIM_PLANS: Final = delete(seen).where(_BEFORE, _HOURS)
_KNOWN: Final = select(learners.c.id).where(learners.c.id == bindparam("learner"))
_HOLD: Final = _KNOWN.with_for_update(read=True, key_share=True)
_HOLD_IF_FREE: Final = _KNOWN.with_for_update(read=True, key_share=True, skip_locked=True)
_KEY_CHARACTERS: Final = 32
"""Length of a learner's key."""
_HEARD: Final = select(seen.c.at).where(seen.c.id == bindparam("name"))
_HEAR: Final = update(seen).where(seen.c.id == bindparam("name")).values(at=bindparam("now"))
_HEAR_FIRST: Final = insert(seen).values(tries=0, state="done")
_TRIM_POSTS: Final = delete(outbox).where(
    outbox.c.settled_at < bindparam("before"), outbox.c.lane != int(Lane.ALERT)
)
_TRIM_ALERTS: Final = delete(outbox).where(outbox.c.settled_at < bindparam("before"))


@cache
def _lease(dialect: str) -> Update:
    """Return what leases the plans of one kind of many learners."""
    claimed = among(plans.c.learner_id, "claimed", dialect)
    taken = {"leased_until": bindparam("until"), "tries": plans.c.tries + 1}
    return update(plans).where(plans.c.kind == bindparam("of"), claimed).values(taken)


def claim(
    conn: Connection, now: datetime, limit: int, served: Sequence[str] | None, seal: Seal
) -> Sequence[Incoming]:
    """Return the events of at most *limit* plans that are due, leased until ``now + LEASE``.

    *served* names the platforms whose people are meant, None all.  A plan that was tried too
    often, or of a kind unknown to this version, is put off instead.
    """
    where: dict[str, object] = {"now": now, "limit": limit}
    if served is None:
        rows = conn.execute(_DUE, where).all()
    else:
        rows = conn.execute(_DUE_AT, where | {"served": list(served)}).all()
    events: list[Incoming] = []
    leases: dict[str, list[str]] = {}
    for learner, kind, day, tries, locale, platform, lookup, sealed in rows:
        name = f"{CLOCK}{learner}:{kind}:{day.isoformat()}"
        raised = EVENTS.get(kind)
        if raised is None:
            _put_off(conn, learner, kind, day, now)
            continue
        if tries >= PLAN_TRIES:
            # Whoever is being forgotten just now waits for this plan: not for them as well.
            if conn.execute(_HOLD_IF_FREE, {"learner": learner}).scalar():
                _set_aside(conn, name, now)
            continue
        address = seal.open(platform, lookup, sealed)
        events.append(Incoming(name, address, now, raised(day), locale))
        leases.setdefault(kind, []).append(learner)
    lease = _lease(conn.dialect.name)
    for kind, claimed in leases.items():
        conn.execute(lease, {"of": kind, "claimed": claimed, "until": now + LEASE})
    return tuple(events)


def next_due(conn: Connection) -> datetime | None:
    """Return the earliest instant at which a plan can be claimed: leased ones wait for theirs."""
    found = (conn.execute(statement).scalar() for statement in (_FIRST_FREE, _FIRST_LEASED))
    return min((at for at in found if at is not None), default=None)


def failed(conn: Connection, event: str, now: datetime) -> int:
    """Count a failed try of *event* and return the tries so far.

    Of whoever was forgotten meanwhile nothing is written: their event does nothing any more.
    """
    if _forgotten(conn, event):
        return 1
    row = {"id": event, "at": now, "tries": 1, "state": "tried"}
    return int(conn.execute(upserts(conn.dialect.name).tried, row).scalar_one())


def park(conn: Connection, event: str, now: datetime) -> None:
    """Set *event* aside for ever; the plan that raised it is put off to its hour another day.

    Of whoever was forgotten meanwhile nothing is written.
    """
    if not _forgotten(conn, event):
        _set_aside(conn, event, now)


def _forgotten(conn: Connection, event: str) -> bool:
    """Return whether *event* is of somebody who was forgotten; who was not is held until the end.

    A name holds the key of its learner, and one that were written after they went would stay.
    """
    key = event.removeprefix(CLOCK).partition(":")[0]
    if not event.startswith(CLOCK) or len(key) != _KEY_CHARACTERS:
        return False
    return conn.execute(_HOLD, {"learner": key}).scalar() is None


def _set_aside(conn: Connection, event: str, now: datetime) -> None:
    row = {"id": event, "at": now, "tries": 0, "state": "parked"}
    conn.execute(upserts(conn.dialect.name).parked, row)
    if event.startswith(CLOCK):
        with suppress(ValueError):
            learner, kind, day = event.removeprefix(CLOCK).split(":")
            _put_off(conn, learner, kind, date.fromisoformat(day), now)


def _put_off(conn: Connection, learner: str, kind: str, day: date, now: datetime) -> None:
    named = {"learner": learner, "of": kind, "day": day}
    due = conn.execute(_PLAN, named).scalar_one_or_none()
    if due is not None:
        # After a long outage the next day that is still to come, not every day in between.
        rest = max((now - due) // _DAY + 1, 1) * _DAY
        conn.execute(_PUT_OFF, named | {"later": due + rest, "next": day + rest})


def heard(conn: Connection, platform: str, now: datetime) -> datetime | None:
    """Note that *platform* is heard at *now* and return when it was before, None for never."""
    name = f"{HEARD}{platform}"
    before: datetime | None = conn.execute(_HEARD, {"name": name}).scalar_one_or_none()
    if before is None:
        conn.execute(_HEAR_FIRST, {"id": name, "at": now})
    else:
        conn.execute(_HEAR, {"name": name, "now": now})
    return before


def trim(conn: Connection, now: datetime) -> None:
    """Forget names and settled posts that are older than their terms."""
    conn.execute(_TRIM, {"before": now - KEPT})
    conn.execute(_TRIM_PLANS, {"before": now - KEPT_PLAN})
    conn.execute(_TRIM_POSTS, {"before": now - KEPT_POST})
    conn.execute(_TRIM_ALERTS, {"before": now - KEPT_ALERT})
    linking.trim(conn, now)
