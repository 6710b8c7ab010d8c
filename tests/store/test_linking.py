"""Linking in the database: codes kept nowhere, two learners one, a home, and apart again."""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.card import Action
from bot.core.effects import VEIL, Decision, Effect, Lane, Note, Plan, Say
from bot.core.events import Address, Commanded, Event, Incoming, Left, Pressed
from bot.core.learner import Idle, Often, Stranger, Ties
from bot.core.rhythm import Rhythm
from bot.engine.decide import decide
from bot.ports import Conflict, Outcome, Post
from bot.store.codec import pack_card
from bot.store.database import Database
from tests.engine.school import LIBRARY
from tests.store.people import (
    ANA,
    BEN,
    DAY,
    LESSON,
    NOW,
    TODAY,
    change,
    event,
    learner,
    rows,
    size,
    take,
)

THERE = Address("discord", "700000000000000007")
THIRD = Address("web", "browser")
MINUTE = timedelta(minutes=1)
DUE = Plan("lesson", NOW + timedelta(hours=7), TODAY)


async def known(store: Database, who: Address, *effects: Effect, **changes: object) -> str:
    """Let *who* have finished the first conversation, and return their key."""
    async with store.batch([event(f"begin:{who.id}", who)]) as batch:
        [(stranger, i)] = batch.fresh
        made = replace(
            stranger,
            **{
                "stage": Idle(),
                "often": Often.DAILY,
                "hour": "18:00",
                "zone": "Europe/Paris",
                **changes,
            },  # type: ignore[arg-type]  # any field
        )
        await batch.keep([(i, Decision(made, effects))], NOW)
    return stranger.key


async def hear(
    store: Database, who: Address, what: Event, now: datetime = NOW, name: str = ""
) -> Sequence[Post]:
    """Let the engine answer *what*, as a turn does."""
    named = name or f"{who.id}:{await size(store, 'seen')}"
    async with store.batch([Incoming(named, who, now, what)]) as batch:
        decided = [(i, decide(one, i, LIBRARY)) for one, i in batch.fresh]
        return await batch.keep(decided, now)


def shown(post: Post) -> str:
    """Return the code that *post* shows."""
    [found] = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", pack_card(post.card))
    return str(found)


async def offered(store: Database, who: Address = ANA, now: datetime = NOW) -> str:
    [post] = await hear(store, who, Commanded("link"), now)
    return shown(post)


async def said(posts: Sequence[Post]) -> set[str]:
    return set(re.findall(r"link\.[a-z_]+", "".join(pack_card(post.card) for post in posts)))


async def link(store: Database, second: Address = THERE, first: Address = ANA) -> Sequence[Post]:
    return await hear(store, second, Commanded("link", await offered(store, first)))


def press(what: str) -> Pressed:
    return Pressed(Action("link", (what,)), "m1")


async def due(store: Database, now: datetime = NOW + DAY) -> Sequence[Incoming]:
    return await store.claim_due(now, 10)


async def test_a_code_stands_in_the_post_and_nowhere_in_the_database(
    store: Database, url: str, tmp_path: Path
) -> None:
    await known(store, ANA)
    code = await offered(store)
    [(card, hashed)] = await rows(store, "SELECT card, card_hash FROM outbox")
    assert VEIL in str(card)
    assert code not in str(card)
    assert len(bytes(hashed)) == 16  # type: ignore[call-overload]  # bytes, or a view of them
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(tmp_path / "wary.db")) as file:
            dumped = "\n".join(file.iterdump())
        assert code not in dumped
        assert code.replace("-", "") not in dumped


async def test_a_card_that_waited_shows_the_same_code(store: Database) -> None:
    await known(store, ANA)
    code = await offered(store)
    [post] = await store.claim_posts("telegram", NOW + MINUTE, 10)
    assert shown(post) == code


async def test_the_same_event_asks_for_the_same_code_and_another_for_another(
    store: Database,
) -> None:
    await known(store, ANA)
    first, second = await offered(store), await offered(store)
    assert first != second
    assert await size(store, "links") == 1
    assert await said(await hear(store, THERE, Commanded("link", first))) == {"link.unknown"}
    assert "link.done" in await said(await hear(store, THERE, Commanded("link", second)))


