"""Files on Discord: attached to the answer that only the asker sees, and shown by components."""

import json
from dataclasses import replace

import pytest

from bot.core.message import File
from bot.ports import Unknown
from tests.platforms.cards import BUTTONS
from tests.platforms.discord.server import Fault
from tests.platforms.discord.talking import ME, USER, chatting, whole
from tests.platforms.scripted import post

JSON = File("wary-mydata.json", "application/json", '{"a": "هنا"}'.encode())
HTML = File("wary-mydata.html", "text/html", bytes(range(256)))
CARD = replace(BUTTONS, carried=(JSON, HTML))


async def test_a_direct_message_carries_both_files_as_they_are() -> None:
    async with chatting() as chat:
        await chat.send(CARD)
        assert chat.server.files == {JSON.name: JSON.content, HTML.name: HTML.content}
        [said] = chat.server.seen()
        assert [part["type"] for part in said.body["components"]] == [17, 13, 13]


@pytest.mark.parametrize("guild", [False, True])
async def test_the_answer_to_the_command_carries_what_is_kept(*, guild: bool) -> None:
    async with whole() as house:
        server = house.server
        await server.command(USER, "start", guild=guild)
        await server.until(server.seen)
        [card] = server.seen()
        await server.press(USER, card, "track:en:citizen")
        await server.until(lambda: card.edits > 1)
        before = len(server.seen())
        await server.command(USER, "mydata", guild=guild)
        await server.until(lambda: len(server.seen()) > before)
        said = server.seen()[-1]
        told = json.loads(server.files["wary-mydata.json"])
        assert told["addresses"][0]["address"] == ME.id
        assert said.hidden is guild
        assert said.buttons == ["forget", "forget:keep"]


async def test_files_that_may_have_arrived_without_a_nonce_are_in_doubt() -> None:
    async with chatting() as chat:
        path = r"/channels/\d+/messages$"
        chat.server.plan("POST", path, Fault(cut=True, taken=True))
        with pytest.raises(Unknown):
            await chat.platform.send(replace(post(ME), nonce=""), CARD)
        assert len(chat.server.seen()) == 1
