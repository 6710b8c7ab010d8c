import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bot.core.effects import Decision, Note
from bot.core.events import Address
from bot.core.learner import Idle
from bot.ports import Conflict, StoreDown
from bot.store import line as rules
from bot.store.database import Database, connect
from tests.store.people import ANA, KEY, NOW, REPLY, change, event, learner, rows, size, take


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "wary.db"


@pytest.fixture
async def local(file: Path) -> AsyncIterator[Database]:
    made = await connect(f"sqlite:///{file}", key=KEY)
    yield made
    await made.close()


async def work(store: Database, name: str, count: int) -> None:
    """Add *count* points, one turn each, deciding again where another came first."""
    for number in range(count):
        for _ in range(100):
            try:
                async with store.batch([event(f"{name}:{number}")]) as batch:
                    [(who, incoming)] = batch.fresh
                    await asyncio.sleep(0)
                    after = replace(who, stage=Idle(), points=who.points + 1)
                    fact = Note("answer", "q", 1, f"{name}:{number}")
                    await batch.keep([(incoming, Decision(after, (REPLY, fact)))], NOW)
                break
            except Conflict:
                continue


async def test_nothing_is_lost_between_two_writers(store: Database, second: Database) -> None:
    both = {"a": store, "b": second, "c": store, "d": second}
    await asyncio.gather(*(work(writer, name, 20) for name, writer in both.items()))
    assert (await learner(store)).points == 80
    assert await size(store, "notes") == 80
    assert await size(store, "outbox") == 80


async def test_one_event_heard_by_two_is_handled_once(store: Database, second: Database) -> None:
    async def hear(one: Database, number: int) -> int:
        for _ in range(100):
            try:
                return len(await take(one, event(f"t:{number}"), REPLY))
            except Conflict:
                continue
        return 99

    heard = await asyncio.gather(*(hear(s, n) for n in range(20) for s in (store, second)))
    assert sum(heard) == 20


async def test_two_claims_never_share_a_post(store: Database, second: Database) -> None:
    for number in range(10):
        await take(store, event(f"t:{number}"), REPLY, REPLY)
    await store.release(NOW)
    found = await asyncio.gather(*(s.claim_posts("telegram", NOW, 7) for s in (store, second) * 3))
    ids = [post.id for posts in found for post in posts]
    assert len(ids) == len(set(ids)) == 20


async def test_the_loser_of_a_race_is_told(postgres_url: str) -> None:
    first, second = await connect(postgres_url, key=KEY), await connect(postgres_url, key=KEY)
    async with first.batch([event("t:1")]) as one, second.batch([event("t:1")]) as two:
        [(a, i)], [(b, j)] = one.fresh, two.fresh
        await one.keep([(i, Decision(replace(a, stage=Idle())))], NOW)
        with pytest.raises(Conflict):
            await two.keep([(j, Decision(replace(b, stage=Idle())))], NOW)
    assert (await learner(first)).key == a.key
    await first.close()
    await second.close()


async def test_two_that_wait_for_each_other_are_told_apart(postgres_url: str) -> None:
    first, second = await connect(postgres_url, key=KEY), await connect(postgres_url, key=KEY)
    await take(first, event("t:1"))
    await take(first, event("t:2", Address("telegram", "2")))
    both = [event("t:3"), event("t:4", Address("telegram", "2"))]

    async def hear(store: Database, order: int) -> None:
        for number in range(10):
            named = [replace(i, id=f"{i.id}:{order}:{number}") for i in both[::order]]
            async with store.batch(named) as batch:
                decided = [(i, Decision(replace(w, points=w.points + 1))) for w, i in batch.fresh]
                await batch.keep(decided, NOW)

    await asyncio.gather(hear(first, 1), hear(second, -1))
    assert (await learner(first)).points == 20
    await first.close()
    await second.close()


