"""A bot on our own Discord: a real adapter over real discord.py, and the runtime behind it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import i18n, store
from bot.core.events import Address, Incoming
from bot.core.message import Message
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.options import Options
from bot.ports import Barred, Receipt, Receive, Tools
from bot.runtime.hear import Ear
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import renderer
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from tests.engine.school import LIBRARY
from tests.platforms.cards import LANGUAGES
from tests.platforms.discord.payloads import TOKEN
from tests.platforms.discord.server import Server, serving
from tests.platforms.scripted import NOW, Bot, post, tools
from tests.runtime.rooms import said

USER = "500000000000000001"
ME = Address("discord", USER)


@dataclass
class Watch:
    """A clock in the hand; whoever pauses moves it."""

    now: datetime = NOW
    paused: list[float] = field(default_factory=list)

    def seconds(self) -> float:
        return (self.now - NOW).total_seconds()

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        # At least a tick, or a wait too short for this clock would never end.
        self.now += max(timedelta(seconds=seconds), timedelta(microseconds=1))
        await asyncio.sleep(0)


@dataclass
class Chat:
    """One adapter that listens, and who hears."""

    server: Server
    platform: Discord
    watch: Watch
    bot: Bot
    listening: asyncio.Task[None]

    async def send(self, card: Message, number: int = 1, **more: str) -> str:
        return await self.platform.send(post(ME, number, **more), card)


def adapter(
    server: Server,
    watch: Watch,
    heartbeat: float = 60.0,
    tags: tuple[str, ...] = tuple(LANGUAGES),
) -> Discord:
    return Discord(
        tools(now=lambda: watch.now, languages=tags),
        Options(TOKEN, server.root),
        pause=watch.pause,
        heartbeat=heartbeat,
    )


@asynccontextmanager
async def chatting(
    *cards: Message, heartbeat: float = 60.0, tags: tuple[str, ...] = tuple(LANGUAGES)
) -> AsyncIterator[Chat]:
    """Open a scripted bot on a server of its own; it leaves without a complaint."""
    async with serving() as server:
        watch = Watch()
        platform = adapter(server, watch, heartbeat, tags)
        bot = Bot(platform, list(cards))
        async with heard(platform, bot.receive) as listening:
            await server.until(lambda: server.lines)
            yield Chat(server, platform, watch, bot, listening)
            await asyncio.gather(*bot.tasks)
        assert server.complaints == []


@asynccontextmanager
async def heard(platform: Discord, receive: Receive) -> AsyncIterator[asyncio.Task[None]]:
    listening = asyncio.create_task(platform.listen(receive))
    try:
        yield listening
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError, Barred):
            await listening


@dataclass
class Whole:
    """The middle of the house around Discord."""

    server: Server
    platform: Discord
    base: store.Database
    turns: Turns
    incoming: list[Incoming] = field(default_factory=list)

    async def receive(self, events: Sequence[Incoming]) -> Sequence[Receipt]:
        self.incoming += events
        return await self.turns.receive(events)


@asynccontextmanager
async def whole() -> AsyncIterator[Whole]:
    async with serving() as server, housed(server) as house:
        yield house
        assert server.complaints == []


@asynccontextmanager
async def housed(server: Server, base: store.Database | None = None) -> AsyncIterator[Whole]:
    """Open the runtime over a store, and let it work until the end."""
    watch = Watch()
    kept = base or await store.connect("sqlite://")
    platform = adapter(server, watch)
    render = renderer(said, lambda tag: tag == "ar")
    gate = Gate(platform.limits.rate, watch.seconds, watch.pause)
    outbox = Dispatcher(platform, kept, render, gate, lambda: watch.now)
    library = replace(LIBRARY)
    tools = Tools(
        now=lambda: watch.now,
        translate=said,
        fit=lambda tag: i18n.fitting(tag, library.languages),
        rtl=i18n.rtl,
    )
    turns = Turns(kept, library, tools, Ear(library, render), outbox.offer)
    house = Whole(server, platform, kept, turns)
    before = len(server.lines)
    work = [
        asyncio.create_task(turns.run()),
        asyncio.create_task(outbox.run(house.receive, outbox.woken)),
    ]
    try:
        async with heard(platform, house.receive):
            await server.until(lambda: len(server.lines) > before)
            yield house
    finally:
        for task in work:
            task.cancel()
        ends = await asyncio.gather(*work, return_exceptions=True)
        if base is None:
            await kept.close()
        assert all(isinstance(one, asyncio.CancelledError) for one in ends), ends
