"""How a page hears of a change: the stream, and the state for those who get none."""

import asyncio
from typing import Any

import pytest

from bot.core.events import Address
from bot.platforms.web import connect
from bot.platforms.web.adapter import Web
from tests.platforms import cards
from tests.platforms.scripted import NOW, Bot, post, tools
from tests.platforms.web.visitor import sealed, talking


async def test_the_state_grows_with_every_change() -> None:
    async with talking(cards.HELLO, cards.LESSON) as (_, browser):
        page = await browser.get("/")
        before = (await browser.get("/state")).json()["version"]
        await browser.post("/say", data=sealed(page, text="hi"))
        assert (await browser.get("/state")).json()["version"] > before > NOW.timestamp()


async def frames(web: Web, key: str, wanted: int) -> list[str]:
    """Return the first frames of the stream, which ends when the visitor goes away."""
    found: list[str] = []
    gone = asyncio.Event()

    async def receive() -> dict[str, str]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        found.append(message.get("body", b"").decode())
        if len(found) > wanted:
            gone.set()

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/events",
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"cookie", f"wary={key}".encode())],
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }
    await web.app(scope, receive, send)
    return found[1:]


async def waited(web: Web, key: str) -> None:
    """Return when somebody waits for a change of the session *key*."""
    async with asyncio.timeout(5):
        while not web._sessions.of(key, 0)._changed._waiters:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0)


async def test_a_stream_tells_the_version_and_every_change() -> None:
    async with talking() as (bot, _):
        assert isinstance(bot.platform, Web)
        reading = asyncio.create_task(frames(bot.platform, "b" * 32, 3))
        await waited(bot.platform, "b" * 32)
        await bot.platform.send(post(Address("web", "b" * 32), 1), cards.LESSON)
        retry, first, second, *_ = await reading
        assert retry == "retry: 3000\n\n"
        assert int(second.removeprefix("data: ")) > int(first.removeprefix("data: "))


async def test_a_silent_stream_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.platforms.web.pages.BEAT", 0.001)
    async with talking() as (bot, _):
        assert isinstance(bot.platform, Web)
        assert (await frames(bot.platform, "b" * 32, 3))[2] == ": here\n\n"


async def test_streams_end_when_nobody_listens_any_more() -> None:
    web = connect({}, tools())
    bot = Bot(web, [])
    listening = asyncio.create_task(web.listen(bot.receive))
    await asyncio.sleep(0)
    reading = asyncio.create_task(frames(web, "b" * 32, 99))
    await waited(web, "b" * 32)
    listening.cancel()
    async with asyncio.timeout(5):
        assert (await reading)[-1] == ""
