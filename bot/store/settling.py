"""What became of posts: final states, counts of a send, and addresses that close or move.

Rule 1: a final row keeps no words, only their hash.
Rule 2: an address that nobody owns goes with its last open post.
Rule 3: ``send_counts`` holds the final states alone: what is open is the size of the send less
their sum, so that leasing and marking cost nothing more.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, get_args

from sqlalchemy import (
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)

from bot.core.events import Address
from bot.ports import Conflict, Outcome, State
from bot.store.bulk import put
from bot.store.codec import Record
from bot.store.sealing import Seal
from bot.store.tables import OPEN, addresses, leaders, learners, outbox, plans
from bot.store.upserts import upserts

_BEGUN: Final = frozenset({"leased", "sending"})
_UNSETTLED: Final = frozenset({"pending", "unknown"}) | _BEGUN

FINAL: Final = frozenset(get_args(State)) - {"pending"} - _BEGUN
"""States in which a post stays.  Source: sending.md, section 2."""

GOING: Final = "going"
"""Stands for the learner of a post whose person was forgotten while it was on its way.

Such a row goes as soon as it is final; no learner's key is of this length.
"""

Ids = Sequence[int]
_IDS: Final[BindParameter[Ids]] = bindparam("ids", expanding=True)

_LED: Final = (
    select(leaders.c.epoch).where(leaders.c.token == outbox.c.token).scalar_subquery().label("led")
)
_ROWS: Final = select(
    outbox.c.id,
    outbox.c.send_id,
    outbox.c.state,
    outbox.c.address_id,
    outbox.c.learner_id,
    outbox.c.token,
    outbox.c.epoch,
    _LED,
)
_ROW: Final = _ROWS.where(outbox.c.id == bindparam("row")).with_for_update(of=outbox)
_ROWS_MANY: Final = (
    _ROWS.where(outbox.c.id.in_(_IDS)).order_by(outbox.c.id).with_for_update(of=outbox)
)
_OWNED: Final = (
    select(addresses.c.learner_id)
    .join(outbox, outbox.c.address_id == addresses.c.id)
    .where(outbox.c.id.in_(_IDS), addresses.c.learner_id.is_not(None))
)
_HOLD_OWNERS: Final = (
    select(learners.c.id)
    .where(learners.c.id.in_(_OWNED))
    .order_by(learners.c.id)
    .with_for_update()
)
_FINISH: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state=bindparam("word"),
        outcome=bindparam("word"),
        message_id=bindparam("sent_as"),
        settled_at=bindparam("now"),
        card=None,
        leased_until=None,
    )
)
_DOUBT: Final = bindparam("doubt", type_=Boolean)
_AGAIN: Final = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(
        state="pending",
        outcome="pending",
        due_at=bindparam("again"),
        leased_until=None,
        repeat=outbox.c.repeat | (_DOUBT & (outbox.c.guarantee == "at_least_once")),
    )
)
_CLOSE: Final = (
    update(addresses)
    .where(addresses.c.id.in_(_IDS), addresses.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"))
)
_OTHER: Final = addresses.alias("other")
_DROP_PLANS: Final = delete(plans).where(
    plans.c.learner_id.in_(
        select(addresses.c.learner_id).where(
            addresses.c.id.in_(_IDS), addresses.c.learner_id.is_not(None)
        )
    ),
    ~exists().where(_OTHER.c.learner_id == plans.c.learner_id, _OTHER.c.closed_at.is_(None)),
)
WAITED_FOR: Final = exists().where(outbox.c.address_id == addresses.c.id, OPEN)
_UNOWNED: Final = addresses.c.id.in_(_IDS) & addresses.c.learner_id.is_(None)
_HOLD_UNOWNED: Final = (
    select(addresses.c.id).where(_UNOWNED).order_by(addresses.c.id).with_for_update()
)
_DELETE_UNOWNED: Final = delete(addresses).where(_UNOWNED, ~WAITED_FOR)
_AT: Final = outbox.c.address_id.in_(_IDS)
_HOLD_POSTS: Final = select(outbox.c.id).where(_AT).order_by(outbox.c.id).with_for_update()
_UNDER_WAY: Final = _AT & (outbox.c.state == "sending")
_OVER: Final = _AT & outbox.c.state.in_(sorted(FINAL))
_ASIDE: Final = _AT & (outbox.c.state != "sending")
_COUNTED: Final = (
    select(outbox.c.send_id, outbox.c.state, func.count().label("n"))
    .where(outbox.c.send_id.is_not(None))
    .group_by(outbox.c.send_id, outbox.c.state)
)
_LET_GO: Final = update(outbox).where(_UNDER_WAY).values(learner_id=GOING)
_NAMED: Final = outbox.c.id.in_(_IDS)
_EVERY: Final = outbox.alias("every_post")
_NEWEST: Final = select(func.max(_EVERY.c.id)).scalar_subquery()
_EMPTY: Final = {
    "send_id": None,
    "cause": "",
    "learner_id": None,
    "address_id": -outbox.c.id,
    "card": None,
    "card_hash": b"",
    "nonce": "",
    "on_message": "",
    "message_id": None,
    "state": "skipped",
    "outcome": "skipped",
    "leased_until": None,
    "settled_at": func.coalesce(outbox.c.settled_at, outbox.c.due_at),
}
"""What a post is made that was anybody's: nothing but a number."""
_OWNER: Final = (
    select(addresses.c.learner_id, addresses.c.closed_at, addresses.c.home, addresses.c.linked_at)
    .where(addresses.c.id == bindparam("row"))
    # Whoever writes there just now ends first, and what they wrote moves as well.
    .with_for_update()
)
_INHERIT: Final = (
    update(addresses)
    .where(addresses.c.id == bindparam("row"), addresses.c.learner_id.is_(None))
    .values(learner_id=bindparam("learner"))
)
_REPOINT: Final = (
    update(outbox)
    .where(outbox.c.address_id == bindparam("old"))
    .values(address_id=bindparam("new"), platform=bindparam("on"), token=bindparam("on"))
)
_DELETE: Final = delete(addresses).where(addresses.c.id == bindparam("row"))


