"""One suite over both: what is deferred is done, in one process and on many machines alike.

Rule 1: nothing here knows which of the two it holds.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.effects import Lane
from bot.ports.work import Args, Job, Work
from bot.work.cluster import Cluster
from bot.work.local import Local
from tests.store.conftest import database_on, postgres_server

__all__ = ["postgres_server"]


@dataclass
class Diary:
    """What was done, in order, and what must come first."""

    done: list[Args] = field(default_factory=list)
    begun: list[Args] = field(default_factory=list)
    busy: int = 0
    most: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    faults: int = 0

    async def write(self, args: Args) -> None:
        """Do it once the gate is open; fail as often as there are faults."""
        self.begun.append(args)
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            await self.gate.wait()
            if self.faults:
                self.faults -= 1
                raise ValueError("a fault of ours")
            self.done.append(args)
        finally:
            self.busy -= 1

    async def until(self, true: Callable[[], object]) -> None:
        for _ in range(6000):
            if true():
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"it never came true: begun {self.begun}, done {self.done}")


@pytest.fixture(params=["local", pytest.param("cluster", marks=pytest.mark.postgres)])
async def work(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Work, Diary]]:
    """Yield each kind in turn, its runner not yet begun, and what it writes into."""
    diary = Diary()
    tasks = {"write": diary.write}
    if request.param == "local":
        yield Local(tasks, lambda: datetime.now(UTC)), diary
        return
    with database_on(request.getfixturevalue("postgres_server")) as url:
        made = Cluster(url, tasks, lambda: datetime.now(UTC))
        await made.open()
        yield made, diary
        await made.close()


@asynccontextmanager
async def running(work: Work) -> AsyncIterator[None]:
    runner = asyncio.create_task(work.run())
    try:
        yield
    finally:
        runner.cancel()
        await asyncio.wait({runner})


def job(n: int, **more: object) -> Job:
    return Job("write", {"n": n}, **more)  # type: ignore[arg-type]  # fields by name


async def test_what_is_deferred_is_done_with_what_it_was_given(work: tuple[Work, Diary]) -> None:
    who, diary = work
    diary.gate.set()
    await who.defer(Job("write", {"send": 7, "key": "a"}))
    async with running(who):
        await diary.until(lambda: diary.done == [{"send": 7, "key": "a"}])


async def test_the_best_lane_is_first_and_then_the_oldest(work: tuple[Work, Diary]) -> None:
    who, diary = work
    lanes = [Lane.CAMPAIGN] * 6 + [Lane.LESSON, Lane.ALERT, Lane.LESSON]
    for n, lane in enumerate(lanes):
        await who.defer(job(n, lane=lane))
    async with running(who):
        await diary.until(lambda: len(diary.begun) == 4)
        assert sorted(one["n"] for one in diary.begun) == [0, 6, 7, 8]
        diary.gate.set()
        await diary.until(lambda: len(diary.done) == len(lanes))


async def test_of_those_with_one_lock_one_is_done_at_a_time_in_order(
    work: tuple[Work, Diary],
) -> None:
    who, diary = work
    for n in range(4):
        await who.defer(job(n, lock="send:1"))
    async with running(who):
        await diary.until(lambda: diary.begun)
        diary.gate.set()
        await diary.until(lambda: len(diary.done) == 4)
    assert [one["n"] for one in diary.done] == [0, 1, 2, 3]
    assert diary.most == 1


async def test_locks_of_others_hold_up_nobody(work: tuple[Work, Diary]) -> None:
    who, diary = work
    for n in range(3):
        await who.defer(job(n, lock=f"send:{n}"))
    async with running(who):
        await diary.until(lambda: diary.busy == 3)
        diary.gate.set()
        await diary.until(lambda: len(diary.done) == 3)


async def test_what_waits_already_is_deferred_once(work: tuple[Work, Diary]) -> None:
    who, diary = work
    diary.gate.set()
    for _ in range(3):
        await who.defer(job(1))
    await who.defer(job(2))
    async with running(who):
        await diary.until(lambda: len(diary.done) == 2)
        await who.defer(job(1))
        await diary.until(lambda: len(diary.done) == 3)
    assert sorted(one["n"] for one in diary.done) == [1, 1, 2]


async def test_nothing_is_begun_before_its_time(work: tuple[Work, Diary]) -> None:
    who, diary = work
    diary.gate.set()
    now = datetime.now(UTC)
    await who.defer(job(1, at=now + timedelta(hours=1)))
    await who.defer(job(2, at=now + timedelta(seconds=1)))
    async with running(who):
        await diary.until(lambda: len(diary.done) == 1)
    assert [one["n"] for one in diary.done] == [2]
    assert datetime.now(UTC) >= now + timedelta(seconds=1)


def test_what_waits_for_its_time_takes_no_lock() -> None:
    with pytest.raises(ValueError, match="takes no lock"):
        job(1, lock="send:1", at=datetime.now(UTC))


async def test_what_fails_is_tried_again_and_holds_up_nobody(work: tuple[Work, Diary]) -> None:
    who, diary = work
    diary.gate.set()
    diary.faults = 1
    await who.defer(job(1))
    async with running(who):
        await diary.until(lambda: diary.begun)
        await who.defer(job(2))
        await diary.until(lambda: len(diary.done) == 2)
    assert [one["n"] for one in diary.done] == [2, 1]


async def test_what_fails_keeps_the_order_of_its_lock(work: tuple[Work, Diary]) -> None:
    who, diary = work
    diary.gate.set()
    diary.faults = 1
    for n in range(2):
        await who.defer(job(n, lock="send:1"))
    async with running(who):
        await diary.until(lambda: len(diary.done) == 2)
    assert [one["n"] for one in diary.done] == [0, 1]


async def test_a_stop_lets_what_is_being_done_end(work: tuple[Work, Diary]) -> None:
    who, diary = work
    await who.defer(job(1))
    async with running(who):
        await diary.until(lambda: diary.busy)
        asyncio.get_running_loop().call_later(0.2, diary.gate.set)
    assert len(diary.done) == 1


async def test_what_nobody_knows_cannot_be_deferred(work: tuple[Work, Diary]) -> None:
    who, _ = work
    with pytest.raises(KeyError):
        await who.defer(Job("invented"))


async def test_what_was_cut_short_is_found_in_the_rows_at_the_start() -> None:
    diary = Diary()
    diary.gate.set()

    async def owed() -> list[Job]:
        return [job(5)]

    async with running(Local({"write": diary.write}, lambda: datetime.now(UTC), owed)):
        await diary.until(lambda: diary.done)
    assert [one["n"] for one in diary.done] == [5]
