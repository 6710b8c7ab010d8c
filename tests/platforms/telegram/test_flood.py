"""U7, A1 and A3 of trust.md: whoever floods is put aside, and nobody else is lost or waits.

Rule 1: the judge is what each person would have seen at the server.
"""

import asyncio
import json
import logging
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.events import Address
from bot.runtime.crowd import PERSON, Crowd
from tests.platforms.telegram.people import Home, bot, home, listening
from tests.platforms.telegram.server import BotApi, chat, message, who
from tests.platforms.telegram.test_webhook import GOOD, SECRET, call

PRANK = 666


def press(person: int, token: str, number: int) -> dict[str, Any]:
    held = {"message_id": 1, "date": 1, "chat": chat(person)}
    pressed = {"id": f"{person}.{number}", "from": who(person), "chat_instance": "1"}
    return {"callback_query": {**pressed, "message": held, "data": token}}


def crowded(house: Home) -> Home:
    """Return *house* with its people held to their pace, as in a serving bot."""
    house.turns.crowd.pace("telegram")
    return house


def seen(api: BotApi) -> Counter[int]:
    """Return how many messages each person has."""
    written = (given for method, _, given in api.calls if method == "sendMessage")
    return Counter(given["chat_id"] for given in written)


async def test_u7_a_flood_of_one_loses_nobody_else(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    others = range(1001, 1051)
    for number in range(5000):
        person = others[number // 100] if number % 100 == 50 else PRANK
        api.push(press(person, "track:en:citizen", number))
    async with home(bot(api)) as house, listening(house.platform, crowded(house).turns.receive):
        await api.until(lambda: not api.updates, 60)
        await api.until(lambda: all(api.chats[person] for person in others))
        ticked = Counter(int(tick["callback_query_id"].split(".")[0]) for tick in api.ticks)
        assert [ticked[person] for person in others] == [1] * 50
        assert [seen(api)[person] for person in others] == [1] * 50
        for person in others:
            assert await house.base.known(Address("telegram", str(person))) is not None
        assert seen(api)[PRANK] <= PERSON.burst + 60
        assert "press.too_fast" in [tick.get("text") for tick in api.ticks]
        house.turns.stop()
    counts = [vars(one)["events"] for one in caplog.records if one.msg == "events_put_aside"]
    assert 4800 <= sum(counts) <= 4950 - PERSON.burst
    assert str(PRANK) not in caplog.text


async def test_a01_a_thousand_presses_are_one_answer_and_few_cards(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, crowded(house).turns.receive):
        api.say("/start", PRANK)
        await api.until(lambda: bool(api.chats[PRANK]))
        api.push(press(PRANK, "track:en:citizen", 0))
        for number in range(1, 1001):
            api.push(press(PRANK, "answer:acc-01-q1:b", number))
        api.push(press(PRANK, "set:often:never", 1001))
        await api.until(lambda: not api.updates, 30)
        known = await house.base.known(Address("telegram", str(PRANK)))
        assert known is not None
        assert (known.answers, known.learner.points) == (1, 10)
        assert known.learner.often == "never", "a wish to be left alone is heard in any flood"
        assert seen(api)[PRANK] <= PERSON.burst + 30


async def test_a03_while_the_house_is_full_the_offset_stays(api: BotApi) -> None:
    async with home(bot(api)) as house:
        full = house.turns.crowd
        house.turns.crowd = Crowd(lambda: 0.0, room=0)
        async with listening(house.platform, house.turns.receive):
            api.push({"message": message("hello", 7)})
            await api.until(lambda: api.counts["getUpdates"] >= 1)
            house.turns.crowd = full
            await api.until(lambda: bool(api.chats[7]))
            await api.until(lambda: not api.updates)
    offsets = [given["offset"] for method, _, given in api.calls if method == "getUpdates"]
    assert offsets[:2] == [0, 102]
    assert len(api.chats[7]) == 1


async def test_a03_while_the_house_is_full_the_webhook_says_503(api: BotApi) -> None:
    telegram = bot(api, webhook_url="https://bot.example/tg", webhook_secret=SECRET)
    body = json.dumps({"update_id": 5, "message": message("hello", 7)}).encode()
    async with home(telegram) as house, listening(telegram, house.turns.receive):
        await api.until(lambda: bool(api.hook))
        roomy = house.turns.crowd
        house.turns.crowd = Crowd(lambda: 0.0, room=0)
        assert await call(telegram.app, body, GOOD, path="/tg") == (503, True)
        house.turns.crowd = roomy
        assert await call(telegram.app, body, GOOD, path="/tg") == (200, True)
        await api.until(lambda: bool(api.chats[7]))


async def test_a03_over_the_webhook_a_flood_costs_no_row_and_nobody_else_anything(
    api: BotApi, tmp_path: Path
) -> None:
    """A thousand calls of one person at once, and 50 of others among them."""
    telegram = bot(api, webhook_url="https://bot.example/tg", webhook_secret=SECRET)
    others = range(1001, 1051)
    people = [others[at // 20] if at % 20 == 19 else PRANK for at in range(1000)]
    bodies = [
        json.dumps({"update_id": at, **press(person, "track:en:citizen", at)}).encode()
        for at, person in enumerate(people, 1)
    ]
    file = tmp_path / "wary.db"
    async with (
        home(telegram, f"sqlite:///{file}") as house,
        listening(telegram, house.turns.receive),
    ):
        house.turns.crowd = Crowd(lambda: 0.0)
        house.turns.crowd.pace("telegram")
        await api.until(lambda: bool(api.hook))
        answers = await asyncio.gather(
            *(call(telegram.app, body, GOOD, path="/tg") for body in bodies)
        )
        assert answers == [(200, True)] * 1000
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
            assert base.execute("SELECT count(*) FROM seen").fetchone() == (PERSON.burst + 50,)
        # Each press that was taken is ticked, and of the others' every one; the rest hears once.
        await api.until(lambda: len(api.ticks) == PERSON.burst + 50 + 1)
        await api.until(lambda: all(api.chats[person] for person in others))
        ticked = Counter(int(tick["callback_query_id"].split(".")[0]) for tick in api.ticks)
        assert [ticked[person] for person in others] == [1] * 50
        assert ticked[PRANK] == PERSON.burst + 1
