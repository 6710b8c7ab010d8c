import asyncio
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.learner import Often, Track
from bot.core.send import Audience, Kind
from bot.store import planning
from bot.store.database import Database
from tests.store.crowds import SAID, crowd, draft, person, planned, states, stepped
from tests.store.people import ANA, DAY, KEY, NOW, PLACE, change, event, rows, take

HOUR = timedelta(hours=1)

DIES = """
import asyncio, os, sys
from datetime import datetime
from sqlalchemy import event
from sqlalchemy.engine import Engine
from bot import store
from bot.store import planning
from bot.store.sealing import Key

left = int(sys.argv[4])
planning.CHUNK, planning.PART = 7, 2**60

@event.listens_for(Engine, "after_cursor_execute")
def kill(conn, cursor, statement, *rest):
    global left
    left -= statement.lstrip().startswith(("INSERT INTO outbox", "UPDATE sends"))
    if not left:
        os._exit(9)

async def go():
    key = Key(bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3]))
    base = await store.connect(sys.argv[1], key=key)
    while await base.sends.step(datetime.fromisoformat(sys.argv[5])):
        pass
    await base.close()

asyncio.run(go())
"""


@pytest.fixture
def chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a chunk be seven people, or an eighth, so that a small crowd has many."""
    monkeypatch.setattr(planning, "CHUNK", 7)
    monkeypatch.setattr(planning, "PART", 2**60)


@pytest.mark.usefixtures("chunks")
async def test_everybody_has_one_row_and_the_counts_are_equal(store: Database) -> None:
    await crowd(store, map(person, range(50)))
    send = await store.sends.create(draft())
    assert await store.sends.reach(send) == {("telegram", "en"): 50}
    await store.sends.turn(send, "start", NOW)
    await stepped(store)
    assert await rows(
        store, "SELECT count(*), count(DISTINCT address_id), count(DISTINCT nonce) FROM outbox"
    ) == [(50, 50, 50)]
    assert await rows(store, "SELECT state, size, task FROM sends") == [("running", 50, "")]
    posts = await store.claim_posts("telegram", NOW, 60)
    assert len(posts) == 50
    assert {post.card for post in posts} == {SAID["en"]}


async def test_of_one_kind_and_cause_there_is_one_send(store: Database) -> None:
    await crowd(store, [person(1)])
    send = await planned(store, draft())
    assert await store.sends.create(draft(seed="other")) == send
    await store.sends.turn(send, "start", NOW)
    await stepped(store)
    assert await states(store, send) == {"pending": 1}
    assert await store.sends.create(draft(cause="summer")) != send


async def test_each_reads_the_card_of_their_language_or_the_last_resort(store: Database) -> None:
    await crowd(store, [person(1), person(2, locale="ar"), person(3, locale="zh-Hans")])
    send = await store.sends.create(draft())
    assert await store.sends.reach(send) == {("telegram", "en"): 2, ("telegram", "ar"): 1}
    await planned(store, draft())
    posts = await store.claim_posts("telegram", NOW, 9)
    assert sorted((p.locale, p.card == SAID[p.locale]) for p in posts) == [
        ("ar", True),
        ("en", True),
        ("en", True),
    ]
    assert await rows(store, "SELECT DISTINCT card FROM outbox") == [(None,)]


MANY = (
    person(0),
    person(1, locale="ar", country="tn", track=Track.TEEN),
    person(2, country="TN"),
    person(3, paused=True),
    person(4, often=Often.NEVER),
    person(5, often=Often.UNASKED),
    person(6, alerts="none"),
    person(7, place="group"),
    person(8, address=replace(ANA, platform="web")),
)


@pytest.mark.parametrize(
    ("kind", "audience", "meant"),
    [
        ("campaign", Audience(), {0, 1, 2, 6, 8}),
        ("lesson_day", Audience(places="also"), {0, 1, 2, 6, 7, 8}),
        ("campaign", Audience(places="only"), {7}),
        ("alert", Audience(), {0, 1, 2, 3, 4, 5, 8}),
        ("campaign", Audience(languages=("ar",)), {1}),
        ("campaign", Audience(countries=("TN",)), {1, 2}),
        ("campaign", Audience(tracks=("teen", "child")), {1}),
        ("campaign", Audience(platforms=("web",)), {8}),
        ("campaign", Audience(regions=("TN-11",)), {0, 1, 2, 6, 8}),
        ("campaign", Audience(regions=("TN-12",)), set()),
        ("campaign", Audience(seen_since=NOW), {0, 1, 2, 6, 8}),
        ("campaign", Audience(seen_since=NOW + DAY), set()),
    ],
)
async def test_who_is_meant(
    store: Database, kind: Kind, audience: Audience, meant: set[int]
) -> None:
    await crowd(store, MANY, region="TN-11")
    send = await planned(store, draft(audience, kind=kind))
    keys = {one.key: number for number, one in enumerate(MANY)}
    found = await rows(store, "SELECT learner_id FROM outbox")
    assert {keys[str(key)] for (key,) in found} == meant
    assert sum((await store.sends.reach(send)).values()) == len(found)


async def test_whoever_has_two_addresses_is_written_to_once_and_at_home(store: Database) -> None:
    await crowd(store, [person(1), person(2, address=replace(ANA, platform="web"))])
    one, two = person(1).key, person(2).key
    await change(
        store,
        "UPDATE addresses SET learner_id = :a, home = false WHERE learner_id = :b",
        a=two,
        b=one,
    )
    await planned(store, draft())
    assert await rows(store, "SELECT platform FROM outbox") == [("web",)]
    await planned(store, draft(Audience(platforms=("telegram",)), cause="b"))
    assert await rows(store, "SELECT platform FROM outbox ORDER BY id") == [
        ("web",),
        ("telegram",),
    ]
    await change(store, "UPDATE addresses SET closed_at = 1 WHERE platform = 'web'")
    await planned(store, draft(cause="c"))
    assert (await rows(store, "SELECT platform FROM outbox ORDER BY id"))[2] == ("telegram",)


@pytest.mark.usefixtures("chunks")
@pytest.mark.parametrize("seed", ["a", "b", "c"])
async def test_a_sample_is_of_its_size_and_what_the_preview_said(
    store: Database, seed: str
) -> None:
    await crowd(store, map(person, range(60)))
    made = draft(Audience(sample=25), seed=seed)
    send = await store.sends.create(made)
    assert await store.sends.reach(send) == {("telegram", "en"): 25}
    said = {one.address for one in await store.sends.people(send, NOW)}
    await planned(store, made)
    assert said == {a for (a,) in await rows(store, "SELECT address_id FROM outbox")}
    assert len(said) == 25


@pytest.mark.usefixtures("chunks")
async def test_a_sample_of_more_than_there_are_is_all_of_them(store: Database) -> None:
    await crowd(store, map(person, range(20)))
    send = await planned(store, draft(Audience(sample=25)))
    assert await states(store, send) == {"pending": 20}


async def test_another_seed_draws_others(store: Database) -> None:
    await crowd(store, map(person, range(200)))
    drawn = [await _drawn(store, seed) for seed in ("a", "b", "a ")]
    assert len({frozenset(one) for one in drawn}) == 3


async def _drawn(store: Database, seed: str) -> Iterable[int]:
    made = draft(Audience(sample=20), seed=seed, cause=f"of {seed}")
    people = await store.sends.people(await store.sends.create(made), NOW)
    return [one.address for one in people]


async def test_a_window_is_filled_evenly_and_as_the_preview_said(store: Database) -> None:
    await crowd(store, map(person, range(400)))
    made = draft(begins=NOW + HOUR, ends=NOW + 5 * HOUR)
    send = await store.sends.create(made)
    said = {one.address: one.due for one in await store.sends.people(send, NOW)}
    await planned(store, made)
    assert await store.claim_posts("telegram", NOW + HOUR - timedelta(seconds=1), 500) == ()
    assert await store.claim_posts("telegram", NOW + 5 * HOUR, 500)
    rows = [one async for one in store.audits.rows(send)]
    assert {one.address: one.due for one in rows} == said
    hours = [0] * 4
    for at in said.values():
        assert at is not None
        hours[(at - NOW - HOUR) // HOUR] += 1
    assert min(hours) > 70, hours


async def test_a_window_that_has_begun_is_filled_from_now_on(store: Database) -> None:
    await crowd(store, map(person, range(50)))
    await planned(store, draft(begins=NOW - HOUR, ends=NOW + HOUR))
    assert len(await store.claim_posts("telegram", NOW - timedelta(seconds=1), 100)) == 0
    assert len(await store.claim_posts("telegram", NOW + HOUR, 100)) == 50


@pytest.mark.usefixtures("chunks")
async def test_two_processes_plan_together(store: Database, second: Database) -> None:
    await crowd(store, map(person, range(90)))
    send = await store.sends.create(draft())
    await store.sends.turn(send, "start", NOW)
    await asyncio.gather(stepped(store), stepped(second))
    await stepped(store)
    assert await states(store, send) == {"pending": 90}
    assert (await store.audits.progress(send, NOW)).size == 90


async def test_whoever_is_killed_in_the_middle_leaves_nobody_out_and_nobody_twice(
    url: str, store: Database
) -> None:
    await crowd(store, map(person, range(45)))
    send = await store.sends.create(draft())
    await store.sends.turn(send, "start", NOW)
    for left in (1, 2, 3, 6, 9):
        key = (KEY.lookup.hex(), KEY.seal.hex())
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", DIES, url, *key, str(left), NOW.isoformat()
        )
        assert await child.wait() == 9
        done = await rows(
            store,
            "SELECT s.size, count(o.id) FROM sends s LEFT JOIN outbox o ON true GROUP BY s.size",
        )
        assert all(size == count for size, count in done), done
    await stepped(store)
    assert await rows(store, "SELECT count(*), count(DISTINCT learner_id) FROM outbox") == [
        (45, 45)
    ]
    assert (await store.audits.audit(send, NOW)).sound


async def test_somebody_who_was_met_already_at_an_address_is_not_met_again(
    store: Database,
) -> None:
    await crowd(store, [person(1)])
    send = await planned(store, draft())
    await change(store, "UPDATE sends SET planned_to = -1, state = 'planned', task = 'plan'")
    await stepped(store)
    assert await states(store, send) == {"pending": 1}
    assert (await store.audits.progress(send, NOW)).size == 1


async def test_a_place_gets_the_alert_in_its_lane_before_the_lessons(store: Database) -> None:
    await take(store, event("t:1", PLACE))
    await crowd(store, [person(1), person(2, place="group", often=Often.NEVER)])
    await planned(store, draft())
    await planned(store, draft(Audience(places="also"), kind="alert", cause="a1"))
    posts = await store.claim_posts("telegram", NOW, 9)
    assert [int(post.lane) for post in posts][-1] == 4
    assert {post.guarantee for post in posts[:-1]} == {"at_least_once"}