async def test_a_stranger_becomes_the_learner_who_showed_the_code(store: Database) -> None:
    key = await known(store, ANA)
    posts = await link(store)
    assert [post.address for post in posts] == [THERE, ANA]
    assert (await learner(store, THERE)).key == key
    assert (await learner(store, ANA)).linked
    assert await size(store, "learners") == 1
    assert await size(store, "links") == 0
    found = await rows(store, "SELECT platform, home FROM addresses ORDER BY linked_at IS NULL")
    assert [(name, bool(home)) for name, home in found] == [("discord", False), ("telegram", True)]


async def test_a_stranger_who_waits_for_an_answer_joins_as_well(store: Database) -> None:
    await known(store, ANA)
    await take(store, event("t:1", THERE), Say(LESSON.card), stage=Stranger())
    await link(store)
    assert (await learner(store, THERE)).linked
    assert await size(store, "addresses") == 2


async def test_both_addresses_see_one_learner_each_with_its_own_ties(store: Database) -> None:
    await known(store, ANA)
    await link(store)
    async with store.batch([event("t:8"), event("t:9", THERE)]) as batch:
        [(ana, _), (there, _)] = batch.fresh
    assert ana.key == there.key
    assert (ana.address, there.address) == (ANA, THERE)
    assert ana.ties == Ties(also=("discord",), elsewhere=True)
    assert there.ties == Ties(also=("telegram",), home="telegram", joined=True, elsewhere=True)


async def test_a_code_works_once(store: Database) -> None:
    await known(store, ANA)
    code = await offered(store)
    await hear(store, THERE, Commanded("link", code))
    assert await said(await hear(store, BEN, Commanded("link", code))) == {"link.unknown"}
    assert await store.known(BEN) is None


async def test_a_code_is_good_for_ten_minutes(store: Database) -> None:
    await known(store, ANA)
    code = await offered(store)
    late = NOW + 10 * MINUTE
    told = await said(await hear(store, THERE, Commanded("link", code), late))
    assert told == {"link.unknown"}
    await store.trim(late)
    assert await size(store, "links") == 0


async def test_the_sixth_try_of_an_hour_is_not_looked_at(store: Database) -> None:
    await known(store, ANA)
    code = await offered(store)
    told = [await said(await hear(store, THERE, Commanded("link", "2222-2222"))) for _ in range(5)]
    assert told == [{"link.unknown"}] * 4 + [{"link.last"}]
    assert await said(await hear(store, THERE, Commanded("link", code))) == {"link.locked"}
    assert "link.done" in await said(await hear(store, BEN, Commanded("link", code)))
    later = NOW + timedelta(hours=1)
    again = await said(await hear(store, THERE, Commanded("link", "2222-2222"), later))
    assert again == {"link.unknown"}
    assert await rows(store, "SELECT tries FROM guesses") == [(1,)]
    await store.trim(later + timedelta(hours=1))
    assert await size(store, "guesses") == 0


async def test_ones_own_code_is_told_so_and_stays_good(store: Database) -> None:
    await known(store, ANA)
    code = await offered(store)
    assert await said(await hear(store, ANA, Commanded("link", code))) == {"link.own"}
    assert "link.done" in await said(await hear(store, THERE, Commanded("link", code)))


