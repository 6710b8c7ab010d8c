"""Many machines: what a killed worker was doing another does; two make the tables at once."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.ports.work import Args, Job
from bot.work.cluster import Cluster
from tests.store.conftest import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

pytestmark = pytest.mark.postgres

WORKER = """
import asyncio, sys
from datetime import UTC, datetime
from bot.work.cluster import Cluster

async def stall(args):
    print("begun", flush=True)
    await asyncio.Event().wait()

async def main():
    work = Cluster(sys.argv[1], {"task": stall}, lambda: datetime.now(UTC))
    await work.open()
    await work.run()

asyncio.run(main())
"""


async def test_what_a_killed_worker_was_doing_another_does(postgres_url: str) -> None:
    done: list[Args] = []

    async def task(args: Args) -> None:
        done.append(args)

    work = Cluster(postgres_url, {"task": task}, lambda: datetime.now(UTC))
    await work.open()
    await work.defer(Job("task", {"send": 1}, lock="send:1"))
    root = Path(__file__).parents[2]
    other = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, postgres_url), cwd=root, stdout=asyncio.subprocess.PIPE
    )
    assert other.stdout
    assert await asyncio.wait_for(other.stdout.readline(), 60) == b"begun\n"
    other.kill()
    await other.wait()
    runner = asyncio.create_task(work.run())
    for _ in range(6000):
        if done:
            break
        await asyncio.sleep(0.01)
    runner.cancel()
    await asyncio.wait({runner})
    await work.close()
    assert done == [{"send": 1}]


async def test_two_that_begin_at_once_make_the_tables_once(postgres_url: str) -> None:
    both = [Cluster(postgres_url, {}, lambda: datetime.now(UTC)) for _ in range(2)]
    await asyncio.gather(*(one.open() for one in both))
    for one in both:
        await one.close()
