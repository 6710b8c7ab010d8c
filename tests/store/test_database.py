import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import StatementError

from bot import ports
from bot.store.database import Database, connect
from bot.store.sealing import KeyFault, make_key, new_key
from tests.store.people import KEY, NOW, event, learner, rows, take


def test_the_database_is_the_store_of_the_ports(store: Database) -> None:
    promised: ports.Store = store
    assert promised is store


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_the_key_is_made_beside_a_new_file_and_both_are_private(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url)
    await take(store, event("t:1"))
    modes = _modes(tmp_path)
    await store.close()
    assert set(modes) == {
        "wary.db",
        "wary.db-wal",
        "wary.db-shm",
        "wary.db.key",
        "wary.db.erased",
    }
    assert set(modes.values()) == {0o600}
    again = await connect(url)
    assert (await learner(again)).locale == "de"
    await again.close()


async def test_a_database_without_its_key_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    await (await connect(url)).close()
    (tmp_path / "wary.db.key").unlink()
    with pytest.raises(KeyFault, match="missing"):
        await connect(url)
    assert not (tmp_path / "wary.db.key").exists()


async def test_the_key_may_lie_elsewhere(tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    store = await connect(f"sqlite:///{tmp_path}/wary.db", key=tmp_path / "key")
    await store.close()
    assert not (tmp_path / "wary.db.key").exists()


async def test_a_key_of_another_database_is_refused(url: str, store: Database) -> None:
    await take(store, event("t:1"))
    with pytest.raises(KeyFault, match="does not open"):
        await connect(url, key=new_key())


async def test_a_server_wants_a_key_of_its_own() -> None:
    with pytest.raises(KeyFault, match="WARY_KEY_FILE"):
        await connect("postgresql://wary@127.0.0.1:1/wary")


async def test_a_server_that_is_not_there_is_down() -> None:
    with pytest.raises(ports.StoreDown):
        await connect("postgresql://wary@127.0.0.1:1/wary", key=KEY)


async def test_what_is_no_database_of_ours_is_refused() -> None:
    with pytest.raises(ValueError, match="no database of Wary"):
        await connect("mysql://root@localhost/wary")


async def test_a_database_in_memory_lives_as_long_as_its_store() -> None:
    one, two = await connect("sqlite://"), await connect("sqlite://")
    await take(one, event("t:1"))
    assert len(await rows(one, "SELECT * FROM learners")) == 1
    assert await rows(two, "SELECT * FROM learners") == []
    await one.close()
    await two.close()


async def test_a_naive_time_is_refused(store: Database) -> None:
    naive = datetime(2027, 1, 1)  # noqa: DTZ001  the point
    with pytest.raises(StatementError, match="naive"):
        await store.failed("t:1", naive)


async def test_times_are_whole_microseconds_since_1970(store: Database) -> None:
    await store.failed("t:1", NOW.replace(microsecond=123_457))
    assert await rows(store, "SELECT at FROM seen") == [(1_806_224_400_123_457,)]


async def test_one_process_leads(store: Database, second: Database) -> None:
    assert await store.alone()
    assert await store.alone()
    assert not await second.alone()
    await store.close()
    assert await second.alone()


async def test_a_database_in_memory_is_led_by_its_only_process() -> None:
    store = await connect("sqlite://")
    assert await store.alone()
    await store.close()
