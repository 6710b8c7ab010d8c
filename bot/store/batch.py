"""One transaction over N learners: read and lock, let somebody decide, write and commit.

Rule 1: an event is handled once: its name is written in the same commit as what follows from it.
Rule 2: rows are locked in one order by everybody, or two batches wait for each other for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from secrets import token_hex
from types import TracebackType
from typing import Final, Self

from sqlalchemy import Connection, Executable, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.effects import Decision, Offer
from bot.core.events import Address, Incoming
from bot.core.learner import Learner, Stranger
from bot.engine.linking import typed
from bot.ports import Conflict, Post
from bot.store import linking
from bot.store.bulk import amend, among, pour, put
from bot.store.codec import Record, learner_of, pack_card, unpack_card
from bot.store.erasing import erase, let_go, unname
from bot.store.fold import CLOCK, Opening, Place, Row, Rows, fold
from bot.store.forgotten import Journal
from bot.store.line import Line
from bot.store.owing import owe
from bot.store.sealing import Seal, number_of
from bot.store.settling import move
from bot.store.tables import REVIEWS, addresses, learners, plans, seen
from bot.store.upserts import upserts

KEY_BYTES: Final = 16
"""Length of a learner's key, in bytes: 32 hexadecimal digits."""

_SEEN_ONE: Final = select(seen.c.state).where(seen.c.id == bindparam("id"))

_WHO: Final = select(
    addresses.c.id,
    addresses.c.lookup,
    addresses.c.closed_at,
    addresses.c.learner_id.label("learner"),
    learners.c.locale,
    learners.c.country,
    learners.c.zone,
    learners.c.track,
    learners.c.stage,
    learners.c.settings,
    learners.c.last_seen,
    learners.c.place,
    learners.c.keeper_id,
    REVIEWS,
).select_from(addresses.outerjoin(learners, learners.c.id == addresses.c.learner_id))
_ONE: Final = (addresses.c.platform == bindparam("platform")) & (
    addresses.c.lookup == bindparam("lookup")
)
WHO_ONE: Final = _WHO.where(_ONE)
"""The address, and the learner there if any, at (platform, lookup)."""
_EVENT: Final = select(seen.c.state).where(seen.c.id == bindparam("event")).scalar_subquery()
_WHO_AND_SEEN: Final = WHO_ONE.add_columns(_EVENT.label("known"))
_LOCKS: Final = (
    select(learners.c.id)
    .join(addresses, addresses.c.learner_id == learners.c.id)
    .order_by(learners.c.id)
    .with_for_update(of=learners)
)
_HOLD: Final = (
    select(addresses.c.id)
    .where(addresses.c.id.in_(bindparam("ids", expanding=True)), addresses.c.learner_id.is_(None))
    .order_by(addresses.c.id)
    .with_for_update()
)
_LOCK_TWO: Final = _LOCKS.where(
    (addresses.c.id == bindparam("row")) | (learners.c.id == bindparam("owner"))
)

_KEEPERS: Final = select(
    addresses.c.id, addresses.c.platform, addresses.c.lookup, addresses.c.sealed
).where(addresses.c.id.in_(bindparam("ids", expanding=True)))

_ADD_SEEN: Final = insert(seen)
_DONE: Final = (
    update(seen)
    .where(seen.c.id == bindparam("event"), seen.c.state == "tried")
    .values(state="done", at=bindparam("now"))
)
_ADD_ADDRESS: Final = insert(addresses)
_ADOPT: Final = (
    update(addresses)
    .where(addresses.c.id == bindparam("row"))
    .values(learner_id=bindparam("learner"), closed_at=bindparam("when"))
)
_CLOSE: Final = (
    update(addresses).where(addresses.c.id == bindparam("row")).values(closed_at=bindparam("when"))
)
_UNPLAN: Final = delete(plans).where(
    plans.c.learner_id == bindparam("learner"), plans.c.kind == bindparam("kind")
)
_LAPSE: Final = _UNPLAN.where(plans.c.local_date == bindparam("day"))


