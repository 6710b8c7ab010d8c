"""A whole first day through ``wary serve`` itself on each service: begin, learn, be asked, choose,
pause, ask for help; what stands in the chat is what chat.md, 9, says.

Rule 1: a press edits the card it was made on; only what was asked for anew is a new message.
"""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.platforms.discord.markdown import bare
from tests.faults.chatting import on_discord, on_telegram
from tests.platforms.discord import server as discord
from tests.platforms.telegram import server as telegram
from tests.serve.test_serve import USER, wary

Says = tuple[str, str, str, int]
"""What is done, what then stands on the newest card, what that offers, and how many there are."""

DAY: tuple[Says, ...] = (
    ("/start", "Hello", "lang:en", 1),
    ("lang:en", "Who are these lessons for?", "track:en:citizen", 1),
    (
        "track:en:citizen",
        "Imagine a thief gets into just one of your accounts.",
        "answer:acc-01-q1:b",
        1,
    ),
    ("answer:acc-01-q1:b", "✅", "set:often:daily", 1),
    ("set:often:daily", "When may I write?", "set:hour:18.00", 1),
    ("set:hour:18.00", "Where do you live?", "set:country:gb", 1),
    ("set:country:gb", "Every day at 18:00 by your clock.", "more", 1),
    ("/lesson", "Lesson 1 of 62", "quiz:acc-01", 2),
    ("quiz:acc-01", "EXAMPLE, not a real message", "answer:acc-01-q2:c", 2),
    ("answer:acc-01-q2:c", "· your answer", "enough", 2),
    ("enough", "Done for today", "", 2),
    ("/settings", "How often: One a day", "go:hour", 3),
    ("go:hour", "When may I write?", "set:hour:07.30", 3),
    ("set:hour:07.30", "Hour: 07:30", "go:pause", 3),
    ("go:pause", "Quiet for how long?", "set:pause:open", 3),
    ("set:pause:open", "Quiet until you come back.", "set:urgent:none", 3),
    ("set:urgent:none", "/lesson is there whenever you like.", "", 3),
    ("/help", "I know: /lesson, /check, /aid", "aid", 4),
    ("aid", "Keep calm, most of the damage can still be stopped.", "aid:aid-clicked:looked", 4),
    ("/privacy", "I never keep what you type.", "", 5),
    ("/forgetme", "Forget everything about me?", "forget:now", 6),
    ("forget:now", "I know nothing about you any more.", "", 6),
)


@dataclass
class Chat:
    """One person's chat: how something is done there, and what is seen of each card."""

    does: Callable[[str], Awaitable[object]]
    seen: Callable[[], list[tuple[str, list[str]]]]
    until: Callable[[Callable[[], bool]], Awaitable[None]]


def at_telegram(api: telegram.BotApi) -> Chat:
    async def does(what: str) -> None:
        mine = api.chats[7]
        if what.startswith("/"):
            api.say(what)
        else:
            api.press(next(one for one in mine[::-1] if what in one.tokens), what)

    return Chat(does, lambda: [(one.text, one.tokens) for one in api.chats[7]], api.until)


def at_discord(guild: discord.Server) -> Chat:
    async def does(what: str) -> None:
        if what.startswith("/"):
            await guild.command(USER, what[1:])
        else:
            card = next(one for one in guild.seen()[::-1] if what in one.buttons)
            await guild.press(USER, card, what)

    def seen() -> list[tuple[str, list[str]]]:
        # A notice is for one person and no card: it is hidden even in direct messages.
        return [(bare(one.text), one.buttons) for one in guild.seen(hidden=False)]

    return Chat(does, seen, guild.until)


async def lives_a_day(chat: Chat) -> None:
    for what, says, offers, cards in DAY:

        def stands(says: str = says, offers: str = offers, cards: int = cards) -> bool:
            seen = chat.seen()
            text, tokens = seen[-1] if seen else ("", [])
            plain = re.sub("[\u2066-\u2069*`]", "", text)
            return len(seen) == cards and says in plain and (not offers or offers in tokens)

        await chat.does(what)
        try:
            await chat.until(stands)
        except TimeoutError:
            pytest.fail(f"after {what} there is no {says!r} with {offers!r}: {chat.seen()[-1:]}")


async def test_a_whole_day_on_telegram(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(telegram.serving())
        served = on_telegram(tmp_path, api)
        await stack.enter_async_context(wary(served))
        await lives_a_day(at_telegram(api))
    settings = [given for method, _, given in api.calls if "Next: " in given.get("text", "")]
    looks = [look for given in settings for look in given["entities"]]
    clocks = [look for look in looks if look["type"] == "date_time"]
    assert {look["date_time_format"] for look in clocks} == {"wDt"}
    assert api.wrong == []


async def test_a_whole_day_on_discord(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        guild = await stack.enter_async_context(discord.serving())
        served = on_discord(tmp_path, guild)
        await stack.enter_async_context(wary(served))
        await guild.until(lambda: guild.lines)
        await lives_a_day(at_discord(guild))
    written = [str(call.body) for call in guild.calls]
    assert any(re.search(r"<t:\d+:F>", body) for body in written)
    assert guild.complaints == []
    assert {call.bearer for call in guild.made("POST", "/callback$")} == {False}
