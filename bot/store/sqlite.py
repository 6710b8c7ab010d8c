"""SQLite without thread hops: a dialect of SQLAlchemy that works in the event loop itself.

Rule 1: a statement takes microseconds and a thread hop takes longer, so there is none; what could
wait, a lock, waits ``BUSY_MS`` at most and is then tried again by the caller (line.py).
Rule 2: with this dialect all SQL runs inside ``run_sync``: there is nothing to await.
"""

from collections.abc import Callable
from sqlite3 import Connection as Driver
from sqlite3 import OperationalError

from sqlalchemy import URL, Pool, StaticPool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import AsyncAdaptedQueuePool

BUSY_MS = 50
"""How long SQLite itself waits for a lock, in milliseconds: the loop stands still meanwhile."""

CACHE_KB = 65_536
"""Most pages kept in memory, in kibibytes; a small database takes no more than it has."""

PRAGMAS = (
    # The wait comes first: turning the journal to WAL may already meet a lock.
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # What is deleted is overwritten; what still stands in the log goes with ``emptied``.
    "PRAGMA secure_delete = ON",
    # Among a million learners the inner pages alone are more than the 2 MB that SQLite keeps.
    f"PRAGMA cache_size = -{CACHE_KB}",
)
"""Settings of every connection.  Source: trust.md, 11.9."""


class Inline(SQLiteDialect_pysqlite):
    """The standard library's driver, called in the event loop's own thread."""

    driver = "inline"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:
        """Return the pool for *url*: a database in memory lives as long as its one connection."""
        return StaticPool if in_memory(url) else AsyncAdaptedQueuePool

    def on_connect(self) -> Callable[[DBAPIConnection], None]:
        """Return what is done to each new connection."""
        return _prepare

    def do_begin(self, dbapi_connection: DBAPIConnection) -> None:
        """Take the write lock at once.

        A lock taken at the first write would be refused after a read that has gone stale, and
        the driver's own habit of beginning late lets DDL commit by itself (trust.md, finding 9).
        """
        dbapi_connection.cursor().execute("BEGIN IMMEDIATE")


def _prepare(connection: DBAPIConnection) -> None:
    """Set a new connection up."""
    if not isinstance(connection, Driver):
        raise TypeError(f"not a connection of the sqlite3 module: {type(connection)}")
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)


def emptied(connection: object) -> bool:
    """Move the write-ahead log into the file and cut it to nothing; return whether that worked.

    In the log stand pages as they were: whoever was deleted is still readable there.  It fails
    while somebody else reads.  *connection* is the driver's, outside a transaction.
    """
    if not isinstance(connection, Driver):
        raise TypeError(f"not a connection of the sqlite3 module: {type(connection)}")
    try:
        [(busy, _, _)] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except OperationalError:
        return False
    return not busy


def in_memory(url: URL) -> bool:
    """Return whether *url* names a SQLite database without a file."""
    return url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}


registry.register("sqlite.inline", __name__, Inline.__name__)
