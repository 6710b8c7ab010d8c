import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.card import Action, Text
from bot.core.effects import Decision, Edit, Lane, Note, Notice, Say, Unplan
from bot.core.events import Incoming, Left, LessonDue, Pressed
from bot.core.learner import Answering, Choosing, Idle, Often, Reading, Stage, Stranger, Track
from bot.ports import Outcome
from bot.store.database import Database
from tests.store.people import (
    ANA,
    BEN,
    CARD,
    DAY,
    LESSON,
    NOW,
    PLACE,
    REPLY,
    TODAY,
    TOMORROW,
    change,
    event,
    learner,
    rows,
    size,
    take,
)


async def test_a_stranger_has_a_key_of_128_random_bits_and_the_language_of_the_client(
    store: Database,
) -> None:
    async with store.batch([event("t:1"), event("t:2", BEN)]) as batch:
        [(ana, _), (ben, _)] = batch.fresh
    assert ana.stage == Stranger()
    assert ana.locale == "de"
    assert len(bytes.fromhex(ana.key)) == 16
    assert ana.key != ben.key


async def test_nothing_is_kept_of_a_stranger_but_the_answer(store: Database) -> None:
    posts = await take(store, event("t:1"), REPLY, TOMORROW, Note("joined", "x"), stage=Stranger())
    assert [post.address for post in posts] == [ANA]
    assert await store.known(ANA) is None
    for table in ("learners", "plans", "notes"):
        assert await size(store, table) == 0
    assert len(await rows(store, "SELECT id FROM addresses WHERE learner_id IS NULL")) == 1


async def test_the_address_of_a_stranger_goes_with_the_last_answer(store: Database) -> None:
    first = await take(store, event("t:1"), REPLY, stage=Stranger())
    second = await take(store, event("t:2"), REPLY, stage=Stranger())
    await store.settle([Outcome(first[0].id, "sent", "m1")], NOW)
    assert await size(store, "addresses") == 1
    await store.settle([Outcome(second[0].id, "sent", "m2")], NOW)
    assert await size(store, "addresses") == 0


async def test_a_stranger_who_joins_keeps_the_address_that_waits_for_an_answer(
    store: Database,
) -> None:
    posts = await take(store, event("t:1"), REPLY, stage=Stranger())
    await take(store, event("t:2"), stage=Idle())
    await store.settle([Outcome(posts[0].id, "sent", "m1")], NOW)
    assert (await learner(store)).address == ANA
    assert await size(store, "addresses") == 1


async def test_a_learner_comes_back_as_they_were(store: Database) -> None:
    async with store.batch([event("t:1")]) as batch:
        [(stranger, incoming)] = batch.fresh
        known = replace(
            stranger,
            locale="ar",
            country="eg",
            zone="Africa/Cairo",
            track=Track.SENIOR,
            often=Often.TIP,
            hour="08:30",
            quiet=("22:00", "06:00"),
            alerts="none",
            typed_only=True,
            stage=Answering("phi-05-q2", "7f3", "daily", ("b", "c")),
            progress=(("phi-05", 2), ("acc-01", 1)),
            points=40,
            later="phi-05",
            later_on=TODAY + DAY,
            last_day=TODAY,
            paused=True,
            paused_until=NOW + timedelta(days=3),
        )
        await batch.keep([(incoming, Decision(known))], NOW)
    assert await learner(store) == known
    async with store.batch([event("t:2")]) as batch:
        assert [who for who, _ in batch.fresh] == [known]


async def test_a_repeat_is_dropped(store: Database) -> None:
    await take(store, event("t:1"), REPLY)
    async with store.batch([event("t:1"), event("t:2")]) as batch:
        assert [i.id for _, i in batch.fresh] == ["t:2"]


async def test_of_two_events_of_one_name_the_first_counts(store: Database) -> None:
    async with store.batch([event("t:1"), event("t:1", BEN)]) as batch:
        assert [i.address for _, i in batch.fresh] == [ANA]


async def test_an_empty_batch_costs_nothing(store: Database) -> None:
    async with store.batch([]) as batch:
        assert batch.fresh == ()
        assert await batch.keep([], NOW) == ()


