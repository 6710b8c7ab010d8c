"""Row C6 of trust.md, 7: of 1,000 sessions a day 100 are left alone, whatever the gateway does.

Rule 1: the judge is the count that Discord keeps; whoever is at 0 there loses the token.
"""

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from aiohttp import web

from bot.core.events import Incoming
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.options import Options
from bot.platforms.discord.starts import CALM, SPARED, Starts
from bot.ports import Receipt
from tests.platforms.discord.payloads import TOKEN
from tests.platforms.discord.server import Server, serving
from tests.platforms.discord.talking import Watch, heard
from tests.platforms.scripted import NOW, tools

DAY = timedelta(days=1)


class Day:
    """Discord's own count of one day; the clock goes only where somebody waits."""

    def __init__(self, server: Server, left: int) -> None:
        self.server = server
        self.watch = Watch()
        self.ends = NOW + DAY
        self.long = asyncio.Event()
        self.patient = False
        server.starts_left = left
        self._tell()

    def _tell(self) -> None:
        if self.watch.now >= self.ends:
            self.ends += DAY
            self.server.starts_left = 1000
        self.server.starts_reset_ms = int((self.ends - self.watch.now) / timedelta(milliseconds=1))

    async def pause(self, seconds: float) -> None:
        if seconds > 3600:
            self.watch.paused.append(seconds)
            self.long.set()
            if not self.patient:
                await asyncio.Event().wait()
        await self.watch.pause(seconds)
        self._tell()

    def passes(self, hours: float) -> None:
        self.watch.now += timedelta(hours=hours)
        self._tell()

    def adapter(self) -> Discord:
        made = tools(now=lambda: self.watch.now)
        return Discord(made, Options(TOKEN, self.server.root), pause=self.pause)


async def invalid(socket: web.WebSocketResponse) -> None:
    """Take no session, as op 9 says it: begin another one."""
    await socket.send_json({"op": 9, "d": False, "s": None, "t": None})


async def dropped(socket: web.WebSocketResponse) -> None:
    """Close right after the session was asked for."""
    await socket.close(code=4000)


@pytest.mark.parametrize("trouble", [invalid, dropped])
async def test_c6_a_gateway_that_takes_no_session_costs_no_token(trouble: object) -> None:
    async with serving() as server:
        day = Day(server, SPARED + 40)
        server.greet.extend([trouble] * 1000)  # type: ignore[list-item]  # one of the two above
        async with heard(day.adapter(), _nobody):
            await asyncio.wait_for(day.long.wait(), 20)
            assert not _beating()
        assert server.starts_left == SPARED
        assert server.identifies == 40
        assert day.watch.now < day.ends


def _beating() -> list[str]:
    """Threads that go on sending heartbeats, which the library leaves behind."""
    named = [one for one in threading.enumerate() if one.name.startswith("keep-alive-handler")]
    return [one.name for one in named if not vars(one)["_stop_ev"].is_set()]


async def test_c6_the_count_and_the_wait_outlive_restarts() -> None:
    async with serving() as server:
        day = Day(server, SPARED + 3)
        for life in range(3):
            async with heard(day.adapter(), _nobody):
                await server.until(partial(_more, server, life))
            day.passes(1)
        assert server.starts_left == SPARED
        for asked in range(2):
            day.long.clear()
            async with heard(day.adapter(), _nobody):
                await asyncio.wait_for(day.long.wait(), 10)
            left = 21.0 - 6 * asked
            assert day.watch.paused[-1] == pytest.approx(left * 3600)
            assert server.identifies == 3
            day.passes(6)
        day.patient = True
        async with heard(day.adapter(), _nobody):
            await server.until(lambda: server.identifies == 4)
        assert day.watch.now >= NOW + DAY
        assert server.starts_left == 999


async def test_c6_a_line_in_trouble_for_days_stays_within_the_budget() -> None:
    watch, counts = Watch(), [0]
    wait, ends = 5.0, NOW + DAY
    while watch.now < ends:
        begun = watch.now
        starts = Starts(1000 - counts[-1], watch.pause, lambda: watch.now)
        while not starts.over.is_set():
            one = asyncio.create_task(starts.begin(0, initial=watch.now == begun))
            for _ in range(4):
                await asyncio.sleep(0)
            counts[-1] += one.done()
            one.cancel()
        wait = 5.0 if watch.now - begun >= CALM else min(wait * 2, 300.0)
        await watch.pause(wait)
    assert counts[-1] < 600


def _more(server: Server, identifies: int) -> bool:
    return server.identifies > identifies


async def _nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    return [Receipt() for _ in batch]
