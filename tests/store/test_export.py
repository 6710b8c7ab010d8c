"""What a person is given is all that is kept of them, whatever tables there are."""

import json
import time

from sqlalchemy import String

from bot.core.effects import Note, Offer
from bot.core.events import Miscoded
from bot.runtime.export import PARTS
from bot.store.database import Database
from bot.store.tables import addresses, learners, metadata
from tests.store.forgetting import CANARY, YEAR, a_year
from tests.store.people import ANA, BEN, NOW, TOMORROW, change, event, learner, rows, take
from tests.store.test_linking import THERE, known, link

MOMENT = 60.0
"""Within how long both files are there, in seconds.  Source: trust.md, 10.3."""

NOBODY_S = {
    "sends": "counts of messages, of nobody",
    "send_counts": "counts of messages, of nobody",
    "send_cards": "what a send says, once a language, to nobody by name",
    "leaders": "which process sends",
    "erasures": "random names, kept when the person is gone",
    "organisations": "schools and campaigns",
    "accounts": "people of the console, who are no learners",
    "invitations": "their one-time links",
    "sessions": "their sessions",
    "tries": "fingerprints of who guesses at an account",
    "audit": "what they did",
}
"""Tables of which nothing is about one person, each with its reason."""


POINTING = {"learner_id", "address_id", "keeper_id"}
"""What a column is called that names a person."""

KEY = 32
"""Characters of a learner's key."""

TOLD = {
    "learners.id",
    "learners.keeper_id",
    "addresses.learner_id",
    "links.learner_id",
    "links.address_id",
    "guesses.address_id",
    "outbox.learner_id",
    "outbox.address_id",
    "plans.learner_id",
    "notes.learner_id",
    "reviews.learner_id",
}
"""Columns that name a person, all of which ``export`` follows."""

STAFF_S = {
    "organisations.id",
    "accounts.id",
    "accounts.organisation_id",
    "invitations.account_id",
    "sessions.account_id",
    "audit.organisation_id",
}
"""Columns that name somebody of the console, who is no learner, or whom they work for."""


async def test_every_table_that_can_hold_a_person_is_in_it(store: Database) -> None:
    await a_year(store)
    kept = await store.export(ANA)
    assert kept is not None
    assert set(kept) - {"places"} == set(metadata.tables) - set(NOBODY_S)
    # The page has the same parts as the file.
    assert set(PARTS) == set(kept)
    for name in NOBODY_S:
        assert not POINTING & set(metadata.tables[name].c.keys()), name


def test_every_column_that_points_at_a_person_is_known() -> None:
    """Of a new one somebody has to say whose rows it makes, and what of them is told."""
    keys = {table.name for table in (learners, addresses)}
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.c
        if column.name in POINTING
        or {key.column.table.name for key in column.foreign_keys} & keys
        or ("id" in column.name and isinstance(column.type, String) and column.type.length == KEY)
    }
    assert found == TOLD | STAFF_S


async def test_after_a_year_every_row_and_every_column_is_told(store: Database) -> None:
    key = await a_year(store)
    await take(store, event("t:offer"), Offer(NOW))
    began = time.perf_counter()
    kept = await store.export(ANA)
    assert time.perf_counter() - began < MOMENT
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


async def test_who_learns_in_two_apps_is_told_of_both(store: Database) -> None:
    await known(store, ANA)
    await known(store, BEN)
    key = await a_year(store)
    was = await known(store, THERE, Note("answer", "there", 10, "there"))
    told = await link(store)
    await take(store, event("d:wrong", THERE, Miscoded("unknown")))
    here, there = await store.export(ANA), await store.export(THERE)
    assert here == there
    assert here is not None
    homes = {(row["platform"], row["address"]) for row in here["addresses"]}
    assert homes == {(ANA.platform, ANA.id), (THERE.platform, THERE.id)}
    assert [row["id"] for row in here["learners"]] == [key]
    assert "there" in {row["subject"] for row in here["notes"]}
    assert len(here["notes"]) == YEAR + 1
    assert len(here["guesses"]) == 2
    posts = {row["platform"] for row in here["outbox"]}
    assert posts == {ANA.platform, THERE.platform}
    assert {post.id for post in told} <= {row["id"] for row in here["outbox"]}
    ben = await store.export(BEN)
    assert ben is not None
    for mine in (key, was, ANA.id, THERE.id):
        assert mine not in json.dumps(ben)
    assert BEN.id not in json.dumps(here)
    assert str(ben["addresses"][0]["id"]) not in json.dumps(here)


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
