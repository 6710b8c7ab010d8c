"""A program: upgrade a database again and again, killed some statements later each time.

Rule 1: it prints how many kills there were, or fails at the first that left anything behind.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection, event, inspect
from sqlalchemy.engine import Engine

from bot.store.line import Line, located
from bot.store.migrate import move, upgrade, version

CHANGES = ("ALTER", "CREATE", "DELETE", "DROP", "INSERT", "UPDATE")


def main(url: str, before: str, every: int) -> None:
    """Upgrade *url* from the revision *before*, empty for a database without tables.

    Killed after the first statement that changes, and after each *every*-th one from there.
    """
    if before:
        asyncio.run(_on(url, move, before))
    old = asyncio.run(_on(url, _shape))
    kills = 0
    while (code := _child(partial(_killed, url, kills * every + 1))) == -signal.SIGKILL:
        kills += 1
        assert asyncio.run(_on(url, _shape)) == old, kills
    assert code == 0
    assert asyncio.run(_on(url, _shape)) != old
    sys.stdout.write(f"{kills}\n")


async def _on(url: str, work: Callable[..., object], *more: str) -> object:
    line = Line(located(url))
    try:
        return await line.run(work, *more)
    finally:
        await line.close()


def _shape(conn: Connection) -> object:
    """Return the revision, and all columns and indexes."""
    found = inspect(conn)
    tables = {
        name: (
            sorted(column["name"] for column in found.get_columns(name)),
            sorted(str(index["name"]) for index in found.get_indexes(name)),
        )
        for name in found.get_table_names()
    }
    return version(conn), tables


def _killed(url: str, statement: int) -> None:
    """Upgrade, and die of SIGKILL right after a *statement* that changes, counted from 1."""
    left = statement

    def count(*told: object) -> None:
        nonlocal left
        left -= str(told[2]).lstrip().startswith(CHANGES)
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", count)
    asyncio.run(upgrade(url))


def _child(work: Callable[[], object]) -> int:
    """Return how a child that did *work* ended: its exit code, or minus the signal."""
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
