"""The store, as the runtime knows it: every promise of ``bot.ports.Store``, and who keeps it.

Rule 1: this file only passes on; what is done in a transaction stands in the file it names.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, select

from bot.core.effects import Lane
from bot.core.events import Address, Incoming
from bot.ports import Batch, Kept, Known, Outcome, Post, State, StoreDown
from bot.store import clock, export, outbox, reports, settling, vital
from bot.store.batch import Turn
from bot.store.desk import Desk
from bot.store.erasing import catch_up
from bot.store.forgotten import Journal, JournalFault
from bot.store.leading import Lead
from bot.store.line import Line, file_of, located
from bot.store.migrate import ready
from bot.store.sealing import PRIVATE, Key, Seal, key_of
from bot.store.sending import Audits, Sends
from bot.store.sqlite import in_memory
from bot.store.tables import EPOCH, addresses

BETWEEN_SCRUBS: Final = timedelta(seconds=1)
"""How seldom the log is emptied in between; the clock's tick does what is left."""


class Posts:
    """The posts that are owed: ``bot.ports.Ledger``."""

    _line: Line
    _seal: Seal
    _lead: Lead
    _next_scrub: datetime = EPOCH

    async def claim_posts(self, platform: str, now: datetime, limit: int) -> Sequence[Post]:
        """Lease at most *limit* pending posts, best lane first, oldest first within a lane."""
        epoch = self._lead.epoch(platform)
        if epoch is None:
            return ()
        return await self._line.run(outbox.claim, platform, now, limit, self._seal, epoch)

    async def mark(self, posts: Sequence[Post]) -> Sequence[Post]:
        """Turn leased posts into ``sending``, commit, and return those that still were leased."""
        epochs = {p.address.platform: self._lead.epoch(p.address.platform) for p in posts}
        led = {token: epoch for token, epoch in epochs.items() if epoch is not None}
        return await self._line.run(outbox.mark, posts, led) if led else ()

    async def settle(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Record what became of posts."""
        if not outcomes:
            return
        if await self._line.run(settling.settle, outcomes, now, self._seal, self._lead.epochs):
            self._line.stale = True
        if self._line.stale and now >= self._next_scrub:
            self._next_scrub = now + BETWEEN_SCRUBS
            await self._line.scrub()

    async def release(self, now: datetime) -> int:
        """Free what a dead process held and return how many posts are to be sent again."""
        return await self._line.run(outbox.release, now)


class Names:
    """The names of events: ``bot.ports.Intake``."""

    _line: Line

    async def failed(self, event: str, now: datetime) -> int:
        """Count a failed try of *event* in a commit of its own and return the tries so far."""
        return await self._line.run(clock.failed, event, now)

    async def park(self, event: str, now: datetime) -> None:
        """Set *event* aside for ever; the plan behind it, if any, is put off to another day."""
        await self._line.run(clock.park, event, now)

    async def heard(self, platform: str, now: datetime) -> datetime | None:
        """Note that *platform* is heard at *now* and return when it was before, or None."""
        return await self._line.run(clock.heard, platform, now)

    async def scrub(self) -> None:
        """Leave nothing of whoever was deleted in the database's own log."""
        await self._line.scrub()

    async def trim(self, now: datetime) -> None:
        """Forget names of events and settled posts that are older than their terms."""
        await self._line.run(clock.trim, now)


class Vital:
    """Signs of life: ``bot.runtime.measuring.Vital``."""

    _line: Line
    _file: Path | None

    async def commits(self, now: datetime) -> None:
        """Write and read what readiness needs.

        Raises:
            StoreDown: nothing can be written.
            Unfit: another version of Wary has changed the tables meanwhile.
        """
        await self._line.run(vital.commits, now)

    async def owed(self) -> Sequence[tuple[Lane, State, int]]:
        """Return how many posts are not final, by lane and state."""
        return await self._line.run(vital.open_posts)

    async def parked(self) -> int:
        """Return how many events were set aside for ever."""
        return await self._line.run(vital.parked)

    def room(self) -> tuple[int, int] | None:
        """Return the bytes that are free on the disk of a file, and all; None for a server."""
        return vital.room(self._file)


class Seat:
    """The place of this process among those that use the database.

    It is that of ``bot.runtime.leading.Seat``.
    """

    _lead: Lead

    @property
    def epochs(self) -> Mapping[str, int]:
        """Return, by token that is led, the epoch in which it is."""
        return self._lead.epochs

    async def alone(self) -> bool:
        """Return whether no other process uses this database; none can until ``close``."""
        return await self._lead.take()

    async def enter(self) -> bool:
        """Return whether this process may serve: beside others on a server, alone on a file."""
        return await self._lead.enter()

    async def lead(self, token: str, now: datetime) -> bool:
        """Return whether this process is the one that sends as *token*, or tried and is not.

        What a dead leader held is free then, as after ``release``.
        """
        return await self._lead.lead(token, now)

    def ended(self, token: str) -> Sequence[tuple[Lane, State, int]]:
        """Return the posts of *token* that were final when its lead began, by lane and state."""
        return self._lead.ended.get(token, ())

    async def leads(self) -> bool:
        """Return whether all that is led is still held; else nothing is any more."""
        return await self._lead.leads()

    async def leadable(self) -> bool:
        """Return whether anybody can lead now: the database answers, and can be written."""
        return await self._lead.leadable()

    async def leave(self, token: str) -> None:
        """Let somebody else send as *token*."""
        await self._lead.leave(token)


class Database(Posts, Names, Vital, Seat):
    """One database: ``bot.ports.Store``, divided as it is there."""

    def __init__(
        self, line: Line, seal: Seal, journal: Journal, lead: Lead, file: Path | None = None
    ) -> None:
        self._line = line
        self._file = file
        self._seal = seal
        self._journal = journal
        self._lead = lead
        self.sends, self.audits = Sends(line), Audits(line)

    def batch(self, incoming: Sequence[Incoming]) -> AbstractAsyncContextManager[Batch]:
        """Open a transaction over *incoming*; leaving it without ``keep`` changes nothing."""
        return Turn(self._line, self._seal, self._journal, incoming)

    async def claim_due(
        self, now: datetime, limit: int, served: Sequence[str] | None = None
    ) -> Sequence[Incoming]:
        """Lease at most *limit* plans that are due and return the events they raise."""
        return await self._line.run(clock.claim, now, limit, served, self._seal)

    async def known(self, address: Address) -> Known | None:
        """Return what is kept of the person at *address*, or None for a stranger."""
        return await self._line.run(reports.known, address, self._seal)

    async def export(self, address: Address) -> Kept | None:
        """Return every row that is about the person at *address*, or None for a stranger."""
        return await self._line.run(export.export, address, self._seal)

    async def next_due(self) -> datetime | None:
        """Return the earliest instant at which a plan can be claimed, or None."""
        return await self._line.run(clock.next_due)

    def desk(self, anchor: Path | None = None) -> Desk:
        """Return the console's part; *anchor*: the file in which the audit's head stands."""
        return Desk(self._line, self._seal, anchor)

    async def close(self) -> None:
        """Let go of the database."""
        await self._lead.close()
        await self._line.close()


async def connect(
    url: str, *, key: Key | Path | None = None, journal: Path | None = None
) -> Database:
    """Return the store at *url*, its tables made if it is empty, and nobody forgotten in it.

    *url* is ``sqlite:///path``, ``sqlite://`` for one in memory, or ``postgresql://…``.  *key* is
    a key or its file; without it a SQLite file has its key beside it as ``<file>.key``, made
    together with the database, and a database in memory has one that is never written.
    *journal* is the file of the erase journal; without it it lies beside a SQLite file as
    ``<file>.erased``, and lives in memory where the key does.

    Raises:
        SchemaMismatch: the database is of another version of Wary.
        KeyFault: the key is missing, malformed, open to others, or of another database.
        JournalFault: the erase journal is missing, damaged, or older than the database.
        StoreDown: the database cannot be reached.
        ValueError: *url* names no database of Wary.
    """
    place = located(url)
    file = file_of(place)
    try:
        seal = Seal(key_of(place, file, key))
        written = journal_of(place, file, key, journal)
        if file is not None:
            # Made here, because SQLite would leave the file open to others.
            file.touch(mode=PRIVATE)
    except OSError as error:
        raise StoreDown(f"{file}: {error.strerror}; make its folder, and writable") from error
    line, book = Line(place), Journal(written, seal)
    try:
        await ready(line)
        await line.run(try_key, seal)
        await line.run(catch_up, book)
        await line.scrub()
    except BaseException:
        await line.close()
        raise
    return Database(line, seal, book, Lead(line, file), file)


def journal_of(
    url: URL, file: Path | None, key: Key | Path | None, journal: Path | None
) -> Path | None:
    """Return the file of the erase journal, None for one in memory.

    Raises:
        JournalFault: none is named where one must be.
    """
    if journal is not None:
        return journal
    if file is not None:
        return file.with_name(f"{file.name}.erased")
    if in_memory(url) or isinstance(key, Key):
        return None
    raise JournalFault("PostgreSQL needs an erase journal; set WARY_ERASE_JOURNAL to its file")


def try_key(conn: Connection, seal: Seal) -> None:
    """Refuse a key that does not open what is stored."""
    row = conn.execute(
        select(addresses.c.platform, addresses.c.lookup, addresses.c.sealed).limit(1)
    ).one_or_none()
    if row is not None:
        seal.open(row.platform, row.lookup, row.sealed)
