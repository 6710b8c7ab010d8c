"""A lead that is lost: the intake goes on while nobody can lead, and no longer."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from bot.core.effects import Lane
from bot.ports import State, StoreDown
from bot.runtime import leading
from bot.runtime.leading import Leads
from bot.runtime.tally import Tally

TOKEN = "telegram"  # noqa: S105  the name of a platform


class Seat:
    """A place that is lost once it was taken; *down* until somebody says otherwise."""

    def __init__(self) -> None:
        self.epochs: dict[str, int] = {}
        self.down = self.others = False

    async def lead(self, token: str, _: datetime) -> bool:
        if self.down:
            raise StoreDown
        if not self.others:
            self.epochs[token] = 1
        return not self.others

    async def leads(self) -> bool:
        if self.down or self.others:
            self.epochs.clear()
        return bool(self.epochs)

    async def leadable(self) -> bool:
        return not self.down

    async def leave(self, token: str) -> None:
        self.epochs.pop(token, None)

    def ended(self, _: str) -> Sequence[tuple[Lane, State, int]]:
        return ()


class Heard:
    """An intake that tells when it runs, and posts on their way that end when they are let."""

    def __init__(self) -> None:
        self.begun, self.ended, self.calm = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work(self) -> None:
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()

    async def quiet(self) -> None:
        await self.calm.wait()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leading, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(leading, "GRACE_SECONDS", 0.02)


async def lost(seat: Seat, heard: Heard) -> tuple[Leads, Mapping[str, asyncio.Task[None]]]:
    leads = Leads(seat, lambda: datetime.now(UTC), Tally())
    run = asyncio.create_task(leads.run(TOKEN, heard.work, heard.quiet))
    await heard.begun.wait()
    return leads, {"run": run, "keep": asyncio.create_task(leads.keep())}


async def let_go(tasks: Mapping[str, asyncio.Task[None]]) -> None:
    for task in tasks.values():
        task.cancel()
    await asyncio.wait(tasks.values())


async def test_while_nobody_can_lead_the_intake_goes_on_and_then_begins_anew() -> None:
    seat, heard = Seat(), Heard()
    leads, tasks = await lost(seat, heard)
    seat.down = True
    async with asyncio.timeout(60):
        while seat.epochs:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5 * leading.GRACE_SECONDS):
                await heard.ended.wait()
        assert not leads.stands_by(TOKEN)
        heard.calm.set()
        heard.begun.clear()
        seat.down = False
        await heard.ended.wait()
        await heard.begun.wait()
    await let_go(tasks)


async def test_where_another_can_lead_it_ends_though_something_is_on_its_way() -> None:
    seat, heard = Seat(), Heard()
    leads, tasks = await lost(seat, heard)
    seat.others = True
    async with asyncio.timeout(60):
        await heard.ended.wait()
        assert not heard.calm.is_set()
        assert not leads.stands_by(TOKEN), "the lead is not tried for before all is written down"
        heard.calm.set()
        while not leads.stands_by(TOKEN):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0)
    await let_go(tasks)
