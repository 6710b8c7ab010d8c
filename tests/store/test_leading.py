"""Who leads a token: one at a time, each in an epoch of its own, and the older ones are fenced."""

from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest

from bot.core.effects import Lane, Say
from bot.ports import Outcome, StoreDown
from bot.store import connect
from bot.store.database import Database
from bot.store.fold import LEASE
from tests.store.people import CARD, KEY, NOW, change, event, rows, take

TOKEN = "telegram"  # noqa: S105  the name of a platform


async def owed(store: Database, lane: Lane = Lane.ALERT) -> None:
    await take(store, event("t:1"), Say(CARD, lane))


async def states(store: Database) -> list[tuple[str, int]]:
    found = await rows(store, "SELECT state, epoch FROM outbox ORDER BY id")
    return [(str(state), int(str(epoch))) for state, epoch in found]


async def test_each_lead_of_a_token_begins_an_epoch(store: Database) -> None:
    assert await store.lead(TOKEN, NOW)
    assert await store.lead(TOKEN, NOW)
    assert dict(store.epochs) == {TOKEN: 1}
    await store.leave(TOKEN)
    assert await store.lead(TOKEN, NOW)
    assert dict(store.epochs) == {TOKEN: 2}
    assert await store.leads()
    assert await store.leadable()


async def test_one_process_leads_a_token_at_a_time(store: Database, second: Database) -> None:
    assert await store.lead(TOKEN, NOW)
    assert not await second.lead(TOKEN, NOW)
    assert dict(second.epochs) == {}
    await store.close()
    assert await second.lead(TOKEN, NOW)
    assert dict(second.epochs) == {TOKEN: 2}


async def test_whoever_asked_and_does_not_lead_claims_and_marks_nothing(
    store: Database, second: Database
) -> None:
    assert await store.lead(TOKEN, NOW)
    await owed(store)
    assert not await second.lead(TOKEN, NOW)
    assert await second.claim_posts(TOKEN, NOW, 10) == ()
    posts = await store.claim_posts(TOKEN, NOW, 10)
    assert await second.mark(posts) == ()
    assert await states(store) == [("leased", 1)]
    assert len(await store.mark(posts)) == 1


async def test_what_was_held_in_an_older_epoch_is_free_when_the_next_begins(
    store: Database, second: Database
) -> None:
    assert await store.lead(TOKEN, NOW)
    await owed(store)
    assert await store.claim_posts(TOKEN, NOW, 10)
    await store.close()
    assert await second.lead(TOKEN, NOW)
    assert await states(second) == [("pending", 1)]


@pytest.mark.parametrize("state", ["pending", "unknown", "skipped", "expired"])
async def test_an_older_epoch_changes_no_row(
    store: Database, second: Database, state: str
) -> None:
    await owed(store)
    assert await store.lead(TOKEN, NOW)
    posts = await store.mark(await store.claim_posts(TOKEN, NOW, 10))
    # As if its machine had stood still: another leads, and this one does not know.
    await change(second, "UPDATE leaders SET epoch = 2")
    assert await store.claim_posts(TOKEN, NOW, 10) == ()
    assert await store.mark(posts) == ()
    await store.settle([Outcome(posts[0].id, state)], NOW)  # type: ignore[arg-type]  # names
    assert await states(store) == [("sending", 1)]


async def test_what_the_service_said_is_true_in_every_epoch(
    store: Database, second: Database
) -> None:
    await owed(store)
    assert await store.lead(TOKEN, NOW)
    posts = await store.mark(await store.claim_posts(TOKEN, NOW, 10))
    await change(second, "UPDATE leaders SET epoch = 2")
    await store.settle([Outcome(posts[0].id, "sent", "9")], NOW)
    assert await states(store) == [("sent", 1)]


async def test_a_reply_born_where_another_leads_goes_back_to_the_ledger(store: Database) -> None:
    assert await store.lead(TOKEN, NOW)
    await change(store, "UPDATE leaders SET epoch = 2")
    [post] = await take(store, event("t:1"), Say(CARD, Lane.REPLY))
    assert await states(store) == [("leased", 0)]
    await store.settle([Outcome(post.id, "pending")], NOW)
    assert await states(store) == [("pending", 0)]


async def test_a_lease_of_nobody_ends_by_itself(store: Database) -> None:
    assert await store.lead(TOKEN, NOW)
    await take(store, event("t:1"), Say(CARD, Lane.REPLY))
    assert await store.claim_posts(TOKEN, NOW, 10) == ()
    later = NOW + LEASE + timedelta(seconds=1)
    assert len(await store.claim_posts(TOKEN, later, 10)) == 1


@pytest.mark.postgres
async def test_a_line_cut_between_two_tokens_ends_the_first_lead_too(postgres_url: str) -> None:
    """A new line holds none of the old one's locks, and must not pass for it."""
    store = await connect(postgres_url, key=KEY)
    try:
        assert await store.lead(TOKEN, NOW)
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(StoreDown):
            await store.lead("discord", NOW)
        assert dict(store.epochs) == {}
        # The lines of the pool were cut as well: the first try may meet another of them.
        with suppress(StoreDown):
            await store.lead(TOKEN, NOW)
        assert await store.lead(TOKEN, NOW)
        assert await store.leads()
        assert dict(store.epochs) == {TOKEN: 2}
    finally:
        await store.close()


@pytest.mark.postgres
async def test_nobody_can_lead_where_only_reads_are_let(postgres_url: str) -> None:
    store = await connect(postgres_url, key=KEY)
    try:
        assert await store.leadable()
        with psycopg.connect(postgres_url, autocommit=True) as other:
            name = other.info.dbname
            other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        # First a line that was cut, then one that is whole and only reads.
        assert not await store.leadable()
        assert not await store.leadable()
    finally:
        await store.close()
