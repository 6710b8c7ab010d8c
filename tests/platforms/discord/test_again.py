"""Row C11 of trust.md, 7, over a restart: what may have arrived is looked for, then said."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.message import Message
from bot.platforms.discord import decode
from bot.platforms.discord.tickets import LIFE
from bot.ports import Refused, Unknown
from tests.platforms.cards import ANSWERED, HELLO, LESSON
from tests.platforms.discord.server import Fault, refused
from tests.platforms.discord.talking import ME, USER, Chat, adapter, chatting, heard
from tests.platforms.scripted import post

MESSAGES = "/channels/[0-9]+/messages$"


async def _said_again(chat: Chat, card: Message, *, attempts: int = 2) -> str:
    """Send *card* as the answer to the first command from a process that knows nothing of it."""
    answers = chat.bot.heard[0].id
    other = adapter(chat.server, chat.watch)
    async with heard(other, chat.bot.receive):
        await chat.server.until(lambda: len(chat.server.lines) == 2)
        again = replace(post(ME, 1, answers=answers), attempts=attempts)
        return await other.send(again, card)


async def _begun(chat: Chat, *, guild: bool = False) -> None:
    await chat.server.command(USER, "start", guild=guild)
    await chat.server.until(chat.server.seen)


async def _heard(chat: Chat, count: int) -> None:
    async with asyncio.timeout(10):
        while len(chat.bot.heard) < count:  # noqa: ASYNC110 - no event of the server tells
            await asyncio.sleep(0.01)


async def test_c11_an_answer_that_stands_there_is_not_given_twice() -> None:
    async with chatting(HELLO) as chat:
        await _begun(chat)
        [card] = chat.server.seen()
        assert await _said_again(chat, HELLO) == f"{card.channel}-{card.id}"
        assert len(chat.server.seen()) == 1


async def test_c11_other_words_are_another_message() -> None:
    async with chatting(HELLO) as chat:
        await _begun(chat)
        await _said_again(chat, LESSON)
        assert len(chat.server.seen()) == 2


async def test_c11_what_was_never_sent_is_not_looked_for() -> None:
    async with chatting(HELLO) as chat:
        await _begun(chat)
        await _said_again(chat, ANSWERED, attempts=1)
        assert chat.server.made("GET", MESSAGES) == []


async def test_c11_where_nobody_may_look_it_is_said() -> None:
    async with chatting(HELLO) as chat:
        await _begun(chat)
        chat.server.plan("GET", MESSAGES, refused(403, 50001))
        await _said_again(chat, HELLO)
        assert len(chat.server.seen()) == 2


async def test_c11_while_nobody_can_tell_it_stays_unknown() -> None:
    async with chatting(HELLO) as chat:
        await _begun(chat)
        chat.server.plan("GET", MESSAGES, Fault(502, "<html>", times=9))
        with pytest.raises(Unknown):
            await _said_again(chat, HELLO)
        assert len(chat.server.seen()) == 1


@pytest.mark.parametrize("attempts", [1, 2])
async def test_c12_what_was_asked_in_a_server_opens_no_direct_message_after_a_kill(
    attempts: int,
) -> None:
    """The token has died, so they ask again: nobody else reads it, and nothing is opened."""
    async with chatting(HELLO) as chat:
        await _begun(chat, guild=True)
        before = len(chat.server.seen())
        with pytest.raises(Refused):
            await _said_again(chat, LESSON, attempts=attempts)
        assert len(chat.server.seen()) == before
        assert chat.server.made("POST", "/users/@me/channels|/channels/") == []


async def test_c12_who_wrote_to_us_before_has_it_in_their_own_direct_messages() -> None:
    async with chatting(HELLO, LESSON) as chat:
        await _begun(chat, guild=True)
        await chat.server.write(USER, "hello")
        await chat.server.until(lambda: len(chat.server.seen()) == 2)
        chat.watch.now += LIFE
        await chat.send(ANSWERED, 5, answers=chat.bot.heard[0].id)
        told = chat.server.seen()[-1]
        assert (told.channel, told.hidden) == (chat.server.room(USER), False)
        assert chat.server.made("POST", "/users/@me/channels") == []


async def test_c12_in_a_server_a_deferral_that_came_too_late_is_answered_to_nobody_else() -> None:
    async with chatting() as chat:
        chat.server.plan("POST", "callback$", refused(404, 10062))
        await chat.server.command(USER, "start", guild=True)
        await _heard(chat, 1)
        with pytest.raises(Refused):
            await chat.send(HELLO, answers=chat.bot.heard[0].id)
        assert chat.server.seen() == []


async def test_c12_a_card_of_a_server_is_not_changed_for_all_after_a_kill() -> None:
    async with chatting(HELLO) as chat:
        await _begun(chat, guild=True)
        [card] = chat.server.seen()
        await chat.server.press(USER, card, "lang:en")
        await _heard(chat, 2)
        chat.watch.now += LIFE
        chat.server.spoken.clear()  # what only one person sees cannot be edited by the bot's name
        on = f"{card.channel}-{card.id}"
        with pytest.raises(Refused):
            await chat.send(LESSON, 7, on=on, answers=chat.bot.heard[1].id)
        assert chat.server.seen() == []


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"listed": []},
        {"listed": [5, None, {}, {"id": "1"}, {"id": "1", "interaction_metadata": None}]},
        {"listed": [{"id": "1", "interaction_metadata": {"id": "8"}, "components": []}]},
        {"listed": [{"id": "1", "interaction_metadata": {"id": "7"}, "components": "x"}]},
    ],
)
def test_what_answers_nothing_of_ours_is_no_answer(found: dict[str, object]) -> None:
    assert decode.answer_to(found, "7", [{"type": 10, "content": "Hello"}]) == ""
