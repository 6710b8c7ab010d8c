"""How the bot goes out of a group by itself: when whoever runs it says so, and only then."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.events import Address
from tests.faults.test_silence import Desk, desk
from tests.platforms.cards import BUTTONS
from tests.platforms.scripted import post
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi, Fault, page, refuse, reset
from tests.platforms.telegram.test_places import (
    ADMIN,
    GROUP,
    PLACE,
    PUPIL,
    joined,
    pressed,
    shown,
)

LEAVE = "here:leave"


async def test_whoever_runs_a_group_sends_the_bot_away_and_nobody_else_does(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.members[GROUP, ADMIN] = "creator"
        api.push(joined())
        card = await shown(api, GROUP, 1)
        api.push(pressed(api, card, LEAVE, PUPIL))
        await api.until(lambda: len(api.ticks) == 1)
        assert (api.ticks[0]["text"], card.edits) == ("place.not_yours", 0)
        assert api.counts["leaveChat"] == 0
        assert LEAVE in card.tokens
        api.push(pressed(api, card, LEAVE))
        await api.until(lambda: api.counts["leaveChat"] == 1)
        assert (card.text, card.tokens) == ("place.left", [])
        api.push(joined("left"))
        api.say("/start")
        await api.until(lambda: bool(api.chats[7]))
        assert await house.base.known(PLACE) is None
    assert api.counts["leaveChat"] == 1
    assert len(api.chats[GROUP]) == 1


@pytest.mark.parametrize("fault", [page(502, "<html>"), reset], ids=["502", "reset"])
async def test_where_nobody_can_tell_it_says_and_does_so_again(api: BotApi, fault: Fault) -> None:
    async with desk(bot(api)) as house, listening(bot(api), house.turns.receive):
        api.members[GROUP, ADMIN] = "creator"
        api.push(joined())
        await _sent(house, lambda: bool(api.chats[GROUP]))
        [card] = api.chats[GROUP]
        api.fail("leaveChat", fault)
        api.push(pressed(api, card, LEAVE))
        await _sent(house, lambda: api.counts["leaveChat"] == 1)
        house.now += timedelta(seconds=2)
        await _sent(house, lambda: api.counts["leaveChat"] == 2)
        house.now += timedelta(days=1)
        await house.sends()
    assert api.counts["leaveChat"] == 2
    assert (card.text, card.edits, len(api.chats[GROUP])) == ("place.left", 1, 1)


async def _sent(house: Desk, true: Callable[[], bool]) -> None:
    """Send what is owed until it is *true*."""
    async with asyncio.timeout(30):
        while not true():
            await house.sends()
            await asyncio.sleep(0.01)


async def test_who_was_put_out_already_has_left(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.members[GROUP, ADMIN] = "creator"
        api.push(joined())
        card = await shown(api, GROUP, 1)
        words = "Forbidden: bot is not a member of the supergroup chat"
        api.fail("leaveChat", refuse(403, words))
        api.push(pressed(api, card, LEAVE))
        await api.until(lambda: not api.faults["leaveChat"])
        api.say("/start")
        await api.until(lambda: bool(api.chats[7]))
    assert api.counts["leaveChat"] == 1


async def test_nobody_leaves_a_private_chat_or_after_any_other_word(api: BotApi) -> None:
    telegram = bot(api)
    await telegram.send(post(Address("telegram", "7")), BUTTONS)
    await telegram.send(post(PLACE, 2), BUTTONS)
    assert api.counts["leaveChat"] == 0
