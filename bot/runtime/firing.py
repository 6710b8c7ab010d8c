"""Firing as shared work: the clock looks, and whoever works fires.

Rule 1: any process may look: what waits to be done already is not deferred again.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.effects import Lane
from bot.ports import StoreDown
from bot.ports.work import Args, Job, Task
from bot.runtime.clock import Clock

FIRE = "fire"
"""Fires what is due, on the platforms that it is given."""

SLICES = 4
"""Processes that fire at the same time.  Source: sending.md, 8: 4 workers."""

log = logging.getLogger(__name__)


class Due(Protocol):
    """Whoever knows when the next plan is due."""

    async def next_due(self) -> datetime | None:
        """Return the earliest instant at which a plan can be claimed, or None."""


def tasks(clock: Clock) -> Mapping[str, Task]:
    """Return what is done of the work of *clock*, by name."""

    async def fire(args: Args) -> None:
        await clock.fire(str(args["platforms"]).split(","))

    return {FIRE: fire}


class Looking:
    """Looks who is due, and has them fired."""

    def __init__(
        self,
        store: Due,
        clock: Clock,
        defer: Callable[[Job], Awaitable[None]],
        platforms: Sequence[str],
        slices: int = SLICES,
    ) -> None:
        """Have those on *platforms*, none for nobody, fired by as many as there are *slices*."""
        self._store = store
        self._clock = clock
        self._defer = defer
        self._platforms = ",".join(platforms)
        self._slices = slices

    async def look(self) -> None:
        """Have whoever is due fired, or say that it cannot be known."""
        try:
            due = await self._store.next_due() if self._platforms else None
            if due is not None and due <= self._clock.now():
                for number in range(self._slices):
                    args: Args = {"slice": number, "platforms": self._platforms}
                    await self._defer(Job(FIRE, args, Lane.LESSON, lock=f"{FIRE} {number}"))
        except StoreDown:
            log.warning("look_failed")
        self._clock.seen()
