"""Many rows at once are the rows one by one, on both databases, whatever they hold."""

import random
import string
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.ports import Conflict
from bot.store.bulk import pour, put
from bot.store.codec import Record
from bot.store.database import Database
from bot.store.tables import addresses, learners, notes, plans, reviews, seen
from bot.store.upserts import upserts
from tests.store.people import DAY, NOW, TODAY, rows, size

Row = dict[str, object]
Way = Callable[[Connection, object, Sequence[Row]], None]

TRICKY = (
    "",
    "'",
    '"',
    "\\",
    "a\\nb",
    "a\nb\tc\r",
    "{}",
    "[null]",
    "%s %(id)s :id ?",
    "NULL",
    "\\x00",
    "\u202eعربي\u2069",
    "\U0001f469\u200d\U0001f4bb",
    "'); DROP TABLE seen; --",
)
INSTANTS = (
    NOW,
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1, 1, 2, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    NOW + timedelta(microseconds=1),
)
DATES = (TODAY, date.min, date.max, date(2028, 2, 29))
BYTES = (b"", b"\x00", bytes(range(256)), b"\\x41", b"'\"\\")


def a_learner(key: str, **changes: object) -> Row:
    return {
        "id": key,
        "locale": "de",
        "country": "",
        "zone": "UTC",
        "track": "citizen",
        "stage": "{}",
        "settings": "{}",
        "last_seen": NOW,
        "place": "",
        "keeper_id": None,
    } | changes


def made(number: int) -> list[Row]:
    """Return *number* learners with every tricky text and instant somewhere, ever the same."""
    dice = random.Random(number)  # noqa: S311  a test's dice
    return [
        a_learner(
            f"{n:032x}",
            locale=dice.choice(TRICKY),
            country=TRICKY[n % len(TRICKY)],
            stage="".join(dice.choices(string.printable.replace("\x00", ""), k=200)),
            last_seen=INSTANTS[n % len(INSTANTS)],
            keeper_id=dice.choice((None, 0, -1, 2**63 - 1, -(2**63))),
        )
        for n in range(number)
    ]


async def kept(store: Database, table: str) -> list[tuple[object, ...]]:
    """Return all rows of *table* by their first column."""

    def read(conn: Connection) -> list[tuple[object, ...]]:
        chosen = learners.metadata.tables[table]
        found = conn.execute(select(chosen).order_by(next(iter(chosen.c)))).all()
        return [tuple(row) for row in found]

    return await store._line.run(read)


def one_by_one(conn: Connection, statement: object, given: Sequence[Row]) -> None:
    for row in given:
        conn.execute(statement, row)  # type: ignore[call-overload]  # any statement


@pytest.mark.parametrize("number", [0, 1, 2, 300])
@pytest.mark.parametrize("way", [put, pour])
async def test_rows_at_once_are_the_rows_one_by_one(
    store: Database, way: Way, number: int
) -> None:
    given = made(number)
    await store._line.run(one_by_one, insert(learners), given)
    wanted = await kept(store, "learners")
    await store._line.run(lambda conn: conn.execute(delete(learners)))
    await store._line.run(way, insert(learners), given)
    assert await kept(store, "learners") == wanted
    assert len(wanted) == number


@pytest.mark.parametrize("way", [put, pour])
async def test_every_kind_of_value_comes_back_as_it_was(store: Database, way: Way) -> None:
    key = "a" * 32
    await store._line.run(put, insert(learners), [a_learner(key)])
    homes: list[Row] = [
        {
            "id": n,
            "learner_id": (key, None)[n % 2],
            "platform": f"p{n}",
            "lookup": one + bytes([n]),
            "sealed": one,
            "closed_at": (None, *INSTANTS)[n],
            "home": bool(n % 2),
        }
        for n, one in enumerate(BYTES)
    ]
    await store._line.run(way, insert(addresses), homes)

    def read(conn: Connection) -> Sequence[Record]:
        return conn.execute(select(addresses).order_by(addresses.c.id)).all()

    for row, home in zip(await store._line.run(read), homes, strict=True):
        told = row._mapping
        found = {name: told[name] for name in home}
        assert found | {name: bytes(told[name]) for name in ("lookup", "sealed")} == home
    days: list[Row] = [
        {
            "learner_id": key,
            "kind": f"k{n}",
            "due_at": INSTANTS[n],
            "local_date": day,
            "leased_until": None,
            "tries": n,
        }
        for n, day in enumerate(DATES)
    ]
    await store._line.run(way, insert(plans), days)
    planned = await kept(store, "plans")
    assert sorted(planned, key=str) == sorted((tuple(day.values()) for day in days), key=str)


