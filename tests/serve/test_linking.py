"""One learner on both platforms, through ``wary serve`` itself: one code, one lesson a day."""

import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from tests.faults.chatting import Served, on_both
from tests.platforms.discord import server as discord
from tests.platforms.telegram import server as telegram
from tests.serve.test_serve import JOINING, USER, walked, wary

Wait = Callable[[Callable[[], bool]], Awaitable[None]]
CODE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


async def test_linked_on_both_there_is_one_lesson_a_day_over_both(tmp_path: Path) -> None:
    async with telegram.serving() as api, discord.serving() as guild:
        served = on_both(tmp_path, api, guild)
        async with wary(served):
            code = await _begun(api)
            await _linked(guild, code)
            await api.until(lambda: any("Discord" in one.text for one in api.chats[7]))
        before = _posts(api, guild)
        assert await _day(api, guild, served, lambda: len(api.chats[7]), api.until) == (
            before[0] + 1,
            before[1],
        )
        lesson = api.chats[7][-1]
        assert any(token.startswith("quiz:") for token in lesson.tokens)
        async with wary(served):
            await _moved(guild)
        before = _posts(api, guild)
        assert await _day(api, guild, served, lambda: len(guild.seen()), guild.until) == (
            before[0],
            before[1] + 1,
        )
    _told_nowhere(code, tmp_path)


def _told_nowhere(code: str, folder: Path) -> None:
    for file in folder.iterdir():
        kept = file.read_bytes()
        assert code.encode() not in kept, file
        assert code.replace("-", "").encode() not in kept, file


async def _begun(api: telegram.BotApi) -> str:
    """Begin on Telegram, ask for a code there, and return it."""
    mine = await walked(api, JOINING)
    api.say("/link")
    await api.until(lambda: len(mine) == 2)
    [code] = CODE.findall(mine[1].text)
    assert [one.protected for one in mine] == [False, True]
    return str(code)


async def _linked(guild: discord.Server, code: str) -> None:
    """Type the code on Discord, behind the command, as its clients send it."""
    option = {"type": 3, "name": "code", "value": code.lower()}
    data = {"id": guild.number(), "name": "link", "type": 1, "options": [option]}
    await guild.until(lambda: guild.lines)
    await guild.interact(guild.interaction(USER, 2, data))
    await guild.until(lambda: any("one learner" in one.text for one in guild.seen()))
    assert "comes to you on Telegram" in guild.seen()[-1].text


async def _moved(guild: discord.Server) -> None:
    """Let the lessons come to Discord from now on."""
    lines = len(guild.lines)
    await guild.until(lambda: len(guild.lines) > lines)
    card = guild.seen()[-1]
    await guild.press(USER, card, "link:here")
    await guild.until(lambda: "comes here" in card.text)


async def _day(
    api: telegram.BotApi, guild: discord.Server, served: Served, on: Callable[[], int], wait: Wait
) -> tuple[int, int]:
    """Let the next day come, and return what stands on either platform afterwards.

    The clock cannot be moved, so the plan is; *on* counts where the lesson is looked for, and
    *wait* waits there.  The second start finds the day done.
    """
    before = on()
    with closing(sqlite3.connect(served.database)) as base, base:
        assert base.execute("UPDATE plans SET due_at = 1").rowcount == 1
    for _ in range(2):
        lines = len(guild.lines)
        async with wary(served):
            await guild.until(lambda: len(guild.lines) > lines)  # noqa: B023  awaited here
            await wait(lambda: on() > before)
    assert served.rows("SELECT count(*) FROM plans WHERE due_at > 1") == [(1,)]
    assert served.rows("SELECT count(*) FROM learners") == [(1,)]
    return _posts(api, guild)


def _posts(api: telegram.BotApi, guild: discord.Server) -> tuple[int, int]:
    return len(api.chats[7]), len(guild.seen())
