"""Whom the bot writes to first: few in an hour, and nobody while those are refused.

Rule 1: the judge is how many conversations that held nothing got a message at Discord.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.effects import Lane
from bot.core.events import Address
from bot.platforms.discord.adapter import Discord
from bot.platforms.discord.options import Options
from bot.platforms.discord.outcomes import OPENING_SECONDS
from bot.platforms.discord.pace import FIRSTS, SHUT
from bot.ports import Gone, Throttled
from tests.platforms.cards import HELLO, LESSON
from tests.platforms.discord.payloads import TOKEN
from tests.platforms.discord.server import Server, refused, serving
from tests.platforms.discord.talking import Chat, Watch, heard
from tests.platforms.scripted import Bot, post, tools

FIRST = 400_000_000_000_000_000
"""The number of the first of many people."""


@asynccontextmanager
async def speaking(server: Server, watch: Watch, firsts: int = FIRSTS) -> AsyncIterator[Chat]:
    """Begin one process over *server*, of which it knows nothing yet."""
    made = tools(now=lambda: watch.now)
    platform = Discord(made, Options(TOKEN, server.root, firsts), pause=watch.pause)
    bot = Bot(platform, [])
    lines = len(server.lines)
    async with heard(platform, bot.receive) as listening:
        await server.until(lambda: len(server.lines) > lines)
        yield Chat(server, platform, watch, bot, listening)
    assert server.complaints == []


async def lesson(chat: Chat, number: int, day: int = 0) -> None:
    """Send the lesson of a day to a person, as a post of its own."""
    daily = post(Address("discord", str(FIRST + number)), 100 * day + number)
    await chat.platform.send(replace(daily, lane=Lane.LESSON), LESSON)


async def many(chat: Chat, people: range, day: int = 0) -> list[int]:
    """Send each a lesson, a minute apart as rests between openings want, and say whom it left."""
    left = []
    for number in people:
        chat.watch.now += timedelta(seconds=6)
        try:
            await lesson(chat, number, day)
        except Throttled as held:
            left += [] if held.everyone else [number]
    return left


async def test_no_more_than_so_many_get_a_first_message_in_an_hour() -> None:
    async with serving() as server, speaking(server, Watch(), 3) as chat:
        assert await many(chat, range(5)) == [3, 4]
        assert len(server.seen()) == 3
        assert await many(chat, range(3), day=1) == [], "who has had one gets the next"
        chat.watch.now += timedelta(hours=1)
        assert await many(chat, range(3, 5)) == []
        assert len(server.seen()) == 8
        assert len(server.made("POST", "/users/@me/channels")) == 5, "each is asked for once"


async def test_after_a_restart_a_conversation_that_holds_something_is_no_first() -> None:
    async with serving() as server:
        watch = Watch()
        async with speaking(server, watch, 3) as chat:
            await many(chat, range(3))
        async with speaking(server, watch, 1) as chat:
            assert await many(chat, range(3), day=1) == []
            assert await many(chat, range(3, 5)) == [4]
        assert len(server.seen()) == 7


async def test_who_writes_meanwhile_is_answered_at_once() -> None:
    async with serving() as server, speaking(server, Watch(), 0) as chat:
        assert await many(chat, range(2)) == [0, 1]
        user, chat.bot.notice = str(FIRST), "Taken."
        await server.write(user, "hello")
        await server.until(server.seen)
        await lesson(chat, 0)
        assert [one.channel for one in server.seen()] == [server.room(user)] * 2


async def test_c7_first_messages_that_are_refused_end_them_for_ten_minutes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    async with serving() as server, speaking(server, Watch()) as chat:
        server.plan("POST", "/channels/[0-9]+/messages$", replace(refused(403, 50007), times=SHUT))
        for number in range(SHUT):
            with pytest.raises(Gone):
                await lesson(chat, number)
        assert await many(chat, range(SHUT, SHUT + 3)) == [SHUT, SHUT + 1, SHUT + 2]
        asked = len(server.calls)
        assert len(server.made("POST", "/messages$")) == SHUT
        assert [one.msg for one in caplog.records].count("discord_opening_rests") == 1
        chat.watch.now += timedelta(seconds=OPENING_SECONDS)
        await lesson(chat, SHUT)
        assert len(server.calls) == asked + 2
        assert len(server.seen()) == 1


async def test_c7_who_leaves_after_a_talk_is_no_first_message_that_was_refused() -> None:
    async with serving() as server, speaking(server, Watch()) as chat:
        await many(chat, range(SHUT + 1))
        server.plan("POST", "/channels/[0-9]+/messages$", replace(refused(403, 50007), times=SHUT))
        for number in range(SHUT):
            with pytest.raises(Gone):
                await lesson(chat, number, day=1)
        await lesson(chat, SHUT + 2)
        await chat.send(HELLO)
        assert len(server.seen()) == SHUT + 3


async def test_c7_a_conversation_that_is_refused_itself_counts_too() -> None:
    async with serving() as server, speaking(server, Watch()) as chat:
        server.plan("POST", "/users/@me/channels", replace(refused(403, 50007), times=SHUT))
        for number in range(SHUT):
            with pytest.raises(Gone):
                await lesson(chat, number)
        with pytest.raises(Throttled):
            await lesson(chat, SHUT)
        assert server.made("POST", "/messages$") == []
