"""Makes bots on the loopback server, and the house behind one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot import i18n, store
from bot.core.card import Text
from bot.core.message import Rich, Span
from bot.platforms.telegram.adapter import Telegram
from bot.platforms.telegram.options import read
from bot.platforms.telegram.transport import Transport
from bot.ports import Now, Platform, Receive, Store, Tools
from bot.runtime.hear import Ear
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import renderer
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from tests.engine.school import LIBRARY
from tests.platforms.scripted import NOW, tools
from tests.platforms.telegram.server import TOKEN, BotApi


async def nap(_: float) -> None:
    """Wait no longer than the others need."""
    await asyncio.sleep(0)


def bot(
    api: BotApi | str,
    *,
    token: str = TOKEN,
    transport: Transport | None = None,
    now: Now = lambda: NOW,
    **more: str,
) -> Telegram:
    """Return a bot that speaks to the server and never waits for long."""
    url = api if isinstance(api, str) else api.url
    options = read({"token": token, "api_url": url, **more})
    return Telegram(options, tools(now=now), transport=transport, sleep=nap)


@asynccontextmanager
async def listening(platform: Platform, receive: Receive) -> AsyncIterator[asyncio.Task[None]]:
    """Hear updates as long as the context lasts."""
    task = asyncio.create_task(platform.listen(receive))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def said(_: str, text: Text) -> Rich:
    """Say a text as its key, so that tests read keys and not sentences."""
    return (Span(text.key),)


@dataclass
class Home:
    """The real middle of the house around one bot."""

    base: Store
    turns: Turns
    outbox: Dispatcher
    platform: Platform


@asynccontextmanager
async def home(
    platform: Platform,
    url: str = "sqlite://",
    *,
    running: bool = True,
    key: Path | None = None,
    now: Now = lambda: NOW,
    say: Callable[[str, Text], Rich] = said,
) -> AsyncIterator[Home]:
    """Run turns and dispatcher around *platform*, over a database; or leave that to the test."""
    journal = key.with_suffix(".erased") if key else None
    base = await store.connect(url, key=key, journal=journal)
    render = renderer(say, lambda tag: tag == "ar")
    loop = asyncio.get_running_loop()
    begun = loop.time()

    def moving() -> datetime:
        """Return the moment of *now*, which may stand, and the time that has passed since."""
        return now() + timedelta(seconds=loop.time() - begun)

    def seconds() -> float:
        return (moving() - NOW).total_seconds()

    gate = Gate(1_000_000.0, seconds)
    outbox = Dispatcher(platform, base, render, gate, moving)
    tools = Tools(
        now=now,
        translate=say,
        fit=lambda tag: i18n.fitting(tag, LIBRARY.languages),
        rtl=i18n.rtl,
    )
    turns = Turns(base, LIBRARY, tools, Ear(LIBRARY, render), outbox.offer)
    loops = [turns.run(), outbox.run(turns.receive, outbox.woken)] if running else []
    work = [asyncio.create_task(loop) for loop in loops]
    try:
        yield Home(base, turns, outbox, platform)
    finally:
        outbox.stop()
        for task in work[:1]:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await base.close()
