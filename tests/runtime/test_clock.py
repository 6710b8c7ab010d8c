"""The metronome fires what is due, once, and a database that is down loses nobody."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from bot.core.events import Incoming
from bot.ports import Receipt, StoreDown
from bot.runtime import clock
from bot.runtime.clock import Clock
from tests.runtime.rooms import House, house
from tests.runtime.test_turn import press


async def subscribed(home: House) -> None:
    for token in ("track:en:citizen", "answer:acc-01-q1:b", "set:often:daily", "set:hour:18.00"):
        await home.hear(press(token))
    await home.send_all()


async def test_everybody_due_is_fired_once() -> None:
    async with house() as home:
        await subscribed(home)
        ticking = Clock(home.base, home.receive, lambda: home.now)
        assert await ticking.fire() == 0
        home.wait(hours=7)
        assert await ticking.fire() == 1
        assert await ticking.fire() == 0
        home.wait(days=1)
        assert await ticking.fire() == 1


async def test_a_database_that_is_down_loses_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with house() as home:
        await subscribed(home)
        home.wait(hours=7)

        async def down(_: Sequence[Incoming]) -> Sequence[Receipt]:
            raise StoreDown

        assert await Clock(home.base, down, lambda: home.now).fire() == 0
        assert "fire_failed" in caplog.text
        home.wait(minutes=2)
        ticking = Clock(home.base, home.receive, lambda: home.now)
        assert await ticking.fire() == 1


async def test_tidying_up_survives_a_database_that_is_down(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with house() as home:
        ticking = Clock(home.base, home.receive, lambda: home.now)
        await ticking.tidy()

        async def down(_: datetime) -> None:
            raise StoreDown

        monkeypatch.setattr(home.base, "trim", down)
        await ticking.tidy()
        assert "tidy_failed" in caplog.text


async def test_the_tick_is_one_job_and_knows_no_learner() -> None:
    async with house() as home:
        ticking = Clock(home.base, home.receive, lambda: home.now)
        scheduler = ticking.tick(3600)
        assert [job.name for job in scheduler.get_jobs()] == ["Clock.fire", "Clock.tidy"]
        scheduler.shutdown(wait=False)


def test_the_clock_is_aware_and_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


async def test_people_of_a_platform_that_is_not_served_wait_for_whoever_serves_it() -> None:
    async with house() as home:
        await subscribed(home)
        home.wait(hours=7)
        elsewhere = Clock(home.base, home.receive, lambda: home.now, ("terminal",))
        assert await elsewhere.fire() == 0
        here = Clock(home.base, home.receive, lambda: home.now, ("fake",))
        assert await here.fire() == 1
