from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.core.learner import Stranger
from bot.core.send import Audience
from bot.ports import Outcome, Post, State
from bot.store import planning, working
from bot.store.database import Database
from bot.store.sends import NoSend, Refusal
from tests.store.crowds import crowd, draft, person, planned, states, stepped
from tests.store.people import DAY, NOW, change, event, rows, size, take

SOON = NOW + timedelta(seconds=1)
MANY = 100


@pytest.fixture(autouse=True)
def _chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a chunk be seven rows, so that a small send has many."""
    monkeypatch.setattr(planning, "CHUNK", 7)
    monkeypatch.setattr(planning, "PART", 2**60)
    monkeypatch.setattr(planning, "HEAD", 2**60)
    monkeypatch.setattr(working, "CHUNK", 7)


async def claimed(store: Database, count: int = MANY) -> Sequence[Post]:
    return await store.claim_posts("telegram", SOON, count)


async def ended(store: Database, posts: Sequence[Post], state: State = "sent") -> None:
    """Let *posts* leave, and end in *state*."""
    await store.mark(posts)
    await store.settle([Outcome(post.id, state, "m") for post in posts], SOON)


async def test_a_send_ends_when_everybody_is_accounted_for(store: Database) -> None:
    await crowd(store, map(person, range(20)))
    send = await planned(store, draft())
    posts = await claimed(store)
    for n, state in enumerate(("refused", "gone", "unknown", "expired", "skipped")):
        await ended(store, posts[n : n + 1], state)  # type: ignore[arg-type]  # words of State
    assert (await store.audits.progress(send, SOON)).state == "running"
    await ended(store, posts[5:])
    await stepped(store, SOON)
    found = await store.audits.audit(send, SOON)
    assert found.progress.state == "finished"
    assert found.progress.counts == {
        "sent": 15,
        "refused": 1,
        "gone": 1,
        "unknown": 1,
        "expired": 1,
        "skipped": 1,
    }
    assert found.sound
    assert found.progress.open == 0
    assert found.progress.recent == 20
    assert len([one async for one in store.audits.rows(send)]) == 20


async def test_whoever_is_erased_is_a_number(store: Database) -> None:
    await crowd(store, map(person, range(12)))
    send = await planned(store, draft())
    for number, leaves in ((1, False), (2, True), (3, False)):
        who = person(number)
        if leaves:
            posts = await claimed(store)
            await store.mark([post for post in posts if post.address == who.address])
        await take(store, event(f"t:{number}", who.address), stage=Stranger())
    assert (await store.audits.progress(send, SOON)).counts == {"erased": 2}
    await store.sends.turn(send, "stop", SOON)
    await stepped(store, SOON)
    # On its way just now: what becomes of it is waited for, and then it is a number too.
    assert (await store.audits.progress(send, SOON)).open == 1
    await store.release(SOON)
    await stepped(store, SOON)
    found = await store.audits.audit(send, SOON)
    assert found.progress.counts == {"erased": 3, "skipped": 9}
    assert found.sound
    keys = [person(number).key for number in (1, 2, 3)]
    left = "SELECT count(*) FROM outbox WHERE learner_id IN (:a, :b, :c)"
    assert await rows(store, left, **dict(zip("abc", keys, strict=True))) == [(0,)]


async def test_erased_in_the_queue_of_a_send_that_stops_leaves_no_address(store: Database) -> None:
    await crowd(store, [person(1)])
    send = await planned(store, draft(kind="alert"))
    await store.mark(await claimed(store))
    await take(store, event("t:1", person(1).address), stage=Stranger())
    await store.release(SOON)  # An alert in doubt waits again.
    await store.sends.turn(send, "stop", SOON)
    await stepped(store, SOON)
    assert (await store.audits.progress(send, SOON)).counts == {"erased": 1}
    assert await size(store, "addresses") == 0


async def test_nothing_of_a_paused_send_leaves_and_all_of_it_afterwards(store: Database) -> None:
    await crowd(store, map(person, range(30)))
    send = await planned(store, draft(ends=NOW + DAY, begins=NOW))
    before = [one.due async for one in store.audits.rows(send)]
    posts = await store.claim_posts("telegram", NOW + DAY, 5)
    await store.sends.turn(send, "pause", SOON)
    # At once, before a single row has been touched.
    assert await store.mark(posts) == ()
    assert await store.claim_posts("telegram", NOW + DAY, MANY) == ()
    await stepped(store, SOON)
    assert await store.claim_posts("telegram", NOW + 400 * DAY, MANY) == ()
    held = "SELECT count(*) FROM outbox WHERE due_at > :far"
    assert await rows(store, held, far=2**54) == [(30,)]
    await store.sends.turn(send, "resume", SOON)
    await stepped(store, SOON)
    assert [one.due async for one in store.audits.rows(send)] == before
    assert len(await store.claim_posts("telegram", NOW + DAY, MANY)) == 30


async def test_a_pause_in_the_middle_of_planning_goes_on_where_it_was(store: Database) -> None:
    await crowd(store, map(person, range(30)))
    send = await store.sends.create(draft())
    await store.sends.turn(send, "start", NOW)
    for _ in range(3):
        assert await store.sends.step(NOW)
    await store.sends.turn(send, "pause", NOW)
    await stepped(store)
    assert 0 < await size(store, "outbox") < 30
    await store.sends.turn(send, "resume", NOW)
    assert (await store.audits.progress(send, NOW)).state == "planned"
    await stepped(store)
    assert len(await claimed(store)) == 30
    assert (await store.audits.progress(send, NOW)).state == "running"


async def test_after_a_stop_nothing_is_marked_and_the_rest_is_skipped(store: Database) -> None:
    await crowd(store, map(person, range(30)))
    send = await planned(store, draft())
    posts = await claimed(store, 10)
    await ended(store, posts[:3])
    flying = await store.mark(posts[3:5])
    await store.sends.turn(send, "stop", SOON)
    assert await store.mark(posts[5:]) == ()
    assert await claimed(store) == ()
    await stepped(store, SOON)
    assert await states(store, send) == {"sent": 3, "sending": 2, "skipped": 25}
    await store.settle([Outcome(flying[0].id, "sent", "m")], SOON)
    await store.settle([Outcome(flying[1].id, "pending")], SOON)
    await stepped(store, SOON)
    found = await store.audits.audit(send, SOON)
    assert (found.progress.state, found.progress.counts) == ("stopped", {"sent": 4, "skipped": 26})
    assert found.sound
    with pytest.raises(Refusal, match="is stopped: nothing to resume"):
        await store.sends.turn(send, "resume", SOON)


async def test_a_stop_in_the_middle_of_planning_plans_no_more(store: Database) -> None:
    await crowd(store, map(person, range(30)))
    send = await store.sends.create(draft())
    await store.sends.turn(send, "start", NOW)
    await store.sends.step(NOW)
    await store.sends.turn(send, "stop", NOW)
    await stepped(store)
    found = await store.audits.audit(send, NOW)
    assert 0 < found.progress.size < 30
    assert found.progress.counts == {"skipped": found.progress.size}
    assert found.sound


async def test_what_failed_is_tried_again_and_only_that(store: Database) -> None:
    await crowd(store, map(person, range(30)))
    send = await planned(store, draft())
    posts = await claimed(store)
    await ended(store, posts[:10], "refused")
    await ended(store, posts[10:12], "unknown")
    await ended(store, posts[12:13], "gone")
    await ended(store, posts[13:])
    await stepped(store, SOON)
    await store.sends.turn(send, "retry", SOON)
    await stepped(store, SOON)
    again = await claimed(store)
    assert {post.id for post in again} == {post.id for post in posts[:12]}
    assert {post.id for post in again if post.repeat} == {post.id for post in posts[10:12]}
    assert {post.card for post in again} == {posts[0].card}
    await ended(store, again)
    await stepped(store, SOON)
    found = await store.audits.audit(send, SOON)
    assert (found.progress.state, found.progress.counts) == ("finished", {"sent": 29, "gone": 1})
    assert found.sound


async def test_what_is_past_its_hour_expires_and_is_accounted_for(store: Database) -> None:
    await crowd(store, map(person, range(30)))
    send = await planned(store, draft(expires=SOON))
    await ended(store, await store.claim_posts("telegram", NOW, 3))
    assert await claimed(store) == ()
    await store.sends.turn(send, "pause", NOW)
    await stepped(store, SOON)
    found = await store.audits.audit(send, SOON)
    assert (found.progress.state, found.progress.counts) == (
        "finished",
        {"sent": 3, "expired": 27},
    )
    assert found.sound
    with pytest.raises(Refusal, match="has expired"):
        await store.sends.turn(send, "retry", SOON)


async def test_a_wish_that_is_fulfilled_changes_nothing(store: Database) -> None:
    await crowd(store, [person(1)])
    send = await planned(store, draft())
    await store.sends.turn(send, "start", SOON)
    await store.sends.turn(send, "resume", SOON)
    assert await rows(store, "SELECT state, task FROM sends") == [("running", "")]
    other = await store.sends.create(draft(cause="other"))
    with pytest.raises(Refusal, match="is draft: nothing to pause"):
        await store.sends.turn(other, "pause", NOW)
    with pytest.raises(NoSend):
        await store.sends.turn(99, "start", NOW)
    with pytest.raises(NoSend):
        await store.audits.progress(99, NOW)


async def test_a_send_to_nobody_is_finished_at_once(store: Database) -> None:
    send = await planned(store, draft())
    found = await store.audits.audit(send, NOW)
    assert (found.progress.state, found.progress.size) == ("finished", 0)
    assert found.sound


async def test_a_row_that_was_lost_is_found_out(store: Database) -> None:
    await crowd(store, map(person, range(10)))
    send = await planned(store, draft())
    [gone] = await rows(
        store, "SELECT address_id FROM outbox WHERE learner_id = :k", k=person(4).key
    )
    await change(store, "DELETE FROM outbox WHERE learner_id = :k", k=person(4).key)
    found = await store.audits.audit(send, NOW)
    assert (found.lost, found.sound) == (1, False)
    assert [one.address for one in await store.audits.rowless(send)] == list(gone)


async def test_a_row_that_says_other_than_was_counted_is_found_out(store: Database) -> None:
    await crowd(store, map(person, range(10)))
    send = await planned(store, draft())
    await ended(store, await claimed(store))
    await stepped(store, SOON)
    await change(
        store, "UPDATE outbox SET state = 'pending' WHERE learner_id = :k", k=person(4).key
    )
    found = await store.audits.audit(send, SOON)
    assert (found.lost, found.late, found.miscounted) == (-1, 1, ("sent",))
    assert not found.sound


async def test_after_the_term_of_its_rows_the_counts_stand_alone(store: Database) -> None:
    await crowd(store, map(person, range(10)))
    send = await planned(store, draft())
    await ended(store, await claimed(store))
    await stepped(store, SOON)
    await store.trim(NOW + 8 * DAY)
    assert await size(store, "outbox") == 0
    found = await store.audits.audit(send, NOW + 8 * DAY)
    assert (found.progress.counts, found.rows, found.sound) == ({"sent": 10}, {}, True)


async def test_sends_do_not_stand_in_each_others_way(store: Database) -> None:
    await crowd(store, map(person, range(10)))
    first = await planned(store, draft(kind="alert", cause="a"))
    flying = await store.mark(await claimed(store, 1))
    await store.sends.turn(first, "stop", NOW)
    second = await planned(store, draft())
    assert await states(store, second) == {"pending": 10}
    assert len(flying) == 1
    assert {post.guarantee for post in await claimed(store)} == {"at_most_once"}


async def test_the_audience_is_frozen_with_the_draft(store: Database) -> None:
    await crowd(store, [person(1), person(2, locale="ar")])
    await store.sends.create(draft(Audience(languages=("ar",))))
    send = await planned(store, draft())
    assert await states(store, send) == {"pending": 1}
