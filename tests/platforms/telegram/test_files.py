"""Files over the wire: two documents in one call, then their card; never twice by itself."""

from dataclasses import replace

import pytest

from bot.core.events import Address
from bot.core.message import File
from bot.ports import Throttled, Unknown
from tests.platforms.cards import BUTTONS
from tests.platforms.scripted import post
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi, refuse, reset

ME = Address("telegram", "7")
JSON = File("wary-mydata.json", "application/json", '{"name": "هنا\r\n--x"}'.encode())
HTML = File("wary-mydata.html", "text/html", bytes(range(256)))
CARD = replace(BUTTONS, carried=(JSON, HTML))
WIRE = {
    "wary-mydata.json": ("wary-mydata.json", "application/json", JSON.content),
    "wary-mydata.html": ("wary-mydata.html", "text/html", HTML.content),
}


async def test_both_files_go_as_they_are_and_the_card_comes_under_them(api: BotApi) -> None:
    sent = await bot(api).send(replace(post(ME), silent=True), CARD)
    assert api.handed == [(7, WIRE)]
    assert [method for method, _, _ in api.calls] == ["sendMediaGroup", "sendMessage"]
    assert api.calls[0][2]["disable_notification"] is True
    assert [str(one.id) for one in api.chats[7]] == [sent]
    assert api.chats[7][0].tokens


async def test_files_go_into_the_topic_they_belong_to(api: BotApi) -> None:
    await bot(api).send(post(Address("telegram", "7:5")), CARD)
    assert api.calls[0][2]["message_thread_id"] == 5


async def test_files_that_were_not_taken_may_be_tried_again(api: BotApi) -> None:
    api.fail("sendMediaGroup", refuse(429, "Too Many Requests", retry_after=3))
    with pytest.raises(Throttled):
        await bot(api).send(post(ME), CARD)
    assert (api.handed, api.chats[7]) == ([], [])


async def test_files_that_may_have_arrived_are_in_doubt(api: BotApi) -> None:
    api.fail("sendMediaGroup", reset)
    with pytest.raises(Unknown):
        await bot(api).send(post(ME), CARD)
    assert len(api.handed) == 1


async def test_a_card_that_fails_behind_its_files_brings_them_no_second_time(api: BotApi) -> None:
    api.fail("sendMessage", refuse(429, "Too Many Requests", retry_after=3))
    with pytest.raises(Unknown):
        await bot(api).send(post(ME), CARD)
    assert len(api.handed) == 1


async def test_what_is_kept_of_a_drawn_card_holds_no_file(api: BotApi) -> None:
    telegram = bot(api)
    await telegram.send(post(ME), CARD)
    other = replace(HTML, content=b"of somebody else")
    await telegram.send(post(Address("telegram", "8")), replace(CARD, carried=(JSON, other)))
    assert api.handed[1][1]["wary-mydata.html"][2] == b"of somebody else"


async def test_a_person_asks_and_gets_all_of_it(api: BotApi) -> None:
    mine = api.chats[7]
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/start")
        await api.until(lambda: bool(mine))
        api.press(mine[0], "track:en:citizen")
        await api.until(lambda: any("answer:acc-01-q1:b" in one.tokens for one in mine))
        seen = len(mine)
        api.say("/mydata")
        await api.until(lambda: len(mine) > seen)
    [(chat, files)] = api.handed
    assert chat == 7
    assert set(files) == set(WIRE)
    assert b'"address": "7"' in files["wary-mydata.json"][2]
    assert mine[-1].tokens == ["forget", "forget:keep"]


async def test_in_a_group_nobody_s_data_is_shown(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/mydata@WaryBot", chat={"id": -9, "type": "supergroup", "title": "class"})
        await api.until(lambda: bool(api.chats[-9]))
    assert api.handed == []
