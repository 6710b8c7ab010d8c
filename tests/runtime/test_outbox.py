"""The dispatcher: each failure has its one state, and a known result is never lost."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from bot.core.card import Card, Para, Text
from bot.core.effects import Lane
from bot.core.events import Address, Began
from bot.ports import (
    Barred,
    Gone,
    Moved,
    Outcome,
    Post,
    Refused,
    SendError,
    StoreDown,
    Throttled,
    Unknown,
    Unreachable,
)
from tests.runtime.rooms import ME, House, house, raising
from tests.runtime.test_turn import press


async def greeted(home: House) -> None:
    await home.hear(Began())


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Throttled(7), 7),
        (Throttled(7, everyone=False), 7),
        (Unreachable(), 2),
        (Unknown(), 1),
    ],
)
async def test_what_was_not_taken_comes_again(error: SendError, seconds: int) -> None:
    async with house() as home:
        await greeted(home)
        home.platform.fail = raising(error)
        assert await home.outbox.once(home.receive) == 1  # type: ignore[arg-type]
        assert await home.send_all() == 0
        home.platform.fail = lambda _: None
        home.wait(seconds=seconds + 1)
        assert await home.send_all() == 1
        assert home.platform.titles == ["en:hello.all"]


@pytest.mark.parametrize("error", [Refused(), Gone()])
async def test_what_will_never_be_taken_is_not_tried_again(error: SendError) -> None:
    async with house() as home:
        await greeted(home)
        home.platform.fail = raising(error)
        await home.send_all()
        home.platform.fail = lambda _: None
        home.wait(hours=1)
        assert await home.send_all() == 0
        assert home.platform.shown == []


async def test_an_address_that_is_gone_leaves_the_learner_alone_until_they_come_back() -> None:
    async with house() as home:
        for token in ("track:en:citizen", "answer:acc-01-q1:b", "set:often:daily"):
            await home.hear(press(token))
        await home.hear(press("set:hour:18.00"))
        assert await home.base.next_due() is not None
        home.platform.fail = raising(Gone())
        await home.send_all()
        assert await home.base.next_due() is None
        known = await home.base.known(ME)
        assert known is not None
        assert known.learner.gone
        home.platform.fail = lambda _: None
        await home.hear(Began())
        assert await home.base.next_due() is not None


async def test_a_place_that_moved_gets_the_same_post_at_its_new_address() -> None:
    async with house() as home:
        await greeted(home)
        new = Address("fake", "-100777")
        home.platform.fail = lambda post: Moved(new) if post.address == ME else None
        await home.send_all()
        (post, _), *_ = home.platform.shown
        assert post.address == new


async def test_in_doubt_a_living_card_is_repeated_a_few_times_and_then_left_unknown() -> None:
    async with house() as home:
        await greeted(home)
        home.platform.fail = raising(Unknown())
        tries = 0
        for _ in range(20):
            tries += await home.outbox.once(home.receive)  # type: ignore[arg-type]
            home.wait(seconds=5)
        assert tries == 5


async def test_a_lesson_in_doubt_is_never_repeated() -> None:
    async with house() as home:
        post = Post(1, ME, Card(), Lane.LESSON, "en", attempts=1, guarantee="at_most_once")
        assert home.outbox._in_doubt(post) == Outcome(1, "unknown")


async def test_a_token_that_is_refused_stops_the_platform_and_keeps_its_posts() -> None:
    async with house() as home:
        await greeted(home)
        home.platform.fail = lambda _: Barred()
        with pytest.raises(Barred):
            await home.send_all()
        home.platform.fail = lambda _: None
        assert await home.send_all() == 1


async def test_an_error_that_is_none_of_the_six_is_a_fault_of_ours_and_is_not_hidden() -> None:
    async with house() as home:
        await greeted(home)
        home.platform.fail = raising(SendError())
        with pytest.raises(SendError):
            await home.send_all()


async def test_a_result_that_cannot_be_recorded_is_kept_and_recorded_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        await greeted(home)
        settle = home.base.settle
        down = True

        async def broken(outcomes: Sequence[Outcome], now: datetime) -> None:
            if down:
                raise StoreDown
            await settle(outcomes, now)

        monkeypatch.setattr(home.base, "settle", broken)
        with pytest.raises(StoreDown):
            await home.send_all()
        down = False
        assert await home.send_all() == 0
        home.wait(minutes=5)
        assert await home.send_all() == 0
        assert len(home.platform.shown) == 1


async def test_the_loop_rests_when_nothing_waits_and_ends_when_told() -> None:
    async with house() as home:
        await greeted(home)
        rests = 0

        async def rest() -> None:
            nonlocal rests
            rests += 1
            if rests == 2:
                home.outbox.stop()

        await home.outbox.run(home.receive, rest)  # type: ignore[arg-type]
        assert rests == 2
        assert len(home.platform.shown) == 1


async def test_a_ledger_that_is_down_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with house() as home:

        async def down(*_: object) -> None:
            raise StoreDown

        async def rest() -> None:
            home.outbox.stop()

        monkeypatch.setattr(home.base, "claim_posts", down)
        await home.outbox.run(home.receive, rest)  # type: ignore[arg-type]
        assert "ledger_down" in caplog.text


async def test_new_posts_wake_the_dispatcher() -> None:
    async with house() as home:
        card = Card(body=(Para(Text("x")),))
        home.outbox.offer([Post(99, ME, card, Lane.LESSON, "en")])
        await home.outbox.woken()
        assert await home.send_all() == 0
