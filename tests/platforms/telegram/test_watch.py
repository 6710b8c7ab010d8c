"""The watch: a gap that Telegram does not fill is told, a webhook of another is cried out."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot import store
from bot.console.health import Troubles
from bot.core.events import Incoming
from bot.platforms.telegram.adapter import Telegram
from bot.platforms.telegram.options import read
from bot.ports import Receipt, StoreDown
from tests.platforms.scripted import NOW, tools
from tests.platforms.telegram.people import listening, nap
from tests.platforms.telegram.server import TOKEN, Apply, BotApi, page, refuse

OTHERS = "https://somebody.example/else"


class Day:
    """A clock in the hand; whoever rests a minute moves it on."""

    def __init__(self) -> None:
        self.now = NOW
        self.go = asyncio.Semaphore(0)
        self.rested = asyncio.Event()
        self.troubles = Troubles()

    async def rest(self, seconds: float) -> None:
        """Rest until somebody wants a look; whoever comes here has ended the one before."""
        self.rested.set()
        await self.go.acquire()
        self.now += timedelta(seconds=seconds)

    async def minute(self) -> None:
        """Let the watch look once more, to the end."""
        await self.rested.wait()
        self.rested.clear()
        self.go.release()
        await asyncio.wait_for(self.rested.wait(), 10)


async def taken(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    return [Receipt() for _ in batch]


@asynccontextmanager
async def life(
    api: BotApi, day: Day, database: Path, **more: str
) -> AsyncIterator[asyncio.Task[None]]:
    """Run one process, with what it keeps on disk."""
    base = await store.connect(f"sqlite:///{database}")

    async def heard(name: str) -> datetime | None:
        return await base.heard(name, day.now)

    telegram = Telegram(
        read({"token": TOKEN, "api_url": api.url, **more}),
        tools(now=lambda: day.now, heard=heard, trouble=day.troubles.tell),
        sleep=nap,
        rest=day.rest,
    )
    try:
        async with listening(telegram, taken) as task:
            yield task
    finally:
        await base.close()


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[tuple[str, object, object]]:
    """Return level, beginning and length of each line about *event*."""
    lines = [(one.levelname, vars(one)) for one in caplog.records if one.msg == event]
    return [(level, line.get("since"), line.get("seconds")) for level, line in lines]


async def hears(api: BotApi) -> None:
    """Wait until an update was taken and acknowledged."""
    api.say("/start")
    await api.until(lambda: not api.updates)


async def offers(api: BotApi) -> None:
    """Wait until the menu is there, to the last word of it."""
    await api.until(lambda: "MyShortDescription:ar" in api.kept)


@pytest.mark.parametrize(("hours", "lost"), [(23, False), (25, True), (24 * 40, True)])
async def test_u4_an_outage_of_a_day_is_noted_and_the_menu_is_offered_again(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture, *, hours: int, lost: bool
) -> None:
    day, file = Day(), tmp_path / "wary.db"
    async with life(api, day, file):
        await hears(api)
        await offers(api)
    api.kept.clear()
    day.now += timedelta(hours=hours)
    async with life(api, day, file):
        await hears(api)
        await offers(api)
    gap = ("ERROR", NOW.isoformat(), hours * 3600)
    assert told(caplog, "updates_lost") == ([gap] if lost else [])
    seen = [(one["trouble"], one["since"], one["seconds"]) for one in day.troubles.told()]
    assert seen == ([("updates_lost", *gap[1:])] if lost else []), "on the page for operators"


async def test_u4_a_day_without_telegram_is_noted_by_a_process_that_lives_on(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    day = Day()
    async with life(api, day, tmp_path / "wary.db"):
        await hears(api)
        await offers(api)
        gone, back = asyncio.Event(), asyncio.Event()

        async def away(server: BotApi, apply: Apply) -> web.StreamResponse:
            gone.set()
            await back.wait()
            return await page(502, "<html>")(server, apply)

        api.fail("getUpdates", away)
        api.say("/start")
        await asyncio.wait_for(gone.wait(), 10)
        day.now += timedelta(hours=30)
        api.kept.clear()
        back.set()
        await hears(api)
        await offers(api)
    assert told(caplog, "updates_lost") == [("ERROR", NOW.isoformat(), 30 * 3600)]


async def test_u4_a_first_start_and_a_store_that_is_down_are_no_gap(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    day = Day()
    notes: list[str] = []

    async def down(name: str) -> datetime | None:
        notes.append(name)
        raise StoreDown

    telegram = Telegram(
        read({"token": TOKEN, "api_url": api.url}),
        tools(now=lambda: day.now, heard=down),
        sleep=nap,
        rest=day.rest,
    )
    async with listening(telegram, taken):
        await hears(api)
        await hears(api)
    assert set(notes) == {"telegram"}
    assert told(caplog, "updates_lost") == []


async def test_u4_with_a_webhook_it_is_the_calls_that_count(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    day, file = Day(), tmp_path / "wary.db"
    async with life(api, day, file, webhook_url="https://bot.example/tg"):
        await api.until(lambda: bool(api.hook))
        await day.minute()
        api.push({"message": {}})  # waits at the service: nobody takes it
        await day.minute()
        day.now += timedelta(hours=25)
        await day.minute()
        assert told(caplog, "updates_lost") == []
        api.updates.clear()
        api.kept = {"Webhook:": api.kept["Webhook:"]}
        await day.minute()
        await offers(api)
    ((level, _, seconds),) = told(caplog, "updates_lost")
    assert (level, seconds) == ("ERROR", 25 * 3600 + 3 * 60)


def cried_out_once(api: BotApi, caplog: pytest.LogCaptureFixture) -> bool:
    """Return whether a foreign webhook was told of once, and neither changed nor named."""
    levels = [level for level, _, _ in told(caplog, "foreign_webhook")]
    return levels == ["CRITICAL"] and api.hook == OTHERS and OTHERS not in caplog.text


async def test_a07_a_foreign_webhook_is_cried_out_once_and_left_as_it_is(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    day = Day()
    async with life(api, day, tmp_path / "wary.db", webhook_url="https://bot.example/tg"):
        await api.until(lambda: bool(api.hook))
        await day.minute()
        assert told(caplog, "foreign_webhook") == []
        api.kept["Webhook:"] = {"url": OTHERS}
        for _ in range(3):
            await day.minute()
        assert named(day) == ["foreign_webhook"]
        assert cried_out_once(api, caplog)
        api.kept["Webhook:"] = {"url": "https://bot.example/tg"}
        await day.minute()
        assert named(day) == []


def named(day: Day) -> list[object]:
    """Return what an operator is shown."""
    return [one["trouble"] for one in day.troubles.told()]


@pytest.mark.parametrize("status", [401, 404])
async def test_a07_a_token_that_is_taken_back_is_cried_out_while_we_run(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    day = Day()
    async with life(api, day, tmp_path / "wary.db", webhook_url="https://bot.example/tg"):
        await api.until(lambda: bool(api.hook))
        await day.minute()
        assert named(day) == []
        api.fail("getMe", *[refuse(status, "Unauthorized")] * 3)
        for _ in range(3):
            await day.minute()
        assert named(day) == ["token_refused"]
        await day.minute()
        assert named(day) == []
    assert [level for level, _, _ in told(caplog, "token_refused")] == ["CRITICAL"]


async def test_a07_another_name_of_our_own_is_cried_out(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    day = Day()
    other = json.dumps({"ok": True, "result": {"id": 31415, "username": "OtherBot"}})
    async with life(api, day, tmp_path / "wary.db"):
        await hears(api)
        await day.minute()
        api.fail("getMe", *[page(200, other, "application/json")] * 2)
        for _ in range(2):
            await day.minute()
        assert named(day) == ["identity_changed"]
    assert [level for level, _, _ in told(caplog, "identity_changed")] == ["CRITICAL"]
    assert "OtherBot" not in caplog.text


async def test_a07_t12_another_poller_stands_on_the_page_for_operators(
    api: BotApi, tmp_path: Path
) -> None:
    day = Day()
    async with life(api, day, tmp_path / "wary.db"):
        await hears(api)
        api.fail("getUpdates", refuse(409, "Conflict: terminated by other getUpdates request"))
        api.push({"message": {}})
        for _ in range(500):
            if named(day):
                break
            await asyncio.sleep(0.01)
    assert named(day) == ["intake_stopped"]


async def test_a07_whoever_polls_hears_of_a_foreign_webhook_from_the_refusal(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with life(api, Day(), tmp_path / "wary.db") as task:
        await hears(api)
        api.kept["Webhook:"] = {"url": OTHERS}
        api.push({"message": {}})
        for _ in range(500):
            if told(caplog, "intake_stopped"):
                break
            await asyncio.sleep(0.01)
        assert not task.done()
    assert [level for level, _, _ in told(caplog, "intake_stopped")] == ["CRITICAL"]
    assert cried_out_once(api, caplog)


async def test_a07_a_look_that_fails_says_nothing_and_the_next_one_looks(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    day = Day()
    async with life(api, day, tmp_path / "wary.db"):
        await hears(api)
        api.fail("getWebhookInfo", page(502, "<html>"), refuse(429, "Slower", retry_after=5))
        for _ in range(3):
            await day.minute()
    assert api.counts["getWebhookInfo"] == 3
    assert told(caplog, "foreign_webhook") == []