@cache
def _many(dialect: str) -> tuple[Executable, Executable, Executable]:
    """Return what reads the names of events, and what reads and what locks learners by address."""
    here = among(addresses.c.id, "rows", dialect)
    named = select(seen.c.id, seen.c.state).where(among(seen.c.id, "ids", dialect))
    return named, _WHO.where(here), _LOCKS.where(here)


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: the events that are new, the addresses by which they came, the tried ones."""

    fresh: Sequence[tuple[Learner, Incoming]]
    places: Mapping[Address, Place]
    tried: frozenset[str]


class Turn:
    """A batch while it is open: ``bot.ports.Batch``, and the context manager around it."""

    def __init__(
        self, line: Line, seal: Seal, journal: Journal, incoming: Sequence[Incoming]
    ) -> None:
        self._line = line
        self._seal = seal
        self._journal = journal
        self._incoming = incoming
        self._conn: AsyncConnection | None = None
        self._found = Found((), {}, frozenset())
        self.forgotten: Sequence[Address] = ()

    @property
    def fresh(self) -> Sequence[tuple[Learner, Incoming]]:
        """Return the events not seen before, each with its learner as stored."""
        return self._found.fresh

    async def __aenter__(self) -> Self:
        """Begin, lock and read."""
        if not self._incoming:
            return self
        conn = await self._line.take()
        try:
            self._found = await self._line.attempt(
                conn, _read, self._incoming, self._seal, self._line.locks
            )
        except BaseException:
            await self._line.give(conn)
            raise
        self._conn = conn
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Undo what was not kept."""
        if self._conn is not None:
            conn, self._conn = self._conn, None
            await self._line.give(conn)

    async def keep(
        self, decided: Sequence[tuple[Incoming, Decision]], now: datetime
    ) -> Sequence[Post]:
        """Write all that was decided, commit, and return the new posts, born leased.

        Raises:
            Conflict: another transaction came first, or the name of an event was taken.
            StoreDown: the database cannot be written; nothing was changed.
        """
        if not decided:
            return ()
        if self._conn is None:
            raise RuntimeError("a batch is kept once, while it is open")
        stored = {who.key: who for who, _ in self.fresh if not isinstance(who.stage, Stranger)}
        rows = fold(decided, self._found.places, self._seal.number, now, stored)
        conn, self._conn = self._conn, None
        try:
            posts, self.forgotten = await self._line.finish(
                conn, _write, rows, self._found.tried, self._seal, self._journal, now
            )
            self._line.stale |= bool(rows.erased)
            return posts
        finally:
            await self._line.give(conn)


def _read(conn: Connection, incoming: Sequence[Incoming], seal: Seal, locks: bool) -> Found:  # noqa: FBT001  run_sync passes places
    conn.begin()
    named: dict[str, Incoming] = {}
    for i in incoming:
        named.setdefault(i.id, i)
    first = list(named.values())
    lookups = {seal.lookup(i.address): i.address for i in first}
    where = {number_of(lookup): lookup for lookup in lookups}
    # A code concerns two learners, so whoever types one is a batch alone.
    code = typed(first[0]) if len(first) == 1 else ""
    locked = _locked(conn, where, code, seal) if locks else None
    known, rows = _alone(conn, first[0], seal) if len(first) == 1 else _all(conn, first, where)
    if locked is not None and {row.learner for row in rows.values()} - {None, *locked}:
        raise Conflict("an address went to another learner")
    if locked is not None:
        _hold(conn, rows)
    places = {
        address: place_of(rows[lookup]) if lookup in rows else Place(seal.number(address))
        for lookup, address in lookups.items()
    }
    people = {
        lookups[lookup]: learner_of(row, lookups[lookup])
        for lookup, row in rows.items()
        if row.learner
    }
    people = linking.tied(conn, people, places)
    people = {**people, **_keepers(conn, people, rows, seal)}
    fresh = _fresh([i for i in first if known.get(i.id, "tried") == "tried"], people, places)
    if code and fresh:
        [(who, i)] = fresh
        told = linking.Typed(who, i, code, places[i.address])
        fresh = [linking.resolved(conn, told, seal)]
    return Found(tuple(fresh), places, frozenset(known))


