"""Signs of life: whether the database takes a commit, what it holds, and how much room it has.

Rule 1: numbers alone; nothing here tells of anybody.
"""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, bindparam, func, select

from bot.core.effects import Lane
from bot.ports import State
from bot.store import clock
from bot.store.migrate import refuse, version
from bot.store.tables import HELD, PENDING, outbox, seen

PROBE: Final = "readiness"
"""The name under which readiness is written."""

_COUNT: Final = select(outbox.c.lane, outbox.c.state, func.count().label("n")).group_by(
    outbox.c.lane, outbox.c.state
)
_PENDING: Final = _COUNT.where(PENDING)
_HELD: Final = _COUNT.where(HELD)
_FINAL: Final = _COUNT.where(outbox.c.settled_at.is_not(None), outbox.c.token == bindparam("of"))
_PARKED: Final = select(func.count()).where(seen.c.state == "parked")

Counted = Sequence[tuple[Lane, State, int]]
"""Posts by lane and state."""


def commits(conn: Connection, now: datetime) -> None:
    """Write and read what readiness needs.

    Raises:
        SchemaMismatch: another version of Wary has changed the tables meanwhile.
    """
    refuse(version(conn))
    clock.heard(conn, PROBE, now)


def open_posts(conn: Connection) -> Counted:
    """Return how many posts are not final."""
    return _counted(conn.execute(_PENDING).all()) + _counted(conn.execute(_HELD).all())


def final_posts(conn: Connection, token: str) -> Counted:
    """Return how many posts of *token* are final, of those that the ledger still keeps."""
    return _counted(conn.execute(_FINAL, {"of": token}).all())


def _counted(rows: Sequence[tuple[int, State, int]]) -> list[tuple[Lane, State, int]]:
    return [(Lane(lane), state, n) for lane, state, n in rows]


def parked(conn: Connection) -> int:
    """Return how many events were set aside for ever."""
    return int(conn.execute(_PARKED).scalar_one())


def room(file: Path | None) -> tuple[int, int] | None:
    """Return the bytes that are free where *file* lies, and all; None for no file."""
    if file is None:
        return None
    usage = shutil.disk_usage(file.parent)
    return usage.free, usage.total
