"""How posts are sent and edited: what a person sees at the server."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.events import Address, Incoming
from bot.core.message import Message
from bot.platforms.telegram.adapter import Telegram
from bot.platforms.telegram.options import read
from bot.ports import Receipt, Refused, StoreDown
from tests.platforms.cards import ASK, BUTTONS, CARDS, LESSON, PROGRESS
from tests.platforms.scripted import post, tools
from tests.platforms.telegram.people import bot, listening, nap
from tests.platforms.telegram.server import TOKEN, BotApi, refuse

TO_ME = post(Address("telegram", "7"))


async def test_an_edit_that_changes_nothing_is_a_success(api: BotApi) -> None:
    telegram = bot(api)
    sent = await telegram.send(TO_ME, LESSON)
    assert await telegram.send(replace(TO_ME, on=sent), LESSON) == sent
    assert await telegram.send(replace(TO_ME, on=sent), PROGRESS) == sent
    assert [one.edits for one in api.chats[7]] == [1]


@pytest.mark.parametrize(
    "words",
    ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"],
)
async def test_a_message_that_cannot_be_edited_comes_anew(api: BotApi, words: str) -> None:
    telegram = bot(api)
    await telegram.send(TO_ME, LESSON)
    api.fail("editMessageText", refuse(400, f"Bad Request: {words}"))
    assert await telegram.send(replace(TO_ME, on="1"), BUTTONS) == "2"


async def test_what_holds_a_code_is_protected_and_no_lesson_is(api: BotApi) -> None:
    telegram = bot(api)
    await telegram.send(TO_ME, replace(BUTTONS, protect=True))
    await telegram.send(TO_ME, BUTTONS)
    await telegram.send(TO_ME, LESSON)
    assert [one.protected for one in api.chats[7]] == [True, False, False]


async def test_a_field_for_an_answer_is_not_edited_in(api: BotApi) -> None:
    telegram = bot(api)
    sent = await telegram.send(TO_ME, LESSON)
    await telegram.send(replace(TO_ME, on=sent), replace(ASK, buttons=()))
    assert api.chats[7][0].markup == {}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
async def test_every_sample_card_is_taken_and_changed(api: BotApi, card: Message) -> None:
    telegram = bot(api)
    sent = await telegram.send(replace(TO_ME, silent=True), card)
    assert await telegram.send(replace(TO_ME, on=sent), card) == sent
    assert [(one.silent, one.edits) for one in api.chats[7]] in [[(True, 0)], [(True, 1)]]


async def test_t1_during_a_pause_not_even_first_aid_is_shown(api: BotApi) -> None:
    heard: list[Incoming] = []

    async def down(batch: Sequence[Incoming]) -> Sequence[Receipt]:
        heard.extend(batch)
        raise StoreDown

    aided = tools(aid=lambda _: LESSON)
    telegram = Telegram(read({"token": TOKEN, "api_url": api.url}), aided, sleep=nap)
    api.fail("sendMessage", refuse(429, "Too Many Requests: retry after 60", retry_after=60))
    async with listening(telegram, down):
        api.say("/aid")
        await api.until(lambda: api.counts["getUpdates"] > 3)
    assert len(heard) > 1
    assert api.counts["sendMessage"] == 1


async def test_an_address_of_another_platform_is_refused(api: BotApi) -> None:
    with pytest.raises(Refused):
        await bot(api).send(replace(TO_ME, address=Address("telegram", "m-7")), LESSON)
    assert api.calls == []
