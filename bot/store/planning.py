"""The audience of a send becomes rows of the ledger, a chunk in a transaction.

Rule 1: rows and how far they have come are committed together: whoever dies in the middle has left
nobody out, and whoever goes on writes nobody twice.
Rule 2: the database copies its own rows; no recipient comes by Python.
Rule 3: it goes by the numbers of addresses, and who comes first there is due first: so each index
of the ledger grows at one place.  In any other order a chunk would write all of its pages anew.
"""

from datetime import datetime
from hashlib import blake2b
from typing import Final, TypeAlias, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    String,
    bindparam,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.ports import Conflict
from bot.store.audience import FIRST, point, recipients
from bot.store.codec import Record, unpack_audience
from bot.store.tables import addresses, micros, outbox, send_cards, sends

CHUNK: Final = 10_000
"""Addresses looked at in one transaction of SQLite: about a tenth of a second."""

NUMBER_BITS: Final = 63
"""Bits of the number of an address.  Source: ``sealing.py``, ``number_of``."""

PART: Final = 2 ** (NUMBER_BITS - 2)
"""Numbers looked at in one transaction of PostgreSQL: a quarter of all.

It reads every learner once for each, which is quicker than to look for each one, and however many
there are it does so as often.
"""

SORTED_MB: Final = 256
"""Memory that PostgreSQL may take for one step of a chunk, in mebibytes: a quarter of a million
people are sorted in a tenth of it."""

HEAD: Final = 2 ** (NUMBER_BITS - 6)
"""Numbers looked at in the first: soon there is something to send."""

SPREAD_BITS: Final = 20
SPREAD: Final = 2**SPREAD_BITS - 1
"""Places in a window among which the posts are divided, less one: a mask of bits."""

Chosen: TypeAlias = Select[tuple[str, str, int, str]]

_STILL: Final = (sends.c.id == bindparam("of")) & (sends.c.task == "plan")
_PLANNED: Final = (
    update(sends)
    .where(_STILL)
    .values(planned_to=bindparam("to"), size=sends.c.size + bindparam("new"))
)
_WHOLE: Final = (
    update(sends).where(_STILL).values(planned_at=bindparam("now"), state="running", task="")
)


def cause_of(send: Record) -> str:
    """Return by which name the rows of *send* are known."""
    return f"{send.kind}:{send.cause}"


def plan(conn: Connection, send: Record, now: datetime) -> None:
    """Write the rows of the next chunk of *send*; after the last one it is running.

    Raises:
        Conflict: something else was wished of it meanwhile.
    """
    audience = unpack_audience(send.audience)
    begin = point(audience, send.seed)
    to = _edge(conn, begin if send.planned_to == FIRST else send.planned_to, begin)
    left = audience.sample - send.size if audience.sample else None
    if to is None or (left is not None and left <= 0):
        _looked_over(conn)
        steered(conn.execute(_WHOLE, {"of": send.id, "now": now}).rowcount)
        return
    after, until = to
    within = (addresses.c.id > after, addresses.c.id <= until)
    chosen = recipients(audience, send.kind).where(*within).order_by(addresses.c.id)
    if left is not None:
        chosen = chosen.limit(left)
    new = _written(conn, send, chosen)
    steered(conn.execute(_PLANNED, {"of": send.id, "to": until, "new": new}).rowcount)


def steered(found: int) -> None:
    """Undo a chunk whose send was not *found* at the same task any more: who steers never waits.

    Raises:
        Conflict: it was not.
    """
    if not found:
        raise Conflict("something else was wished of the send")


def _edge(conn: Connection, after: int, begin: int) -> tuple[int, int] | None:
    """Return the numbers between which the next chunk lies, None where there is none.

    From *begin* it goes up to the last address, then on from the first up to *begin*.
    """
    top = 2**NUMBER_BITS - 1
    for first, last in (
        ((after, top), (FIRST, begin - 1)) if after >= begin else ((after, begin - 1),)
    ):
        if conn.dialect.name == "postgresql":
            until = min(first + (HEAD if after == begin else PART), last)
            if first < last:
                return first, until
            continue
        some = select(addresses.c.id).where(addresses.c.id > first, addresses.c.id <= last)
        some = some.order_by(addresses.c.id).limit(CHUNK)
        found = conn.execute(select(func.max(some.subquery().c.id))).scalar()
        if found is not None:
            return first, found
    return None


