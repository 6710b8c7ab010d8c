"""Readiness is tried, not believed, and whoever reads figures gets those that can be had."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.console import metrics
from bot.core.effects import Lane
from bot.core.events import Began
from bot.core.trouble import Trouble
from bot.ports import StoreDown
from bot.runtime import measuring
from bot.runtime.clock import Clock, monotonic
from bot.runtime.leading import Leads
from bot.runtime.measuring import Figures, Readiness, Rooms
from bot.runtime.tally import Tally
from bot.runtime.throttle import Gate
from bot.runtime.watchdog import Watchdog
from tests.runtime.rooms import House, house


class Content:
    refused = 2


@dataclass
class Looking:
    """What is looked at, who looks, and what was told."""

    home: House
    rooms: Rooms
    ready: Readiness
    figures: Figures
    told: dict[str, Trouble] = field(default_factory=dict)

    def tell(self, trouble: Trouble) -> None:
        if trouble.over:
            self.told.pop(trouble.what, None)
        else:
            self.told[trouble.what] = trouble

    async def found(self) -> set[str]:
        await self.ready.look()
        return set(self.told)


@asynccontextmanager
async def looking() -> AsyncIterator[Looking]:
    async with house() as home:
        tally, told = Tally(), list[Trouble]()
        leads = Leads(home.base, lambda: home.now, tally)
        rooms = Rooms(
            base=home.base,
            turns=home.turns,
            clock=Clock(home.base, home.receive, lambda: home.now),
            leads=leads,
            watchdog=Watchdog(lambda: home.now, told.append),
            reload=Content(),
            tally=tally,
        )
        rooms.gates["fake"] = Gate(1.0, monotonic)
        made: list[Looking] = []

        def tell(trouble: Trouble) -> None:
            made[0].tell(trouble)

        ready = Readiness(rooms, lambda: home.now, tell)
        made.append(
            Looking(home, rooms, ready, Figures(rooms, ready, lambda: home.now, lambda: "v"))
        )
        await leads.begin(["fake"])
        yield made[0]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "PROBED_SECONDS", 0.0)


@pytest.mark.usefixtures("eager")
async def test_a_process_that_can_work_has_no_trouble() -> None:
    async with looking() as one:
        assert await one.found() == set()
        assert one.ready.commit_seconds is not None


@pytest.mark.usefixtures("eager")
async def test_a_database_that_cannot_be_written_is_red_until_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with looking() as one:

        async def down(_: object) -> None:
            raise StoreDown

        with monkeypatch.context() as patch:
            patch.setattr(one.home.base, "commits", down)
            assert await one.found() == {"database_down"}
            assert one.ready.commit_seconds is None
        assert await one.found() == set()


@pytest.mark.usefixtures("eager")
async def test_a_clock_that_looked_at_nobody_for_a_minute_is_red() -> None:
    async with looking() as one:
        one.rooms.clock.looked -= measuring.OLDEST_SECONDS + 1
        assert await one.found() == {"clock_stuck"}
        await one.rooms.clock.fire()
        assert await one.found() == set()


@pytest.mark.usefixtures("eager")
async def test_an_event_that_waits_for_a_minute_is_red(monkeypatch: pytest.MonkeyPatch) -> None:
    async with looking() as one:
        waiting = asyncio.create_task(one.home.turns.receive([one.home.event(Began())]))
        await asyncio.sleep(0)
        assert await one.found() == set()
        monkeypatch.setattr(measuring, "OLDEST_SECONDS", -1.0)
        assert "intake_late" in await one.found()
        waiting.cancel()
        await asyncio.wait({waiting})


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(("free", "full"), [(11, False), (9, True)])
async def test_a_disk_that_is_nearly_full_is_red(
    free: int, *, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking() as one:
        monkeypatch.setattr(one.home.base, "room", lambda: (free, 100))
        assert await one.found() == ({"disk_full"} if full else set())
        assert f"db_free_bytes {free}" in await page(one)


async def page(one: Looking) -> list[str]:
    return metrics.exposed(await one.figures.measure()).splitlines()


async def test_all_figures_have_a_meaning_and_are_those_of_the_ledger() -> None:
    async with looking() as one:
        await one.home.hear(Began())
        one.rooms.tally.posts["fake", Lane.LESSON, "gone"] += 1
        one.rooms.tally.flown("fake", 0.5)
        told = await page(one)
    assert 'posts{state="leased",lane="reply"} 1' in told
    assert 'posts{state="gone",lane="lesson"} 1' in told
    assert 'send_total{platform="fake",result="gone"} 1' in told
    assert 'send_latency_s_sum{platform="fake"} 0.5' in told
    assert 'leader{platform="fake"} 1' in told
    assert 'lease_epoch{platform="fake"} 1' in told
    assert "content_reload_failed_total 2" in told
    assert 'content_version{version="v"} 1' in told
    assert "dead_letter 0" in told


async def test_what_cannot_be_read_is_left_out_and_not_told_as_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with looking() as one:

        async def down() -> None:
            raise StoreDown

        monkeypatch.setattr(one.home.base, "owed", down)
        told = await page(one)
    assert "intake_depth 0" in told
    assert not any(line.startswith(("posts", "dead_letter")) for line in told)


def test_what_was_counted_gives_way_to_what_the_ledger_holds() -> None:
    tally = Tally()
    tally.posts["a", Lane.REPLY, "sent"] += 5
    tally.posts["b", Lane.REPLY, "sent"] += 7
    tally.begin("a", [(Lane.ALERT, "sent", 2), (Lane.ALERT, "pending", 9)])
    assert dict(tally.posts) == {("b", 0, "sent"): 7, ("a", 1, "sent"): 2}
