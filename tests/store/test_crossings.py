"""Pairs of transactions that PostgreSQL runs at once: what one read holds when it is written.

SQLite writes one at a time, so the pairs are tried where rows are locked one by one.  Of each pair
one transaction stands still at a statement while the other goes as far as it comes; what is left
must be what one of the two orders would have left.

Pairs that are not tried here, and what holds them:

* two turns of one learner, a link and anything of either learner: the learners' rows, in order;
* two turns of one stranger: the address where there is a row (test_batch.py), else its unique key;
* two that use one code, a code and its expiry: the row of the code (test_linking.py);
* two claims of a plan or of a post: ``SKIP LOCKED``, looked at again when the lock is had;
* an hour claimed and its learner gone, linked or moved: the event's name (test_linking.py);
* a claim and a relocation: the post's row; it moves, or is told to move by the platform;
* a failed and a finished event: its row, whose state is asked for in the statement that writes;
* trimming and anything: it deletes by age alone what nobody counts on any more.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.effects import Decision, Effect, Lane, Say, Unlink
from bot.core.events import Address, Incoming
from bot.core.learner import Idle, Stage, Stranger
from bot.ports import Outcome, Post
from bot.store.database import Database, connect
from bot.store.erasing import catch_up
from bot.store.forgotten import Journal
from bot.store.sealing import Seal
from tests.store.crossing import crossed, halted, insisted
from tests.store.people import (
    ANA,
    BEN,
    CARD,
    DAY,
    KEY,
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

pytestmark = pytest.mark.parametrize(
    "url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)

THERE = Address("discord", "161803398874")
MOVED = Address("telegram", "-1001618033988")
DUE = replace(TOMORROW, at=NOW, day=TODAY)
ORPHANS = (
    "SELECT o.id FROM outbox o LEFT JOIN addresses a ON a.id = o.address_id"
    " WHERE a.id IS NULL AND o.state IN ('pending', 'leased', 'sending')"
)


@pytest.fixture
async def third(url: str, second: Database) -> AsyncIterator[Database]:
    """Yield one more view of the database, which looks at the locks of the others."""
    assert await second.next_due() is None
    made = await connect(url, key=KEY)
    yield made
    await made.close()


async def turn(
    store: Database,
    incoming: Incoming,
    *effects: Effect,
    stage: Stage = Idle(),  # noqa: B008  frozen
) -> None:
    """Let *incoming* be handled as the runtime does: again where another came first."""
    await insisted(take, store, incoming, *effects, stage=stage)


async def flying(store: Database, who: Address, *effects: Effect) -> Post:
    """Return a post to *who*, just being sent."""
    [post] = await take(store, event(f"t:fly:{who.id}", who), *(effects or (REPLY,)))
    await store.claim_posts(who.platform, NOW, 1)
    [post] = await store.mark([post])
    return post


async def linked(store: Database) -> str:
    """Let one learner be at ANA and, joined by a code, at THERE; return their key."""
    await take(store, event("t:ana"), TOMORROW)
    await take(store, event("d:ana", THERE))
    key, was = (await learner(store)).key, (await learner(store, THERE)).key
    await change(
        store,
        "UPDATE addresses SET learner_id = :key, linked_at = 7, home = false"
        " WHERE learner_id = :was",
        key=key,
        was=was,
    )
    await change(store, "DELETE FROM learners WHERE id = :was", was=was)
    return key


async def a_send(store: Database) -> None:
    """Make the send 7, to which every post that is there belongs."""
    await change(
        store,
        "INSERT INTO sends (id, kind, cause, lane, guarantee, audience, seed, state, size,"
        " created_by) VALUES (7, 'alert', 'a', 1, 'at_least_once', '', '', 'running', 1, '')",
    )
    await change(store, "UPDATE outbox SET send_id = 7")


@pytest.mark.parametrize("at", ["FROM outbox WHERE", "UPDATE outbox SET"])
async def test_who_is_forgotten_while_their_post_is_settled_leaves_nothing(
    store: Database, second: Database, third: Database, at: str
) -> None:
    post = await flying(store, ANA)
    await a_send(store)
    key = (await learner(store)).key
    with halted(store, at) as halt:
        settling = store.settle([Outcome(post.id, "sent", "m")], NOW)
        await crossed(halt, third, settling, turn(second, event("t:2"), stage=Stranger()))
    assert await size(store, "addresses") == 0
    left = "SELECT id FROM outbox WHERE learner_id = :key OR nonce <> '' OR message_id <> ''"
    assert await rows(store, left, key=key) == []
    assert await rows(store, "SELECT state, n FROM send_counts WHERE n <> 0") == [("erased", 1)]


async def test_who_is_forgotten_while_a_post_is_marked_is_forgotten_with_its_result(
    store: Database, second: Database, third: Database
) -> None:
    [post] = await take(store, event("t:1"), REPLY)
    await a_send(store)
    with halted(store, "UPDATE outbox SET state") as halt:
        forgetting = turn(second, event("t:2"), stage=Stranger())
        await crossed(halt, third, store.mark([post]), forgetting)
    await store.settle([Outcome(post.id, "sent", "m")], NOW)
    assert await size(store, "addresses") == 0
    assert await rows(store, "SELECT id FROM outbox WHERE nonce <> ''") == []
    assert await rows(store, "SELECT state, n FROM send_counts WHERE n <> 0") == [("erased", 1)]


async def test_what_is_settled_while_its_address_leaves_is_forgotten_there(
    store: Database, second: Database, third: Database
) -> None:
    key = await linked(store)
    post = await flying(store, THERE)
    with halted(store, "UPDATE outbox SET") as halt:
        settling = store.settle([Outcome(post.id, "sent", "m")], NOW)
        leaving = turn(second, event("d:2", THERE), Unlink())
        await crossed(halt, third, settling, leaving)
    assert (await learner(store)).key == key
    assert await store.known(THERE) is None
    assert await rows(store, "SELECT id FROM outbox WHERE message_id = 'm'") == []


async def test_a_post_is_counted_once_where_its_fate_comes_at_a_take_over(
    store: Database, second: Database, third: Database
) -> None:
    post = await flying(store, ANA, LESSON)
    await a_send(store)
    with halted(second, "UPDATE outbox SET card", before=True) as halt:
        settling = store.settle([Outcome(post.id, "sent", "m")], NOW)
        await crossed(halt, third, second.release(NOW), settling)
    assert await rows(store, "SELECT state FROM outbox") == [("sent",)]
    assert await rows(store, "SELECT state, n FROM send_counts WHERE n <> 0") == [("sent", 1)]


async def test_of_whom_both_addresses_close_at_once_nothing_is_planned(
    store: Database, second: Database, third: Database
) -> None:
    await linked(store)
    here, there = await flying(store, ANA), await flying(store, THERE)
    await take(store, event("t:plan"), TOMORROW)
    with halted(store, "UPDATE addresses SET closed_at") as halt:
        closing = store.settle([Outcome(here.id, "gone")], NOW)
        also = second.settle([Outcome(there.id, "gone")], NOW)
        await crossed(halt, third, closing, also)
    assert await size(store, "plans") == 0


async def test_a_plan_made_where_somebody_returns_stays_while_their_other_address_closes(
    store: Database, second: Database, third: Database
) -> None:
    await linked(store)
    here = await flying(store, ANA)
    await take(store, event("t:plan"), TOMORROW)
    await change(store, "UPDATE addresses SET closed_at = 7 WHERE platform = 'discord'")

    async def returns() -> None:
        async with store.batch([event("d:3", THERE)]) as batch:
            [(who, incoming)] = batch.fresh
            await batch.keep([(incoming, Decision(replace(who, gone=False), (DUE,)))], NOW)

    with halted(store, "INSERT INTO plans") as halt:
        closing = second.settle([Outcome(here.id, "gone")], NOW)
        await crossed(halt, third, returns(), closing)
    assert await rows(store, "SELECT due_at IS NOT NULL FROM plans") == [(True,)]


async def test_who_acts_while_their_address_closes_is_closed_and_unplanned_or_neither(
    store: Database, second: Database, third: Database
) -> None:
    post = await flying(store, ANA)
    with halted(store, "FROM addresses") as halt:
        acting = turn(store, event("t:2"), TOMORROW)
        closing = second.settle([Outcome(post.id, "gone")], NOW)
        await crossed(halt, third, acting, closing)
    [(closed,)] = await rows(store, "SELECT closed_at IS NOT NULL FROM addresses")
    assert await size(store, "plans") == (0 if closed else 1)


async def test_an_answer_in_a_group_that_moves_just_now_moves_with_it(
    store: Database, second: Database, third: Database
) -> None:
    post = await flying(store, PLACE)
    key = (await learner(store, PLACE)).key
    with halted(store, "FROM addresses LEFT OUTER JOIN") as halt:
        answering = turn(store, event("t:2", PLACE), REPLY)
        moving = second.settle([Outcome(post.id, "pending", moved_to=MOVED)], NOW)
        await crossed(halt, third, answering, moving)
    assert await rows(store, ORPHANS) == []
    assert (await learner(store, MOVED)).key == key
    claimed = await store.claim_posts("telegram", NOW + DAY, 9)
    assert {one.address for one in claimed} == {MOVED}
    assert len(claimed) == 2


async def test_what_somebody_tells_a_group_that_moves_just_now_has_an_address(
    store: Database, second: Database, third: Database
) -> None:
    post = await flying(store, PLACE)
    await take(store, event("t:ben", BEN))
    with halted(store, "INSERT INTO outbox") as halt:
        telling = turn(store, event("t:2", BEN), Say(CARD, to=PLACE))
        moving = second.settle([Outcome(post.id, "pending", moved_to=MOVED)], NOW)
        await crossed(halt, third, telling, moving)
    assert await rows(store, ORPHANS) == []


@pytest.mark.parametrize("stage", [Idle(), Stranger()], ids=["joins", "stays a stranger"])
async def test_who_is_answered_while_another_process_takes_over_is_not_lost(
    store: Database, second: Database, third: Database, stage: Stage
) -> None:
    [hello] = await take(store, event("t:1"), REPLY, stage=Stranger())
    # As a kill leaves it: settled, and the address of nobody not yet gone.
    await change(store, "UPDATE outbox SET state = 'sent' WHERE id = :id", id=hello.id)
    with halted(store, "IS NULL ORDER BY") as halt:
        answering = turn(store, event("t:2"), REPLY, stage=stage)
        await crossed(halt, third, answering, second.release(NOW))
    assert await rows(store, ORPHANS) == []
    [again] = await second.claim_posts("telegram", NOW + DAY, 9)
    assert again.address == ANA


async def test_the_name_of_a_day_that_failed_goes_with_whoever_is_forgotten_meanwhile(
    store: Database, second: Database, third: Database
) -> None:
    await take(store, event("t:1"), DUE)
    [due] = await store.claim_due(NOW, 1)
    with halted(store, "INSERT INTO seen") as halt:
        forgetting = turn(second, event("t:2"), stage=Stranger())
        await crossed(halt, third, store.failed(due.id, NOW), forgetting)
    assert await rows(store, "SELECT id FROM seen WHERE id LIKE 'plan:%'") == []


async def test_a_day_that_is_put_off_goes_with_whoever_is_forgotten_meanwhile(
    store: Database, second: Database, third: Database
) -> None:
    await take(store, event("t:1"), DUE)
    await change(store, "UPDATE plans SET tries = 3")
    with halted(store, "INSERT INTO seen") as halt:
        forgetting = turn(second, event("t:2"), stage=Stranger())
        await crossed(halt, third, store.claim_due(NOW, 1), forgetting)
    assert await rows(store, "SELECT id FROM seen WHERE id LIKE 'plan:%'") == []


async def test_a_day_is_put_off_later_where_its_learner_is_being_forgotten(
    store: Database, second: Database, third: Database
) -> None:
    await take(store, event("t:1"), DUE)
    await change(store, "UPDATE plans SET tries = 3")
    with halted(second, "DELETE FROM seen") as halt:
        forgetting = turn(second, event("t:2"), stage=Stranger())
        await crossed(halt, third, forgetting, store.claim_due(NOW, 1))
    assert await rows(store, "SELECT id FROM seen WHERE id LIKE 'plan:%'") == []
    assert await size(store, "plans") == 0


async def test_who_was_forgotten_and_came_back_while_another_process_starts_stays(
    url: str, tmp_path: Path
) -> None:
    journal = tmp_path / "erased"
    store = await connect(url, key=KEY, journal=journal)
    second = await connect(url, key=KEY, journal=journal)
    await take(store, event("t:1"))

    async def comes_back() -> None:
        await turn(store, event("t:2"), stage=Stranger())
        await turn(store, event("t:3"), TOMORROW)

    with halted(second, "FROM erasures") as halt:
        starting = second._line.run(catch_up, Journal(journal, Seal(KEY)))
        await crossed(halt, store, starting, comes_back())
    assert await store.known(ANA)
    await second.close()
    await store.close()


async def test_a_start_waits_for_an_erasure_that_stands_in_the_journal(
    url: str, tmp_path: Path
) -> None:
    journal = tmp_path / "erased"
    store = await connect(url, key=KEY, journal=journal)
    second = await connect(url, key=KEY, journal=journal)
    third = await connect(url, key=KEY, journal=journal)
    await take(store, event("t:1"), REPLY)
    with halted(store, "INSERT INTO erasures", before=True) as halt:
        forgetting = turn(store, event("t:2"), stage=Stranger())
        starting = second._line.run(catch_up, Journal(journal, Seal(KEY)))
        await crossed(halt, third, forgetting, starting)
    assert await size(store, "learners") == 0
    assert await size(store, "erasures") == 1
    for one in (store, second, third):
        await one.close()


async def test_nothing_is_told_of_who_begins_at_an_address_that_leaves_meanwhile(
    store: Database, second: Database, third: Database
) -> None:
    await linked(store)
    await take(store, event("d:2", THERE), REPLY)

    async def begins_anew() -> None:
        await turn(second, event("d:3", THERE), Unlink())
        await turn(second, event("d:4", THERE), Say(CARD, Lane.LESSON), TOMORROW)

    told: list[object] = []

    async def reads() -> None:
        told.append(await store.export(ANA))

    with halted(store, "FROM addresses WHERE addresses.learner_id") as halt:
        await crossed(halt, third, reads(), begins_anew())
    other = (await learner(store, THERE)).key
    assert other != (await learner(store)).key
    assert other not in str(told)
    assert "d:4" not in str(told)


async def test_a_keeper_forgotten_while_they_set_a_place_up_is_not_named_there(
    store: Database, second: Database, third: Database
) -> None:
    await take(store, event("t:1"))

    async def sets_up() -> None:
        async with store.batch([event("t:2", PLACE)]) as batch:
            [(who, incoming)] = batch.fresh
            place = replace(who, stage=Idle(), place="group", keeper=ANA)
            await batch.keep([(incoming, Decision(place))], NOW)

    with halted(store, "ON CONFLICT (platform, lookup)") as halt:
        forgetting = turn(second, event("t:3"), stage=Stranger())
        await crossed(halt, third, sets_up(), forgetting)
    assert await rows(store, "SELECT keeper_id FROM learners") == [(None,)]
    assert await rows(store, "SELECT id FROM addresses WHERE learner_id IS NULL") == []
