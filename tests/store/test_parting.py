"""Of two that were one nothing is left where they parted, nor of one that became another."""

from dataclasses import replace

from sqlalchemy import select

from bot.core.effects import Decision, Unlink
from bot.core.events import Commanded
from bot.core.learner import Stranger
from bot.ports import Outcome
from bot.store.database import Database
from bot.store.tables import metadata
from tests.store.people import ANA, LESSON, NOW, REPLY, event, learner, rows, take
from tests.store.test_linking import DUE, THERE, due, hear, known, link, press


async def holding(store: Database, what: str) -> list[str]:
    """Return the tables in whose rows *what* stands."""
    found = []
    for table in metadata.sorted_tables:
        query = str(select(table))
        if any(what in str(row) for row in await rows(store, query)):
            found.append(table.name)
    return found


async def test_a_lesson_on_its_way_where_somebody_leaves_names_nobody_afterwards(
    store: Database,
) -> None:
    key = await known(store, ANA, DUE)
    await link(store)
    await hear(store, THERE, press("here"))
    [day] = await due(store)
    await take(store, day, LESSON)
    posts = await store.mark(await store.claim_posts(THERE.platform, NOW, 9))
    await take(store, event("d:leave", THERE), Unlink())
    await take(store, event("d:anew", THERE))
    await store.settle([Outcome(post.id, "sent", "m") for post in posts], NOW)
    kept = await store.export(THERE)
    assert key not in str(kept)
    await take(store, event("t:forget"), stage=Stranger())
    assert await holding(store, key) == []
    assert (await learner(store, THERE)).key


async def test_what_waits_where_somebody_leaves_is_still_said_there(store: Database) -> None:
    await known(store, ANA)
    await link(store)
    [post] = await take(store, event("d:leave", THERE), Unlink(), REPLY)
    assert [one.id for one in await store.mark([post])] == [post.id]


async def test_of_one_who_became_another_no_day_is_named(store: Database) -> None:
    await known(store, ANA)
    was = await known(store, THERE, DUE)
    [day] = await due(store)
    await take(store, day, LESSON)
    assert "seen" in await holding(store, was)
    await link(store)
    assert await holding(store, was) == ["outbox"], "what is on its way is still theirs"
    await take(store, event("t:forget"), stage=Stranger())
    assert await holding(store, was) == []


async def test_whoever_forgets_from_one_app_is_forgotten_in_both(store: Database) -> None:
    key = await known(store, ANA, DUE)
    await link(store)
    await hear(store, THERE, Commanded("mydata"))
    async with store.batch([event("d:forget", THERE)]) as batch:
        [(who, i)] = batch.fresh
        assert batch.forgotten == ()
        await batch.keep([(i, Decision(replace(who, stage=Stranger())))], NOW)
        assert set(batch.forgotten) == {ANA, THERE}
    assert await store.export(ANA) is None
    assert await store.export(THERE) is None
    assert await holding(store, key) == []
