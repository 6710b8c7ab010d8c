"""Turns: committed before acknowledged, once an event, together when many, poison set aside."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.card import Action
from bot.core.effects import Decision
from bot.core.events import (
    Added,
    Address,
    Began,
    Commanded,
    Incoming,
    LessonDue,
    Muted,
    Pressed,
    Said,
)
from bot.core.learner import Learner
from bot.core.library import Library
from bot.ports import Conflict, StoreDown
from bot.runtime import turn
from bot.runtime.crowd import Crowd, Pace
from tests.runtime.rooms import ME, decide, house


def press(token: str, on: str = "") -> Pressed:
    action = Action.unpack(token)
    assert action is not None
    return Pressed(action, on)


async def test_a_receipt_counts_the_cards_that_are_on_their_way() -> None:
    async with house() as home:
        receipt = await home.hear(Began())
        assert (receipt.posts, receipt.text, receipt.fresh) == (1, "", True)
        await home.send_all()
        assert home.platform.titles == ["en:hello.all"]


async def test_an_event_that_comes_twice_is_one_event() -> None:
    async with house() as home:
        await home.hear(press("track:en:citizen"))
        first = await home.hear(press("answer:acc-01-q1:b"), key="same")
        again = await home.hear(press("answer:acc-01-q1:b"), key="same")
        assert first.fresh
        assert not again.fresh
        known = await home.base.known(ME)
        assert known is not None
        assert (known.answers, known.right, known.learner.points) == (1, 1, 10)


async def test_two_events_of_one_learner_in_one_batch_are_decided_in_order() -> None:
    async with house() as home:
        await home.hear(press("track:en:citizen"))
        events = [home.event(press("answer:acc-01-q1:b")), home.event(press("set:often:daily"))]
        await home.turns.take(events)
        known = await home.base.known(ME)
        assert known is not None
        assert known.learner.points == 10
        assert known.learner.often == "daily"


async def test_a_typed_letter_presses_what_is_shown_even_to_a_stranger() -> None:
    async with house() as home:
        await home.hear(Began())
        await home.hear(Said("2"))
        await home.hear(Said("a"))
        await home.send_all()
        assert home.platform.titles[1] == "\u200far:hello.title"
        known = await home.base.known(ME)
        assert known is not None
        assert known.learner.locale == "ar"


async def test_words_after_a_card_that_asks_for_a_message_are_that_message() -> None:
    async with house() as home:
        for event in (Commanded("check"), Said("You won!"), Said("You won!")):
            await home.hear(event)
        await home.send_all()
        asked, advised, greeted = home.platform.titles
        assert (asked, advised) == ("en:check.how", "⚠️ en:check.title")
        assert greeted == "en:hello.all"


async def test_after_a_restart_a_typed_letter_means_the_card_of_the_stage(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    async with house(url) as home:
        await home.hear(press("track:en:citizen"), key="first")
        await home.hear(press("answer:acc-01-q1:b"), key="second")
    async with house(url) as home:
        await home.hear(Said("1"))
        known = await home.base.known(ME)
        assert known is not None
        assert known.learner.often == "daily"


async def test_a_press_that_means_nothing_gets_its_notice_in_words() -> None:
    async with house() as home:
        await home.hear(press("track:en:citizen"))
        receipt = await home.hear(press("answer:gone-01:a", on="m9"))
        assert receipt.text == "en:press.before"
        assert receipt.posts == 1


async def test_what_arrives_during_a_transaction_is_the_next_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        sizes: list[int] = []
        take = home.turns.take

        async def counted(events: Sequence[Incoming]) -> object:
            sizes.append(len(events))
            return await take(events)

        monkeypatch.setattr(home.turns, "take", counted)
        work = asyncio.create_task(home.turns.run())
        asks = [
            home.turns.receive([home.event(Began(), address=Address("fake", str(n)))])
            for n in range(40)
        ]
        receipts = await asyncio.gather(*asks)
        work.cancel()
        assert [receipt[0].posts for receipt in receipts] == [1] * 40
        assert sum(sizes) == 40
        assert len(sizes) <= 2


async def test_a28_a_poisoned_event_is_parked_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with house() as home:

        def poisoned(learner: Learner, incoming: Incoming, library: Library) -> Decision:
            if incoming.id == "poison":
                raise ZeroDivisionError
            return decide(learner, incoming, library)

        monkeypatch.setattr(turn, "decide", poisoned)
        work = asyncio.create_task(home.turns.run())
        events = [
            home.event(Began(), address=Address("fake", "1")),
            home.event(Began(), key="poison", address=Address("fake", "2")),
            home.event(Began(), address=Address("fake", "3")),
        ]
        receipts = await home.turns.receive(events)
        assert [receipt.posts for receipt in receipts] == [1, 0, 1]
        again = await home.turns.receive([home.event(Began(), key="poison")])
        assert not again[0].fresh
        work.cancel()
        assert "event_parked" in caplog.text


async def test_a_conflict_is_decided_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as home:
        once = home.turns._once
        tries = 0

        async def overtaken(events: Sequence[Incoming]) -> object:
            nonlocal tries
            tries += 1
            if tries < 5:
                raise Conflict
            return await once(events)

        monkeypatch.setattr(home.turns, "_once", overtaken)
        assert (await home.hear(Began())).posts == 1
        tries = -5
        with pytest.raises(Conflict):
            await home.hear(Began())


async def test_when_nothing_can_be_written_nobody_is_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:

        async def down(_: Sequence[Incoming]) -> object:
            raise StoreDown

        monkeypatch.setattr(home.turns, "take", down)
        work = asyncio.create_task(home.turns.run())
        with pytest.raises(StoreDown):
            await home.turns.receive([home.event(Began())])
        work.cancel()


async def test_a_lesson_that_is_due_waits_in_its_own_lane() -> None:
    async with house() as home:
        for token in (
            "track:en:citizen",
            "answer:acc-01-q1:b",
            "set:often:daily",
            "set:hour:18.00",
            "set:country:fr",
        ):
            await home.hear(press(token))
        await home.send_all()
        before = len(home.platform.shown)
        home.wait(hours=5, minutes=6)
        (due,) = await home.base.claim_due(home.now, 10)
        assert isinstance(due.event, LessonDue)
        (receipt,) = await home.turns.take([due])
        assert receipt.posts == 0
        assert await home.send_all() == 1
        assert home.platform.titles[before:] == ["en:acc-01.title"]


async def test_a_letter_still_answers_the_question_after_some_talk() -> None:
    async with house() as home:
        await home.hear(press("track:en:citizen"))
        await home.hear(Said("what do you mean?"))
        await home.hear(Said("?"))
        known = await home.base.known(ME)
        assert known is not None
        assert known.answers == 1


async def test_letters_mean_the_same_in_one_batch_as_one_by_one() -> None:
    async with house() as home:
        await home.hear(Began())
        await home.turns.take([home.event(Said("1")), home.event(Said("2"))])
        known = await home.base.known(ME)
        assert known is not None
        assert (known.learner.locale, known.learner.track) == ("en", "parent")


async def test_an_event_that_others_overtake_is_never_set_aside(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with house() as home:

        async def overtaken(_: Sequence[Incoming]) -> object:
            raise Conflict

        monkeypatch.setattr(home.turns, "_once", overtaken)
        work = asyncio.create_task(home.turns.run())
        with pytest.raises(StoreDown):
            await home.turns.receive([home.event(Began(), key="healthy")])
        monkeypatch.undo()
        (receipt,) = await home.turns.receive([home.event(Began(), key="healthy")])
        assert receipt.posts == 1
        assert "event_parked" not in caplog.text
        work.cancel()


async def test_who_stops_takes_what_waits_and_nothing_more() -> None:
    async with house() as home:
        waiting = asyncio.create_task(home.turns.receive([home.event(Began())]))
        await asyncio.sleep(0)
        home.turns.stop()
        await home.turns.run()
        assert (await waiting)[0].posts == 1
        with pytest.raises(StoreDown):
            await home.turns.receive([home.event(Began())])


@pytest.mark.parametrize(("spoken", "first"), [("ar-EG", "ar"), ("AR_tn", "ar"), ("tlh", "en")])
async def test_what_a_client_speaks_becomes_what_is_offered(spoken: str, first: str) -> None:
    async with house() as home:
        await home.turns.take([replace(home.event(Began()), locale=spoken)])
        await home.send_all()
        ((post, _),) = home.platform.shown
        assert post.card.choices[0].action.args == (first,)


async def test_t17_a_place_that_falls_silent_is_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with house() as home:
        there = Address("fake", "-5")
        await home.turns.take([home.event(Added(), address=there)])
        await home.turns.take([home.event(Muted(), address=there) for _ in range(2)])
        await home.turns.take([home.event(Muted(), address=there)])
        told = [one for one in caplog.records if one.msg == "place_muted"]
        assert [(one.levelname, vars(one)["platform"]) for one in told] == [("WARNING", "fake")]
        assert there.id not in caplog.text


async def test_who_is_too_fast_gets_a_notice_and_then_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with house() as home:
        home.turns.crowd.pace("fake", Pace(2, 1.0))
        work = asyncio.create_task(home.turns.run())
        flood = [home.event(press("track:en:citizen")) for _ in range(5)]
        other = home.event(Began(), address=Address("fake", "8"))
        receipts = await home.turns.receive([*flood, other])
        assert [receipt.taken for receipt in receipts] == [True, True, False, False, False, True]
        assert [receipt.text for receipt in receipts[2:5]] == ["en:press.too_fast", "", ""]
        assert receipts[5].posts == 1
        work.cancel()
        counts = [vars(one)["events"] for one in caplog.records if one.msg == "events_put_aside"]
        assert counts == [3]
        assert ME.id not in caplog.text


async def test_a03_what_is_put_aside_is_answered_without_a_turn_of_the_loop() -> None:
    async with house() as home:
        home.turns.crowd.pace("fake", Pace(1, 1.0))
        taken = asyncio.create_task(home.turns.receive([home.event(Said("hello"))]))
        await asyncio.sleep(0)
        for _ in range(1000):
            refused = home.turns.receive([home.event(Said("hello"))])
            with pytest.raises(StopIteration) as ended:
                refused.send(None)
            assert [receipt.taken for receipt in ended.value.value] == [False]
        assert not taken.done(), "and the one that was heard still waits for its turn"
        taken.cancel()


async def test_a_full_house_refuses_and_takes_the_same_again_later() -> None:
    async with house() as home:
        home.turns.crowd = Crowd(lambda: 0.0, room=2)
        people = [Address("fake", str(number)) for number in range(3)]
        crowd = [home.event(Said("hello"), address=person) for person in people]
        with pytest.raises(StoreDown):
            await home.turns.receive(crowd)
        work = asyncio.create_task(home.turns.run())
        for one in crowd:
            (receipt,) = await home.turns.receive([one])
            assert receipt.posts == 1
        work.cancel()


async def test_what_could_not_be_written_has_not_used_up_anybodys_pace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        home.turns.crowd.pace("fake", Pace(2, 1000.0))

        async def down(_: Sequence[Incoming]) -> object:
            raise StoreDown

        events = [home.event(press("track:en:citizen")), home.event(press("set:often:never"))]
        monkeypatch.setattr(home.turns, "take", down)
        work = asyncio.create_task(home.turns.run())
        for _ in range(5):
            with pytest.raises(StoreDown):
                await home.turns.receive(events)
        monkeypatch.undo()
        receipts = await home.turns.receive(events)
        assert [receipt.taken for receipt in receipts] == [True, True]
        work.cancel()
