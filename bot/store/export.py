"""Everything that is kept of one person, read for their own eyes, table by table.

Rule 1: a column is told by itself: one that is added to a table is in the export from then on.
Rule 2: only what nobody can read is told in another form: an address opened, bytes in hexadecimal.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, or_, select, text

from bot.core.events import Address
from bot.ports import Kept
from bot.store.codec import Record
from bot.store.erasing import names_of
from bot.store.sealing import Seal
from bot.store.tables import (
    addresses,
    guesses,
    learners,
    links,
    notes,
    outbox,
    plans,
    reviews,
    seen,
)

_ONE_MOMENT: Final = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
"""So that PostgreSQL reads all tables as they are now; SQLite does by itself."""

_LEARNER: Final[BindParameter[str]] = bindparam("learner")
_HOMES: Final[BindParameter[int]] = bindparam("homes", expanding=True)
_WHO: Final = select(addresses.c.learner_id).where(
    addresses.c.platform == bindparam("platform"), addresses.c.lookup == bindparam("lookup")
)
_ADDRESSES: Final = select(addresses).where(addresses.c.learner_id == _LEARNER)
_TABLES: Final[Mapping[str, Select[tuple[object, ...]]]] = {
    "learners": select(learners).where(learners.c.id == _LEARNER),
    "notes": select(notes).where(notes.c.learner_id == _LEARNER).order_by(notes.c.id),
    "reviews": select(reviews).where(reviews.c.learner_id == _LEARNER),
    "plans": select(plans).where(plans.c.learner_id == _LEARNER),
    "links": select(links).where(links.c.learner_id == _LEARNER),
    "guesses": select(guesses).where(guesses.c.address_id.in_(_HOMES)),
    # Also those of nobody at an address of theirs: they were said before they were known.
    "outbox": select(outbox)
    .where(or_(outbox.c.learner_id == _LEARNER, outbox.c.address_id.in_(_HOMES)))
    .order_by(outbox.c.id),
    "places": select(learners.c.id, learners.c.place).where(learners.c.keeper_id.in_(_HOMES)),
}
"""What is read of each table; ``places`` are the groups and channels that the person set up."""

_NEWEST: Final = select(func.max(seen.c.at))
_SEEN: Final = select(seen).where(seen.c.id.in_(bindparam("names", expanding=True)))

_PACKED: Final = frozenset({"stage", "settings", "memory", "card"})
"""Columns of JSON."""


def export(conn: Connection, address: Address, seal: Seal) -> Kept | None:
    """Return every row about the person at *address*, or None for a stranger."""
    if conn.dialect.name != "sqlite":
        conn.execute(_ONE_MOMENT)
    where = {"platform": address.platform, "lookup": seal.lookup(address)}
    learner = conn.execute(_WHO, where).scalar()
    if learner is None:
        return None
    homes = conn.execute(_ADDRESSES, {"learner": learner}).all()
    wanted = {"learner": learner, "homes": [row.id for row in homes]}
    found = {"addresses": [_home(row, seal) for row in homes]}
    for name, query in _TABLES.items():
        given = {key: wanted[key] for key in query.compile().params}
        found[name] = [_plain(row) for row in conn.execute(query, given)]
    newest = conn.execute(_NEWEST).scalar()
    names = names_of(learner, newest.date()) if newest else ()
    found["seen"] = [_plain(row) for row in conn.execute(_SEEN, {"names": list(names)})]
    return found


def _home(row: Record, seal: Seal) -> dict[str, object]:
    """Return an address as it is known to its owner; the ciphertext itself says nothing."""
    told = _plain(row)
    del told["sealed"]
    told["address"] = seal.open(row.platform, row.lookup, row.sealed).id
    return told


def _plain(row: Record) -> dict[str, object]:
    return {name: _told(name, value) for name, value in row._mapping.items()}  # noqa: SLF001  SQLAlchemy's public name


def _told(name: str, value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case str() if name in _PACKED:
            return json.loads(value)
        case _:
            return value
