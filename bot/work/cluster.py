"""Work on many machines over one PostgreSQL: the queue is Procrastinate, and known to this file.

Rule 1: a lock that is let go wakes nobody there, so whoever waits looks again soon; a job that
waits for its time would hold its lock, so it takes none.  Source: sending.md, 4.
Rule 2: what a dead worker was doing is given to another, as soon as its heart is not heard.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from bot.ports import Now, StoreDown
from bot.ports.work import Args, Job, Task

AT_ONCE: Final = 4
"""Tasks that one process does at the same time."""

TRIES: Final = 5
"""How often a task is begun in all until it is given up, with an alarm."""

POLL_SECONDS: Final = 0.5
"""How often each process looks for what was not announced: at a lock that was let go."""

BEAT_SECONDS: Final = 3.0
"""How often the heart of each worker beats."""

RESCUE_SECONDS: Final = 5.0
"""How often it is looked for what a dead worker left, and how long a heart may be silent.

Thrice a beat would be safer on a machine that stands still, but what is begun twice is done once.
"""

STOP_SECONDS: Final = 8.0
"""How long what is being done may take to end.  Source: trust.md, 11.4."""

LOCK: Final = 0x776F726B
"""The number of the advisory lock under which the tables are made: "work" in ASCII."""

_KNOWN: Final = "SELECT to_regclass('procrastinate_jobs') IS NOT NULL AS known"

log = logging.getLogger(__name__)


class Cluster:
    """Work that all processes on one database share: ``bot.ports.Work``."""

    def __init__(self, url: str, tasks: Mapping[str, Task], now: Now) -> None:
        """Share *tasks*, by their names, over the PostgreSQL at *url*."""
        self._now = now
        server = "postgresql" + url[url.index("://") :]
        self._app = App(connector=PsycopgConnector(conninfo=server, min_size=1, max_size=AT_ONCE))
        self._names = frozenset(tasks)
        for name, task in tasks.items():
            # It adds two powers of two, from the first try on: waits of 4, 8, 16, 32 seconds.
            retry = RetryStrategy(max_attempts=TRIES - 1, exponential_wait=2)
            self._app.task(name=name, retry=retry)(_doing(task))

    async def open(self) -> None:
        """Connect, and make the tables of the queue where there are none.

        Raises:
            StoreDown: the database cannot be reached.
        """
        try:
            await self._app.open_async()
            await self._made()
        except ConnectorException as error:
            raise StoreDown(f"the queue cannot be used: {error.__cause__ or error}") from error

    async def _made(self) -> None:
        connector = self._app.connector
        if (await connector.execute_query_one_async(_KNOWN))["known"]:
            return
        schema = self._app.schema_manager.get_schema().replace("%", "%%")
        # In one transaction with the look, for two processes may start at once.
        guarded = f"SELECT pg_advisory_xact_lock({LOCK});"
        with suppress(ConnectorException):
            await connector.execute_query_async(guarded + schema)
        if not (await connector.execute_query_one_async(_KNOWN))["known"]:
            raise StoreDown("the tables of the queue cannot be made; its user must own the schema")

    async def close(self) -> None:
        """Let go of the database."""
        await self._app.close_async()

    async def defer(self, job: Job) -> None:
        """Have *job* done, the best lane first; a second time only once the first has begun.

        Raises:
            KeyError: there is no such task.
            StoreDown: it could not be written.
        """
        if job.task not in self._names:
            raise KeyError(job.task)
        args = dict(job.args)
        deferrer = self._app.configure_task(
            job.task,
            priority=-int(job.lane),
            lock=job.lock or None,
            queueing_lock=f"{job.task} {json.dumps(args, sort_keys=True)}",
            schedule_at=job.at,
        )
        try:
            await deferrer.defer_async(**args)
        except AlreadyEnqueued:
            return
        except ConnectorException as error:
            raise StoreDown(f"the queue cannot be used: {error.__cause__ or error}") from error

    async def run(self) -> None:
        """Do what is deferred, until cancelled: what is being done then is ended first."""
        rescuing = asyncio.create_task(self._rescue())
        try:
            await self._app.run_worker_async(
                concurrency=AT_ONCE,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=BEAT_SECONDS,
                stalled_worker_timeout=RESCUE_SECONDS,
                shutdown_graceful_timeout=STOP_SECONDS,
                install_signal_handlers=False,
                delete_jobs="successful",
            )
        finally:
            rescuing.cancel()

    async def _rescue(self) -> None:
        """Give what dead workers were doing to others, again and again."""
        manager = self._app.job_manager
        while True:
            await asyncio.sleep(RESCUE_SECONDS)
            try:
                stalled = await manager.get_stalled_jobs(seconds_since_heartbeat=RESCUE_SECONDS)
                for one in stalled:
                    log.warning("task_rescued", extra={"kind": one.task_name})
                    await manager.retry_job(one, retry_at=self._now())
            except ConnectorException:
                log.warning("rescue_failed")


def _doing(task: Task) -> Callable[..., Awaitable[None]]:
    async def does(**args: str | int) -> None:
        given: Args = args
        await task(given)

    return does