async def test_new_rows_and_old_ones_in_one_go(store: Database, url: str) -> None:
    upsert = upserts(url.split(":", maxsplit=1)[0])
    await store._line.run(pour, upsert.learners, made(3))
    changed = [row | {"zone": f"Zone/{n}"} for n, row in enumerate(made(6))]
    await store._line.run(pour, upsert.learners, changed)
    found = await rows(store, "SELECT zone FROM learners ORDER BY id")
    assert found == [(f"Zone/{n}",) for n in range(6)]


async def test_facts_that_are_known_are_left_out_and_nameless_ones_are_not(
    store: Database, url: str
) -> None:
    upsert = upserts(url.split(":", maxsplit=1)[0])
    await store._line.run(pour, upsert.learners, made(2))
    fact = {"kind": "answer", "subject": "q", "points": 1, "at": NOW}
    facts = [
        fact | {"learner_id": f"{n:032x}", "once": once}
        for n in range(2)
        for once in ("q", None, "p")
    ]
    for _ in range(2):
        await store._line.run(pour, upsert.notes, facts)
    named = await rows(store, "SELECT count(*) FROM notes WHERE once IS NOT NULL")
    assert named == [(4,)]
    assert await size(store, "notes") == 8


async def test_a_statement_that_has_constants_of_its_own(store: Database) -> None:
    names = [{"id": f"t:{n}", "at": NOW} for n in range(4)]
    await store._line.run(
        pour, insert(seen), [one | {"tries": 7, "state": "tried"} for one in names]
    )
    done = (
        update(seen)
        .where(seen.c.id == bindparam("event"), seen.c.state == "tried")
        .values(state="done", at=bindparam("now"))
    )
    after = [{"event": f"t:{n}", "now": NOW + DAY} for n in range(3)]
    await store._line.run(put, done, after)
    found = await rows(store, "SELECT id, tries, state FROM seen ORDER BY id")
    states = ("done", "done", "done", "tried")
    assert found == [(f"t:{n}", 7, state) for n, state in enumerate(states)]
    gone = delete(seen).where(seen.c.id == bindparam("event"), seen.c.state == "done")
    await store._line.run(put, gone, [{"event": f"t:{n}"} for n in range(4)])
    assert await rows(store, "SELECT id FROM seen") == [("t:3",)]


async def test_one_statement_takes_rows_of_other_columns_the_next_time(store: Database) -> None:
    key, adding = "a" * 32, insert(learners)
    await store._line.run(pour, adding, [a_learner(f"{n:032x}") for n in range(2)])
    more = [a_learner(key[:-1] + str(n), region="by") for n in range(2)]
    await store._line.run(pour, adding, more)
    regions = await rows(store, "SELECT region, count(*) FROM learners GROUP BY 1 ORDER BY 2, 1")
    assert sorted(regions, key=str) == [("by", 2), (None, 2)]


@pytest.mark.parametrize("way", [put, pour])
async def test_of_rows_one_of_which_cannot_be_none_is_written(store: Database, way: Way) -> None:
    twice = [*made(5), made(5)[2]]
    with pytest.raises(Conflict):
        await store._line.run(way, insert(learners), twice)
    assert await size(store, "learners") == 0


@pytest.mark.parametrize("way", [put, pour])
@pytest.mark.parametrize("number", [1, 2])
async def test_an_instant_without_a_zone_is_refused(
    store: Database, way: Way, number: int
) -> None:
    naive = [row | {"last_seen": datetime(2027, 1, 1)} for row in made(number)]  # noqa: DTZ001
    with pytest.raises(Exception, match="naive"):
        await store._line.run(way, insert(learners), naive)
    assert await size(store, "learners") == 0


async def test_texts_of_json_are_texts_not_documents(store: Database) -> None:
    key = "a" * 32
    await store._line.run(put, insert(learners), [a_learner(key)])
    memories = ['{"a":  1}', "[1, 2]", '"text"', "null", "1e400", '{"b":1,"a":2}']
    given = [
        {"learner_id": key, "technique": f"t{n}", "memory": memory, "due": NOW}
        for n, memory in enumerate(memories)
    ]
    await store._line.run(pour, insert(reviews), given)
    found = await rows(store, "SELECT memory FROM reviews ORDER BY technique")
    assert found == [(memory,) for memory in memories]


async def test_rows_that_are_not_numbered_number_themselves(store: Database) -> None:
    key = "a" * 32
    await store._line.run(put, insert(learners), [a_learner(key)])
    fact = {"learner_id": key, "kind": "x", "subject": "", "points": 0, "once": None, "at": NOW}
    await store._line.run(pour, insert(notes), [fact, fact, fact])
    assert len({*await rows(store, "SELECT id FROM notes")}) == 3
    [(points,)] = await rows(store, "SELECT DISTINCT points FROM notes")
    assert points == 0
