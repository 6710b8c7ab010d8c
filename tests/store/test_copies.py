"""Copies: made while Wary runs, put back quiet and without whoever was forgotten."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.effects import Lane, Plan, Say
from bot.ports import StoreDown
from bot.store.copies import KEPT, backup, restore
from bot.store.database import connect
from bot.store.forgotten import JournalFault
from bot.store.line import Line, located
from bot.store.migrate import SchemaMismatch, move
from bot.store.sealing import KeyFault, make_key
from tests.store.forgetting import CANARY, a_year, gone, held_bytes
from tests.store.people import (
    ANA,
    BEN,
    CARD,
    DAY,
    NOW,
    REPLY,
    TOMORROW,
    change,
    event,
    learner,
    rows,
    take,
)


async def test_a_copy_from_before_forgets_again_before_anything_is_sent(tmp_path: Path) -> None:
    home, url = tmp_path / "home", f"sqlite:///{tmp_path}/home/wary.db"
    home.mkdir()
    store = await connect(url)
    key = await a_year(store)
    await take(store, event("t:ben", BEN), replace(TOMORROW, at=NOW - DAY))
    await take(store, event("t:ben2", BEN), Say(CARD, Lane.LESSON))
    copy = backup(url, tmp_path, NOW)
    assert key.encode() in copy.read_bytes()
    await gone(store)
    await store.close()
    done = await restore(url, copy, NOW)
    assert (done.forgotten, done.skipped) == (1, 1)
    assert done.before == home / "wary.before-restore.db"
    for name, told in held_bytes(home).items():
        assert [one for one in (key, CANARY) if one.encode() in told] == [], name
    again = await connect(url)
    assert await again.known(ANA) is None
    assert await again.claim_posts("telegram", NOW, 10) == ()
    assert await again.claim_due(NOW, 10) == ()
    assert len(await again.claim_due(NOW + DAY, 10)) == 1
    assert (await learner(again, BEN)).key
    await again.close()


async def put_back(url: str, folder: Path, *, resume: bool) -> int:
    """Copy the database at *url* as of yesterday, put it back, and return what is not sent."""
    key, journal = folder / "its.key", folder / "its.erased"
    named = url.startswith("sqlite")
    if not key.exists():
        make_key(key)
    store = await connect(url, key=key, journal=journal)
    for number, who in enumerate((ANA, BEN)):
        late = NOW - 2 * DAY + number * timedelta(hours=30)
        plan = Plan("lesson", late, (NOW - 2 * DAY + number * DAY).date())
        await take(store, event(f"t:{number}", who), plan, Say(CARD, Lane.LESSON), now=NOW - DAY)
    await change(store, SENDS)
    copy = backup(url, folder, NOW - DAY) if named else None
    await store.close()
    done = await restore(url, copy, NOW, key=key, journal=journal, resume=resume)
    return done.skipped


SENDS = """
INSERT INTO sends (kind, cause, lane, guarantee, audience, seed, state, size, created_by)
VALUES ('campaign', 'c', 4, 'at_most_once', '{}', 's', 'running', 9, 'me')
"""


async def owing(url: str, folder: Path, now: datetime) -> tuple[int, int]:
    """Return how many posts and how many lessons leave at *now*."""
    store = await connect(url, key=folder / "its.key", journal=folder / "its.erased")
    try:
        posts = await store.claim_posts("telegram", now, 10)
        return len(posts), len(await store.claim_due(now, 10))
    finally:
        await store.close()


async def test_of_a_copy_of_yesterday_nothing_that_is_due_is_sent(
    url: str, tmp_path: Path
) -> None:
    assert await put_back(url, tmp_path, resume=False) == 2
    assert await owing(url, tmp_path, NOW) == (0, 0)
    # Each at the hour that it had, on the next day that is still to come.
    assert await owing(url, tmp_path, NOW + timedelta(hours=6)) == (0, 1)
    assert await owing(url, tmp_path, NOW + DAY) == (0, 2)
    store = await connect(url, key=tmp_path / "its.key", journal=tmp_path / "its.erased")
    assert await rows(store, "SELECT state FROM sends") == [("paused",)]
    days = await rows(store, "SELECT local_date FROM plans ORDER BY due_at")
    assert [str(day) for (day,) in days] == [str(NOW.date()), str((NOW + DAY).date())]
    await store.close()


async def test_of_a_copy_of_yesterday_all_is_sent_where_that_is_asked_for(
    url: str, tmp_path: Path
) -> None:
    assert await put_back(url, tmp_path, resume=True) == 0
    assert await owing(url, tmp_path, NOW) == (2, 2)


async def test_whoever_came_back_stays_in_a_copy_made_since(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url)
    await take(store, event("t:1"))
    await gone(store)
    await take(store, event("t:2"), TOMORROW)
    copy = backup(url, tmp_path, NOW)
    await store.close()
    assert (await restore(url, copy, NOW)).forgotten == 0
    again = await connect(url)
    assert (await learner(again)).key
    await again.close()


async def test_a_server_wants_a_journal_of_its_own(postgres_url: str, tmp_path: Path) -> None:
    make_key(tmp_path / "key")
    with pytest.raises(JournalFault, match="WARY_ERASE_JOURNAL"):
        await connect(postgres_url, key=tmp_path / "key")
    journal = tmp_path / "erased"
    await (await connect(postgres_url, key=tmp_path / "key", journal=journal)).close()
    with pytest.raises(ValueError, match="pg_dump"):
        backup(postgres_url, tmp_path, NOW)
    with pytest.raises(ValueError, match="pg_restore"):
        await restore(postgres_url, tmp_path / "x", NOW, key=tmp_path / "key", journal=journal)
    store = await connect(postgres_url, key=tmp_path / "key", journal=journal)
    posts = await take(store, event("t:1"), REPLY, Say(CARD, Lane.LESSON))
    await store.mark(posts[:1])
    await store.close()
    done = await restore(postgres_url, None, NOW, key=tmp_path / "key", journal=journal)
    assert (done.forgotten, done.skipped, done.before) == (0, 2, None)


async def test_what_cannot_be_copied_or_put_back_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    with pytest.raises(ValueError, match="no such database"):
        backup(url, tmp_path, NOW)
    store = await connect(url)
    await take(store, event("t:1"))
    with pytest.raises(ValueError, match="no such folder"):
        backup(url, tmp_path / "none", NOW)
    copy = backup(url, tmp_path, NOW)
    assert await store.alone()
    with pytest.raises(ValueError, match="stop it first"):
        await restore(url, copy, NOW)
    await store.close()
    with pytest.raises(ValueError, match="wary db restore COPY"):
        await restore(url, None, NOW)
    with pytest.raises(ValueError, match="no such database"):
        await restore(url, tmp_path / "none.db", NOW)
    rubbish = tmp_path / "rubbish.db"
    rubbish.write_bytes(b"rubbish" * 999)
    with pytest.raises(StoreDown, match="cannot be copied"):
        await restore(url, rubbish, NOW)
    (tmp_path / "wary.db.key").rename(tmp_path / "key")
    with pytest.raises(KeyFault, match="missing"):
        await restore(url, copy, NOW)
    assert [name for name in held_bytes(tmp_path) if "restored" in name] == []


async def test_a_copy_comes_back_where_the_database_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url)
    await take(store, event("t:1"))
    copy = backup(url, tmp_path, NOW)
    await store.close()
    (tmp_path / "wary.db").unlink()
    done = await restore(url, copy, NOW)
    assert done.before is None
    again = await connect(url)
    assert await again.known(ANA)
    await again.close()


async def test_a_copy_of_an_older_wary_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    store = await connect(url)
    await take(store, event("t:1"))
    copy = backup(url, tmp_path, NOW)
    await store.close()
    line = Line(located(f"sqlite:///{copy}"))
    await line.run(move, "0003")
    await line.close()
    await restore(url, copy, NOW)
    again = await connect(url)
    assert await again.known(ANA)
    await again.close()
    with closing(sqlite3.connect(copy)) as base, base:
        base.execute("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(SchemaMismatch, match="newer"):
        await restore(url, copy, NOW)


async def test_copies_are_deleted_after_their_term(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/wary.db"
    await (await connect(url)).close()
    left = tmp_path / "wary.before-0004.db"
    left.touch()
    touched = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    backup(url, tmp_path, touched + KEPT - timedelta(days=1))
    assert left.exists()
    backup(url, tmp_path, touched + KEPT + timedelta(days=1))
    assert not left.exists()
    assert (tmp_path / "wary.db").exists()
