"""The line to the database: one way to run a transaction, on SQLite and on PostgreSQL.

Rule 1: SQL is plain functions over a ``Connection``, run whole inside one ``run_sync``: a turn of
the loop costs more than a statement.
Rule 2: on SQLite one connection writes, kept open, one task at a time; a lock of another process
is waited for outside the driver, so that the loop goes on.
Rule 3: errors leave as ``Conflict`` or ``StoreDown``; what is neither is a mistake of ours.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import randbelow
from typing import Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.ports import Conflict, StoreDown
from bot.store.sqlite import BUSY_MS, emptied, in_memory

PATIENCE: Final = 5.0
"""How long a lock is waited for, in seconds.  Source: trust.md, 11.9."""

LOCK_MS = 3_000
"""How long PostgreSQL waits for a row or table that somebody holds.  Source: trust.md, D4."""

TRIES: Final = 5
"""How often work is begun that another transaction overtakes."""

_FIRST_PAUSE: Final = 0.005
_LONGEST_PAUSE: Final = 0.2

_DRIVERS: Final = {"sqlite": "sqlite+inline", "postgresql": "postgresql+psycopg"}
_CAME_FIRST: Final = frozenset({"40001", "40P01", "23505"})
_TAKEN: Final = frozenset(
    {
        sqlite3.SQLITE_CONSTRAINT_UNIQUE,
        sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        sqlite3.SQLITE_CONSTRAINT_ROWID,
    }
)
_BROKEN: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_WAITING: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_READ_ONLY: Final = "25006"

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Connection, P], T]
"""SQL as a plain function: a connection first, then what it needs."""


def located(url: str) -> URL:
    """Return *url* with the driver that Wary uses.

    Raises:
        ValueError: it names neither SQLite nor PostgreSQL.
    """
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in _DRIVERS:
        raise ValueError(f"{backend} is no database of Wary; use sqlite:///… or postgresql://…")
    return parsed.set(drivername=_DRIVERS[backend])


def file_of(url: URL) -> Path | None:
    """Return the file of a SQLite database, None for any other."""
    if url.get_backend_name() != "sqlite" or in_memory(url):
        return None
    return Path(str(url.database))


class Line:
    """Hands out connections and runs transactions."""

    def __init__(self, url: URL) -> None:
        self._sqlite = url.get_backend_name() == "sqlite"
        # Parameters stay out of error texts: among them is what must not be logged.
        extra: dict[str, object] = {"check_same_thread": False} if self._sqlite else {}
        if not self._sqlite and "options" not in url.query:
            extra["options"] = f"-c lock_timeout={LOCK_MS}"
        self._engine: AsyncEngine = create_async_engine(
            url, hide_parameters=True, connect_args=extra
        )
        self._turn = asyncio.Lock()
        self._kept: AsyncConnection | None = None
        self.stale = True
        """Somebody was deleted, perhaps, whose rows still stand in the database's log."""

    @property
    def locks(self) -> bool:
        """Return whether rows are locked one by one, not the whole database."""
        return not self._sqlite

    async def take(self) -> AsyncConnection:
        """Return a connection for one transaction; hand it back with ``give``.

        Raises:
            StoreDown: none can be had.
        """
        try:
            if not self._sqlite:
                return await self._engine.connect()
            await self._wait_for_turn()
            try:
                if self._kept is None:
                    self._kept = await self._engine.connect()
            except BaseException:
                self._turn.release()
                raise
        except (DBAPIError, NoneFree, OSError) as error:
            raise StoreDown(_told(error)) from error
        return self._kept

    async def _wait_for_turn(self) -> None:
        if not self._turn.locked():
            await self._turn.acquire()  # Free: nothing is waited for, no timer is made.
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turn.acquire()
        except TimeoutError as error:
            raise StoreDown(f"the database was busy for {PATIENCE:g} s") from error

    async def give(self, conn: AsyncConnection) -> None:
        """Hand *conn* back; what was not committed is undone."""
        if not self._sqlite:
            await conn.close()
            return
        try:
            if conn is self._kept and conn.in_transaction():
                await self._undo(conn)
        finally:
            self._turn.release()

    async def _undo(self, conn: AsyncConnection) -> None:
        """Roll back, also where a COMMIT has failed and left the transaction open."""
        try:
            await conn.run_sync(_roll_back)
        except DBAPIError:
            await conn.invalidate()
            if conn is self._kept:
                self._kept = None
                await conn.close()

    async def finish(
        self, conn: AsyncConnection, work: Work[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what *work* returns, which goes on in an open transaction and commits it.

        Raises:
            Conflict: another transaction came first.
            StoreDown: the database cannot be reached or written; nothing was changed.
        """
        try:
            return await conn.run_sync(work, *args, **kwargs)
        except DBAPIError as error:
            await self._undo(conn)
            raise verdict(error) from error

    async def attempt(
        self, conn: AsyncConnection, work: Work[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Return what *work* returns, which begins its transaction; try again while locked.

        Raises:
            Conflict: another transaction came first.
            StoreDown: the database cannot be reached or written; nothing was changed.
        """
        pause, waited = _FIRST_PAUSE, 0.0
        while True:
            try:
                return await self.finish(conn, work, *args, **kwargs)
            except Locked:
                if waited >= PATIENCE:
                    raise
            # Two that wait must not knock in step.
            rest = pause * (0.5 + randbelow(1024) / 1024)
            await asyncio.sleep(rest)
            waited += rest + BUSY_MS / 1000
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def run(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run *work* in a transaction of its own, commit, and return what it returns.

        Raises:
            Conflict: another transaction came first, ``TRIES`` times.
            StoreDown: the database cannot be reached or written; nothing was changed.
        """

        def whole(conn: Connection) -> T:
            conn.begin()
            found = work(conn, *args, **kwargs)
            conn.commit()
            return found

        taken = await self.take()
        try:
            for _ in range(TRIES - 1):
                with suppress(Conflict):
                    return await self.attempt(taken, whole)
            return await self.attempt(taken, whole)
        finally:
            await self.give(taken)

    async def scrub(self) -> None:
        """Empty the log of a SQLite file, or leave it to the next call while somebody reads."""
        if not self._sqlite or not self.stale:
            return
        conn = await self.take()
        try:
            self.stale = not await conn.run_sync(_emptied)
        finally:
            await self.give(conn)

    async def close(self) -> None:
        """Close every connection."""
        if self._kept is not None:
            await self._kept.close()
            self._kept = None
        await self._engine.dispose()


class Locked(StoreDown):
    """Another process holds the database: the same again may work."""


def _emptied(conn: Connection) -> bool:
    return emptied(conn.connection.dbapi_connection)


def _roll_back(conn: Connection) -> None:
    if conn.closed:
        return
    conn.rollback()
    if not conn.invalidated:  # Else there is no line any more, and nothing on it.
        conn.dialect.do_rollback(conn.connection)


def verdict(error: DBAPIError) -> Exception:
    """Return *error* as the rest of Wary knows it; a mistake of ours is returned unchanged."""
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", 0)
    if code & 0xFF in _WAITING:
        return Locked(_told(error))
    if state in _CAME_FIRST or code in _TAKEN:
        return Conflict("another transaction came first")
    down = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    if down or state == _READ_ONLY or code & 0xFF in _BROKEN:
        return StoreDown(_told(error))
    return error


def _told(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"the database cannot be used: {cause}"
