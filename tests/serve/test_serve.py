"""``wary serve`` itself on Telegram and Discord at once, against loopback servers of both."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from tests.platforms.discord import server as discord
from tests.platforms.discord.payloads import TOKEN, Spoken
from tests.platforms.telegram import server as telegram

ROOT = Path(__file__).parents[2]
USER = "700000000000000007"


@asynccontextmanager
async def wary(api: str, root: str, log: Path) -> AsyncIterator[None]:
    """Run ``wary serve`` on both platforms; all that it prints goes to *log*."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("WARY_")}
    environment = {
        **clean,
        "WARY_PLATFORMS": "telegram,discord",
        "WARY_DATABASE_URL": f"sqlite:///{log.with_name('wary.db')}",
        "WARY_TELEGRAM_TOKEN": telegram.TOKEN,
        "WARY_TELEGRAM_API_URL": api,
        "WARY_DISCORD_TOKEN": TOKEN,
        "WARY_DISCORD_API_URL": root,
        "WARY_LOG_LEVEL": "DEBUG",
    }
    with log.open("w") as out:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", cwd=ROOT, env=environment, stdout=out, stderr=out
        )
        try:
            yield
        finally:
            running.terminate()
            assert await asyncio.wait_for(running.wait(), 15) == 0, log


async def test_one_process_teaches_on_both_and_tells_no_token(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    async with (
        telegram.serving() as api,
        discord.serving() as guild,
        wary(api.url, guild.root, log),
    ):
        await asyncio.gather(_on_telegram(api), _on_discord(guild))
    told = await asyncio.to_thread(log.read_text)
    assert telegram.TOKEN not in told
    assert telegram.TOKEN.split(":")[1] not in told
    assert TOKEN not in told
    assert "Traceback" not in told, told[-3000:]


async def _on_telegram(api: telegram.BotApi) -> None:
    mine = api.chats[7]
    api.say("/start")
    await api.until(lambda: bool(mine), 30)
    for token, next_ in (
        ("lang:en", "track:en:citizen"),
        ("track:en:citizen", "answer:acc-01-q1:b"),
        ("answer:acc-01-q1:b", "set:often:daily"),
        ("set:often:daily", "set:hour:18.00"),
        ("set:hour:18.00", "set:country:gb"),
        ("set:country:gb", "more"),
        ("more", "quiz:acc-01"),
    ):
        api.press(mine[0], token)
        await api.until(partial(_offers, mine[0], next_))
    assert len(mine) == 1, "a press edits; it never posts"
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