def _written(conn: Connection, send: Record, chosen: Chosen) -> int:
    """Write a row for each of *chosen* and return how many there were."""
    names, rows = _rows(send, chosen, conn.dialect.name)
    statement = _insert(conn.dialect.name).from_select(names, rows, include_defaults=False)
    # Somebody may be met twice whose addresses were joined meanwhile: the first row stays.
    once = statement.on_conflict_do_nothing(index_elements=["cause", "address_id", "part"])
    if conn.dialect.name == "postgresql":
        # What does not fit is sorted and joined on the disk.
        conn.execute(text(f"SET LOCAL work_mem = '{SORTED_MB}MB'"))
    return conn.execute(once, execution_options={"preserve_rowcount": True}).rowcount


def _insert(dialect: str) -> postgresql.Insert:
    # Two classes of one shape, without a common ancestor that knows of conflicts.
    made = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect](outbox)
    return cast("postgresql.Insert", made)


def _rows(
    send: Record, chosen: Chosen, dialect: str
) -> tuple[list[str], Select[tuple[object, ...]]]:
    """Return names of columns, and what finds their values for each of *chosen*."""
    found = chosen.subquery()
    learner, locale, address, platform = found.c
    own, last = send_cards.alias("own"), send_cards.alias("last_resort")
    begins = max(send.window_start or send.started_at, send.started_at)
    given: dict[str, object] = {
        "send_id": send.id,
        "cause": cause_of(send),
        "part": 0,
        "learner_id": learner,
        "address_id": address,
        "platform": platform,
        "token": platform,
        "lane": send.lane,
        "due_at": due(begins, send.window_end, send.seed, address),
        "expires_at": send.expires_at,
        "guarantee": send.guarantee,
        "card_hash": func.coalesce(own.c.card_hash, last.c.card_hash),
        "locale": func.coalesce(own.c.locale, last.c.locale),
        "state": "pending",
        "nonce": _nonce(send.id, address, dialect),
    }
    columns = [
        held if isinstance(held, ColumnElement) else literal(held, outbox.c[name].type)
        for name, held in given.items()
    ]
    fits = (own.c.send_id == send.id) & (own.c.locale == locale)
    for_all = (last.c.send_id == send.id) & (last.c.locale == send.fallback)
    met = found.outerjoin(own, fits).join(last, for_all)
    return list(given), select(*columns).select_from(met)


def due(
    begins: datetime, ends: datetime | None, seed: str, address: ColumnElement[int]
) -> ColumnElement[int]:
    """Return when whoever lives at *address* is due: all at once, or spread up to *ends*.

    Numbers of addresses are taken from fingerprints, so that they fall evenly; *seed* turns the
    order, so that not the same people always come last.
    """
    first = micros(begins)
    if ends is None or ends <= begins:
        return literal(first, BigInteger)
    turned = int.from_bytes(blake2b(seed.encode(), digest_size=4).digest()) & SPREAD
    high: ColumnElement[int] = address // 2 ** (NUMBER_BITS - SPREAD_BITS)
    place: ColumnElement[int] = (high + turned).bitwise_and(SPREAD)
    return place * (micros(ends) - first) // (SPREAD + 1) + first


def _nonce(send: int, address: ColumnElement[int], dialect: str) -> ColumnElement[str]:
    """Return the name of a post on its way: no other has it, and it fits up to send 99,999,999."""
    digits = func.to_hex(address) if dialect == "postgresql" else func.printf("%x", address)
    return literal(f"{send}.", String).concat(digits)


def _looked_over(conn: Connection) -> None:
    """Let PostgreSQL count what it has now: it would sort a million rows to find the first."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("ANALYZE outbox"))