async def test_a_lock_is_waited_for_while_the_loop_goes_on(local: Database, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        turn = asyncio.create_task(take(local, event("t:1"), REPLY))
        await asyncio.sleep(0)
        assert not turn.done()
        other.execute("COMMIT")
        assert len(await turn) == 1


async def test_a_lock_that_stays_is_told(
    local: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PATIENCE", 0.1)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreDown, match="locked"):
            await take(local, event("t:1"))
        other.execute("COMMIT")
    await take(local, event("t:1"))


async def test_a_task_that_waits_for_another_is_not_kept_for_ever(
    local: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "PATIENCE", 0.05)
    async with local.batch([event("t:1")]):
        with pytest.raises(StoreDown, match="busy"):
            await local.known(ANA)
    assert await local.known(ANA) is None


async def test_a_full_disk_is_told_and_changes_nothing(local: Database) -> None:
    await take(local, event("t:1"))
    await change(local, "PRAGMA max_page_count = 1")

    async def fill() -> None:
        for number in range(500):
            await take(local, event(f"f:{number}"), *[REPLY] * 10)

    with pytest.raises(StoreDown, match="full"):
        await fill()
    posts = await size(local, "outbox")
    names = await size(local, "seen")
    assert posts == 10 * (names - 1)
    await change(local, "PRAGMA max_page_count = 1000000")
    await take(local, event("t:2"), REPLY)


async def test_a_database_that_cannot_be_written_is_told(local: Database) -> None:
    await change(local, "PRAGMA query_only = 1")
    with pytest.raises(StoreDown, match="readonly"):
        await take(local, event("t:1"))


@pytest.fixture
def rubbish(file: Path) -> Path:
    file.write_bytes(b"no database at all " * 500)
    return file


async def test_a_file_that_is_no_database_is_told(rubbish: Path) -> None:
    with pytest.raises(StoreDown, match="not a database"):
        await connect(f"sqlite:///{rubbish}", key=KEY)


async def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    for key in (KEY, None):
        with pytest.raises(StoreDown, match="make its folder"):
            await connect(f"sqlite:///{tmp_path}/none/wary.db", key=key)


async def test_a_mistake_of_ours_is_not_called_a_conflict(store: Database) -> None:
    with pytest.raises(IntegrityError):
        await change(store, "INSERT INTO seen (id, at, tries, state) VALUES ('x', 1, 0, 'odd')")
    await take(store, event("t:1"))


async def test_a_taken_name_is_a_conflict(store: Database) -> None:
    await take(store, event("t:1"))
    with pytest.raises(Conflict):
        await change(store, "INSERT INTO seen (id, at, tries, state) VALUES ('t:1', 1, 0, 'done')")


async def test_a_connection_that_breaks_is_replaced(postgres_url: str) -> None:
    store, other = await connect(postgres_url, key=KEY), await connect(postgres_url, key=KEY)
    await take(store, event("t:1"))
    await change(
        other,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    with pytest.raises(StoreDown):
        await take(store, event("t:2"))
    await take(store, event("t:2"))
    await store.close()
    await other.close()


async def test_no_value_stands_in_the_words_of_an_error(local: Database) -> None:
    def write(conn: Connection) -> None:
        conn.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "s3cret"})

    with pytest.raises(StoreDown, match="nowhere") as caught:
        await local._line.run(write)
    assert "s3cret" not in f"{caught.value} {caught.value.__cause__}"


async def test_settings_of_sqlite_are_the_safe_ones(local: Database) -> None:
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 50}
    for name, value in expected.items():
        assert await rows(local, f"PRAGMA {name}") == [(value,)]


@pytest.mark.postgres
async def test_d4_a_table_that_somebody_holds_is_told_and_not_waited_for_without_end(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules.LOCK_MS == 3_000
    monkeypatch.setattr(rules, "LOCK_MS", 50)
    store = await connect(postgres_url, key=KEY)
    with psycopg.connect(postgres_url) as other:
        other.execute("LOCK TABLE learners IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreDown, match="lock timeout"):
            await take(store, event("t:1"))
        other.rollback()
    await take(store, event("t:1"))
    assert await size(store, "learners") == 1
    await store.close()
