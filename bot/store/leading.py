"""One active sender per database: a file lock on SQLite, an advisory lock on PostgreSQL.

Rule 1: the lock is the system's own, so that it falls the moment its holder dies.
"""

import fcntl
from pathlib import Path
from typing import IO, Final

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ports import StoreDown
from bot.store.line import Line
from bot.store.sealing import PRIVATE

LOCK: Final = 0x57617279
"""The number of the advisory lock: "Wary" in ASCII."""


class Lead:
    """The right to send, held by one process at most, until ``close``."""

    def __init__(self, line: Line, file: Path | None) -> None:
        self._line = line
        self._file = file
        self._held: IO[bytes] | AsyncConnection | None = None

    async def take(self) -> bool:
        """Return whether this process leads, having tried to where it did not.

        Raises:
            StoreDown: the database cannot be reached, or the lock's file not be made.
        """
        if self._held is None and self._line.locks:
            self._held = await self._advise()
        elif self._held is None and self._file is not None:
            self._held = _lock(self._file.with_name(f"{self._file.name}.lock"))
        elif self._file is None and not self._line.locks:
            return True  # A database in memory has no other process.
        return self._held is not None

    async def _advise(self) -> AsyncConnection | None:
        conn = await self._line.take()
        # The lock belongs to the session, not to a transaction: this connection stays out.
        if await self._line.finish(conn, _advise):
            return conn
        await self._line.give(conn)
        return None

    async def close(self) -> None:
        """Let somebody else lead."""
        held, self._held = self._held, None
        if isinstance(held, AsyncConnection):
            await held.invalidate()
            await self._line.give(held)
        elif held is not None:
            held.close()


def _advise(conn: Connection) -> bool:
    taken = conn.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}).scalar_one()
    conn.commit()
    return bool(taken)


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
