"""Channels of servers, through the real library and the whole middle of the house."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.core.card import Action
from bot.core.effects import Lane
from bot.core.events import Address, Incoming, LessonDue, Pressed
from bot.platforms.discord.markdown import bare
from bot.ports import Refused, Silenced
from tests.platforms.cards import ANSWERED, HELLO, LESSON
from tests.platforms.discord.payloads import GUILD, Spoken
from tests.platforms.discord.server import Server, refused, serving, too_many
from tests.platforms.discord.talking import USER, Watch, adapter, chatting
from tests.platforms.scripted import NOW, post
from tests.platforms.telegram.people import Home, home, listening

PLACE = Address("discord", f"#{GUILD}")
PUPIL = "300000000000000009"
MANAGE_GUILD, MANAGE_CHANNELS, ADMINISTRATOR = 1 << 5, 1 << 4, 1 << 3
MESSAGES = rf"/channels/{GUILD}/messages$"


@asynccontextmanager
async def living() -> AsyncIterator[tuple[Server, Home]]:
    async with serving() as server:
        platform = adapter(server, Watch())
        async with home(platform) as house, listening(platform, house.turns.receive):
            await server.until(lambda: server.lines)
            yield server, house


async def shown(server: Server, count: int, channel: str = GUILD) -> Spoken:
    def there() -> list[Spoken]:
        return [one for one in server.seen() if one.channel == channel]

    await server.until(lambda: len(there()) == count)
    return there()[-1]


async def chosen(server: Server, card: Spoken, token: str, user: str = USER) -> None:
    edits = card.edits
    assert token in card.buttons
    await server.press(user, card, token)
    await server.until(lambda: card.edits > edits)


async def joined(server: Server, *last: str) -> None:
    """Have the first conversation in the server, whose *last* presses say how often, and when."""
    await server.command(USER, "start", guild=True)
    card = await shown(server, 1)
    for token in ("lang:en", "track:en:citizen", "answer:acc-01-q1:b", *last):
        await chosen(server, card, token)


async def set_up(server: Server) -> Spoken:
    """Join as a person first: whoever is known finds the place beside their settings."""
    await joined(server, "set:often:never")
    await server.command(USER, "settings", guild=True)
    card = await shown(server, 2)
    for token in (
        "here:go:settings",
        "here:set:language:en",
        "here:set:often:question",
        "here:set:hour:18.00",
        "here:set:country:fr",
    ):
        await chosen(server, card, token)
    assert card.hidden
    assert "place.ready_question" in bare(card.text)
    return card


async def due(house: Home, whose: Address = PLACE) -> None:
    known = await house.base.known(whose)
    assert known is not None
    name = f"plan:{known.learner.key}:lesson:{NOW.date()}"
    at = NOW.replace(hour=17, minute=1)
    await house.turns.receive([Incoming(name, whose, at, LessonDue(NOW.date()))])


@pytest.mark.parametrize("right", [MANAGE_GUILD, MANAGE_CHANNELS, ADMINISTRATOR])
async def test_who_runs_a_server_sets_a_channel_up_and_only_they_see_it(right: int) -> None:
    async with living() as (server, house):
        server.permissions[USER] = right
        await set_up(server)
        await due(house)
        card = await shown(server, 3)
        assert not card.hidden
        assert "place.title_day" in bare(card.text)
        vote = next(token for token in card.buttons if token.startswith("vote:"))
        await server.press(PUPIL, card, vote)
        told = await shown(server, 4)
        assert (told.hidden, card.edits) == (True, 0)
        assert "vote." in bare(told.text)
        take = next(token for token in card.buttons if token.startswith("take:"))
        await server.press(PUPIL, card, take)
        greeted = await shown(server, 5)
        assert (greeted.hidden, card.edits) == (True, 0)
        assert await house.base.known(Address("discord", PUPIL)) is None
        assert server.made("POST", "/users/@me/channels") == []


async def test_a02_nobody_else_finds_or_presses_the_settings_of_a_channel() -> None:
    async with living() as (server, house):
        await joined(server, "set:often:never")
        await server.command(USER, "settings", guild=True)
        own = await shown(server, 2)
        assert not [token for token in own.buttons if token.startswith("here:")]
        await server.press(USER, own, "here:go:settings")
        told = await shown(server, 3)
        assert bare(told.text) == "place.not_yours"
        server.permissions[USER], server.installed = ADMINISTRATOR, False
        await server.command(USER, "settings", guild=True)
        alone = await shown(server, 4)
        assert not [token for token in alone.buttons if token.startswith("here:")]
        assert await house.base.known(PLACE) is None


async def test_c14_a_channel_that_takes_no_posts_rests_and_its_keeper_is_told_once() -> None:
    async with living() as (server, house):
        server.permissions[USER] = MANAGE_GUILD
        await set_up(server)
        server.plan("POST", MESSAGES, refused(403, 50013))
        await due(house)
        told = await shown(server, 1, server.room(USER))
        assert "place.muted" in bare(told.text)
        await due(house)
        await server.command(USER, "settings", guild=True)
        await shown(server, 3)
        assert len([one for one in server.seen() if one.channel == server.room(USER)]) == 1


@pytest.mark.parametrize("code", [50007, 50278])
async def test_c7_who_takes_no_direct_messages_is_told_so_in_the_channel(code: int) -> None:
    async with living() as (server, house):
        await joined(server, "set:often:daily", "set:hour:18.00", "set:country:fr")
        room = f"/channels/{server.room(USER)}/messages$"
        server.plan("POST", room, refused(403, code))
        await due(house, Address("discord", USER))
        await server.until(lambda: server.made("POST", room))
        await server.command(USER, "lesson", guild=True)
        await shown(server, 3)
        assert "place.closed" in [bare(one.text) for one in server.seen(hidden=True)]
        assert len(server.made("POST", room)) == 1


@pytest.mark.parametrize("code", [10003, 50001, 50013])
async def test_c14_each_such_answer_is_a_refusal_of_the_place(code: int) -> None:
    async with chatting() as chat:
        chat.server.plan("POST", MESSAGES, refused(403, code))
        with pytest.raises(Silenced) as no:
            await chat.platform.send(post(PLACE), LESSON)
        assert isinstance(no.value, Refused)
        chat.server.plan("POST", MESSAGES, refused(400, 50035))
        with pytest.raises(Refused) as other:
            await chat.platform.send(post(PLACE), LESSON)
        assert not isinstance(other.value, Silenced)


async def test_an_alert_is_handed_on_to_the_servers_that_follow() -> None:
    async with chatting() as chat:
        alert = replace(post(PLACE), lane=Lane.ALERT)
        await chat.platform.send(alert, LESSON)
        assert len(chat.server.made("POST", "/crosspost$")) == 1
        chat.server.plan("POST", "/crosspost$", refused(400, 50024))
        sent = await chat.platform.send(replace(alert, nonce="other"), LESSON)
        assert sent.startswith(f"{GUILD}-")
        await chat.platform.send(replace(post(PLACE), nonce="third"), LESSON)
        assert len(chat.server.made("POST", "/crosspost$")) == 2


async def test_c9_an_alert_that_may_not_be_handed_on_now_holds_no_post() -> None:
    async with chatting() as chat:
        slow = too_many(3600, "shared")
        slow.headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "3600"}
        chat.server.plan("POST", "/crosspost$", slow)
        alert = replace(post(PLACE), lane=Lane.ALERT)
        await chat.platform.send(alert, LESSON)
        await chat.platform.send(replace(alert, nonce="other"), LESSON)
        assert len(chat.server.seen()) == 2
        assert len(chat.server.made("POST", "/crosspost$")) == 1


async def test_a14_what_one_person_asked_to_see_is_never_shown_to_all() -> None:
    async with chatting() as chat:
        late = post(PLACE, answers="discord:1")
        with pytest.raises(Refused):
            await chat.platform.send(late, LESSON)
        assert chat.server.seen() == []


async def test_a_card_that_all_see_is_not_changed_by_what_it_answers_to_one() -> None:
    async with chatting(HELLO, ANSWERED) as chat:
        await chat.platform.send(post(PLACE), LESSON)
        [card] = chat.server.seen()
        await chat.server.press(USER, card, "quiz:phi-05")
        await chat.server.until(lambda: len(chat.server.seen()) == 2)
        assert chat.bot.heard[0].event == Pressed(Action("quiz", ("phi-05",)), "")
        assert card.edits == 0
        assert chat.server.seen()[1].hidden