async def test_a_batch_that_is_left_changes_nothing(store: Database) -> None:
    async with store.batch([event("t:1")]) as batch:
        assert len(batch.fresh) == 1
    assert await size(store, "seen") == 0


async def test_a_batch_that_fails_changes_nothing_and_frees_the_line(store: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.batch([event("t:1")]):
            _ = 1 / 0
    await take(store, event("t:1"), REPLY)
    assert await size(store, "seen") == 1


async def test_a_batch_is_kept_once(store: Database) -> None:
    async with store.batch([event("t:1")]) as batch:
        [(who, incoming)] = batch.fresh
        decided = [(incoming, Decision(replace(who, stage=Idle())))]
        await batch.keep(decided, NOW)
        with pytest.raises(RuntimeError):
            await batch.keep(decided, NOW)


async def test_two_events_of_one_learner_in_one_batch(store: Database) -> None:
    async with store.batch([event("t:1"), event("t:2")]) as batch:
        [(one, first), (two, second)] = batch.fresh
        assert one == two
        after = replace(one, stage=Choosing("hour"), points=10)
        last = replace(after, stage=Idle(), points=20)
        posts = await batch.keep(
            [
                (first, Decision(after, (REPLY, Note("answer", "q1", 10, "q1")))),
                (second, Decision(last, (LESSON, TOMORROW, Note("answer", "q2", 10, "q2")))),
            ],
            NOW,
        )
    assert [post.lane for post in posts] == [Lane.REPLY, Lane.LESSON]
    assert await learner(store) == last
    assert await size(store, "notes") == 2


async def test_a_reply_is_born_leased_and_the_rest_waits_in_its_lane(store: Database) -> None:
    reply, lesson = await take(store, event("t:1"), REPLY, LESSON)
    assert await store.mark([reply, lesson]) == (replace(reply, attempts=1),)
    assert await store.claim_posts("telegram", NOW, 10) == (lesson,)


async def test_a_post_has_all_that_a_sender_needs_and_keeps_it(store: Database) -> None:
    press = event("t:7", ANA, Pressed(Action("a"), "41"))
    [edit, say] = await take(
        store, press, Edit("41", CARD), Notice(Text("right")), replace(LESSON, silent=True)
    )
    assert (edit.on, edit.answers, edit.guarantee, edit.lane) == (
        "41",
        "t:7",
        "convergent",
        Lane.REPLY,
    )
    assert (say.on, say.guarantee, say.silent, say.locale) == ("", "at_most_once", True, "de")
    assert edit.id != say.id
    assert edit.nonce != say.nonce
    assert all(len(p.nonce) <= 25 and p.nonce.isascii() for p in (edit, say))
    again = await store.claim_posts("telegram", NOW + timedelta(seconds=31), 10)
    assert list(again) == [edit, say]


@pytest.mark.parametrize(
    ("lane", "guarantee"),
    [
        (Lane.REPLY, "convergent"),
        (Lane.ALERT, "at_least_once"),
        (Lane.LIVE, "at_most_once"),
        (Lane.LESSON, "at_most_once"),
        (Lane.CAMPAIGN, "at_most_once"),
    ],
)
async def test_the_lane_says_what_becomes_of_a_post_in_doubt(
    store: Database, lane: Lane, guarantee: str
) -> None:
    [post] = await take(store, event("t:1"), Say(CARD, lane, expires=NOW + DAY))
    assert (post.guarantee, post.expires) == (guarantee, NOW + DAY)


async def test_a_post_to_a_place_answers_nobody_and_the_place_goes_when_it_is_told(
    store: Database,
) -> None:
    [post] = await take(store, event("t:1"), Say(CARD, to=PLACE))
    assert (post.address, post.answers) == (PLACE, "")
    assert await size(store, "addresses") == 2
    await store.settle([Outcome(post.id, "sent", "m")], NOW)
    assert await size(store, "addresses") == 1


async def test_the_language_of_a_post_is_the_cards_own_if_it_has_one(store: Database) -> None:
    [post] = await take(store, event("t:1"), Say(replace(CARD, lang="en")))
    assert post.locale == "en"


async def test_a_fact_with_a_name_counts_once(store: Database) -> None:
    await take(store, event("t:1"), Note("answer", "q", 10, "q"), Note("answer", "q", 10, "q"))
    await take(store, event("t:2"), Note("answer", "q", 10, "q"))
    assert await size(store, "notes") == 1


async def test_a_fact_without_a_name_counts_each_time(store: Database) -> None:
    for number in range(3):
        await take(store, event(f"t:{number}"), Note("answer", "q", 0))
    assert await size(store, "notes") == 3


async def test_the_same_name_counts_for_each_learner(store: Database) -> None:
    await take(store, event("t:1"), Note("answer", "q", 10, "q"))
    await take(store, event("t:2", BEN), Note("answer", "q", 10, "q"))
    assert await size(store, "notes") == 2


async def test_what_is_known_is_the_learner_and_their_answers(store: Database) -> None:
    await take(
        store,
        event("t:1"),
        Note("answer", "q1", 10, "q1"),
        Note("answer", "q2", 0, "q2"),
        Note("acted", "phi-05", 5),
    )
    found = await store.known(ANA)
    assert found
    assert (found.answers, found.right) == (2, 1)
    assert await store.known(BEN) is None


async def test_a_plan_replaces_the_one_of_its_kind(store: Database) -> None:
    await take(store, event("t:1"), TOMORROW)
    await take(store, event("t:2"), replace(TOMORROW, at=NOW + 2 * DAY, day=TODAY + 2 * DAY))
    assert await size(store, "plans") == 1
    assert await store.next_due() == NOW + 2 * DAY


async def test_a_plan_is_dropped(store: Database) -> None:
    await take(store, event("t:1"), TOMORROW)
    await take(store, event("t:2"), Unplan("lesson"))
    assert await store.next_due() is None


async def test_a_plan_that_came_due_and_was_not_renewed_is_over(store: Database) -> None:
    await take(store, event("t:1"), replace(TOMORROW, at=NOW, day=TODAY))
    [due] = await store.claim_due(NOW, 10)
    await take(store, due, LESSON)
    assert await size(store, "plans") == 0


async def test_a_plan_made_since_survives_the_event_of_the_old_one(store: Database) -> None:
    await take(store, event("t:1"), replace(TOMORROW, at=NOW, day=TODAY))
    [due] = await store.claim_due(NOW, 10)
    await take(store, event("t:2"), TOMORROW)
    await take(store, due, LESSON)
    assert await store.next_due() == TOMORROW.at


async def test_who_left_is_closed_and_who_returns_is_open(store: Database) -> None:
    await take(store, event("t:1"))
    await take(store, event("t:2", ANA, Left("blocked")))
    assert (await learner(store)).gone
    async with store.batch([event("t:3")]) as batch:
        [(who, incoming)] = batch.fresh
        assert who.gone
        await batch.keep([(incoming, Decision(replace(who, gone=False)))], NOW)
    assert not (await learner(store)).gone


async def test_who_becomes_a_stranger_is_forgotten_and_still_answered(store: Database) -> None:
    [old] = await take(store, event("t:1"), LESSON, TOMORROW, Note("answer", "q", 10, "q"))
    [last] = await take(store, event("t:2"), REPLY, stage=Stranger())
    assert await store.known(ANA) is None
    for table in ("learners", "plans", "notes"):
        assert await size(store, table) == 0
    assert await store.mark([old, last]) == (replace(last, attempts=1),)
    await store.settle([Outcome(last.id, "sent", "m")], NOW)
    assert await size(store, "addresses") == 0


async def test_who_is_forgotten_while_a_post_is_being_sent_goes_with_its_result(
    store: Database,
) -> None:
    posts = await take(store, event("t:1"), REPLY)
    await store.mark(posts)
    await take(store, event("t:2"), stage=Stranger())
    assert await rows(store, "SELECT learner_id, state FROM outbox") == [("going", "sending")]
    await store.settle([Outcome(posts[0].id, "sent", "m")], NOW)
    assert await size(store, "addresses") == 0


async def test_contact_is_what_the_person_did_not_what_the_clock_did(store: Database) -> None:
    await take(store, event("t:1"), replace(TOMORROW, at=NOW + DAY))
    [due] = await store.claim_due(NOW + DAY, 1)
    before = await rows(store, "SELECT last_seen FROM learners")
    await take(store, due, TOMORROW, now=NOW + DAY)
    assert await rows(store, "SELECT last_seen FROM learners") == before
    await take(store, event("t:2"), now=NOW + DAY)
    assert await rows(store, "SELECT last_seen FROM learners") != before


async def test_many_people_in_one_batch(store: Database) -> None:
    people = [replace(ANA, id=str(number)) for number in range(300)]
    incoming = [event(f"t:{who.id}", who) for who in people]
    for stage in (Idle(), Reading("phi-05")):
        async with store.batch(incoming) as batch:
            decided = [
                (i, Decision(replace(who, stage=stage), (LESSON, TOMORROW)))
                for who, i in batch.fresh
            ]
            posts = await batch.keep(decided, NOW)
        assert [post.address for post in posts] == people
        assert len({post.id for post in posts}) == len(people)
        incoming = [replace(i, id=f"{i.id}:again") for i in incoming]
    assert (await learner(store, people[7])).stage == Reading("phi-05")


async def test_whoever_has_the_number_of_somebody_else_is_not_them(store: Database) -> None:
    await take(store, event("t:1"), stage=Idle())
    await change(store, "UPDATE addresses SET lookup = :other", other=bytes(32))
    async with store.batch([event("t:2"), event("t:3", BEN)]) as batch:
        assert [who.stage for who, _ in batch.fresh] == [Stranger(), Stranger()]


async def test_an_event_tried_before_is_done_once(store: Database) -> None:
    assert [await store.failed("t:1", NOW) for _ in range(2)] == [1, 2]
    await take(store, event("t:1"), REPLY)
    async with store.batch([event("t:1")]) as batch:
        assert batch.fresh == ()


async def test_a_parked_event_is_not_tried_again(store: Database) -> None:
    await store.failed("t:1", NOW)
    await store.park("t:1", NOW)
    await store.park("t:2", NOW)
    async with store.batch([event("t:1"), event("t:2"), event("t:3")]) as batch:
        assert [i.id for _, i in batch.fresh] == ["t:3"]


async def test_an_event_that_is_done_cannot_be_parked(store: Database) -> None:
    await take(store, event("t:1"))
    await store.park("t:1", NOW)
    assert await rows(store, "SELECT state FROM seen") == [("done",)]


async def test_a_day_of_the_clock_is_an_event_like_any(store: Database) -> None:
    await take(store, event("t:1"))
    who = await learner(store)
    due = Incoming(f"plan:{who.key}:lesson:{TODAY}", ANA, NOW, LessonDue(TODAY))
    [post] = await take(store, due, LESSON)
    assert post.answers == ""


async def _meanwhile(work: Coroutine[object, object, None]) -> asyncio.Task[None]:
    """Begin *work* and return it when it is done, or stands behind a lock of somebody else's."""
    begun = asyncio.create_task(work)
    await asyncio.wait({begun}, timeout=0.5)
    return begun


@pytest.mark.parametrize("stage", [Idle(), Stranger()], ids=["joins", "stays a stranger"])
async def test_whoever_presses_while_their_last_reply_is_settled_is_not_lost(
    store: Database, second: Database, stage: Stage
) -> None:
    [hello] = await take(store, event("1"), REPLY, stage=Stranger())
    assert await store.mark([hello])
    async with store.batch([event("2")]) as batch:
        settling = await _meanwhile(second.settle([Outcome(hello.id, "sent", "41")], NOW))
        decided = [(i, Decision(replace(who, stage=stage), (REPLY,))) for who, i in batch.fresh]
        [answer] = await batch.keep(decided, NOW)
    await settling
    assert await size(store, "addresses") == 1
    known = await second.known(ANA)
    assert (known is not None) == isinstance(stage, Idle)
    [again] = await second.claim_posts("telegram", NOW + DAY, 9)
    assert (again.id, again.address) == (answer.id, ANA)
