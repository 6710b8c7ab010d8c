"""What a person is given is all that is kept of them, whatever tables there are."""

import json

from bot.core.effects import Offer
from bot.core.events import Miscoded
from bot.store.database import Database
from bot.store.tables import metadata
from tests.store.forgetting import CANARY, YEAR, a_year
from tests.store.people import ANA, BEN, NOW, TOMORROW, change, event, learner, rows, take

NOBODY_S = {
    "sends": "counts of messages, of nobody",
    "send_counts": "counts of messages, of nobody",
    "leaders": "which process sends",
    "erasures": "random names, kept when the person is gone",
}
"""Tables of which nothing is about one person, each with its reason."""


async def test_every_table_that_can_hold_a_person_is_in_it(store: Database) -> None:
    await a_year(store)
    kept = await store.export(ANA)
    assert kept is not None
    assert set(kept) - {"places"} == set(metadata.tables) - set(NOBODY_S)
    pointing = {"learner_id", "address_id", "keeper_id"}
    for name in NOBODY_S:
        assert not pointing & set(metadata.tables[name].c.keys()), name


async def test_after_a_year_every_row_and_every_column_is_told(store: Database) -> None:
    key = await a_year(store)
    await take(store, event("t:offer"), Offer(NOW))
    kept = await store.export(ANA)
    assert kept is not None
    json.dumps(kept)
    for name in ("learners", "notes", "reviews", "plans", "links", "guesses", "outbox"):
        told = kept[name]
        [(count,)] = await rows(store, f"SELECT count(*) FROM {name}")  # noqa: S608 - our names
        assert told, name
        assert len(told) == count, name
        assert all(set(row) == set(metadata.tables[name].c.keys()) for row in told), name
    assert len(kept["notes"]) == YEAR
    assert kept["notes"][0]["subject"] == f"{CANARY}-0"
    assert kept["learners"][0]["id"] == key
    assert isinstance(kept["learners"][0]["settings"], dict)
    [home] = kept["addresses"]
    assert (home["platform"], home["address"]) == (ANA.platform, ANA.id)
    assert kept["seen"]
    assert all(key in str(row["id"]) for row in kept["seen"])


async def test_nothing_of_anybody_else_is_in_it(store: Database) -> None:
    await a_year(store)
    await take(store, event("t:ben", BEN), TOMORROW)
    await take(store, event("t:wrong", BEN, Miscoded("unknown")))
    ben = (await learner(store, BEN)).key
    mine, theirs = await store.export(ANA), await store.export(BEN)
    assert ben not in json.dumps(mine)
    assert CANARY not in json.dumps(theirs)
    assert theirs is not None
    assert len(theirs["learners"]) == len(theirs["plans"]) == len(theirs["guesses"]) == 1


async def test_a_place_is_told_to_whoever_set_it_up(store: Database) -> None:
    await take(store, event("t:1"), TOMORROW)
    await take(store, event("t:2", BEN), TOMORROW)
    ben = (await learner(store, BEN)).key
    await change(
        store,
        "UPDATE learners SET place = 'group', keeper_id = "
        "(SELECT id FROM addresses WHERE learner_id <> :ben) WHERE id = :ben",
        ben=ben,
    )
    kept = await store.export(ANA)
    assert kept is not None
    assert kept["places"] == [{"id": ben, "place": "group"}]


async def test_of_a_stranger_there_is_nothing(store: Database) -> None:
    assert await store.export(ANA) is None
