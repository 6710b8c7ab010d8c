"""How fast a group is written to: judged by what came in at the service within a minute."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.events import Address
from bot.platforms.telegram import groups
from bot.platforms.telegram.adapter import Telegram
from bot.platforms.telegram.groups import MOST, Groups
from bot.platforms.telegram.options import read
from bot.ports import Throttled
from tests.platforms.cards import BUTTONS, LESSON
from tests.platforms.scripted import NOW, post, tools
from tests.platforms.telegram.people import bot, home, listening, nap
from tests.platforms.telegram.server import TOKEN, BotApi, message
from tests.platforms.telegram.test_places import GROUP, group

HERE, ELSEWHERE, ME = (Address("telegram", number) for number in ("-100200", "-100300", "7"))
TOPIC = Address("telegram", "-100200:45")


class Day:
    """A clock in the hand."""

    def __init__(self) -> None:
        self.now = NOW

    def read(self) -> datetime:
        return self.now


async def test_no_minute_holds_more_than_so_many_of_a_group_and_nobody_else_waits(
    api: BotApi,
) -> None:
    day = Day()
    mine = tools(now=day.read)
    telegram = Telegram(read({"token": TOKEN, "api_url": api.url}), mine, sleep=nap)
    for at in range(MOST):
        day.now += timedelta(seconds=1)
        sent = await telegram.send(post(TOPIC if at % 2 else HERE, at), BUTTONS)
    with pytest.raises(Throttled) as held:
        await telegram.send(post(HERE, 99), BUTTONS)
    assert (held.value.retry_after, held.value.everyone) == (60 - MOST + 1, False)
    assert len(api.chats[-100200]) == MOST
    await telegram.send(replace(post(HERE, 100), on=sent), LESSON)
    await telegram.send(post(ELSEWHERE, 101), BUTTONS)
    for at in range(MOST + 5):
        await telegram.send(post(ME, 200 + at), BUTTONS)
    day.now += timedelta(seconds=held.value.retry_after)
    await telegram.send(post(HERE, 99), BUTTONS)
    with pytest.raises(Throttled):
        await telegram.send(post(HERE, 102), BUTTONS)
    assert len(api.chats[-100200]) == MOST + 1


async def test_people_who_type_commands_in_a_group_silence_nobody(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        for at in range(MOST + 10):
            api.push({"message": message("/lesson", 1000 + at, chat=group())})
        await api.until(lambda: len(api.chats[GROUP]) == MOST)
        api.say("/start")
        await api.until(lambda: bool(api.chats[7]))
    assert len(api.chats[GROUP]) == MOST


def test_only_so_many_groups_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "KEPT", 2)
    known = Groups(lambda: NOW)
    for _ in range(MOST):
        known.take(-1)
    with pytest.raises(Throttled):
        known.take(-1)
    for chat in (-2, -3):
        known.take(chat)
    known.take(-1)
