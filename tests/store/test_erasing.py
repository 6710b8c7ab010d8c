"""Forgetting is true: in every table, in the bytes of the files, after a kill."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.effects import Decision, Lane, Say
from bot.core.learner import Idle, Stranger
from bot.ports import Outcome
from bot.store.database import Database, connect
from bot.store.erasing import catch_up
from bot.store.forgotten import Journal
from bot.store.migrate import move
from bot.store.sealing import Seal
from tests.store.forgetting import CANARY, a_year, gone, held_bytes
from tests.store.people import (
    ANA,
    BEN,
    CARD,
    KEY,
    NOW,
    PLACE,
    REPLY,
    TOMORROW,
    change,
    event,
    held,
    learner,
    rows,
    size,
    state,
    take,
)


async def test_after_a_year_nothing_is_left_in_the_file_its_log_or_the_journal(
    tmp_path: Path,
) -> None:
    store = await connect(f"sqlite:///{tmp_path}/wary.db", key=KEY)
    await take(store, event("t:ben", BEN), TOMORROW)
    key = await a_year(store)
    seal = Seal(KEY)
    [(sealed, row)] = await rows(
        store, "SELECT sealed, id FROM addresses WHERE learner_id = :k", k=key
    )
    canaries = [key.encode(), CANARY.encode(), ANA.id.encode(), b"m-farewell"]
    assert isinstance(sealed, bytes)
    secret = [sealed, seal.lookup(ANA)]
    found = held_bytes(tmp_path)
    assert all(any(one in told for told in found.values()) for one in (*canaries[:2], *secret))
    began = time.perf_counter()
    await gone(store)
    assert time.perf_counter() - began < 5
    for name, told in held_bytes(tmp_path).items():
        left = [one for one in (*canaries, *secret) if one in told]
        assert left == [], name
    assert await rows(store, "SELECT id FROM outbox WHERE address_id = :row", row=row) == []
    assert (await learner(store, BEN)).key
    await store.close()


async def test_nothing_of_the_person_is_in_any_table(store: Database) -> None:
    key = await a_year(store)
    await gone(store)
    for table in ("learners", "addresses", "notes", "plans", "links", "guesses", "reviews"):
        assert await size(store, table) == 0, table
    assert await rows(store, "SELECT id FROM seen WHERE id LIKE :plan", plan=f"plan:{key}%") == []
    kept = "SELECT learner_id, message_id, card, on_message, nonce, cause FROM outbox"
    assert set(await rows(store, kept)) <= {(None, None, None, "", "", "")}
    assert await size(store, "erasures") == 1


async def test_a_keeper_is_forgotten_in_the_place_they_set_up(store: Database) -> None:
    await take(store, event("t:1"))
    async with store.batch([event("t:2", PLACE)]) as batch:
        [(who, incoming)] = batch.fresh
        place = replace(who, stage=Idle(), place="group", keeper=ANA)
        await batch.keep([(incoming, Decision(place))], NOW)
    assert (await rows(store, "SELECT count(*) FROM learners WHERE keeper_id IS NOT NULL")) == [
        (1,)
    ]
    await gone(store)
    assert (await rows(store, "SELECT keeper_id FROM learners")) == [(None,)]


async def test_the_sums_of_a_send_still_balance(store: Database) -> None:
    await change(
        store,
        "INSERT INTO sends (id, kind, cause, lane, guarantee, audience, seed, state, size,"
        " created_by) VALUES (7, 'alert', 'a', 1, 'at_least_once', '', '', 'running', 3, '')",
    )
    first = await held(store, event("t:1"), REPLY)
    await store.mark(first)
    await change(store, "UPDATE outbox SET send_id = 7")
    await store.settle([Outcome(first[0].id, "sent", "m")], NOW)
    flying = await take(store, event("t:2"), REPLY)
    await take(store, event("t:3"), Say(CARD, Lane.ALERT))
    await change(store, "UPDATE outbox SET send_id = 7")
    await store.mark(flying)
    await gone(store)
    await store.settle([Outcome(flying[0].id, "sent", "m")], NOW)
    counts = await rows(store, "SELECT state, n FROM send_counts WHERE n <> 0")
    assert counts == [("erased", 3)]


async def test_what_waits_for_the_forgotten_is_not_sent_in_the_place_of_another(
    store: Database,
) -> None:
    [old] = await take(store, event("t:1"), REPLY)
    [farewell] = await take(store, event("t:2"), REPLY, stage=Stranger())
    assert farewell.id != old.id
    assert [post.id for post in await store.mark([old, farewell])] == [farewell.id]
    await store.settle([Outcome(farewell.id, "sent", "m")], NOW)
    [new] = await take(store, event("t:3", BEN), REPLY)
    assert new.id not in {old.id, farewell.id}
    assert await state(store, new) == "leased"


async def test_what_was_on_its_way_in_a_killed_process_goes_at_the_next_start(
    store: Database,
) -> None:
    posts = await held(store, event("t:1"), Say(CARD, Lane.LESSON))
    await store.mark(posts)
    await take(store, event("t:2"), stage=Stranger())
    await store.release(NOW)
    assert await size(store, "addresses") == 0
    assert set(await rows(store, "SELECT learner_id, nonce FROM outbox")) <= {(None, "")}


class Killed(BaseException):
    """Stands for the end of the process."""


async def test_a_kill_between_the_journal_and_the_commit_forgets_at_the_next_start(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "erased"
    store = await connect(url, key=KEY, journal=journal)
    await take(store, event("t:1"), REPLY)
    await take(store, event("t:ben", BEN))
    enter = Journal.enter

    def killed(self: Journal, lookups: list[bytes]) -> None:
        enter(self, lookups)
        raise Killed

    monkeypatch.setattr(Journal, "enter", killed)
    with pytest.raises(Killed):
        await gone(store)
    monkeypatch.undo()
    assert await store.known(ANA)
    await store.close()
    again = await connect(url, key=KEY, journal=journal)
    assert await again.known(ANA) is None
    assert await again.known(BEN)
    await take(again, event("t:forget"), REPLY)
    await again.close()
    third = await connect(url, key=KEY, journal=journal)
    assert await third.known(ANA), "whoever came back is not forgotten twice"
    await third.close()


async def test_a_try_that_failed_is_done_with_the_one_that_worked(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "erased"
    store = await connect(url, key=KEY, journal=journal)
    await take(store, event("t:1"))
    monkeypatch.setattr("bot.store.erasing._record", _die)
    with pytest.raises(Killed):
        await gone(store)
    monkeypatch.undo()
    await gone(store)
    await take(store, event("t:2"))
    await store.close()
    again = await connect(url, key=KEY, journal=journal)
    assert await again.known(ANA)
    await again.close()


def _die(*_: object) -> None:
    raise Killed


async def test_all_linked_addresses_are_forgotten_again(tmp_path: Path) -> None:
    store = await connect(f"sqlite:///{tmp_path}/wary.db", key=KEY)
    await take(store, event("t:1"))
    await take(store, event("t:2", BEN))
    key = (await learner(store)).key
    await change(store, "UPDATE addresses SET learner_id = :key", key=key)
    book = Journal(tmp_path / "wary.db.erased", Seal(KEY))
    book.enter([Seal(KEY).lookup(ANA), Seal(KEY).lookup(PLACE)])
    assert await store._line.run(catch_up, book) == 2
    assert await size(store, "addresses") == 0
    await store.close()


async def test_counts_that_were_erased_are_skipped_for_an_older_wary(url: str) -> None:
    store = await connect(url, key=KEY)
    await change(
        store,
        "INSERT INTO sends (id, kind, cause, lane, guarantee, audience, seed, state, size,"
        " created_by) VALUES (7, 'alert', 'a', 1, 'at_least_once', '', '', 'running', 3, ''),"
        " (8, 'alert', 'b', 1, 'at_least_once', '', '', 'running', 3, '')",
    )
    await change(
        store,
        "INSERT INTO send_counts VALUES (7, 'erased', 2), (7, 'skipped', 1), (8, 'erased', 3)",
    )

    await store._line.run(move, "0003")
    counts = await rows(store, "SELECT send_id, state, n FROM send_counts ORDER BY 1")
    assert counts == [(7, "skipped", 3), (8, "skipped", 3)]
    await store.close()


async def test_the_log_is_emptied_later_where_somebody_reads(tmp_path: Path) -> None:
    store = await connect(f"sqlite:///{tmp_path}/wary.db")
    await take(store, event("t:1"))
    with closing(sqlite3.connect(tmp_path / "wary.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM learners").fetchall()
        await gone(store)
        await store.scrub()
        assert (tmp_path / "wary.db-wal").stat().st_size > 0
        other.execute("ROLLBACK")
    await store.scrub()
    assert (tmp_path / "wary.db-wal").stat().st_size == 0
    await store.close()
