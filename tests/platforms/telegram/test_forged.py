"""A8 of trust.md on a whole bot: a thousand forged calls, and not one row of them."""

import asyncio
import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from bot.platforms.telegram.webhook import HEADER
from bot.ports import Outcome
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import BotApi
from tests.platforms.telegram.test_webhook import GOOD, SECRET, call

FORGED = 1000
HOOK = "/tg"
START = (
    b'{"update_id":%d,"message":{"message_id":1,"date":1,"text":"/start",'
    b'"from":{"id":7,"is_bot":false,"first_name":"Amal"},"chat":{"id":7,"type":"private"}}}'
)

Headers = list[tuple[bytes, bytes]]


def secrets(dice: random.Random) -> Iterator[Headers]:
    """Yield headers that carry no secret, half of one, two, or one with a letter off."""
    secret = SECRET.encode()
    while True:
        at = dice.randrange(len(secret))
        yield from (
            [],
            [(HEADER, secret[:at])],
            [(HEADER, secret[:at] + secret[at + 1 :])],
            [
                (
                    HEADER,
                    secret[:at] + bytes([secret[at] ^ 1 << dice.randrange(8)]) + secret[at + 1 :],
                )
            ],
            [(HEADER, secret + dice.randbytes(dice.randint(1, 9)))],
            [(HEADER, dice.randbytes(len(secret)))],
            [(HEADER, secret), (HEADER, secret)],
            [(HEADER, secret[:at]), (HEADER, secret[at:])],
            [(b"x-telegram-bot-api-secret", secret)],
            [(b"authorization", b"Bearer " + secret)],
        )


def rows(file: Path) -> dict[str, list[object]]:
    """Return all rows by table; of posts only their numbers, as they settle when they are sent."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as base:
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        what = {"outbox": "id"}
        return {
            name: base.execute(f"SELECT {what.get(name, '*')} FROM {name}").fetchall()  # noqa: S608
            for (name,) in tables
        }


async def test_a08_a_thousand_forged_calls_write_no_row(
    api: BotApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram = bot(api, webhook_url=f"https://bot.example{HOOK}", webhook_secret=SECRET)
    file = tmp_path / "wary.db"
    async with (
        home(telegram, f"sqlite:///{file}") as house,
        listening(telegram, house.turns.receive),
    ):
        await api.until(lambda: bool(api.hook))
        settle, written = house.base.settle, asyncio.Event()

        async def settled(outcomes: Sequence[Outcome], now: datetime) -> None:
            await settle(outcomes, now)
            written.set()

        monkeypatch.setattr(house.base, "settle", settled)
        assert await call(telegram.app, START % 1, GOOD, path=HOOK) == (200, True)
        await api.until(lambda: bool(api.chats[7]))
        # What is kept of a stranger goes when it is written down that they were answered.
        await asyncio.wait_for(written.wait(), 30)
        before, called = rows(file), api.counts["sendMessage"]
        forged = secrets(random.Random(8))  # noqa: S311 - a test's dice
        for number in range(FORGED):
            # Every second one is a call that was genuine, heard on the way.
            body = START % (1 if number % 2 else 2 + number)
            assert await call(telegram.app, body, next(forged), path=HOOK) == (403, False)
        assert rows(file) == before
        assert api.counts["sendMessage"] == called, "nor does anybody hear of them"
        assert await call(telegram.app, START % 1, GOOD, path=HOOK) == (200, True)
        assert rows(file) == before, "told twice by the service itself, it counts once"
        assert await call(telegram.app, START % 9999, GOOD, path=HOOK) == (200, True)
        await api.until(lambda: len(api.chats[7]) == 2)
