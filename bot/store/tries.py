"""How often somebody has guessed: counted before it is looked whether they were right.

Rule 1: what is counted is whoever guesses at whom, as a keyed fingerprint of both.
Rule 2: a count is committed also where the guess was wrong: nobody here raises.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.engine.session import Lock, locked
from bot.store.sealing import Seal
from bot.store.staff import tries

KEPT: Final = timedelta(days=1)
"""How long a count is kept, which is longer than any lock lasts."""


def counted(conn: Connection, seal: Seal, words: str, lock: Lock, now: datetime) -> int | None:
    """Count a guess in the bucket of *words*; return its number, or None where *lock* is shut."""
    bucket = seal.digest("guessing", words)
    conn.execute(delete(tries).where(tries.c.since <= now - KEPT))
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    conn.execute(insert(tries).values(bucket=bucket, since=now, n=0).on_conflict_do_nothing())
    row = conn.execute(select(tries).where(tries.c.bucket == bucket).with_for_update()).one()
    if locked(lock, row.n, row.since, now):
        return None
    fresh = now - row.since >= lock.within
    n = 1 if fresh else row.n + 1
    since = now if fresh else row.since
    conn.execute(update(tries).where(tries.c.bucket == bucket).values(n=n, since=since))
    return n


def cleared(conn: Connection, seal: Seal, words: str) -> None:
    """Forget the guesses in the bucket of *words*: the last one was right."""
    conn.execute(delete(tries).where(tries.c.bucket == seal.digest("guessing", words)))