async def test_what_the_second_learned_is_added_and_counts_once(store: Database) -> None:
    notes = [Note("answer", "q", 10, "same"), Note("answer", "q", 10, "only"), Note("lesson", "d")]
    key = await known(
        store, ANA, DUE, Note("answer", "q", 10, "same"), points=10, progress=(("acc-01", 2),)
    )
    learned = {
        "points": 20,
        "progress": (("acc-01", 1), ("phi-01", 3)),
        "shown": ("phi-01",),
        "rhythm": Rhythm((739_000, 739_002), "Asia/Tokyo", 7),
    }
    other = await known(store, THERE, replace(DUE, at=NOW), *notes, **learned, hour="07:30")
    await link(store)
    one = await learner(store, THERE)
    assert (one.key, one.hour, one.points) == (key, "18:00", 20)
    assert one.progress == (("acc-01", 2), ("phi-01", 3))
    assert (one.shown, one.rhythm) == (learned["shown"], learned["rhythm"])
    assert await rows(store, "SELECT sum(points), count(*) FROM notes") == [(20, 3)]
    assert await rows(store, "SELECT id FROM learners WHERE id = :id", id=other) == []
    assert await rows(store, "SELECT learner_id FROM plans") == [(key,)]


async def test_review_queues_become_one_where_the_first_ones_memory_stays(
    store: Database,
) -> None:
    keys = [await known(store, who) for who in (ANA, THERE)]
    for key, techniques in zip(keys, (("a", "b"), ("b", "c")), strict=True):
        for one in techniques:
            await change(
                store,
                "INSERT INTO reviews (learner_id, technique, memory, due) VALUES (:k, :t, :m, 1)",
                k=key,
                t=one,
                m=f'["{key}"]',
            )
    await link(store)
    found = await rows(store, "SELECT technique, memory, learner_id FROM reviews ORDER BY 1")
    first, second = (f'["{key}"]' for key in keys)
    assert found == [("a", first, keys[0]), ("b", first, keys[0]), ("c", second, keys[0])]


async def test_a_second_lesson_of_the_day_that_has_not_left_is_not_sent(store: Database) -> None:
    await known(store, ANA, last_day=TODAY)
    await known(store, THERE, LESSON, last_day=TODAY)
    await link(store)
    lane = int(Lane.LESSON)
    assert await rows(store, "SELECT state FROM outbox WHERE lane = :l", l=lane) == [("skipped",)]


async def test_the_only_lesson_of_the_day_that_has_not_left_is_still_sent(
    store: Database,
) -> None:
    key = await known(store, ANA, DUE)
    await known(store, THERE, LESSON, last_day=TODAY)
    await link(store)
    query = "SELECT state, learner_id FROM outbox WHERE lane = :l"
    assert await rows(store, query, l=int(Lane.LESSON)) == [("pending", key)]
    assert await rows(store, "SELECT local_date FROM plans") != [(TODAY,)]
    assert await due(store, NOW + timedelta(hours=8)) == ()


async def test_whoever_joins_brings_all_their_addresses(store: Database) -> None:
    key = await known(store, ANA)
    await known(store, THERE)
    await link(store, THIRD, THERE)
    await link(store, THIRD, ANA)
    for who in (ANA, THERE, THIRD):
        assert (await learner(store, who)).key == key
    async with store.batch([event("t:9", THIRD)]) as batch:
        [(third, _)] = batch.fresh
    assert sorted(third.ties.also) == ["discord", "telegram"]
    assert third.ties.home == "telegram"


async def test_lessons_go_home_and_home_can_be_moved(store: Database) -> None:
    await known(store, ANA, replace(DUE, at=NOW))
    await link(store)
    assert [i.address for i in await due(store, NOW)] == [ANA]
    await hear(store, THERE, press("here"))
    assert [i.address for i in await due(store, NOW + 2 * MINUTE)] == [THERE]


async def test_a_lesson_is_claimed_once_however_many_addresses_there_are(
    store: Database,
) -> None:
    for number in range(3):
        who = replace(ANA, id=str(number))
        await known(store, who, replace(DUE, at=NOW + number * MINUTE))
        await link(store, replace(THERE, id=str(number)), who)
    assert len(await store.claim_due(NOW + DAY, 2)) == 2
    assert len(await store.claim_due(NOW + DAY, 2)) == 1


async def test_where_home_is_closed_the_other_address_is_written_to(store: Database) -> None:
    await known(store, ANA, replace(DUE, at=NOW))
    [_, told] = await link(store)
    await store.settle([Outcome(told.id, "gone")], NOW)
    await hear(store, ANA, Left("blocked"))
    assert [i.address for i in await due(store, NOW)] == [THERE]
    async with store.batch([event("t:9", THERE)]) as batch:
        [(there, _)] = batch.fresh
    assert there.ties == Ties(also=("telegram",), joined=True)