def _keepers(
    conn: Connection, people: Mapping[Address, Learner], rows: Mapping[bytes, Record], seal: Seal
) -> dict[Address, Learner]:
    """Return the places among *people*, each with who set it up, where that is still kept."""
    wanted = {row.learner: row.keeper_id for row in rows.values() if row.keeper_id is not None}
    if not wanted:
        return {}
    found = conn.execute(_KEEPERS, {"ids": sorted(wanted.values())})
    kept = {row.id: seal.open(row.platform, row.lookup, row.sealed) for row in found}
    return {
        address: replace(who, keeper=kept.get(wanted[who.key]))
        for address, who in people.items()
        if who.key in wanted
    }


def _fresh(
    new: Sequence[Incoming], people: dict[Address, Learner], places: Mapping[Address, Place]
) -> list[tuple[Learner, Incoming]]:
    """Return the events *new*, each with its learner; strangers are added to *people*."""
    fresh = []
    for i in new:
        if i.address not in people:
            people[i.address] = _stranger(i, closed=places[i.address].closed)
        if _concerns(i, people[i.address]):
            fresh.append((people[i.address], i))
    return fresh


def _locked(conn: Connection, where: Collection[int], code: str, seal: Seal) -> Sequence[str]:
    """Lock whoever lives in the rows *where*, or asked for *code*, and return their keys."""
    owner = linking.owner(conn, code, seal) if code else None
    if owner is None:
        _, _, lock = _many(conn.dialect.name)
        return conn.execute(lock, {"rows": list(where)}).scalars().all()
    [row] = where
    return conn.execute(_LOCK_TWO, {"row": row, "owner": owner}).scalars().all()


def _hold(conn: Connection, rows: Mapping[bytes, Record]) -> None:
    """Keep the addresses of nobody that were read until the end of the transaction.

    Such a row goes with its last post, and that may be settled just now: whoever joined by it,
    or was answered there, would be lost.

    Raises:
        Conflict: one of them went, or found its learner, since it was read.
    """
    loose = sorted(row.id for row in rows.values() if row.learner is None)
    if loose and len(conn.execute(_HOLD, {"ids": loose}).all()) != len(loose):
        raise Conflict("an address of nobody went, or found its learner")


def _concerns(incoming: Incoming, who: Learner) -> bool:
    """Return whether *incoming* is about *who*: an hour may be claimed from whom they once were.

    Its plan is still there, and is claimed again, for the address that it belongs to now.
    """
    clock = incoming.id.startswith(CLOCK)
    return not clock or incoming.id.startswith(f"{CLOCK}{who.key}:")


def _stranger(incoming: Incoming, *, closed: bool) -> Learner:
    return Learner(token_hex(KEY_BYTES), incoming.address, locale=incoming.locale, gone=closed)


def place_of(row: Record) -> Place:
    """Return the place that *row*, read by ``WHO_ONE``, tells of."""
    return Place(row.id, True, row.learner, row.closed_at is not None, row.last_seen)  # noqa: FBT003  the field's name is in Place


def _alone(
    conn: Connection, incoming: Incoming, seal: Seal
) -> tuple[dict[str, str], dict[bytes, Record]]:
    """Read what one event needs in one statement, because a statement costs as much as a read."""
    address = incoming.address
    where = {"platform": address.platform, "lookup": seal.lookup(address)}
    row = conn.execute(_WHO_AND_SEEN, where | {"event": incoming.id}).one_or_none()
    if row is None:
        state = conn.execute(_SEEN_ONE, {"id": incoming.id}).scalar_one_or_none()
        return ({incoming.id: state} if state else {}), {}
    return ({incoming.id: row.known} if row.known else {}), {row.lookup: row}


