"""Two transactions at once on PostgreSQL, in a known order: one stands still while one goes on.

Rule 1: nothing waits for a time: a transaction stands still at a statement of its own, and the
other is awaited until it is done or the database says that it waits for a lock.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from sqlalchemy import event
from sqlalchemy.util import await_only

from bot.ports import Conflict
from bot.store.database import Database
from tests.store.people import rows

TRIES = 5
"""How often a turn is begun that another transaction overtakes, as the runtime does."""

_WAITS = (
    "SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)

P = ParamSpec("P")
T = TypeVar("T")


class Halt:
    """A point at which the transaction of one store stands still, once."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._go = asyncio.Event()

    def go(self) -> None:
        """Let it go on."""
        self._go.set()

    async def stand(self) -> None:
        """Stand still until ``go``."""
        self.reached.set()
        await self._go.wait()


@contextmanager
def halted(store: Database, statement: str, *, before: bool = False) -> Iterator[Halt]:
    """Let *store* stand still right after its first statement that holds the words *statement*.

    With *before* it stands still right before it.
    """
    halt = Halt()

    def met(*told: object) -> None:
        if statement in " ".join(str(told[2]).split()) and not halt.reached.is_set():
            await_only(halt.stand())

    engine = store._line._engine.sync_engine
    moment = f"{'before' if before else 'after'}_cursor_execute"
    event.listen(engine, moment, met)
    try:
        yield halt
    finally:
        halt.go()
        event.remove(engine, moment, met)


async def crossed(
    halt: Halt,
    judge: Database,
    first: Coroutine[object, object, object],
    second: Coroutine[object, object, object],
) -> None:
    """Run *first* up to *halt*, then *second* as far as it comes, then both to their ends."""
    one = asyncio.create_task(first)
    standing = asyncio.create_task(halt.reached.wait())
    await asyncio.wait({one, standing}, return_when=asyncio.FIRST_COMPLETED)
    assert halt.reached.is_set(), one
    other = asyncio.create_task(second)
    await until_done_or_waiting(other, judge)
    halt.go()
    await one
    await other


async def until_done_or_waiting(task: "asyncio.Task[object]", judge: Database) -> None:
    """Return when *task* is done, or stands behind a lock; *judge* asks the database."""
    while not task.done():
        if await rows(judge, _WAITS):
            return


async def insisted(work: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what *work* comes to, begun again where another transaction came first."""
    for _ in range(TRIES - 1):
        try:
            return await work(*args, **kwargs)
        except Conflict:
            continue
    return await work(*args, **kwargs)
