"""Rows T3, T4, T5, T10, T13, T14 and C11 of trust.md, 7, on a whole bot: what may have arrived.

Rule 1: the judge is what the service was asked, and when, and what a person then sees there.
Rule 2: a card of a dialogue is repeated a few times, ever later; an alert once; a lesson never.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.core.card import Card, Para, Text
from bot.core.effects import Decision, Lane, Say
from bot.core.events import Address, Incoming, Said
from bot.platforms.telegram.transport import Transport
from tests.faults.test_silence import Desk, desk
from tests.platforms.discord import server as discord
from tests.platforms.discord import talking
from tests.platforms.telegram import people
from tests.platforms.telegram import server as telegram

CARD = Card(body=(Para(Text("words")),))
TIMES = {Lane.REPLY: [0, 1, 3, 7, 15], Lane.ALERT: [0, 1], Lane.LESSON: [0]}
"""Seconds after which each kind of post is handed over while nobody can tell if it arrived."""

LIVES = 20
"""Seconds that are lived through, one by one."""

TELEGRAM, PLACE = Address("telegram", "7"), Address("telegram", "-100123")


async def owe(house: Desk, to: Address, lane: Lane) -> None:
    """Let a turn decide that a card is said."""
    asked = Incoming(f"{to.platform}:{lane}", to, house.now, Said("x"))
    async with house.base.batch([asked]) as batch:
        [(learner, event)] = batch.fresh
        said = Say(CARD, lane=lane, expires=house.now + timedelta(hours=1))
        house.outbox.offer(await batch.keep([(event, Decision(learner, (said,)))], house.now))


async def lived(house: Desk, asked: Callable[[], int]) -> list[int]:
    """Live through the seconds and return in which of them the service was asked."""
    seconds, before = [], asked()
    for second in range(LIVES):
        await house.sends()
        seconds += [second] * (asked() - before)
        before = asked()
        house.now += timedelta(seconds=1)
    return seconds


@dataclass(frozen=True)
class Doubt:
    """A fault after which nobody knows; ``shown``: what was asked for had been done before it."""

    fault: telegram.Fault
    shown: bool


DOUBTS = {
    "t3-502-html": Doubt(telegram.page(502, "<html>bad gateway</html>"), shown=False),
    "t3-503-json": Doubt(telegram.page(503, '{"ok":false,"error_code":503}'), shown=False),
    "t4-reset": Doubt(telegram.reset, shown=True),
    "t5-no-answer": Doubt(telegram.stall, shown=True),
    "t13-broken": Doubt(telegram.after(200, "{"), shown=True),
    "t14-no-result": Doubt(telegram.after(200, '{"ok":false}'), shown=True),
}


@asynccontextmanager
async def at_telegram() -> AsyncIterator[tuple[telegram.BotApi, Desk]]:
    async with telegram.serving() as api:
        hasty = Transport(connect=0.7, read=0.3)
        async with desk(people.bot(api, transport=hasty)) as house:
            yield api, house
            api.closing.set()


@pytest.mark.parametrize("lane", TIMES, ids=lambda lane: lane.name)
@pytest.mark.parametrize("name", DOUBTS)
async def test_t3_t4_t5_t13_t14_while_nobody_can_tell_each_kind_keeps_its_promise(
    name: str, lane: Lane
) -> None:
    doubt = DOUBTS[name]
    async with at_telegram() as (api, house):
        api.fail("sendMessage", *[doubt.fault] * LIVES)
        await owe(house, TELEGRAM, lane)
        assert await lived(house, lambda: api.counts["sendMessage"]) == TIMES[lane]
        assert len(api.chats[7]) == len(TIMES[lane]) * doubt.shown


@pytest.mark.parametrize(("lane", "copies"), [(Lane.REPLY, 2), (Lane.ALERT, 2), (Lane.LESSON, 1)])
async def test_t4_after_one_cut_a_new_card_is_seen_twice_at_most_and_a_lesson_once(
    lane: Lane, copies: int
) -> None:
    async with at_telegram() as (api, house):
        api.fail("sendMessage", telegram.reset)
        await owe(house, TELEGRAM, lane)
        await lived(house, lambda: api.counts["sendMessage"])
        assert len(api.chats[7]) == copies


async def test_t10_the_post_that_met_a_moved_group_is_sent_once_at_its_new_place() -> None:
    async with at_telegram() as (api, house):
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        api.fail("sendMessage", telegram.refuse(400, words, migrate_to_chat_id=-100999))
        await owe(house, PLACE, Lane.LESSON)
        assert await lived(house, lambda: api.counts["sendMessage"]) == [0, 0]
        moved = Address("telegram", "-100999")
        assert {chat: len(shown) for chat, shown in api.chats.items()} == {-100999: 1}
        await owe(house, moved, Lane.ALERT)
        await lived(house, lambda: api.counts["sendMessage"])
        assert {chat: len(shown) for chat, shown in api.chats.items()} == {-100999: 2}


@pytest.mark.parametrize("lane", [Lane.REPLY, Lane.LESSON], ids=lambda lane: lane.name)
@pytest.mark.parametrize("taken", [True, False])
async def test_c11_on_discord_the_same_nonce_goes_again_and_is_seen_once(
    lane: Lane, *, taken: bool
) -> None:
    async with discord.serving() as guild:
        platform = talking.adapter(guild, talking.Watch())
        platform._rest.open()
        guild.plan("POST", "/messages$", discord.Fault(502, "<html>", taken=taken, times=2))
        async with desk(platform) as house:
            await owe(house, talking.ME, lane)
            await lived(house, lambda: len(guild.made("POST", "/messages$")))
        await platform._rest.close()
        sent = guild.made("POST", "/messages$")
        assert len(sent) == 3
        assert len({call.body["nonce"] for call in sent}) == 1
        assert all(call.body["enforce_nonce"] for call in sent)
        assert len(guild.seen()) == 1
        assert guild.complaints == []
