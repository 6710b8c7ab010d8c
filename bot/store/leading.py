"""One active sender per token: a file lock on SQLite, advisory locks on PostgreSQL.

Rule 1: the lock is the system's own, so that it falls the moment its holder dies.
Rule 2: whoever leads does so under a new epoch; what was written under an older one stands back.
"""

import asyncio
import fcntl
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import IO, Final
from uuid import uuid4

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import StoreDown
from bot.store.line import Line
from bot.store.outbox import free_plans, release
from bot.store.sealing import PRIVATE
from bot.store.upserts import upserts
from bot.store.vital import Counted, final_posts

LOCK: Final = 0x57617279
"""The number of the advisory lock: "Wary" in ASCII."""

LOST_SECONDS: Final = 3
"""How long the other end may be silent until it is taken for dead.

Source: trust.md, 8: a probe a second, three of them.
"""

_ALONE: Final = text("SELECT pg_try_advisory_lock(:lock)")
_TOGETHER: Final = text("SELECT pg_try_advisory_lock_shared(:lock)")
_TOKEN: Final = text("SELECT pg_try_advisory_lock(:lock, :of)")
_LET_GO: Final = text("SELECT pg_advisory_unlock(:lock, :of)")
_WATCHED: Final = text(
    "SELECT set_config('tcp_keepalives_idle', '1', false),"
    " set_config('tcp_keepalives_interval', '1', false),"
    " set_config('tcp_keepalives_count', :times, false),"
    " set_config('tcp_user_timeout', :silent, false)"
)
"""Lets the server notice soon that the machine of whoever leads is gone."""


class Lead:
    """What one process holds until ``close``: its place in the database, and its tokens."""

    def __init__(self, line: Line, file: Path | None) -> None:
        self._line = line
        self._file = file
        self._held: IO[bytes] | AsyncConnection | None = None
        self._holder = uuid4().hex
        self._one = asyncio.Lock()  # a connection does one thing at a time
        self.epochs: dict[str, int] = {}
        """By token that this process leads: the epoch in which it does."""
        self.ended: dict[str, Counted] = {}
        """By token: the posts that were final when the lead began."""
        self.asked = False
        """Whether any token was asked for: without, this process is alone and sends all."""

    def epoch(self, token: str) -> int | None:
        """Return the epoch in which this process leads *token*, None where it does not."""
        return self.epochs.get(token) if self.asked else 0

    async def take(self) -> bool:
        """Return whether no other process uses the database, having shut it for them if so.

        Raises:
            StoreDown: the database cannot be reached, or the lock's file not be made.
        """
        return await self._enter(_ALONE)

    async def enter(self) -> bool:
        """Return whether this process may serve: a server serves several, a file but one.

        Raises:
            StoreDown: the database cannot be reached, or the lock's file not be made.
        """
        return await self._enter(_TOGETHER)

    async def _enter(self, how: TextClause) -> bool:
        async with self._one:
            if self._held is None and self._line.locks:
                self._held = await self._advise(how)
            elif self._held is None and self._file is not None:
                self._held = _lock(self._file.with_name(f"{self._file.name}.lock"))
            elif self._file is None and not self._line.locks:
                return True  # A database in memory has no other process.
            return self._held is not None

    async def _advise(self, how: TextClause) -> AsyncConnection | None:
        conn = await self._line.take()
        # The lock belongs to the session, not to a transaction: this connection stays out.
        if await self._line.finish(conn, _advise, how):
            return conn
        await self._line.give(conn)
        return None

    async def lead(self, token: str, now: datetime) -> bool:
        """Return whether this process leads *token*, having tried to where it did not.

        What its last leader held is free again in the transaction in which the epoch begins.

        Raises:
            StoreDown: the database cannot be reached.
        """
        self.asked = True
        if token in self.epochs:
            return True
        if not await self._enter(_TOGETHER):
            return False
        async with self._one:
            held = self._held
            if isinstance(held, AsyncConnection) and not await self._take_token(held, token):
                return False
            epoch, self.ended[token] = await self._line.run(_begin, token, self._holder, now)
            self.epochs[token] = epoch
            return True

    async def _take_token(self, held: AsyncConnection, token: str) -> bool:
        try:
            return await self._line.finish(held, _take_token, token)
        except StoreDown:
            # Nothing is held any more, and the next line must not pass for this one.
            await self._drop()
            raise

    async def leads(self) -> bool:
        """Return whether what is led is still held; where it is not, nothing is any more.

        Raises:
            StoreDown: never; a database that cannot be asked is one whose lock is lost.
        """
        if not isinstance(self._held, AsyncConnection):
            return True
        async with self._one:
            try:
                async with asyncio.timeout(LOST_SECONDS):
                    await self._line.finish(self._held, _alive)
            except (StoreDown, DBAPIError, TimeoutError):
                await self._drop()
                return False
            return True

    async def leadable(self) -> bool:
        """Return whether the database answers and can be written."""
        try:
            return await self._line.run(_writable)
        except StoreDown:
            return False

    async def leave(self, token: str) -> None:
        """Let somebody else lead *token*."""
        if self.epochs.pop(token, None) is None:
            return
        async with self._one:
            if isinstance(self._held, AsyncConnection):
                try:
                    await self._line.finish(self._held, _leave_token, token)
                except StoreDown:
                    await self._drop()

    async def _drop(self) -> None:
        self.epochs.clear()
        held, self._held = self._held, None
        if isinstance(held, AsyncConnection):
            with suppress(DBAPIError):
                await held.invalidate()
            await self._line.give(held)
        elif held is not None:
            held.close()

    async def close(self) -> None:
        """Let somebody else lead, and use the database alone."""
        async with self._one:
            if isinstance(self._held, AsyncConnection):
                # The server sees a closed line a moment late; whoever comes next may ask at once.
                with suppress(StoreDown, DBAPIError):
                    await self._line.finish(self._held, _leave_all)
            await self._drop()


