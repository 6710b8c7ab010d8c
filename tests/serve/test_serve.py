"""``wary serve`` itself on Telegram and Discord at once, against loopback servers of both."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from tests.faults.chatting import STEPS, Served, free_port, on_both, on_telegram
from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import TOKEN, Spoken
from tests.platforms.telegram import server as telegram

USER = "700000000000000007"
JOINING = (*STEPS, ("set:hour:18.00", "set:country:gb"), ("set:country:gb", "more"))
"""What somebody presses until the first lesson is due, and what the card offers then."""


@asynccontextmanager
async def wary(served: Served) -> AsyncIterator[None]:
    """Run ``wary serve`` as long as the context lasts, and stop it in good order."""
    await served.start()
    try:
        yield
    finally:
        await asyncio.wait_for(served.stop(), 15)


async def test_one_process_teaches_on_both_and_tells_no_token(tmp_path: Path) -> None:
    async with telegram.serving() as api, discord.serving() as guild:
        served = on_both(tmp_path, api, guild)
        async with wary(served):
            await asyncio.gather(_on_telegram(api), _on_discord(guild))
    told = await asyncio.to_thread(served.log.read_text)
    assert telegram.TOKEN not in told
    assert telegram.TOKEN.split(":")[1] not in told
    assert TOKEN not in told
    assert "Traceback" not in told, told[-3000:]


async def walked(api: telegram.BotApi, steps: Sequence[tuple[str, str]]) -> list[telegram.Shown]:
    """Begin on Telegram, press one of *steps* after the other, and return what stands there."""
    mine = api.chats[7]
    api.say("/start")
    await api.until(lambda: bool(mine), 30)
    for token, next_ in steps:
        api.press(mine[0], token)
        await api.until(partial(_offers, mine[0], next_))
    assert len(mine) == 1, "a press edits; it never posts"
    return mine


async def _on_telegram(api: telegram.BotApi) -> None:
    mine = await walked(api, (*JOINING, ("more", "quiz:acc-01")))
    api.say("/settings")
    await api.until(lambda: len(mine) == 2)
    assert "go:pause" in mine[1].tokens


def _offers(shown: telegram.Shown, token: str) -> bool:
    return token in shown.tokens


async def _on_discord(guild: discord.Server) -> None:
    await guild.until(lambda: guild.lines)
    await guild.command(USER, "start")
    await guild.until(guild.seen)
    [card] = guild.seen()
    for token in ("lang:en", "track:en:citizen", "answer:acc-01-q1:b", "set:often:daily"):
        await _pressed(guild, card, token)
    assert "When may I write?" in card.text


async def _pressed(guild: discord.Server, card: Spoken, token: str) -> None:
    edits = card.edits
    await guild.press(USER, card, token)
    await guild.until(lambda: card.edits > edits)


async def test_a07_t12_who_polls_tells_machines_too_and_another_poller_makes_it_unready(
    tmp_path: Path,
) -> None:
    async with telegram.serving() as api:
        port = free_port()
        served = on_telegram(tmp_path, api, WARY_PORT=str(port))
        async with wary(served), aiohttp.ClientSession() as session:
            api.say("/start")
            await api.until(lambda: bool(api.chats[7]), 30)
            assert await _readiness(session, port) == (200, {"ready": True, "troubles": []})
            words = "Conflict: terminated by other getUpdates request"
            api.fail("getUpdates", telegram.refuse(409, words))
            api.say("/help")
            await api.until(lambda: api.counts["getWebhookInfo"] > 0)
            status, told = await _until_told(session, port)
            assert (status, told["ready"]) == (503, False)
            assert [one["trouble"] for one in told["troubles"]] == ["intake_stopped"]
            async with session.get(f"http://127.0.0.1:{port}/healthz") as alive:
                assert alive.status == 200


async def _readiness(session: aiohttp.ClientSession, port: int) -> tuple[int, dict[str, Any]]:
    async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, await answer.json()


async def _until_told(session: aiohttp.ClientSession, port: int) -> tuple[int, dict[str, Any]]:
    for _ in range(200):
        found = await _readiness(session, port)
        if found[1]["troubles"]:
            break
        await asyncio.sleep(0.02)
    return found


async def test_a_bot_that_polls_works_without_its_page_where_the_port_is_taken(
    tmp_path: Path,
) -> None:
    async with telegram.serving() as api:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            served = on_telegram(tmp_path, api, WARY_PORT=str(port))
            async with wary(served):
                api.say("/start")
                await api.until(lambda: bool(api.chats[7]), 30)
    told = await asyncio.to_thread(served.log.read_text)
    assert "health_not_served" in told
