"""Row C11 of trust.md, 7, over a restart: what may have arrived is looked for, then said."""

from dataclasses import replace

import pytest

from bot.core.message import Message
from bot.platforms.discord import decode
from bot.ports import Unknown
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
