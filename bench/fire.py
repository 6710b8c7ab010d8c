"""How fast everybody whose hour has come is fired, in one process on SQLite.

The peer writes the rows that Wary wrote, and decides nothing.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ParamSpec

from bench.due import Fired, School, fill, fired, once_each
from bench.rows import Figure, at_least, medians
from bot import store
from bot.runtime.clock import DUE
from bot.store.line import Line, Work, located
from bot.store.sealing import Seal, load_key

P = ParamSpec("P")

PEOPLE = 5_000
TABLES = ("learners", "plans", "seen", "notes", "outbox")
"""What a firing writes, in an order that foreign keys allow."""

Written = Mapping[str, Sequence[tuple[object, ...]]]
"""Rows by the table that holds them."""


def fire_sqlite(school: School) -> Figure:
    """Return learners fired a second on a SQLite file, beside bare executemany of their rows."""
    written: dict[str, Sequence[tuple[object, ...]]] = {}

    def ours() -> float:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "wary.db"
            done = asyncio.run(fired_file(path, school, PEOPLE))
            written.update(_written(path))
            return PEOPLE / done.seconds

    def bare() -> float:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bare.db"
            asyncio.run(_empty(path))
            return PEOPLE / _bare(path, written)

    peer = f"sqlite3 alone, executemany of the same rows, {DUE} learners a transaction, FULL"
    return at_least("fire.sqlite", "1/s", 10_000, peer, medians(ours, bare))


async def fired_file(path: Path, school: School, count: int) -> Fired:
    """Fire *count* people from a new file at *path*, each once."""
    url = f"sqlite:///{path}"
    base = await store.connect(url)
    try:
        await on(url, fill, count, Seal(load_key(path.with_name(f"{path.name}.key"))))
        done = await fired(base, school)
        assert done.events == count, f"{done.events} events for {count} people"
        await on(url, once_each, count)
        return done
    finally:
        await base.close()


async def on(url: str, work: Work[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run *work* in a transaction of its own on a connection of its own."""
    line = Line(located(url))
    try:
        await line.run(work, *args, **kwargs)
    finally:
        await line.close()


async def _empty(path: Path) -> None:
    await (await store.connect(f"sqlite:///{path}")).close()


def _written(path: Path) -> Written:
    base = sqlite3.connect(path)
    try:
        return {name: base.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608 - names of ours
    finally:
        base.close()


def _bare(path: Path, written: Written) -> float:
    base = sqlite3.connect(path, isolation_level=None)
    base.execute("PRAGMA synchronous=FULL")
    begun = time.perf_counter()
    for first in range(0, PEOPLE, DUE):
        base.execute("BEGIN IMMEDIATE")
        for name, rows in written.items():
            places = ", ".join("?" * len(rows[0]))
            sql = f"INSERT INTO {name} VALUES ({places})"  # noqa: S608 - names of ours
            base.executemany(sql, rows[first : first + DUE])
        base.execute("COMMIT")
    seconds = time.perf_counter() - begun
    base.close()
    return seconds