_FACTS: Final = frozenset({"sent", "refused", "gone"})
"""What the service itself has said of a post: true whoever leads by now."""


def settle(
    conn: Connection,
    outcomes: Sequence[Outcome],
    now: datetime,
    seal: Seal,
    epochs: Mapping[str, int] | None = None,
) -> int:
    """Record *outcomes* and return how many addresses of nobody went with their last post.

    One that comes too late, for a settled post, changes nothing; nor does what was decided in an
    older epoch than that of whoever leads by now, but for what the service has said.  *epochs* are
    those of the caller, by token; None: it leads.

    Raises:
        Conflict: an address that closes or moves went to another learner just now.
    """
    _hold_owners(conn, [o.post for o in outcomes if o.state == "gone" or o.moved_to])
    rows = _rows(conn, [outcome.post for outcome in outcomes])
    known = {o.post: o for o in outcomes if o.post in rows and _fits(o, rows[o.post], epochs)}
    final = [o for o in known.values() if o.state in FINAL]
    put(conn, _FINISH, [_finished(outcome, now) for outcome in final])
    _count(conn, final, rows)
    again = [o for o in known.values() if o.state not in FINAL]
    put(
        conn,
        _AGAIN,
        [{"row": o.post, "again": o.again or now, "doubt": o.doubt} for o in again],
    )
    for outcome in known.values():
        if outcome.moved_to is not None:
            move(conn, rows[outcome.post].address_id, outcome.moved_to, seal)
    return _clean(conn, final, rows, now)


def _hold_owners(conn: Connection, ids: Ids) -> None:
    """Let the learners to whom the posts *ids* went do nothing else meanwhile.

    Two addresses of one may close at once, or one close while they come back at the other:
    whether they can still be written to is looked up by one transaction after the other.
    """
    if not ids or conn.dialect.name == "sqlite":
        return
    held = set(conn.execute(_HOLD_OWNERS, {"ids": ids}).scalars())
    if set(conn.execute(_OWNED, {"ids": ids}).scalars()) - held:
        raise Conflict("an address went to another learner")


def _finished(outcome: Outcome, now: datetime) -> dict[str, object]:
    sent_as = outcome.sent_as or None
    return {"row": outcome.post, "word": outcome.state, "now": now, "sent_as": sent_as}


def _rows(conn: Connection, ids: Ids) -> dict[int, Record]:
    if len(ids) == 1:
        found = conn.execute(_ROW, {"row": ids[0]})
    else:
        found = conn.execute(_ROWS_MANY, {"ids": ids})
    return {row.id: row for row in found}


def _fits(outcome: Outcome, row: Record, epochs: Mapping[str, int] | None) -> bool:
    overtaken = epochs is not None and (row.led or 0) > epochs.get(row.token, 0)
    born = row.state == "leased" and not row.epoch  # nobody has claimed it yet
    if overtaken and outcome.state not in _FACTS and not born:
        return False
    # A result that is known is written even where the post was already taken to be lost.
    return row.state in (_UNSETTLED if outcome.state in FINAL else _BEGUN)


