"""One learner at several addresses: codes are made and found here, two learners become one.

Rule 1: a code is written nowhere: what makes it is the key and the name of the event that asked
for it, so that the card in the ledger holds a veil, and only a keyed fingerprint is looked up.
Rule 2: a code that was used is deleted in the commit that uses it; what is deleted already means
that somebody else came first.
Rule 3: of a learner's addresses lessons go to the first by ``closed``, then ``home``, then row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from sqlalchemy import (
    BindParameter,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    null,
    or_,
    select,
    true,
    update,
)

from bot.core.effects import VEIL, Join, Lane, Offer, Prefer, Unlink
from bot.core.events import Address, Incoming, Linked, Miscoded
from bot.core.learner import Learner, Ties
from bot.engine.linking import LENGTH, TRIES, WITHIN, code, shown
from bot.ports import Conflict
from bot.store.bulk import put
from bot.store.codec import Record, learner_of
from bot.store.fold import Place, Tie
from bot.store.sealing import Seal
from bot.store.settling import delete_unowned, forget_posts, hold_posts
from bot.store.tables import (
    OPEN,
    REVIEWS,
    addresses,
    guesses,
    learners,
    links,
    notes,
    outbox,
    reviews,
)
from bot.store.upserts import upserts

_OWNER: Final = select(links.c.learner_id).where(links.c.lookup == bindparam("code"))
_MADE_HERE: Final = (addresses.c.id == links.c.address_id) & (
    # A code goes with the address that showed it: unlinked, it no longer speaks for the learner.
    addresses.c.learner_id == links.c.learner_id
)
_OFFER: Final = (
    select(
        links.c.learner_id.label("learner"),
        *(column for column in learners.c if column is not learners.c.id),
        addresses.c.platform,
        addresses.c.lookup,
        addresses.c.sealed,
        null().label("closed_at"),
        REVIEWS,
    )
    .select_from(links)
    .join(learners, learners.c.id == links.c.learner_id)
    .join(addresses, _MADE_HERE)
    .where(links.c.lookup == bindparam("code"), links.c.expires_at > bindparam("now"))
)
_TRIES: Final = select(guesses.c.tries).where(
    guesses.c.address_id == bindparam("row"), guesses.c.since > bindparam("before")
)
_DOORS: Final = (
    select(
        addresses.c.id,
        addresses.c.learner_id,
        addresses.c.platform,
        addresses.c.closed_at,
        addresses.c.home,
        addresses.c.linked_at,
    )
    .where(addresses.c.learner_id.in_(bindparam("keys", expanding=True)))
    .order_by(addresses.c.linked_at.is_not(None), addresses.c.linked_at, addresses.c.id)
)
_OTHER_NOTES: Final = notes.alias("other_notes")
_KNOWN_NOTES: Final = (
    select(_OTHER_NOTES.c.once)
    .where(_OTHER_NOTES.c.learner_id == bindparam("learner"), _OTHER_NOTES.c.once.is_not(None))
    .scalar_subquery()
)
_NEW_NOTE: Final = or_(notes.c.once.is_(None), notes.c.once.not_in(_KNOWN_NOTES))
_POINTS: Final = select(func.coalesce(func.sum(notes.c.points), 0)).where(
    notes.c.learner_id == bindparam("was"), _NEW_NOTE
)

_USE: Final = delete(links).where(links.c.learner_id == bindparam("learner"))
_MOVE_NOTES: Final = (
    update(notes)
    .where(notes.c.learner_id == bindparam("was"), _NEW_NOTE)
    .values(learner_id=bindparam("to"))
)
_OTHER_REVIEWS: Final = reviews.alias("other_reviews")
_MOVE_REVIEWS: Final = (
    update(reviews)
    .where(
        reviews.c.learner_id == bindparam("was"),
        reviews.c.technique.not_in(
            select(_OTHER_REVIEWS.c.technique)
            .where(_OTHER_REVIEWS.c.learner_id == bindparam("learner"))
            .scalar_subquery()
        ),
    )
    .values(learner_id=bindparam("to"))
)
_ROWS_OF: Final = select(addresses.c.id).where(addresses.c.learner_id == bindparam("was"))
_IDS: Final[BindParameter[Sequence[int]]] = bindparam("ids", expanding=True)
_HERE: Final = and_(outbox.c.address_id.in_(_IDS), OPEN)
_SKIP_LESSONS: Final = (
    update(outbox)
    .where(_HERE, outbox.c.state != "sending", outbox.c.lane == int(Lane.LESSON))
    .values(
        state="skipped",
        outcome="skipped",
        settled_at=bindparam("now"),
        card=None,
        leased_until=None,
    )
)
_HAND_OVER: Final = update(outbox).where(_HERE).values(learner_id=bindparam("to"))
_TO_NOBODY: Final = (
    update(outbox).where(_HERE, outbox.c.state != "sending").values(learner_id=None)
)
_ARRIVE: Final = (
    update(addresses)
    .where((addresses.c.learner_id == bindparam("was")) | (addresses.c.id == bindparam("row")))
    .values(learner_id=bindparam("learner"), home=False, linked_at=bindparam("now"))
)
_END: Final = delete(learners).where(learners.c.id == bindparam("was"))
_PREFER: Final = (
    update(addresses)
    .where(addresses.c.learner_id == bindparam("learner"))
    .values(home=addresses.c.id == bindparam("row"))
)
_ONE_LEAVES: Final = (addresses.c.id == bindparam("row")) & addresses.c.linked_at.is_not(None)
_ALL_LEAVE: Final = (addresses.c.learner_id == bindparam("learner")) & (
    addresses.c.linked_at.is_not(None)
)
_LEAVE: Final = (
    update(addresses)
    .where(addresses.c.id.in_(_IDS))
    .values(learner_id=None, linked_at=None, home=true())
)
_TRIM_LINKS: Final = delete(links).where(links.c.expires_at <= bindparam("now"))
_TRIM_GUESSES: Final = delete(guesses).where(guesses.c.since <= bindparam("before"))


def code_for(cause: str, seal: Seal) -> str:
    """Return the code that the event named *cause* asked for."""
    return code(seal.digest("making a link code", cause))


def unveiled(card: str, cause: str, seal: Seal) -> str:
    """Return the packed *card* with the code that its event asked for, if it shows one."""
    return card.replace(VEIL, shown(code_for(cause, seal))) if VEIL in card else card


def owner(conn: Connection, found: str, seal: Seal) -> str | None:
    """Return the key of the learner who asked for the code *found*, None where nobody did."""
    return conn.execute(_OWNER, {"code": _lookup(found, seal)}).scalar_one_or_none()


def _lookup(found: str, seal: Seal) -> bytes:
    return seal.digest("finding a link code", found[:LENGTH])


@dataclass(frozen=True, slots=True)
class Typed:
    """A code that somebody typed, as it was read: who they are, and where."""

    who: Learner
    incoming: Incoming
    code: str
    place: Place


def resolved(conn: Connection, typed: Typed, seal: Seal) -> tuple[Learner, Incoming]:
    """Return who is concerned by the code that was typed, and what it came to.

    For a right one that is the learner who asked for it, at the address where it was typed.
    """
    at, row = typed.incoming.at, typed.place.row
    tries = conn.execute(_TRIES, {"row": row, "before": at - WITHIN}).scalar_one_or_none() or 0
    if tries >= TRIES:
        return typed.who, replace(typed.incoming, event=Miscoded("locked"))
    wanted = {"code": _lookup(typed.code, seal), "now": at}
    offer = conn.execute(_OFFER, wanted).one_or_none()
    if offer is None:
        last = tries + 1 >= TRIES
        return typed.who, replace(typed.incoming, event=Miscoded("last" if last else "unknown"))
    if offer.learner == typed.who.key:
        return typed.who, replace(typed.incoming, event=Miscoded("own"))
    return _joined(conn, typed, offer, seal)


def _joined(conn: Connection, typed: Typed, offer: Record, seal: Seal) -> tuple[Learner, Incoming]:
    was = typed.place.learner or ""
    who, mine = typed.who, {"learner": offer.learner, "was": was}
    event = Linked(
        by=seal.open(offer.platform, offer.lookup, offer.sealed),
        was=was,
        progress=who.progress if was else (),
        points=int(conn.execute(_POINTS, mine).scalar_one()) if was else 0,
        last_day=who.last_day if was else None,
        aided=who.aided if was else "",
        aided_on=who.aided_on if was else None,
        shown=who.shown,  # a stranger has none
        rhythm=who.rhythm,
    )
    rows = conn.execute(_DOORS, {"keys": [offer.learner, was]}).all()
    doors = [
        _Door(r.id, r.platform, r.closed_at is None, r.learner_id == offer.learner and r.home)
        for r in rows
        if r.id != typed.place.row
    ]
    here = _Door(typed.place.row, typed.incoming.address.platform, open=True, home=False)
    learner = learner_of(offer, typed.incoming.address)
    ties = replace(_ties([*doors, here], here), joined=True)
    return replace(learner, gone=who.gone, ties=ties), replace(typed.incoming, event=event)


@dataclass(frozen=True, slots=True)
class _Door:
    """An address of a learner: whether it can be written to, and is preferred."""

    row: int
    platform: str
    open: bool
    home: bool


def _ties(doors: Sequence[_Door], here: _Door) -> Ties:
    """Return how *here* is tied to the others of *doors*, which come in order."""
    others = [door for door in doors if door.row != here.row]
    first = min(doors, key=lambda door: (not door.open, not door.home, door.row))
    return Ties(
        also=tuple(door.platform for door in others),
        home="" if first.row == here.row else first.platform,
        elsewhere=sum(door.open for door in others),
    )


def tied(
    conn: Connection, people: Mapping[Address, Learner], places: Mapping[Address, Place]
) -> dict[Address, Learner]:
    """Return *people*, those of several addresses with how each address is tied to the others."""
    keys = sorted({who.key for who in people.values() if who.linked})
    rows = conn.execute(_DOORS, {"keys": keys}).all() if keys else ()
    told = dict(people)
    for address, who in people.items():
        own = [row for row in rows if row.learner_id == who.key]
        mine = next((row for row in own if row.id == places[address].row), None)
        if mine is not None:
            # Whoever acts here can be written to here, whatever was thought before.
            doors = [
                _Door(r.id, r.platform, r.closed_at is None or r is mine, r.home) for r in own
            ]
            here = next(door for door in doors if door.row == mine.id)
            ties = replace(_ties(doors, here), joined=mine.linked_at is not None)
            told[address] = replace(who, ties=ties)
    return told


def write(conn: Connection, ties: Sequence[Tie], seal: Seal, now: datetime) -> Sequence[int]:
    """Do what *ties* wish, and return the rows of the addresses that left their learner.

    Raises:
        Conflict: a code was used by somebody else meanwhile.
    """
    left: list[int] = []
    for tie in ties:
        match tie.wish:
            case Offer(until):
                _offer(conn, tie, until, seal)
            case Join(was, keep):
                _join(conn, tie, was, now, keep=keep)
            case Prefer():
                conn.execute(_PREFER, {"learner": tie.learner, "row": tie.row})
            case Unlink(others):
                left += _leave(conn, tie, others=others)
            case _:
                assert_never(tie.wish)
    return left


def ended(ties: Sequence[Tie]) -> Sequence[str]:
    """Return the keys of the learners who become others by *ties*."""
    return [tie.wish.was for tie in ties if isinstance(tie.wish, Join) and tie.wish.was]


def _offer(conn: Connection, tie: Tie, until: datetime, seal: Seal) -> None:
    row = {
        "learner_id": tie.learner,
        "address_id": tie.row,
        "lookup": _lookup(code_for(tie.cause, seal), seal),
        "expires_at": until,
    }
    conn.execute(upserts(conn.dialect.name).links, row)


def _join(conn: Connection, tie: Tie, was: str, now: datetime, *, keep: bool) -> None:
    # The learner's row is locked since the code was found, so it is still this code.
    if conn.execute(_USE, {"learner": tie.learner}).rowcount != 1:
        raise Conflict("a code was used meanwhile")
    if was:
        ids = conn.execute(_ROWS_OF, {"was": was}).scalars().all()
        both = {"was": was, "learner": tie.learner, "to": tie.learner}
        conn.execute(_MOVE_NOTES, both)
        conn.execute(_MOVE_REVIEWS, both)
        if not keep:
            conn.execute(_SKIP_LESSONS, {"ids": ids, "now": now})
        conn.execute(_HAND_OVER, {"ids": ids, "to": tie.learner})
    whole = {"was": was, "row": tie.row, "learner": tie.learner, "now": now}
    conn.execute(_ARRIVE, whole)
    if was:
        conn.execute(_END, {"was": was})


def _leave(conn: Connection, tie: Tie, *, others: bool) -> Sequence[int]:
    which = select(addresses.c.id).where(_ALL_LEAVE if others else _ONE_LEAVES)
    where = {"learner": tie.learner} if others else {"row": tie.row}
    ids = conn.execute(which, where).scalars().all()
    hold_posts(conn, ids)
    conn.execute(_LEAVE, {"ids": ids})
    return ids


def part(conn: Connection, left: Sequence[int], now: datetime) -> None:
    """Send no lesson to addresses that left, and forget what was sent there and for whom."""
    conn.execute(_SKIP_LESSONS, {"ids": left, "now": now})
    forget_posts(conn, left, waiting=False)
    conn.execute(_TO_NOBODY, {"ids": left})
    delete_unowned(conn, left)


def guessed(conn: Connection, rows: Sequence[int], now: datetime) -> None:
    """Count a wrong code from each of *rows*."""
    counted = [{"row": row, "now": now, "before": now - WITHIN} for row in rows]
    put(conn, upserts(conn.dialect.name).guesses, counted)


def trim(conn: Connection, now: datetime) -> None:
    """Forget codes that are too old, and wrong ones that no longer count."""
    conn.execute(_TRIM_LINKS, {"now": now})
    conn.execute(_TRIM_GUESSES, {"before": now - WITHIN})