def _all(
    conn: Connection, incoming: Sequence[Incoming], where: Mapping[int, bytes]
) -> tuple[dict[str, str], dict[bytes, Record]]:
    # All at once: a result that is walked through asks the driver for each row by itself.
    named, who, _ = _many(conn.dialect.name)
    known = conn.execute(named, {"ids": [i.id for i in incoming]}).all()
    rows = conn.execute(who, {"rows": list(where)}).all()
    # The number is half of the fingerprint; whose other half differs is somebody else.
    found = {row.lookup: row for row in rows if row.lookup == where[row.id]}
    return {row.id: row.state for row in known}, found


def _write(
    conn: Connection,
    rows: Rows,
    tried: frozenset[str],
    seal: Seal,
    journal: Journal,
    now: datetime,
) -> tuple[Sequence[Post], Sequence[Address]]:
    upsert = upserts(conn.dialect.name)
    _write_seen(conn, rows, tried)
    pour(conn, upsert.learners, rows.learners)
    if amend(conn, learners, "learner", rows.taught) != len(rows.taught):
        raise Conflict("a learner went meanwhile")
    _write_addresses(conn, rows, seal)
    put(conn, _UNPLAN, rows.unplanned)
    put(conn, _LAPSE, rows.lapsed)
    pour(conn, upsert.plans, rows.plans)
    pour(conn, upsert.notes, rows.notes)
    pour(conn, upsert.reviews, _newest(rows.reviews))
    left = erase(conn, rows.erased, journal) if rows.erased else ()
    parted = linking.write(conn, rows.ties, seal, now)
    unname(conn, linking.ended(rows.ties))
    linking.guessed(conn, rows.guesses, now)
    posts = owe(conn, rows.posts, rows.outbox)
    if any(isinstance(tie.wish, Offer) for tie in rows.ties):
        posts = tuple(_unveiled(post, seal) for post in posts)
    if parted:
        linking.part(conn, parted, now)
    if left:
        let_go(conn, [row.id for row in left])
    for old, to in rows.relocations:
        move(conn, old, to, seal)
    conn.commit()
    journal.done([row.lookup for row in left])
    return posts, [seal.open(row.platform, row.lookup, row.sealed) for row in left]


def _newest(reviews: Sequence[Row]) -> Sequence[Row]:
    """Return the last of *reviews* of each learner and technique."""
    return list({(row["learner_id"], row["technique"]): row for row in reviews}.values())


def _write_seen(conn: Connection, rows: Rows, tried: frozenset[str]) -> None:
    done = {"tries": 0, "state": "done"}
    pour(conn, _ADD_SEEN, [row | done for row in rows.seen if row["id"] not in tried])
    again = [{"event": r["id"], "now": r["at"]} for r in rows.seen if r["id"] in tried]
    if again and conn.execute(_DONE, again).rowcount != len(again):
        raise Conflict("an event was handled meanwhile")


def _write_addresses(conn: Connection, rows: Rows, seal: Seal) -> None:
    own = [_address_row(o, seal) for o in rows.openings if o.own]
    others = [_address_row(o, seal) for o in rows.openings if not o.own]
    put(conn, _ADD_ADDRESS, own)
    put(conn, upserts(conn.dialect.name).places, others)
    put(conn, _ADOPT, rows.adopted)
    put(conn, _CLOSE, rows.closings)


def _address_row(opening: Opening, seal: Seal) -> dict[str, object]:
    closed = seal.close(opening.address)
    return {
        "id": closed.number,
        "learner_id": opening.learner,
        "platform": opening.address.platform,
        "lookup": closed.lookup,
        "sealed": closed.sealed,
        "closed_at": opening.closed_at,
    }


def _unveiled(post: Post, seal: Seal) -> Post:
    """Return *post* with the code that it shows: on its way, and never in the ledger."""
    packed = linking.unveiled(pack_card(post.card), post.answers, seal)
    return replace(post, card=unpack_card(packed))
