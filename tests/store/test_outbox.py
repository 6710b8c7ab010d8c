import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.core.effects import Edit, Lane, Say
from bot.core.events import Address
from bot.core.learner import Stranger
from bot.ports import Outcome, Post, State
from bot.store.bulk import pour
from bot.store.database import Database, connect
from bot.store.fold import Row
from bot.store.outbox import STALE
from bot.store.tables import addresses
from tests.store.people import (
    ANA,
    BEN,
    CARD,
    DAY,
    KEY,
    LESSON,
    NOW,
    REPLY,
    TOMORROW,
    change,
    event,
    held,
    learner,
    rows,
    size,
    state,
    take,
)

LATER = NOW + timedelta(seconds=31)
ALERT = Say(CARD, Lane.ALERT)


async def waiting(store: Database, *says: Say | Edit) -> Sequence[Post]:
    """Return posts that wait to be claimed."""
    number = await size(store, "seen")
    posts = await take(store, event(f"t:{number}"), *says)
    await store.release(NOW)
    return posts


async def test_the_best_lane_goes_first_and_the_oldest_within_it(store: Database) -> None:
    campaign = Say(CARD, Lane.CAMPAIGN)
    posts = await waiting(store, campaign, LESSON, REPLY, ALERT, REPLY)
    found = await store.claim_posts("telegram", NOW, 10)
    assert [p.id for p in found] == [posts[n].id for n in (2, 4, 3, 1, 0)]
    assert found[0] == posts[2]


async def test_a_claim_is_bounded_and_leases(store: Database) -> None:
    posts = await waiting(store, REPLY, REPLY, REPLY)
    assert [p.id for p in await store.claim_posts("telegram", NOW, 2)] == [p.id for p in posts[:2]]
    assert [p.id for p in await store.claim_posts("telegram", NOW, 2)] == [posts[2].id]
    assert await store.claim_posts("telegram", NOW, 2) == ()
    assert await store.claim_posts("web", NOW, 2) == ()


async def test_a_lease_that_is_over_is_pending_again(store: Database) -> None:
    [post] = await take(store, event("t:1"), REPLY)
    assert await store.claim_posts("telegram", NOW + timedelta(seconds=29), 1) == ()
    assert await store.claim_posts("telegram", LATER, 1) == (post,)


async def test_what_is_past_its_expiry_is_expired_on_the_way(store: Database) -> None:
    old = replace(LESSON, expires=NOW + timedelta(seconds=1))
    posts = await waiting(store, old, old, old, LESSON)
    found = await store.claim_posts("telegram", NOW + timedelta(seconds=1), 2)
    assert [p.id for p in found] == [posts[3].id]
    assert [await state(store, p) for p in posts[:3]] == ["expired"] * 3
    assert await rows(store, "SELECT count(card) FROM outbox") == [(1,)]


async def test_the_address_of_a_stranger_goes_with_a_post_that_is_not_sent(
    store: Database,
) -> None:
    soon = NOW + timedelta(seconds=1)
    late, broken = replace(LESSON, expires=soon), event("t:2", BEN)
    await take(store, event("t:1"), late, stage=Stranger())
    [post] = await take(store, broken, LESSON, stage=Stranger())
    await change(store, "UPDATE outbox SET card = '[]' WHERE id = :id", id=post.id)
    assert await size(store, "addresses") == 2
    assert await store.claim_posts("telegram", soon, 9) == ()
    assert await size(store, "addresses") == 0


async def test_nothing_is_sent_to_a_closed_address(store: Database) -> None:
    first, second = await waiting(store, REPLY, LESSON)
    await store.claim_posts("telegram", NOW, 1)
    await store.mark([first])
    await store.settle([Outcome(first.id, "gone")], NOW)
    assert await store.claim_posts("telegram", NOW, 9) == ()
    assert await state(store, second) == "skipped"


async def test_a_card_of_another_version_is_refused_and_the_queue_goes_on(
    store: Database,
) -> None:
    broken, good = await waiting(store, REPLY, REPLY)
    await change(store, "UPDATE outbox SET card = '[]' WHERE id = :id", id=broken.id)
    assert [p.id for p in await store.claim_posts("telegram", NOW, 1)] == [good.id]
    assert await state(store, broken) == "refused"


async def test_only_what_is_leased_is_marked(store: Database) -> None:
    one, two = await take(store, event("t:1"), REPLY, REPLY)
    assert await store.mark([one, two]) == (replace(one, attempts=1), replace(two, attempts=1))
    assert await store.mark([one]) == ()
    assert await store.mark([]) == ()
    assert await state(store, one) == "sending"


