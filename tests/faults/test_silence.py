"""Rows T1, T6 and C9 of trust.md, 7, on a whole bot: what waits, waits, and is sent once.

Rule 1: the judge is when a request came in at the service, by the service's clock.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import store
from bot.core.events import Address, Began, Incoming
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.options import Options
from bot.ports import Platform
from bot.runtime.hear import Ear
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import renderer
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from tests.engine.school import LIBRARY
from tests.faults.chatting import lives, on_discord, on_telegram
from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import TOKEN as DISCORD_TOKEN
from tests.platforms.scripted import NOW, tools
from tests.platforms.telegram import people
from tests.platforms.telegram import server as telegram

NAME = "service.invalid"
SENDERS = range(1, 21)
SECONDS = 2.0
ON_THE_WIRE = 0.3
"""Seconds in which a request may come in that had left before we heard of the pause."""


def _silent(times: list[float], said: float) -> None:
    """Nothing came in before the deadline but what was on the wire, and then it went on."""
    early = [at - said for at in times if said + ON_THE_WIRE < at < said + SECONDS]
    assert early == []
    assert [at for at in times if at >= said + SECONDS]


async def test_t1_a_429_silences_20_senders_until_its_deadline(tmp_path: Path) -> None:
    async with telegram.serving() as api:
        slow = telegram.refuse(429, "Too Many Requests: retry after 2", retry_after=int(SECONDS))
        api.fail("sendMessage", slow)

        async def chat() -> None:
            for person in SENDERS:
                api.say("/start", person)
            await api.until(lambda: len(api.chats) == len(SENDERS), 30)

        await lives(on_telegram(tmp_path, api), chat())
        times = [at for method, at, _ in api.calls if method == "sendMessage"]
        _silent(times, times[0])
        assert len(times) <= len(SENDERS) + 1 + ON_THE_WIRE * 30
        assert all(len(shown) == 1 for shown in api.chats.values())


async def test_t1_a_429_silences_the_ticks_of_presses_too(tmp_path: Path) -> None:
    async with telegram.serving() as api:

        async def chat() -> None:
            for person in SENDERS:
                api.say("/start", person)
            await api.until(lambda: len(api.chats) == len(SENDERS), 30)
            slow = telegram.refuse(429, "Too Many Requests", retry_after=int(SECONDS))
            api.fail("editMessageText", slow)
            api.press(api.chats[1][0], "lang:en", 1)
            await api.until(lambda: not api.faults["editMessageText"])
            with suppress(TimeoutError):
                await api.until(lambda: False, ON_THE_WIRE * 2)
            for person in SENDERS[1:]:
                api.press(api.chats[person][0], "lang:en", person)
            await api.until(lambda: all(shown[0].edits for shown in api.chats.values()), 30)

        await lives(on_telegram(tmp_path, api), chat())
        said = next(at for method, at, _ in api.calls if method == "editMessageText")
        spoken = [at for method, at, _ in api.calls if method != "getUpdates"]
        _silent(spoken, said)
        edits = [shown[0].edits for shown in api.chats.values()]
        assert edits == [1] * len(SENDERS)


async def test_c9_a_global_429_silences_20_senders_until_its_deadline(tmp_path: Path) -> None:
    async with discord.serving() as guild:
        users = [str(500_000_000_000_000_000 + number) for number in SENDERS]

        async def chat() -> None:
            await guild.until(lambda: guild.lines)
            guild.plan("PATCH", "/messages/@original$", discord.too_many(SECONDS, "global"))
            for user in users:
                await guild.command(user, "start")
            async with asyncio.timeout(30):
                await guild.until(lambda: len(guild.seen()) == len(users))

        await lives(on_discord(tmp_path, guild), chat())
        filled = [call.at for call in guild.made("PATCH", "/messages/@original$")]
        calls = [call.at for call in guild.calls]
        _silent([at for at in calls if at >= filled[0]], filled[0])
        assert len(guild.seen()) == len(users)


class Names:
    """The names of hosts, as long as somebody tells them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known = False
        self.asked = 0
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._found)

    def _found(self, host: object, *more: object, **named: object) -> object:
        if host != NAME:
            return self._real(host, *more, **named)  # type: ignore[arg-type]  # as it was asked
        self.asked += 1
        if not self.known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._real("127.0.0.1", *more, **named)  # type: ignore[arg-type]  # as it was asked


@dataclass
class Desk:
    """The middle of the house around one platform, moved by hand."""

    base: store.Database
    turns: Turns
    outbox: Dispatcher
    now: datetime = NOW

    async def sends(self) -> None:
        while await self.outbox.once(self.turns.receive):
            pass


@asynccontextmanager
async def desk(platform: Platform) -> AsyncIterator[Desk]:
    base = await store.connect("sqlite://")
    render = renderer(people.said, lambda tag: tag == "ar")
    gate = Gate(1_000_000.0, asyncio.get_running_loop().time)
    found: list[Desk] = []
    outbox = Dispatcher(platform, base, render, gate, lambda: found[0].now)
    turns = Turns(base, LIBRARY, tools(translate=people.said), Ear(LIBRARY, render), outbox.offer)
    found.append(Desk(base, turns, outbox))
    work = asyncio.create_task(turns.run())
    try:
        yield found[0]
    finally:
        turns.stop()
        await work
        await base.close()


async def _waits_for_its_name(house: Desk, names: Names, platform: str) -> None:
    """Owe a post, fail for want of a name, and send it when there is one."""
    begun = Incoming(f"{platform}:1", Address(platform, "7"), NOW, Began())
    await house.turns.receive([begun])
    await house.sends()
    asked = names.asked
    assert asked
    await house.sends()
    assert names.asked == asked, "it waits"
    house.now += timedelta(seconds=5)
    names.known = True
    await house.sends()
    house.now += timedelta(days=1)
    await house.sends()


async def test_t6_a_name_that_does_not_resolve_leaves_a_post_pending_on_telegram(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(monkeypatch)
    async with telegram.serving() as api:
        platform = people.bot(api.url.replace("127.0.0.1", NAME))
        async with desk(platform) as house:
            await _waits_for_its_name(house, names, "telegram")
        assert [len(shown) for shown in api.chats.values()] == [1]
        assert api.counts["sendMessage"] == 1


async def test_t6_a_name_that_does_not_resolve_leaves_a_post_pending_on_discord(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(monkeypatch)
    async with discord.serving() as guild:
        root = guild.root.replace("127.0.0.1", NAME)
        platform = Discord(tools(), Options(DISCORD_TOKEN, root))
        platform._rest.open()
        async with desk(platform) as house:
            await _waits_for_its_name(house, names, "discord")
        await platform._rest.close()
        assert len(guild.seen()) == 1
        assert len(guild.made("POST", "/messages$")) == 1
