from dataclasses import replace

from bot.core.effects import Note, Remember
from bot.core.learner import Memory, Stranger
from bot.store.codec import pack_memory, unpack_reviews
from bot.store.database import Database
from tests.store.people import ANA, BEN, DAY, NOW, event, learner, rows, size, take

AT = NOW.replace(microsecond=0)
LOOK = Memory("look", 2.3, 6.4, AT, AT + 2 * DAY, (("phi-01-q1", 739_000),))
ASK = Memory("ask, twice", 0.2, 8.1, AT, AT + DAY, (("scm-01-q1", 0),), known=True, held=True)


async def test_what_is_remembered_comes_back_with_its_learner(store: Database) -> None:
    await take(store, event("t:1"), Remember(LOOK), Remember(ASK))
    await take(store, event("t:2", BEN), Remember(LOOK))
    assert (await learner(store)).reviews == (ASK, LOOK)
    assert (await learner(store, BEN)).reviews == (LOOK,)
    async with store.batch([event("t:3"), event("t:4", BEN)]) as batch:
        assert [who.reviews for who, _ in batch.fresh] == [(ASK, LOOK), (LOOK,)]


async def test_a_newer_memory_takes_the_place_of_the_older(store: Database) -> None:
    later = replace(LOOK, stability=11.0, due=AT + 11 * DAY)
    await take(store, event("t:1"), Remember(LOOK))
    await take(store, event("t:2"), Remember(ASK), Remember(later))
    assert (await learner(store)).reviews == (ASK, later)
    assert await size(store, "reviews") == 2


async def test_what_is_due_can_be_asked_of_the_database(store: Database) -> None:
    await take(store, event("t:1"), Remember(LOOK))
    [(due,)] = await rows(store, "SELECT due FROM reviews")
    assert due == int(LOOK.due.timestamp()) * 1_000_000


async def test_a_turn_that_remembers_nothing_writes_no_review(store: Database) -> None:
    await take(store, event("t:1"), Remember(LOOK))
    await take(store, event("t:2"), Note("answer", "x"))
    assert (await learner(store)).reviews == (LOOK,)


async def test_nothing_is_remembered_of_a_stranger(store: Database) -> None:
    await take(store, event("t:1"), Remember(LOOK), stage=Stranger())
    assert await size(store, "reviews") == 0
    assert await store.known(ANA) is None


async def test_who_is_forgotten_takes_what_they_remembered(store: Database) -> None:
    await take(store, event("t:1"), Remember(LOOK))
    await take(store, event("t:2"), stage=Stranger())
    assert await size(store, "reviews") == 0


def test_a_memory_of_another_version_is_passed_over() -> None:
    assert unpack_reviews(f'["look",1.0],{pack_memory(ASK)}') == (ASK,)