def _count(conn: Connection, final: Iterable[Outcome], rows: Mapping[int, Record]) -> None:
    changes: Counter[tuple[int, str]] = Counter()
    for outcome in final:
        row = rows[outcome.post]
        if row.send_id is not None:
            erased = row.learner_id == GOING
            changes[row.send_id, "erased" if erased else outcome.state] += 1
            if row.state in FINAL:
                changes[row.send_id, row.state] -= 1
    count(conn, changes)


def count(conn: Connection, changes: Mapping[tuple[int, str], int]) -> None:
    """Add *changes*, by (send, state), to the counts of sends."""
    rows = [{"send_id": s, "state": word, "n": n} for (s, word), n in sorted(changes.items())]
    put(conn, upserts(conn.dialect.name).counts, rows)


def _clean(
    conn: Connection,
    final: Iterable[Outcome],
    rows: Mapping[int, Record],
    now: datetime,
) -> int:
    gone = sorted({rows[o.post].address_id for o in final if o.state == "gone"})
    if gone:
        conn.execute(_CLOSE, {"ids": gone, "now": now})
        conn.execute(_DROP_PLANS, {"ids": gone})
    going = [o.post for o in final if rows[o.post].learner_id == GOING]
    if going:
        drop(conn, _NAMED, {"ids": going})
    nobody = {None, GOING}
    unowned = {rows[o.post].address_id for o in final if rows[o.post].learner_id in nobody}
    return delete_unowned(conn, sorted(unowned)) if unowned else 0


def delete_unowned(conn: Connection, places: Ids) -> int:
    """Delete those of *places* that belong to nobody and wait for nothing; return how many.

    They are held first: a turn that answers there just now ends before it is looked whether
    anything waits, since PostgreSQL would look at what was there when the statement began.
    """
    if conn.dialect.name != "sqlite":
        conn.execute(_HOLD_UNOWNED, {"ids": places}).all()
    return conn.execute(_DELETE_UNOWNED, {"ids": places}).rowcount


def hold_posts(conn: Connection, places: Ids) -> None:
    """Hold all that goes or went to *places*: what is settled just now is settled first.

    A statement of PostgreSQL would look for a post's state as it was, wait, and leave it out.
    """
    if conn.dialect.name != "sqlite":
        conn.execute(_HOLD_POSTS, {"ids": places}).all()


def forget_posts(conn: Connection, places: Ids, *, waiting: bool) -> None:
    """Delete what was sent to *places*, and with *waiting* also what was not sent yet.

    What is on its way just now goes when it has ended: its name may hold the key of whom it was
    for.  What belonged to a send is counted
    there as ``erased``, so that its sums still balance.
    """
    hold_posts(conn, places)
    which = _ASIDE if waiting else _OVER
    changes: Counter[tuple[int, str]] = Counter()
    for row in conn.execute(_COUNTED.where(which), {"ids": places}):
        changes[row.send_id, "erased"] += row.n
        if row.state in FINAL:
            changes[row.send_id, row.state] -= row.n
    count(conn, changes)
    drop(conn, which, {"ids": places})
    conn.execute(_LET_GO, {"ids": places})


def drop(conn: Connection, which: ColumnElement[bool], values: Mapping[str, object]) -> None:
    """Delete the posts that meet *which*; of the newest of all only what is anybody's.

    SQLite would give its number to the next post, and a dispatcher that still holds the old one
    in memory would send that in its place.  The empty row goes when its term is over.
    """
    conn.execute(delete(outbox).where(which, outbox.c.id != _NEWEST), values)
    conn.execute(update(outbox).where(which).values(_EMPTY), values)


def move(conn: Connection, old: int, to: Address, seal: Seal) -> None:
    """Give whoever lives at row *old* the address *to*; open posts follow."""
    owner = conn.execute(_OWNER, {"row": old}).one_or_none()
    sealed = seal.close(to)
    if owner is None or sealed.number == old:
        return
    place = {
        "id": sealed.number,
        "learner_id": owner.learner_id,
        "platform": to.platform,
        "lookup": sealed.lookup,
        "sealed": sealed.sealed,
        "closed_at": owner.closed_at,
        "home": owner.home,
        "linked_at": owner.linked_at,
    }
    put(conn, upserts(conn.dialect.name).places, [place])
    conn.execute(_INHERIT, {"row": sealed.number, "learner": owner.learner_id})
    conn.execute(_REPOINT, {"old": old, "new": sealed.number, "on": to.platform})
    conn.execute(_DELETE, {"row": old})