@pytest.mark.parametrize("final", ["sent", "refused", "gone", "unknown", "expired", "skipped"])
async def test_a_final_row_keeps_no_words(store: Database, final: State) -> None:
    [post] = await take(store, event("t:1"), REPLY)
    await store.mark([post])
    await store.settle([Outcome(post.id, final, "m41" if final == "sent" else "")], NOW)
    query = "SELECT state, outcome, card, length(card_hash) FROM outbox"
    assert await rows(store, query) == [(final, final, None, 16)]


async def test_a_post_comes_back_when_its_wait_is_over(store: Database) -> None:
    [post] = await take(store, event("t:1"), REPLY)
    await store.mark([post])
    again = NOW + timedelta(minutes=5)
    await store.settle([Outcome(post.id, "pending", again=again)], NOW)
    assert await store.claim_posts("telegram", NOW, 1) == ()
    assert await store.claim_posts("telegram", again, 1) == (replace(post, attempts=1),)


async def test_a_late_result_does_not_open_a_settled_post(store: Database) -> None:
    [post] = await take(store, event("t:1"), REPLY)
    await store.mark([post])
    await store.settle([Outcome(post.id, "sent", "m")], NOW)
    await store.settle([Outcome(post.id, "pending"), Outcome(99, "sent")], NOW)
    assert await state(store, post) == "sent"


async def test_a_late_wish_to_try_again_opens_no_post_in_doubt(store: Database) -> None:
    [post] = await held(store, event("t:1"), LESSON)
    await store.mark([post])
    await store.release(NOW)
    await store.settle([Outcome(post.id, "pending")], NOW)
    assert await state(store, post) == "unknown"


async def test_a_known_result_is_written_even_where_doubt_was(store: Database) -> None:
    [post] = await held(store, event("t:1"), LESSON)
    await store.mark([post])
    await store.release(NOW)
    assert await state(store, post) == "unknown"
    await store.settle([Outcome(post.id, "sent", "m")], NOW)
    assert await state(store, post) == "sent"


async def test_who_is_gone_is_closed_and_has_no_plans(store: Database) -> None:
    [post] = await take(store, event("t:1"), REPLY, TOMORROW)
    await take(store, event("t:2", BEN), TOMORROW)
    await store.settle([Outcome(post.id, "gone")], NOW)
    assert (await learner(store)).gone
    assert not (await learner(store, BEN)).gone
    assert await size(store, "plans") == 1


async def test_a_place_that_moved_takes_its_open_posts_along(store: Database) -> None:
    to = Address("telegram", "-100999")
    one, two = await take(store, event("t:1"), REPLY, LESSON)
    await store.settle([Outcome(one.id, "pending", moved_to=to)], NOW)
    assert [p.address for p in await store.claim_posts("telegram", LATER, 9)] == [to, to]
    assert await store.known(ANA) is None
    assert (await learner(store, to)).address == to
    await take(store, event("t:2"), stage=Stranger())
    assert two.address == ANA


async def test_moving_to_an_address_that_is_known_merges_the_posts(store: Database) -> None:
    await take(store, event("t:0", BEN))
    [post] = await take(store, event("t:1"), REPLY, stage=Stranger())
    await store.settle([Outcome(post.id, "pending", moved_to=BEN)], NOW)
    assert [p.address for p in await store.claim_posts("telegram", LATER, 9)] == [BEN]
    assert await size(store, "addresses") == 1


async def test_what_a_dead_process_held_is_freed_as_the_guarantee_says(store: Database) -> None:
    posts = await held(store, event("t:1"), REPLY, ALERT, LESSON, Edit("41", CARD), LESSON)
    await store.mark(posts[:4])
    assert await store.release(NOW) == 4
    states = [await state(store, post) for post in posts]
    assert states == ["pending", "pending", "unknown", "pending", "pending"]
    again = await store.claim_posts("telegram", NOW, 9)
    begun = [replace(post, attempts=n) for post, n in zip(posts, (1, 1, 1, 1, 0), strict=True)]
    begun[1] = replace(begun[1], repeat=True)  # an alert that may have arrived says so
    assert list(again) == [begun[n] for n in (0, 3, 1, 4)]


KILLED = """
import asyncio, os, sys
from bot.store.database import connect
from bot.store.sealing import Key
from tests.store.people import LESSON, NOW, REPLY, TOMORROW, event, take

async def main():
    store = await connect(sys.argv[1], key=Key(*map(bytes.fromhex, sys.argv[2:])))
    posts = await take(store, event("t:1"), REPLY, LESSON, REPLY, TOMORROW)
    await store.mark([posts[0], *await store.claim_posts("telegram", NOW, 1)])
    async with store.batch([event("t:2")]) as batch:
        os._exit(9)

asyncio.run(main())
"""


async def test_a_kill_loses_nothing_and_repeats_what_may_be(url: str) -> None:
    key = (KEY.lookup.hex(), KEY.seal.hex())
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, url, *key)
    assert await killed.wait() == 9
    store = await connect(url, key=KEY)
    assert await store.release(NOW) == 2
    assert [p.lane for p in await store.claim_posts("telegram", NOW, 9)] == [Lane.REPLY] * 2
    assert await store.next_due() == TOMORROW.at
    async with store.batch([event("t:1"), event("t:2")]) as batch:
        assert [i.id for _, i in batch.fresh] == ["t:2"]
    await store.close()


