"""Row R12 of trust.md, 7: what dies is told and begun again, and takes nobody with it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.core.effects import Lane, Say
from bot.core.events import Address, Began
from bot.core.trouble import Trouble
from bot.ports import Barred, Receive
from bot.runtime import loops
from bot.runtime.leading import Leads
from bot.runtime.loops import Loops, Voice
from bot.runtime.tally import Tally
from tests.runtime.rooms import ME, Fake, House, house
from tests.store.people import CARD, rows, take


@dataclass
class Mortal(Fake):
    """A platform that hears until it dies, as often as it is told to."""

    deaths: list[Exception] = field(default_factory=list)
    heard: int = 0

    async def listen(self, receive: Receive) -> None:  # noqa: ARG002  the port's signature
        self.heard += 1
        if self.deaths:
            raise self.deaths.pop()
        await asyncio.Event().wait()


@dataclass
class Running:
    home: House
    platform: Mortal
    loops: Loops
    told: list[Trouble]


@asynccontextmanager
async def running(platform: Mortal) -> AsyncIterator[Running]:
    async with house() as home:
        told: list[Trouble] = []
        leads = Leads(home.base, lambda: home.now, Tally())
        made = Loops(home.turns, leads, home.base, lambda: home.now, told.append)
        made.voices[platform.name] = Voice(platform, home.outbox)
        await leads.begin([platform.name])
        work = asyncio.create_task(made.run([], []))
        try:
            yield Running(home, platform, made, told)
        finally:
            made.stop()
            await asyncio.wait_for(work, 60)


async def until(true: Callable[[], object]) -> None:
    for _ in range(6000):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "AGAIN_SECONDS", 0.01)


async def test_r12_an_intake_that_dies_is_told_and_begun_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults: list[Exception] = [ValueError("a fault of ours"), KeyError("another")]
    async with running(Mortal(deaths=faults)) as one:
        await until(lambda: one.platform.heard == 3)
        assert [(each.what, each.over) for each in one.told] == [
            ("task_died", False),
            ("task_died", True),
        ] * 2
    assert [each.exc_info for each in caplog.records if each.getMessage() == "task_died"]


async def test_r12_a_sender_that_dies_leaves_its_posts_to_the_next_epoch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(Mortal()) as one:
        failed: list[int] = []
        kept = one.home.outbox.once

        async def once(receive: Receive) -> int:
            moved = await kept(receive)
            if not failed:
                failed.append(moved)
                raise ValueError("a fault of ours")
            return moved

        monkeypatch.setattr(one.home.outbox, "once", once)
        one.home.outbox.offer(())
        await until(lambda: one.home.base.epochs.get("fake") == 2)
        said = Say(CARD, Lane.ALERT)
        await take(one.home.base, one.home.event(Began()), said, now=one.home.now)
        one.home.outbox.offer(())
        await until(lambda: len(one.home.platform.shown) == 1)
        await until(lambda: one.told and one.told[-1].over)


async def test_a_token_that_is_refused_stops_its_platform_and_nothing_else() -> None:
    async with running(Mortal(deaths=[Barred()])) as one:
        await until(lambda: one.told)
        assert [each.what for each in one.told] == ["token_refused"]
        assert not one.loops.stopping
        assert one.platform.heard == 1


async def test_a_reply_for_a_platform_that_is_led_elsewhere_goes_back_to_the_ledger() -> None:
    async with running(Mortal()) as one:
        there = Address("other", "1")
        said = Say(CARD, to=there)
        posts = await take(one.home.base, one.home.event(Began()), said, now=one.home.now)
        assert await rows(one.home.base, "SELECT state FROM outbox") == [("leased",)]
        one.loops.deliver(posts)
        for _ in range(6000):
            if await rows(one.home.base, "SELECT state FROM outbox") == [("pending",)]:
                break
            await asyncio.sleep(0.01)
        assert await rows(one.home.base, "SELECT state FROM outbox") == [("pending",)]
        assert ME.platform != there.platform
