"""New posts have the numbers of their own rows, whatever was there and whoever else writes."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from bot.core.effects import Lane, Say
from bot.core.events import Address
from bot.ports import Conflict, Post
from bot.store.codec import card_hash, pack_card
from bot.store.database import Database
from bot.store.fold import Row
from bot.store.owing import owe
from tests.store.crossing import crossed, halted
from tests.store.people import ANA, BEN, CARD, NOW, REPLY, event, rows, take


def post(number: int, cause: str = "t") -> Post:
    address = Address("telegram", str(number))
    return Post(0, address, CARD, Lane.LESSON, "de", nonce=f"{cause}-{number}")


def row_of(one: Post, cause: str = "t") -> Row:
    """Return the row of *one*, as ``fold`` makes it."""
    packed = pack_card(one.card)
    return {
        "cause": cause,
        "part": 0,
        "learner_id": None,
        "address_id": int(one.address.id),
        "platform": one.address.platform,
        "token": one.address.platform,
        "lane": int(one.lane),
        "due_at": NOW,
        "expires_at": None,
        "guarantee": one.guarantee,
        "card": packed,
        "card_hash": card_hash(packed),
        "locale": one.locale,
        "state": "pending",
        "leased_until": None,
        "nonce": one.nonce,
        "on_message": "",
        "answers": False,
        "silent": False,
    }


def some(numbers: Sequence[int], cause: str = "t") -> tuple[list[Post], list[Row]]:
    posts = [post(number, cause) for number in numbers]
    return posts, [row_of(one, cause) for one in posts]


async def owed(store: Database, numbers: Sequence[int], cause: str = "t") -> Sequence[Post]:
    return await store._line.run(owe, *some(numbers, cause))


async def stored(store: Database) -> set[tuple[object, ...]]:
    """Return the number and the nonce of every row."""
    return set(await rows(store, "SELECT id, nonce FROM outbox"))


@pytest.mark.parametrize("number", [0, 1, 2, 500])
async def test_each_post_has_the_number_of_its_row_in_order(store: Database, number: int) -> None:
    # In no order that anything could be sorted by.
    numbers = sorted(range(number), key=lambda n: (n * 7919) % 1009)
    posts, made = some(numbers)
    found = await store._line.run(owe, posts, made)
    assert [replace(one, id=0) for one in found] == posts
    assert await stored(store) == {(one.id, one.nonce) for one in found}
    assert len({one.id for one in found}) == number


@pytest.mark.parametrize("number", [1, 3])
async def test_numbers_go_on_from_one_time_to_the_next(store: Database, number: int) -> None:
    first = await owed(store, range(number))
    second = await owed(store, range(number), "u")
    assert not {one.id for one in first} & {one.id for one in second}
    assert await stored(store) == {(one.id, one.nonce) for one in (*first, *second)}


async def test_of_rows_one_of_which_is_there_already_none_is_written(store: Database) -> None:
    await owed(store, [2])
    before = await stored(store)
    with pytest.raises(Conflict):
        await owed(store, range(5))
    assert await stored(store) == before


async def test_what_is_owed_is_what_is_sent(store: Database) -> None:
    posts = await take(store, event("t:3"), REPLY, Say(CARD, to=BEN), Say(CARD, to=ANA))
    marked = await store.mark(posts)
    assert [(one.id, one.address) for one in marked] == [(p.id, p.address) for p in posts]
    assert [one.address for one in marked] == [ANA, BEN, ANA]


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
async def test_two_that_owe_at_once_each_know_their_own(store: Database, second: Database) -> None:
    """On PostgreSQL the numbers of one are in the midst of those of the other."""

    def in_two(conn: Connection) -> Sequence[Post]:
        return [*owe(conn, *some([1, 2], "a")), *owe(conn, *some([3, 4], "b"))]

    told: dict[str, Sequence[Post]] = {}

    async def one() -> None:
        told["one"] = await store._line.run(in_two)

    async def other() -> None:
        told["other"] = await owed(second, range(5, 9), "c")

    with halted(store, "INSERT INTO outbox") as halt:
        await crossed(halt, second, one(), other())
    everybody = [post for posts in told.values() for post in posts]
    assert await stored(store) == {(post.id, post.nonce) for post in everybody}
    ids = [one.id for one in told["one"]]
    assert any(ids[1] < p.id < ids[2] for p in told["other"]), "they were not at once"