async def test_an_alert_is_repeated_once_and_then_left_in_doubt(store: Database) -> None:
    [post] = await held(store, event("t:1"), ALERT)
    await store.mark([post])
    assert await store.release(NOW) == 1
    assert await rows(store, "SELECT count(*) FROM outbox WHERE repeat") == [(1,)]
    await store.mark(await store.claim_posts("telegram", NOW, 1))
    assert await store.release(NOW) == 0
    assert await state(store, post) == "unknown"


async def test_release_frees_plans_and_addresses_that_nobody_waits_at(store: Database) -> None:
    await take(store, event("t:1"), replace(TOMORROW, at=NOW))
    await take(store, event("t:2", BEN), LESSON, stage=Stranger())
    await store.mark(await store.claim_posts("telegram", NOW, 1))
    assert len(await store.claim_due(NOW, 9)) == 1
    await store.release(NOW)
    assert len(await store.claim_due(NOW, 9)) == 1
    assert await size(store, "addresses") == 1


async def test_the_counts_of_a_send_are_those_of_its_ledger(store: Database) -> None:
    says = [LESSON] * 4 + [replace(LESSON, expires=NOW)]
    posts = await take(store, event("t:1"), *says)
    await change(
        store,
        "INSERT INTO sends (id, kind, cause, lane, guarantee, audience, seed, state, created_by)"
        " VALUES (1, 'campaign', 'c', 4, 'at_most_once', '{}', '', 'running', 'x')",
    )
    await change(store, "UPDATE outbox SET send_id = 1")
    await store.mark(await store.claim_posts("telegram", NOW, 2))
    await store.release(NOW)
    await store.settle([Outcome(posts[0].id, "sent", "m")], NOW)
    claimed = await store.claim_posts("telegram", NOW, 9)
    await store.settle([Outcome(post.id, "sent") for post in claimed], NOW)
    query = "SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state"
    counted = "SELECT state, n FROM send_counts WHERE n > 0 ORDER BY state"
    found = await rows(store, query)
    assert found == [("expired", 1), ("sent", 3), ("unknown", 1)]
    assert await rows(store, counted) == found


async def test_settled_posts_are_trimmed_and_alerts_later(store: Database) -> None:
    posts = await take(store, event("t:1"), LESSON, ALERT, LESSON)
    await store.settle([Outcome(post.id, "sent") for post in posts[:2]], NOW)
    await store.trim(NOW + 8 * DAY)
    assert await size(store, "outbox") == 2
    await store.trim(NOW + 31 * DAY)
    assert await rows(store, "SELECT id FROM outbox") == [(posts[2].id,)]


async def test_the_ledger_of_who_was_forgotten_is_trimmed_too(store: Database) -> None:
    [post] = await take(store, event("t:1"), LESSON)
    await take(store, event("t:2"), stage=Stranger())
    assert await state(store, post) == "skipped"
    await store.trim(NOW + 6 * DAY)
    assert await size(store, "outbox") == 1
    await store.trim(NOW + 8 * DAY)
    assert await size(store, "outbox") == 0


async def test_the_queue_is_read_in_order_from_its_index(tmp_path: Path) -> None:
    store = await connect(f"sqlite:///{tmp_path}/wary.db")
    plan = await rows(
        store,
        "EXPLAIN QUERY PLAN SELECT id FROM outbox WHERE token = 'x' AND outbox.state = 'pending'"
        " AND due_at <= 1 ORDER BY lane, due_at, id",
    )
    await store.close()
    assert any("ix_outbox_pending" in str(step) for step in plan)
    assert not any("TEMP B-TREE" in str(step) for step in plan)


async def test_more_addresses_of_nobody_than_a_statement_has_parameters(store: Database) -> None:
    many: list[Row] = [
        {"id": n, "platform": "web", "lookup": n.to_bytes(4, "big"), "sealed": b""}
        for n in range(33_000)
    ]
    await store._line.run(pour, insert(addresses), many)
    await store.release(NOW)
    assert await size(store, "addresses") == 0


async def test_what_has_no_expiry_of_its_own_is_not_sent_a_day_late(store: Database) -> None:
    await take(store, event("t:1"), Say(CARD, Lane.ALERT))
    assert len(await store.claim_posts("telegram", NOW + STALE - DAY / 24, 10)) == 1
    await take(store, event("t:2"), Say(CARD, Lane.ALERT))
    await store.release(NOW)
    assert await store.claim_posts("telegram", NOW + STALE, 10) == ()
    assert set(await rows(store, "SELECT state FROM outbox")) == {("expired",)}
