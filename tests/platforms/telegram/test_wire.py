"""The real house over real HTTP: first conversation, lessons, settings, kills in between."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter

import pytest
from telegram import Bot

from bot.core.events import Address, Incoming, Unreadable
from bot.platforms.telegram import transport
from bot.ports import Receipt, StoreDown
from tests.platforms.cards import HELLO, LESSON
from tests.platforms.scripted import post
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import TOKEN, BotApi

ME = Address("telegram", "7")


async def test_a_person_learns_over_the_wire(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mine = api.chats[7]
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/start")
        await api.until(lambda: bool(mine))
        api.press(mine[0], "lang:ar")
        await api.until(lambda: mine[0].edits == 1)
        api.press(mine[0], "track:ar:citizen")
        await api.until(lambda: any("answer:acc-01-q1:b" in one.tokens for one in mine))
        asked = next(one for one in mine if "answer:acc-01-q1:b" in one.tokens)
        api.press(asked, "answer:acc-01-q1:b")
        await api.until(lambda: "answer:acc-01-q1:b" not in asked.tokens)
        seen = len(mine)
        api.press(asked, "answer:acc-01-q1:c")
        await api.until(lambda: any(tick.get("text") for tick in api.ticks))
        api.say("/settings@WaryBot")
        await api.until(lambda: len(mine) > seen)
        await api.until(lambda: not api.updates)
        known = await house.base.known(ME)
    assert known is not None
    assert (known.learner.locale, known.answers, known.right) == ("ar", 1, 1)
    assert "set:" in str(mine[-1].tokens) or "go:" in str(mine[-1].tokens)
    assert len(api.ticks) == 4
    assert TOKEN not in caplog.text


async def test_of_100_updates_none_is_lost_or_doubled_by_two_restarts(
    api: BotApi, tmp_path: Path
) -> None:
    people = range(1001, 1101)
    for person in people:
        api.say("/start", person)
    database = f"sqlite:///{tmp_path}/wary.db"
    for dies_at in (1, 2, 0):
        await _life(api, database, dies_at)
    assert api.updates == []
    assert {person: len(api.chats[person]) for person in people} == dict.fromkeys(people, 1)


async def _life(api: BotApi, database: str, dies_at: int) -> None:
    """Run one process; with *dies_at* it ends after so many halves, unacknowledged."""
    handled = asyncio.Event()
    async with home(bot(api), database) as house:

        async def receive(batch: Sequence[Incoming]) -> Sequence[Receipt]:
            some = batch[: 50 * dies_at] if dies_at else batch
            receipts = await house.turns.receive(some)
            handled.set()
            if dies_at:
                await asyncio.Event().wait()
            return receipts

        task = asyncio.create_task(house.platform.listen(receive))
        await asyncio.wait_for(handled.wait(), 10)
        wanted = 50 * dies_at or 100
        await api.until(lambda: sum(map(len, api.chats.values())) >= wanted)
        if not dies_at:
            await api.until(lambda: not api.updates)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_many_posts_a_second_are_handed_over(api: BotApi) -> None:
    telegram = bot(api)
    count = 300

    async def nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
        return [Receipt() for _ in batch]

    async with listening(telegram, nobody):
        await api.until(lambda: api.counts["getUpdates"] == 1)
        begun = perf_counter()
        for at in range(0, count, 30):
            group = range(at, at + 30)
            await asyncio.gather(*(telegram.send(post(ME, number), LESSON) for number in group))
        pace = count / (perf_counter() - begun)
    assert len(api.chats[7]) == count
    assert pace > 30


async def test_a_store_that_is_down_leaves_the_offset_where_it_is(api: BotApi) -> None:
    tries: list[Sequence[Incoming]] = []

    async def receive(batch: Sequence[Incoming]) -> Sequence[Receipt]:
        tries.append(batch)
        if len(tries) < 4:
            raise StoreDown
        return [Receipt("Taken.") for _ in batch]

    async with listening(bot(api), receive):
        api.push({"callback_query": {"id": "q9", "from": {"id": 7}, "data": "no token!"}})
        await api.until(lambda: bool(api.ticks))
        await api.until(lambda: not api.updates)
    offsets = [given["offset"] for method, _, given in api.calls if method == "getUpdates"]
    assert offsets[:5] == [0, 0, 0, 0, 102], "asked for again, with what came since"
    assert {one.id for batch in tries for one in batch} == {"telegram:101"}
    assert tries[0][0].event == Unreadable("")
    assert api.ticks == [{"callback_query_id": "q9", "text": "Taken."}]


async def test_looks_that_are_kept_no_more_are_drawn_again(
    api: BotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "KEPT", 1)
    telegram = bot(api)
    for number in range(3):
        await telegram.send(post(ME, number), LESSON)
        await telegram.send(post(ME, number), HELLO)
    shown = api.chats[7]
    assert [one.entities for one in shown] == [shown[0].entities, shown[1].entities] * 3
    assert [one.tokens for one in shown] == [shown[0].tokens, shown[1].tokens] * 3
    assert shown[0].entities
    assert shown[0].tokens != shown[1].tokens


async def test_the_librarys_own_methods_go_the_same_way(api: BotApi) -> None:
    way = transport.Transport()
    async with Bot(TOKEN, f"{api.url}/bot", request=way, get_updates_request=way) as library:
        said = await library.send_message(7, "Hello.", disable_web_page_preview=True)
    assert [one.text for one in api.chats[7]] == [said.text or "Hello."]
