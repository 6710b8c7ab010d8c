"""Work in one process: what is deferred is done here, and what a crash cut short is found again.

Rule 1: nothing is written down: what has to be done stands in the rows that it is about, and
``owed`` reads it from there at the start.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bot.ports import Now, StoreDown
from bot.ports.work import Job, Task

AT_ONCE = 4
"""Tasks that are done at the same time."""

TRIES = 5
"""How often a task is begun in all until it is given up, with an alarm."""

FIRST_WAIT = 2.0
"""Seconds until the second try; each time twice as long."""

POLL_SECONDS = 0.5
"""How late what waits for its time, or for the end of a wait, may be begun."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    """A job in its place in the order, and how often it was begun."""

    job: Job
    place: int
    tries: int = 0
    not_before: datetime | None = None

    @property
    def name(self) -> str:
        return f"{self.job.task} {sorted(self.job.args.items())}"


async def _nothing() -> Sequence[Job]:
    return ()


class Local:
    """Work in one process: ``bot.ports.Work``."""

    def __init__(
        self,
        tasks: Mapping[str, Task],
        now: Now,
        owed: Callable[[], Awaitable[Sequence[Job]]] = _nothing,
    ) -> None:
        """Do *tasks* by their names; *owed* finds in the rows what was cut short."""
        self._tasks = tasks
        self._now = now
        self._owed = owed
        self._waiting: dict[str, _Waiting] = {}
        self._places = count()
        self._busy: dict[asyncio.Task[None], _Waiting] = {}
        self._wake = asyncio.Event()

    async def defer(self, job: Job) -> None:
        """Have *job* done, the best lane first; a second time only once the first has begun.

        Raises:
            KeyError: there is no such task.
        """
        self._tasks[job.task]
        one = _Waiting(job, next(self._places), not_before=job.at)
        self._waiting.setdefault(one.name, one)
        self._wake.set()

    async def run(self) -> None:
        """Do what is deferred, until cancelled: what is being done then is ended first."""
        for job in await self._owed():
            await self.defer(job)
        try:
            while True:
                self._wake.clear()
                self._begin()
                await self._woken()
        finally:
            if self._busy:
                await asyncio.wait(self._busy)

    async def _woken(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS if self._waiting else None)
        except TimeoutError:
            return

    def _begin(self) -> None:
        """Begin as many as there is room for, best lane first."""
        order = sorted(self._waiting.values(), key=lambda one: (one.job.lane, one.place))
        held = {one.job.lock for one in self._busy.values() if one.job.lock}
        for one in order:
            if len(self._busy) >= AT_ONCE:
                return
            later = one.not_before is not None and one.not_before > self._now()
            if one.job.lock in held or (later and not one.job.lock):
                continue
            if one.job.lock:
                held.add(one.job.lock)
            if later:
                continue  # It waits for its next try, and those behind it keep their order.
            del self._waiting[one.name]
            one.tries += 1
            doing = asyncio.create_task(self._done(one))
            self._busy[doing] = one
            doing.add_done_callback(self._ended)

    def _ended(self, doing: asyncio.Task[None]) -> None:
        del self._busy[doing]
        self._wake.set()

    async def _done(self, one: _Waiting) -> None:
        fault = await _fault(self._tasks[one.job.task], one.job)
        if fault is None:
            return
        given_up = one.tries >= TRIES
        level = logging.ERROR if given_up else logging.WARNING
        trace = None if isinstance(fault, StoreDown) else fault
        log.log(level, "task_failed", extra={"kind": one.job.task}, exc_info=trace)
        if not given_up:
            wait = timedelta(seconds=FIRST_WAIT * 2 ** (one.tries - 1))
            one.not_before = self._now() + wait
            self._waiting.setdefault(one.name, one)


async def _fault(task: Task, job: Job) -> BaseException | None:
    """Return what went wrong in doing *job*, None where it is done."""
    doing = asyncio.ensure_future(task(job.args))
    await asyncio.wait({doing})
    return asyncio.CancelledError() if doing.cancelled() else doing.exception()
