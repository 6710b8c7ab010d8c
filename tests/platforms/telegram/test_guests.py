"""A guest message: somebody names us in a chat of others, and all of it read the answer.

Rule 1: the answer is general advice, the same for everybody; what was shown is kept nowhere.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.events import Address, Incoming, Shown, Where
from bot.platforms.telegram import decode
from bot.ports import Refused, Unknown
from tests.platforms.cards import LESSON
from tests.platforms.scripted import NOW, post
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi, after, message, who

CANARY = "CANARY your parcel is held, pay at https://post-delivery.example/pay?id=88"
SUSPICIOUS: dict[str, Any] = {"reply_to_message": message(CANARY, 9)}


def heard(update: dict[str, object]) -> Incoming | None:
    return decode.incoming({"update_id": 1, **update}, NOW, "WaryBot")


@pytest.mark.parametrize(
    ("more", "event"),
    [
        (SUSPICIOUS, Shown(CANARY, "", "reply", public=True)),
        ({}, Shown("@WaryBot is it?", "", "reply", public=True)),
        ({"reply_to_message": {"photo": []}}, Shown("", "", "file", public=True)),
        (
            {"chat": {"id": 7, "type": "private"}},
            Shown("@WaryBot is it?", "", "reply", public=True),
        ),
    ],
)
def test_it_is_a_message_shown_to_us_where_all_read_the_answer(
    more: dict[str, Any], event: Shown
) -> None:
    found = heard({"guest_message": message("@WaryBot is it?", guest_query_id="q-1", **more)})
    assert found is not None
    assert (found.event, found.address) == (event, Address("telegram", "7"))
    assert found.where == Where(Address("telegram", "guest:q-1"))


@pytest.mark.parametrize(
    "held",
    [
        message("hello"),
        message("hello", guest_query_id=""),
        message("hello", guest_query_id="a b"),
        message("hello", guest_query_id=5),
        message("hello", guest_query_id="x" * 999),
        {"guest_query_id": "q-1"},
        {"guest_query_id": "q-1", "from": {**who(7), "is_bot": True}},
        "hello",
    ],
)
def test_u5_what_cannot_be_answered_is_skipped(held: object) -> None:
    assert heard({"guest_message": held}) is None


async def test_the_chat_sees_general_advice_once_and_nothing_is_kept(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    base = tmp_path / "wary.db"
    async with (
        home(bot(api), f"sqlite:///{base}") as house,
        listening(house.platform, house.turns.receive),
    ):
        api.summon("@WaryBot", "q-1", **SUSPICIOUS)
        api.summon("@WaryBot what of this?", "q-2", person=8)
        await api.until(lambda: len(api.guests) == 2)
        api.say("/help")
        await api.until(lambda: bool(api.chats[7]))
        assert await house.base.known(Address("telegram", "8")) is None
    one, two = api.guests.values()
    assert one["message_text"] == two["message_text"], "the same for everybody"
    assert "check.title" in one["message_text"]
    assert "check.not_kept" not in one["message_text"]
    assert list(api.chats) == [7], "nothing but what was asked in private stands in a chat"
    assert api.counts["answerGuestQuery"] == 2
    assert b"CANARY" not in written(tmp_path)
    assert "CANARY" not in caplog.text
    with closing(sqlite3.connect(base)) as raw:
        states = raw.execute("SELECT DISTINCT state FROM outbox").fetchall()
    assert states == [("sent",)]


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def test_a_query_that_is_over_is_refused_after_one_request(api: BotApi) -> None:
    to = post(Address("telegram", "guest:q-1"))
    telegram = bot(api)
    assert await telegram.send(to, LESSON) == "inline-1"
    with pytest.raises(Refused):
        await telegram.send(to, LESSON)
    assert api.counts["answerGuestQuery"] == 2


@pytest.mark.parametrize("body", ["{", '{"ok":true,"result":true}'])
async def test_an_answer_that_names_no_message_is_unknown(api: BotApi, body: str) -> None:
    api.fail("answerGuestQuery", after(200, body))
    with pytest.raises(Unknown):
        await bot(api).send(post(Address("telegram", "guest:q-1")), LESSON)
    assert len(api.guests) == 1
