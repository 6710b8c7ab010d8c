"""Forgetting people: every row of theirs, in one transaction, behind the erase journal.

Rule 1: the journal is written before the commit, and an erasure that is in it and not in the
database is done again, at the start and after a restore, before anything else.
Rule 2: what is counted stays counted: a post of a send becomes one ``erased``, of nobody.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update

from bot.ports import Conflict
from bot.store.bulk import put
from bot.store.clock import EVENTS, KEPT_PLAN
from bot.store.codec import Record
from bot.store.fold import CLOCK
from bot.store.forgotten import Journal, JournalFault
from bot.store.sealing import number_of
from bot.store.settling import delete_unowned, forget_posts
from bot.store.tables import addresses, erasures, guesses, learners, seen
from bot.store.upserts import upserts

LATE: Final = timedelta(days=40)
"""How much older than its handling the day of a lesson may be, after an outage."""

AT_ONCE: Final = 500
"""Erasures of the journal done again in one statement."""

_DAY: Final = timedelta(days=1)
_KEYS: Final[BindParameter[Sequence[str]]] = bindparam("keys", expanding=True)
_IDS: Final[BindParameter[Sequence[int]]] = bindparam("ids", expanding=True)
_HOMES: Final = select(
    addresses.c.id, addresses.c.platform, addresses.c.lookup, addresses.c.sealed
).where(addresses.c.learner_id.in_(_KEYS))
_FOUND: Final = select(addresses.c.id, addresses.c.lookup, addresses.c.learner_id).where(
    addresses.c.id.in_(_IDS)
)
_HOLD: Final = (
    select(learners.c.id).where(learners.c.id.in_(_KEYS)).order_by(learners.c.id).with_for_update()
)
_ERASE: Final = delete(learners).where(learners.c.id.in_(_KEYS))
_UNKEEP: Final = update(learners).where(learners.c.keeper_id.in_(_IDS)).values(keeper_id=None)
_UNGUESS: Final = delete(guesses).where(guesses.c.address_id.in_(_IDS))
_NEWEST: Final = select(func.max(seen.c.at))
_UNNAME: Final = delete(seen).where(seen.c.id.in_(bindparam("names", expanding=True)))
_RECORDED: Final = select(erasures.c.id)
_DONE: Final = select(erasures.c.id).where(erasures.c.id.in_(bindparam("names", expanding=True)))
_CLEAR: Final = delete(erasures)


def erase(conn: Connection, keys: Sequence[str], journal: Journal) -> Sequence[Record]:
    """Forget the learners *keys* and return the rows of their addresses, which nobody owns now.

    The rows go with their last open post; each is returned as it was.

    Raises:
        StoreDown: the journal cannot be written; nothing may be committed.
    """
    homes = conn.execute(_HOMES, {"keys": list(keys)}).all()
    names = journal.enter([row.lookup for row in homes])
    _forget(conn, keys, [row.id for row in homes])
    _record(conn, names)
    return homes


def _forget(conn: Connection, keys: Sequence[str], places: Sequence[int]) -> None:
    forget_posts(conn, places, waiting=True)
    conn.execute(_UNKEEP, {"ids": places})
    conn.execute(_UNGUESS, {"ids": places})
    unname(conn, keys)
    # What else is theirs goes with them: notes, plans, reviews, codes.
    conn.execute(_ERASE, {"keys": list(keys)})


def unname(conn: Connection, keys: Sequence[str]) -> None:
    """Forget the names of the days that came for the learners *keys*, who are no more."""
    newest = conn.execute(_NEWEST).scalar() if keys else None
    if newest is not None:
        for key in keys:
            conn.execute(_UNNAME, {"names": names_of(key, newest.date())})


def let_go(conn: Connection, places: Sequence[int]) -> None:
    """Delete the addresses *places* of whoever was forgotten, once nothing waits for them.

    Whoever set a place up just now was named there after it was looked for; they hold the address.
    """
    delete_unowned(conn, places)
    conn.execute(_UNKEEP, {"ids": places})


def names_of(key: str, newest: date) -> Sequence[str]:
    """Return the names that events of the clock about *key* may have, written out.

    Listed one by one, because PostgreSQL finds no beginning of a text by the key's index.
    """
    days = range(-2, (KEPT_PLAN + LATE).days)
    return [f"{CLOCK}{key}:{kind}:{newest - n * _DAY}" for kind in EVENTS for n in days]


def _record(conn: Connection, names: Sequence[bytes]) -> None:
    put(conn, upserts(conn.dialect.name).erasures, [{"id": name} for name in names])


def catch_up(conn: Connection, journal: Journal) -> int:
    """Do again what stands in *journal* and not in the database, and return how many that were.

    Raises:
        JournalFault: the journal is missing or damaged, or lacks what the database knows.
    """
    known = set(conn.execute(_RECORDED).scalars())
    if journal.missing and not known:
        journal.make()
    entries = journal.read()
    lost = len(known - entries.keys())
    if lost:
        raise JournalFault(
            f"{journal}: lacks {lost} erasures that the database knows of; put back the newest "
            "journal, or, if it is lost for good, run: wary db journal"
        )
    owed = [(name, lookup) for name, lookup in entries.items() if name not in known]
    parts = (owed[first : first + AT_ONCE] for first in range(0, len(owed), AT_ONCE))
    return sum(_again(conn, part) for part in parts)


def _again(conn: Connection, written: Sequence[tuple[bytes, bytes]]) -> int:
    """Do again what of *written* was not done meanwhile, and return how many that were.

    What another process has written and not yet committed holds its learners: it is waited for,
    and whoever came back since is left alone.
    """
    held = {row.learner_id for row in _living(conn, written)} - {None}
    conn.execute(_HOLD, {"keys": sorted(held)}).all()
    names = {"names": [name for name, _ in written]}
    done = set(conn.execute(_DONE, names).scalars())
    owed = [entry for entry in written if entry[0] not in done]
    theirs = _living(conn, owed)
    keys = sorted({row.learner_id for row in theirs if row.learner_id})
    if set(keys) - held:
        raise Conflict("an address went to another learner")
    also = conn.execute(_HOMES, {"keys": keys}).all() if keys else ()
    places = sorted({row.id for row in (*theirs, *also)})
    if places:
        _forget(conn, keys, places)
        let_go(conn, places)
    _record(conn, [name for name, _ in owed])
    return len(owed)


def _living(conn: Connection, written: Sequence[tuple[bytes, bytes]]) -> Sequence[Record]:
    """Return the rows of the addresses in *written* that are there."""
    lookups = {number_of(lookup): lookup for _, lookup in written}
    found = conn.execute(_FOUND, {"ids": list(lookups)}).all()
    return [row for row in found if row.lookup == lookups[row.id]]


def begin_anew(conn: Connection, journal: Journal) -> None:
    """Begin with an empty journal, where the old one is lost for good.

    Raises:
        JournalFault: there is one, or it cannot be made.
    """
    if not journal.missing:
        raise JournalFault(f"{journal}: there is a journal; nothing was changed")
    conn.execute(_CLEAR)
    journal.make()
