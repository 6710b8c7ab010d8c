"""The ledger of posts on its way out: lease, mark, and what a dead process left behind.

Rule 1: leased is not sending: only a post that was marked may have reached anybody, and the mark
is committed before the first byte.
Rule 2: what cannot be sent is settled on the way: the queue never stops at one post.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Executable,
    Integer,
    TextClause,
    bindparam,
    exists,
    false,
    func,
    select,
    true,
    update,
)

from bot.core.effects import Lane
from bot.ports import Outcome, Post
from bot.store.codec import Record, unpack_card
from bot.store.fold import LEASE
from bot.store.linking import unveiled
from bot.store.sealing import Seal
from bot.store.settling import GOING, WAITED_FOR, count, delete_unowned, drop, settle
from bot.store.tables import (
    HELD,
    PENDING,
    addresses,
    leaders,
    outbox,
    plans,
    send_cards,
    sends,
)

STALE: Final = timedelta(hours=48)
"""How late a post may leave that has no expiry of its own: after a long outage it is no answer to
anything any more, and nobody knows what it was to be.
"""

AT_ONCE: Final = 500
"""Addresses of nobody deleted in one statement: a database takes only so many parameters."""

_IDS: Final[BindParameter[Sequence[int]]] = bindparam("ids", expanding=True)

_HALTED: Final = sends.c.state.in_(("paused", "stopped"))


def _not_of(halted: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether a post is of no send that is *halted*: what waits there is not looked at."""
    named = select(sends.c.id).where(sends.c.finished_at.is_(None), halted)
    return outbox.c.send_id.is_(None) | outbox.c.send_id.not_in(named)