async def test_where_all_are_closed_nothing_is_planned(store: Database) -> None:
    await known(store, ANA, DUE)
    [welcome, told] = await link(store)
    await store.settle([Outcome(told.id, "gone"), Outcome(welcome.id, "gone")], NOW)
    assert await size(store, "plans") == 0


async def test_an_answer_goes_to_the_address_that_acted(store: Database) -> None:
    await known(store, ANA)
    await link(store)
    for who in (ANA, THERE):
        [post] = await hear(store, who, Commanded("settings"))
        assert post.address == who


async def test_the_second_leaves_as_a_stranger_and_the_first_keeps_all(store: Database) -> None:
    key = await known(store, ANA, DUE, points=30)
    await link(store)
    await hear(store, THERE, press("here"))
    [post] = await hear(store, THERE, press("split"))
    assert post.address == THERE
    assert await store.known(THERE) is None
    one = await learner(store, ANA)
    assert (one.key, one.points, one.linked) == (key, 30, False)
    assert [i.address for i in await due(store)] == [ANA]
    open_posts = await store.claim_posts("discord", NOW + MINUTE, 10)
    await store.settle([Outcome(p.id, "sent", "m") for p in (*open_posts, post)], NOW)
    assert await rows(store, "SELECT platform FROM addresses") == [("telegram",)]


async def test_the_first_throws_out_whoever_joined(store: Database) -> None:
    await known(store, ANA)
    await link(store)
    [post] = await hear(store, THERE, press("new"))
    code = shown(post)
    await hear(store, ANA, press("split"))
    assert await store.known(THERE) is None
    assert await store.known(ANA) is not None
    # A code that was shown in the chat that left no longer speaks for the learner.
    assert await said(await hear(store, BEN, Commanded("link", code))) == {"link.unknown"}


async def test_whoever_left_may_join_again(store: Database) -> None:
    key = await known(store, ANA)
    await link(store)
    await hear(store, THERE, press("split"))
    await link(store)
    assert (await learner(store, THERE)).key == key


async def test_an_hour_claimed_before_the_link_is_not_the_new_learners(store: Database) -> None:
    await known(store, ANA, DUE)
    await known(store, THERE, replace(DUE, at=NOW))
    [claimed] = await due(store, NOW)
    assert claimed.address == THERE
    await link(store)
    assert await hear(store, THERE, claimed.event, name=claimed.id) == ()
    assert await rows(store, "SELECT state FROM seen WHERE id = :id", id=claimed.id) == []
    assert await rows(store, "SELECT local_date FROM plans") != []


async def test_two_who_type_one_code_at_once_do_not_both_join(
    store: Database, second: Database
) -> None:
    await known(store, ANA)
    code = await offered(store)

    async def typed(base: Database, who: Address) -> None:
        for _ in range(5):
            with suppress(Conflict):
                await hear(base, who, Commanded("link", code), name=f"try:{who.id}")
                return

    await asyncio.gather(typed(store, THERE), typed(second, BEN))
    joined = [await store.known(who) for who in (THERE, BEN)]
    assert sum(one is not None for one in joined) == 1


async def test_a_code_in_a_larger_batch_is_left_for_a_batch_alone(store: Database) -> None:
    await known(store, ANA)
    typed = Commanded("link", await offered(store))
    async with store.batch([event("t:8", THERE, typed), event("t:9", BEN)]) as batch:
        assert next(i.event for _, i in batch.fresh) == typed
    assert await size(store, "links") == 1


async def test_a_press_edits_its_card_and_hides_the_code_as_well(store: Database) -> None:
    await known(store, ANA)
    [post] = await hear(store, ANA, Pressed(Action("link"), "m7"))
    assert post.on == "m7"
    assert shown(post)
    [(card,)] = await rows(store, "SELECT card FROM outbox")
    assert VEIL in str(card)
