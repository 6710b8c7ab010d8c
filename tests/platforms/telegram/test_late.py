"""What was written long ago is heard as it was meant: fault U3 of trust.md, 7.

Rule 1: a plan and a clock that is shown follow from now; a fact is dated by its own time.
"""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.card import Action
from bot.core.effects import Lane
from bot.core.events import Address, Incoming, Pressed
from bot.platforms.telegram import decode
from tests.platforms.scripted import NOW
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi

ME = Address("telegram", "7")


async def test_u3_an_old_answer_counts_for_its_own_time_and_plans_nothing_of_the_past(
    api: BotApi, tmp_path: Path
) -> None:
    old = NOW - timedelta(hours=23, minutes=59)
    base = tmp_path / "wary.db"
    async with home(bot(api), f"sqlite:///{base}") as house:
        for token in ("lang:en", "track:en:citizen"):
            action = Action.unpack(token)
            assert action is not None
            await house.turns.take([Incoming(f"test:{token}", ME, NOW, Pressed(action, "1"))])
        async with listening(house.platform, house.turns.receive):
            for text in ("answer of yesterday", "B", "/settings", "/stop"):
                api.say(text, date=int(old.timestamp()))
            await api.until(lambda: not api.updates)
            for token in ("set:often:daily", "set:hour:18.00", "set:country:fr"):
                api.press(api.chats[7][-1], token)
            await api.until(lambda: not api.updates)
        found = await house.base.known(ME)
        due = await house.base.next_due()
        posts = list(await house.base.claim_posts("telegram", NOW, 50))
    assert found is not None
    assert found.answers == 1
    assert due is not None
    assert due > NOW
    assert not [post for post in posts if post.lane is Lane.LESSON], "no good morning"
    with closing(sqlite3.connect(base)) as raw:
        [[second]] = raw.execute("SELECT at / 1000000 FROM notes WHERE kind = 'answer'")
    assert second == int(old.timestamp())


@pytest.mark.parametrize("late", [-1, 24 * 60 * 60, 10**12, 10**4000, -(10**4000)])
async def test_u3_nobody_acted_later_than_now_or_more_than_a_day_ago(late: int) -> None:
    date = int(NOW.timestamp()) - late
    held = {"message_id": 1, "date": date, "from": {"id": 7}, "chat": {"id": 7, "type": "private"}}
    found = decode.incoming({"update_id": 1, "message": {**held, "text": "/stop"}}, NOW)
    assert found is not None
    assert (found.at, found.acted) == (NOW, None)


def test_u3_a_press_does_not_tell_its_time_only_its_messages() -> None:
    date = int(NOW.timestamp()) - 60
    held = {"message_id": 41, "date": date, "chat": {"id": 7, "type": "private"}}
    pressed = {"id": "1", "from": {"id": 7}, "data": "lesson", "message": held}
    found = decode.incoming({"update_id": 1, "callback_query": pressed}, NOW)
    assert found is not None
    assert found.acted is None