_FENCED: Final = ~exists().where(
    leaders.c.token == bindparam("of"), leaders.c.epoch > bindparam("in_epoch", type_=Integer)
)
"""Nobody has begun to lead since: whoever asks in an older epoch changes nothing."""
_NEXT: Final = (
    select(
        outbox.c.id,
        outbox.c.send_id,
        outbox.c.cause,
        outbox.c.platform,
        outbox.c.lane,
        outbox.c.due_at,
        outbox.c.expires_at,
        outbox.c.guarantee,
        # Of a send it stands once a language.
        func.coalesce(outbox.c.card, send_cards.c.card).label("card"),
        outbox.c.locale,
        outbox.c.attempts,
        outbox.c.nonce,
        outbox.c.on_message,
        outbox.c.answers,
        outbox.c.silent,
        outbox.c.repeat,
        addresses.c.lookup,
        addresses.c.sealed,
        addresses.c.closed_at,
    )
    .join(addresses, addresses.c.id == outbox.c.address_id)
    .outerjoin(
        send_cards,
        (send_cards.c.send_id == outbox.c.send_id) & (send_cards.c.locale == outbox.c.locale),
    )
    .where(
        outbox.c.token == bindparam("of"),
        PENDING,
        outbox.c.due_at <= bindparam("now"),
        _not_of(_HALTED | (sends.c.expires_at <= bindparam("now"))),
        _FENCED,
    )
    .order_by(outbox.c.lane, outbox.c.due_at, outbox.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(of=outbox, skip_locked=True)
)
_LEASE: Final = (
    update(outbox)
    .where(outbox.c.id.in_(_IDS), _FENCED)
    .values(state="leased", leased_until=bindparam("until"), epoch=bindparam("in_epoch"))
)
_LEASE_OVER: Final = (
    update(outbox)
    .where(
        outbox.c.token == bindparam("of"),
        HELD,
        outbox.c.state == "leased",
        outbox.c.leased_until < bindparam("now"),
        _FENCED,
    )
    .values(state="pending", leased_until=None)
)
_MARK: Final = (
    update(outbox)
    .where(
        outbox.c.id.in_(_IDS),
        outbox.c.state == "leased",
        # Born leased, for whoever leads; or claimed in this very epoch.
        outbox.c.epoch.in_([0, bindparam("in_epoch", type_=Integer)]),
        _not_of(_HALTED),
        _FENCED,
    )
    .values(
        state="sending",
        attempts=outbox.c.attempts + 1,
        leased_until=None,
        epoch=bindparam("in_epoch"),
    )
    .returning(outbox.c.id)
)
_FREE_PLANS: Final = (
    update(plans).where(plans.c.leased_until.is_not(None)).values(leased_until=None)
)
_OF_ALL: Final = (HELD,)
_OF_ONE: Final = (HELD, outbox.c.token == bindparam("of"))


def _freeing(held: Sequence[ColumnElement[bool] | TextClause]) -> tuple[Executable, ...]:
    """Return what frees the posts that are *held*, and last what gives up those in doubt."""
    doubt = (*held, outbox.c.state == "sending")
    repeated = (outbox.c.guarantee == "at_least_once", outbox.c.repeat == false())
    given_up = {"state": "unknown", "outcome": "unknown", "settled_at": bindparam("now")}
    return (
        update(outbox)
        .where(*held, outbox.c.state == "leased")
        .values(state="pending", leased_until=None),
        update(outbox).where(*doubt, outbox.c.guarantee == "convergent").values(state="pending"),
        update(outbox).where(*doubt, *repeated).values(state="pending", repeat=true()),
        update(outbox)
        .where(*doubt)
        .values(**given_up, card=None)
        .returning(outbox.c.send_id, outbox.c.learner_id),
    )


_FREEING: Final = {False: _freeing(_OF_ALL), True: _freeing(_OF_ONE)}
_ENDED: Final = (outbox.c.settled_at == bindparam("now")) & (outbox.c.learner_id == GOING)
_UNOWNED: Final = select(addresses.c.id).where(addresses.c.learner_id.is_(None), ~WAITED_FOR)


def claim(
    conn: Connection, platform: str, now: datetime, limit: int, seal: Seal, epoch: int
) -> Sequence[Post]:
    """Return at most *limit* posts of *platform* that are due, leased until ``now + LEASE``.

    *epoch* is that in which the caller leads; where another has begun, nothing is leased.  A lease
    that is over counts as pending.  On the way what is past its expiry, or stale, becomes
    ``expired``, what goes to a closed address ``skipped``, and what this version cannot read
    ``refused``.
    """
    led = {"of": platform, "in_epoch": epoch}
    conn.execute(_LEASE_OVER, led | {"now": now})
    posts: list[Post] = []
    while len(posts) < limit:
        rows = conn.execute(_NEXT, led | {"now": now, "limit": limit - len(posts)}).all()
        if not rows:
            break
        made = [_post(row, now, seal) for row in rows]
        live = [one for one in made if isinstance(one, Post)]
        dead = [one for one in made if isinstance(one, Outcome)]
        if dead:
            settle(conn, dead, now, seal)
        if live:
            ids = [post.id for post in live]
            conn.execute(_LEASE, led | {"ids": ids, "until": now + LEASE})
        posts += live
    return tuple(posts)


def _post(row: Record, now: datetime, seal: Seal) -> Post | Outcome:
    """Return the post of *row*, or how it ends."""
    # A send says itself until when it goes on, however long it was paused.
    last = row.expires_at or (None if row.send_id else row.due_at + STALE)
    if last is not None and last <= now:
        return Outcome(row.id, "expired")
    if row.closed_at is not None:
        return Outcome(row.id, "skipped")
    try:
        card = unpack_card(unveiled(row.card, row.cause, seal))
    except ValueError:
        return Outcome(row.id, "refused")
    return Post(
        id=row.id,
        address=seal.open(row.platform, row.lookup, row.sealed),
        card=card,
        lane=Lane(row.lane),
        locale=row.locale,
        attempts=row.attempts,
        nonce=row.nonce,
        on=row.on_message,
        answers=row.cause if row.answers else "",
        expires=row.expires_at,
        guarantee=row.guarantee,
        silent=row.silent,
        repeat=row.repeat,
    )


def mark(conn: Connection, posts: Sequence[Post], epochs: Mapping[str, int]) -> Sequence[Post]:
    """Turn *posts* into ``sending`` and return those that still were leased, in their order.

    *epochs* are those in which the caller leads, by token; another's posts stay as they are.
    """
    held: set[int] = set()
    for token, epoch in epochs.items():
        ids = [post.id for post in posts if post.address.platform == token]
        if ids:
            led = {"of": token, "in_epoch": epoch}
            held.update(conn.execute(_MARK, led | {"ids": ids}).scalars())
    return tuple(replace(p, attempts=p.attempts + 1) for p in posts if p.id in held)


def release(conn: Connection, now: datetime, token: str = "") -> int:
    """Free what a dead process held and return how many posts are to be sent again.

    *token* is the one whose leader has died; without it, nobody leads and nobody fires.
    """
    if not token:
        free_plans(conn)
    named: dict[str, object] = {"of": token} if token else {}
    *freeing, give_up = _FREEING[bool(token)]
    freed = [conn.execute(statement, named).rowcount for statement in freeing]
    lost = Counter(
        (row.send_id, "erased" if row.learner_id == GOING else "unknown")
        for row in conn.execute(give_up, named | {"now": now}).all()
        if row.send_id is not None
    )
    drop(conn, _ENDED, {"now": now})
    count(conn, lost)
    loose = conn.execute(_UNOWNED).scalars().all()
    for first in range(0, len(loose), AT_ONCE):
        delete_unowned(conn, loose[first : first + AT_ONCE])
    return sum(freed)


def free_plans(conn: Connection) -> None:
    """Free the plans that a dead process had leased."""
    conn.execute(_FREE_PLANS)
