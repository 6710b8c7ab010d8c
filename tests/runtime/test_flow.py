"""The dispatcher in flow: who is slow holds up nobody, and who is better goes first."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.core.card import Card, Para, Text
from bot.core.effects import Lane
from bot.core.events import Address
from bot.core.message import Message
from bot.ports import Outcome, Post, SendError, StoreDown
from tests.runtime.rooms import ME, House, house


def lessons(count: int) -> list[Post]:
    """Return *count* lessons for as many people, as if they had been claimed."""
    card = Card(body=(Para(Text("lesson")),))
    return [
        Post(number, Address("fake", f"p{number}"), card, Lane.LESSON, "en")
        for number in range(1, count + 1)
    ]


class Wire:
    """A ledger and a platform whose posts are on their way until told."""

    def __init__(self, home: House, patch: pytest.MonkeyPatch, waiting: list[Post]) -> None:
        self.waiting = waiting
        self.marked: list[int] = []
        self.settled: list[Outcome] = []
        self.open: dict[int, asyncio.Future[str]] = {}
        patch.setattr(home.base, "claim_posts", self.claim)
        patch.setattr(home.base, "mark", self.mark)
        patch.setattr(home.base, "settle", self.settle)
        patch.setattr(home.platform, "send", self.send)

    async def claim(self, _: str, __: datetime, limit: int) -> Sequence[Post]:
        self.waiting.sort(key=lambda post: (post.lane, post.id))
        found, self.waiting[:limit] = self.waiting[:limit], []
        return found

    async def mark(self, posts: Sequence[Post]) -> Sequence[Post]:
        self.marked += [post.id for post in posts]
        return posts

    async def settle(self, outcomes: Sequence[Outcome], _: datetime) -> None:
        self.settled += outcomes

    async def send(self, post: Post, _: Message) -> str:
        self.open[post.id] = asyncio.get_running_loop().create_future()
        return await self.open[post.id]

    async def step(self, home: House) -> None:
        await home.outbox.once(home.receive)
        for _ in range(3):
            await asyncio.sleep(0)

    def arrive(self, *numbers: int) -> None:
        for number in numbers:
            self.open[number].set_result(f"m{number}")


async def test_a_slow_answer_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as home:
        wire = Wire(home, monkeypatch, lessons(100))
        width = home.outbox._width
        await wire.step(home)
        assert len(wire.marked) == width
        wire.arrive(*range(2, width + 1))
        await asyncio.sleep(0)
        await wire.step(home)
        assert [outcome.post for outcome in wire.settled] == list(range(2, width + 1))
        assert len(wire.marked) == min(100, 2 * width - 1)


async def test_never_more_are_on_their_way_or_unwritten_than_may_be_doubled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        wire = Wire(home, monkeypatch, lessons(500))

        async def down(*_: object) -> None:
            raise StoreDown

        width = home.outbox._width
        await wire.step(home)
        wire.arrive(*wire.marked)
        await asyncio.sleep(0)
        with monkeypatch.context() as broken:
            broken.setattr(home.base, "settle", down)
            for _ in range(3):
                with pytest.raises(StoreDown):
                    await home.outbox.once(home.receive)
        assert len(wire.marked) == width
        await wire.step(home)
        assert len(wire.marked) == 2 * width
        assert len(wire.settled) == width


async def test_an_alert_overtakes_the_lessons_that_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        wire = Wire(home, monkeypatch, lessons(400))
        await wire.step(home)
        alert = Post(900, ME, Card(body=(Para(Text("alert")),)), Lane.ALERT, "en")
        wire.waiting.append(alert)
        home.outbox.offer([alert])
        wire.arrive(*wire.marked[:2])
        await asyncio.sleep(0)
        before = len(wire.marked)
        await wire.step(home)
        assert wire.marked[before] == 900


async def test_what_is_held_goes_back_to_the_ledger_when_it_stops(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        wire = Wire(home, monkeypatch, lessons(200))
        await wire.step(home)
        home.outbox.stop()
        flying = list(wire.marked)
        await wire.step(home)
        back = [outcome.post for outcome in wire.settled if outcome.state == "pending"]
        assert back == list(range(len(flying) + 1, 201))
        wire.arrive(*flying)

        async def rest() -> None:
            await asyncio.sleep(0)

        await home.outbox.run(home.receive, rest)
        assert sorted(outcome.post for outcome in wire.settled) == list(range(1, 201))
        assert wire.marked == flying


async def test_a_fault_of_ours_does_not_take_the_others_results_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        wire = Wire(home, monkeypatch, lessons(2))
        await wire.step(home)
        wire.open[1].set_exception(SendError())
        wire.arrive(2)
        await asyncio.sleep(0)
        with pytest.raises(SendError):
            await home.outbox.once(home.receive)
        assert wire.settled == [Outcome(2, "sent", "m2")]
