"""The dispatcher: each failure has its one state, and a known result is never lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.card import Card, Para, Text
from bot.core.effects import Lane
from bot.core.events import Address, Began, Commanded, Said
from bot.core.message import Message
from bot.ports import (
    Barred,
    Conflict,
    Gone,
    Limit,
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
from bot.runtime import queue
from bot.runtime.failing import in_doubt
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
        assert await home.send_all() == 1
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
            tries += await home.send_all()
            home.wait(seconds=5)
        assert tries == 5


async def test_a_lesson_in_doubt_is_never_repeated() -> None:
    async with house() as home:
        post = Post(1, ME, Card(), Lane.LESSON, "en", attempts=1, guarantee="at_most_once")
        assert in_doubt(post, home.now) == Outcome(1, "unknown")


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

        await home.outbox.run(home.receive, rest)
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
        await home.outbox.run(home.receive, rest)
        assert "ledger_down" in caplog.text


async def test_new_posts_wake_the_dispatcher() -> None:
    async with house() as home:
        card = Card(body=(Para(Text("x")),))
        home.outbox.offer([Post(99, ME, card, Lane.LESSON, "en")])
        await home.outbox.woken()
        assert await home.send_all() == 0


async def test_two_cards_of_one_person_leave_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        for _ in range(3):
            await home.hear(Began())
        begun: list[str] = []
        open_sends = 0
        send = home.platform.send

        async def slow(post: Post, message: Message) -> str:
            nonlocal open_sends
            open_sends += 1
            assert open_sends == 1, "a newer card may overtake an older one"
            await asyncio.sleep(0)
            begun.append(post.answers)
            open_sends -= 1
            return await send(post, message)

        monkeypatch.setattr(home.platform, "send", slow)
        assert await home.send_all() == 3
        assert begun == ["fake:1", "fake:2", "fake:3"]


async def test_behind_a_card_that_has_to_wait_the_next_one_waits_too() -> None:
    async with house() as home:
        await home.hear(Began())
        await home.hear(Commanded("privacy"))
        home.platform.fail = lambda post: Unreachable() if post.answers == "fake:1" else None
        await home.send_all()
        assert home.platform.shown == []
        home.platform.fail = lambda _: None
        home.wait(seconds=3)
        await home.send_all()
        assert home.platform.titles == ["en:hello.all", "en:privacy.title"]


async def test_a_refused_token_does_not_repeat_what_others_already_have() -> None:
    async with house() as home:
        other = Address("fake", "2")
        await home.hear(Began())
        await home.turns.take([home.event(Began(), address=other)])
        home.platform.fail = lambda post: Barred() if post.address == other else None
        with pytest.raises(Barred):
            await home.send_all()
        home.platform.fail = lambda _: None
        await home.send_all()
        assert [post.address for post, _ in home.platform.shown] == [ME, other]


async def test_in_a_pause_nothing_is_marked_and_the_rest_of_its_group_goes_back() -> None:
    async with house() as home:
        await home.hear(Began())
        await home.turns.take([home.event(Began(), address=Address("fake", "2"))])
        home.platform.fail = raising(Throttled(60))
        assert await home.send_all() == 1
        home.platform.fail = lambda _: None
        home.wait(seconds=30)
        assert await home.send_all() == 0
        home.wait(seconds=31)
        assert await home.send_all() == 2


async def test_an_alert_in_doubt_is_sent_once_more_and_no_oftener() -> None:
    async with house() as home:
        post = Post(1, ME, Card(), Lane.ALERT, "en", attempts=1, guarantee="at_least_once")
        assert in_doubt(post, home.now).state == "pending"
        assert in_doubt(replace(post, attempts=2), home.now).state == "unknown"


@pytest.mark.parametrize("error", [StoreDown, Conflict])
async def test_replies_that_cannot_be_marked_are_tried_again_at_once(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    async with house() as home:
        await greeted(home)
        mark = home.base.mark

        async def down(_: Sequence[Post]) -> Sequence[Post]:
            raise error

        async def rest() -> None:
            monkeypatch.setattr(home.base, "mark", mark)
            home.outbox.stop()

        monkeypatch.setattr(home.base, "mark", down)
        await home.outbox.run(home.receive, rest)
        assert home.platform.titles == ["en:hello.all"]


async def test_a_platform_that_stands_still_holds_no_more_than_so_many_replies(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        monkeypatch.setattr(queue, "FRESH", 2)
        for _ in range(4):
            await home.hear(Began())
        assert home.outbox._queue._lanes.replies == 2
        await home.send_all()
        home.wait(seconds=31)
        await home.send_all()
        assert len(home.platform.shown) == 4


async def test_a01_many_replies_to_one_do_not_hold_up_the_answer_to_another() -> None:
    async with house() as home:
        for number in range(40):
            home.clock[0] += timedelta(seconds=1)
            await home.turns.take([home.event(Said(f"{number}"))])
        other = Address("fake", "8")
        await home.turns.take([home.event(Began(), address=other)])
        await home.send_all()
        to = [post.address for post, _ in home.platform.shown]
        assert to.index(other) <= 1
        mine = [post.id for post, _ in home.platform.shown if post.address == ME]
        assert mine == sorted(mine)
        assert len(mine) == 40


async def test_a_group_that_is_written_to_too_often_waits_in_the_ledger_and_nobody_else() -> None:
    async with house() as home:
        home.platform.limited = (Limit(2, 60.0, ME.id),)
        for _ in range(4):
            await home.hear(Began())
        await home.turns.take([home.event(Began(), address=Address("fake", "8"))])
        assert await home.send_all() == 3
        assert home.outbox._queue._lanes.replies == 0
        home.wait(seconds=59)
        assert await home.send_all() == 0
        home.wait(seconds=2)
        assert await home.send_all() == 2
        assert [post.answers for post, _ in home.platform.shown if post.address == ME] == [
            *("fake:1", "fake:2"),
            *("fake:3", "fake:4"),
        ]


async def test_who_may_be_written_to_soon_is_waited_for_in_memory() -> None:
    async with house() as home:
        home.platform.limited = (Limit(1, 0.5, ME.id),)
        await home.hear(Began())
        await home.hear(Began())
        assert await home.send_all() == 1
        assert home.outbox._queue._lanes.replies == 1
        assert home.outbox._queue.soon == 0.5
        home.wait(seconds=0.5)
        assert await home.send_all() == 1
