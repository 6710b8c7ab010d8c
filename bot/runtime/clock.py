"""The clock: a UTC metronome that asks who is due, and the one place that reads the time.

Rule 1: APScheduler is a tick and knows no learner and no calendar; what is due next is
arithmetic in ``engine/calendar.py``.
"""

import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.ports import Now, Receive, Store, StoreDown

TICK_SECONDS = 5
"""Time between two looks at who is due."""

DUE = 500
"""Learners fired in one transaction.  Source: house.md, 7."""

Job = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


def now() -> datetime:
    """Return the instant: aware, UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Return seconds of a clock that never jumps."""
    return time.monotonic()


class Clock:
    """Raises the events of plans whose time has come."""

    def __init__(
        self,
        store: Store,
        receive: Receive,
        read: Now = now,
        served: Sequence[str] | None = None,
    ) -> None:
        """Join the plans and the intake.

        *served* names the platforms for which this process fires: a lesson for one that nobody
        serves would only wait, and perhaps expire.  None means all.
        """
        self._served = served
        self.fired: Counter[str] = Counter()
        """Occurrences by their result: ``fired``, and ``failed`` for a look that came to nothing.
        """
        self.looked = monotonic()
        """When the last look at who is due ended, whatever came of it."""
        self._store = store
        self._receive = receive
        self._read = read

    def now(self) -> datetime:
        """Return the instant by which it is due."""
        return self._read()

    def seen(self) -> None:
        """Note that somebody has looked who is due."""
        self.looked = monotonic()

    async def fire(self, served: Sequence[str] | None = None) -> int:
        """Raise everything that is due and return how many events that were.

        *served* names the platforms that are meant, None those of this clock.
        """
        fired = 0
        served = self._served if served is None else served
        try:
            while due := await self._store.claim_due(self._read(), DUE, served):
                await self._receive(due)
                fired += len(due)
                self.fired["fired"] += len(due)
                self.seen()
            await self._store.scrub()
        except StoreDown:
            # The leases end by themselves, so the next tick finds the same people again.
            self.fired["failed"] += 1
            log.warning("fire_failed", extra={"fired": fired})
        self.seen()
        return fired

    async def tidy(self) -> None:
        """Forget what is older than its term."""
        try:
            await self._store.trim(self._read())
        except StoreDown:
            log.warning("tidy_failed")

    def tick(
        self, seconds: float = TICK_SECONDS, also: Sequence[Job] = (), look: Job | None = None
    ) -> AsyncIOScheduler:
        """Start firing every *seconds* and return the scheduler, for its ``shutdown``.

        *look* has it done by others, in the place of ``fire``.  *also* is what else is done at
        each tick, each beside the others.
        """
        scheduler = AsyncIOScheduler(timezone=UTC)
        trigger = IntervalTrigger(seconds=seconds, timezone=UTC)
        # At once, too: after a restart nobody who is due waits for the first interval.
        scheduler.add_job(
            look or self.fire,
            trigger,
            next_run_time=now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        for job in also:
            scheduler.add_job(
                job, trigger, max_instances=1, coalesce=True, misfire_grace_time=None
            )
        hourly = IntervalTrigger(hours=1, timezone=UTC)
        scheduler.add_job(
            self.tidy, hourly, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        scheduler.start()
        return scheduler