def _advise(conn: Connection, how: TextClause) -> bool:
    watched = {"times": str(LOST_SECONDS), "silent": str(LOST_SECONDS * 1000)}
    conn.execute(_WATCHED, watched)
    taken = conn.execute(how, {"lock": LOCK}).scalar_one()
    conn.commit()
    return bool(taken)


def _number(token: str) -> int:
    return int.from_bytes(blake2b(token.encode(), digest_size=4).digest(), signed=True)


def _take_token(conn: Connection, token: str) -> bool:
    taken = conn.execute(_TOKEN, {"lock": LOCK, "of": _number(token)}).scalar_one()
    conn.commit()
    return bool(taken)


def _leave_token(conn: Connection, token: str) -> None:
    conn.execute(_LET_GO, {"lock": LOCK, "of": _number(token)})
    conn.commit()


def _leave_all(conn: Connection) -> None:
    if conn.invalidated:
        return  # The line was cut: whatever was held by it fell with it.
    conn.execute(text("SELECT pg_advisory_unlock_all()"))
    conn.commit()


def _alive(conn: Connection) -> None:
    conn.execute(text("SELECT 1"))
    conn.commit()


def _writable(conn: Connection) -> bool:
    if conn.dialect.name == "sqlite":
        return True  # whoever leads there holds a file, and never loses it
    return bool(conn.execute(text("SHOW transaction_read_only")).scalar_one() == "off")


def _begin(conn: Connection, token: str, holder: str, now: datetime) -> tuple[int, Counted]:
    row = {"token": token, "epoch": 1, "holder": holder, "since": now}
    epoch = int(conn.execute(upserts(conn.dialect.name).leaders, row).scalar_one())
    free_plans(conn)
    release(conn, now, token)
    return epoch, final_posts(conn, token)


def _lock(path: Path) -> IO[bytes] | None:
    try:
        path.touch(mode=PRIVATE)
        file = path.open("rb")
    except OSError as error:
        raise StoreDown(f"{path}: {error.strerror}; make its folder, and writable") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
