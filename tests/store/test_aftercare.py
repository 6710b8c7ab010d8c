"""The question after first aid in the database: one plan, one question, then no trace of it."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.core.card import Action
from bot.core.effects import Lane
from bot.core.events import AidDue, Commanded, Event, Incoming, Pressed
from bot.engine.decide import decide
from bot.ports import Conflict, Post
from bot.store.codec import pack_card
from bot.store.database import Database
from tests.engine.test_first_aid import AID
from tests.store.people import ANA, BEN, DAY, NOW, TODAY, learner, rows, size
from tests.store.test_linking import THERE, due, known, link

ON = TODAY + 3 * DAY
AT = datetime(2027, 3, 31, 16, 5, tzinfo=UTC)
"""18:05 in Paris, three days later."""

LEASED = timedelta(seconds=61)
QUESTION = "aid.how"


async def take(store: Database, incoming: Incoming, now: datetime = NOW) -> Sequence[Post]:
    """Let the engine answer *incoming*, deciding again where another came first."""
    for _ in range(5):
        with suppress(Conflict):
            async with store.batch([incoming]) as batch:
                decided = [(i, decide(who, i, AID)) for who, i in batch.fresh]
                return await batch.keep(decided, now)
    raise AssertionError(incoming)


async def hear(store: Database, what: Event, now: datetime = NOW) -> Sequence[Post]:
    return await take(store, Incoming(f"t:{await size(store, 'seen')}", ANA, now, what), now)


def press(verb: str, *args: str) -> Pressed:
    return Pressed(Action(verb, args), "m1")


async def promised(store: Database) -> str:
    """Let Ana walk first aid to its end, and return her key."""
    key = await known(store, ANA)
    await hear(store, press("aid", "done", "aid-clicked"))
    return key


async def questions(store: Database) -> int:
    found = await rows(store, "SELECT card FROM outbox WHERE lane = :l", l=int(Lane.LESSON))
    return sum(QUESTION in str(card) for (card,) in found)


async def test_the_question_is_claimed_at_its_time_and_leaves_nothing(store: Database) -> None:
    key = await promised(store)
    query = "SELECT kind, local_date FROM plans"
    assert [str(x) for x in (await rows(store, query))[0]] == ["aid", str(ON)]
    assert await due(store, AT - timedelta(seconds=1)) == ()
    [asking] = await due(store, AT)
    assert (asking.id, asking.event) == (f"plan:{key}:aid:{ON}", AidDue(ON))
    [post] = await take(store, asking, AT)
    assert (QUESTION in pack_card(post.card), post.silent) == (True, True)
    assert await rows(store, query) == []
    assert (await learner(store)).aided == ""
    await store.trim(AT + 3 * DAY)
    assert await rows(store, "SELECT id FROM seen WHERE id LIKE 'plan:%'") == []


async def test_declined_there_is_no_plan_and_nothing_in_the_settings(store: Database) -> None:
    await promised(store)
    await hear(store, press("aftercare", "no", "aid-clicked"))
    assert await size(store, "plans") == 0
    [(settings,)] = await rows(store, "SELECT settings FROM learners")
    assert "aid" not in str(settings)


async def test_a_person_is_given_which_first_aid_it_was_and_the_day(store: Database) -> None:
    await promised(store)
    kept = await store.export(ANA)
    assert kept is not None
    [own], [plan] = kept["learners"], kept["plans"]
    told = own["settings"]
    assert isinstance(told, dict)
    assert told["aided"] == "aid-clicked"
    assert str(ON) in json.dumps(told["aided_on"])
    assert (plan["kind"], plan["local_date"]) == ("aid", ON.isoformat())
    [asking] = await due(store, AT)
    await take(store, asking, AT)
    kept = await store.export(ANA)
    assert kept is not None
    assert [row["id"] for row in kept["seen"]] == [asking.id]


async def test_whoever_is_forgotten_is_asked_nothing(store: Database) -> None:
    await promised(store)
    [asking] = await due(store, AT)
    await hear(store, press("forget", "now"))
    assert await size(store, "plans") == 0
    await take(store, asking, AT)
    assert await questions(store) == 0


async def test_what_a_second_learner_was_promised_is_asked_of_the_one_they_become(
    store: Database,
) -> None:
    old = await promised(store)
    key = await known(store, THERE)
    [claimed] = await due(store, AT)
    await link(store, ANA, THERE)
    who = await learner(store)
    assert (who.key, who.aided, who.aided_on) == (key, "aid-clicked", ON)
    # An hour that was claimed from whom they once were brings nothing.
    assert claimed.id == f"plan:{old}:aid:{ON}"
    await take(store, claimed, AT)
    assert await questions(store) == 0
    asking = [one for one in await due(store, AT) if one.event == AidDue(ON)]
    assert [one.address for one in asking] == [THERE]
    await take(store, asking[0], AT)
    assert await questions(store) == 1
    assert await due(store, AT + 9 * DAY) == ()


async def test_two_processes_that_both_claimed_it_ask_once(
    store: Database, second: Database
) -> None:
    await promised(store)
    # The first one died, or only seemed to: its lease ended, and it wakes up after all.
    [one] = await store.claim_due(AT, 10)
    [two] = await second.claim_due(AT + LEASED, 10)
    assert one.id == two.id
    await asyncio.gather(take(store, one, AT), take(second, two, AT + LEASED))
    assert await questions(store) == 1
    for _ in range(3):
        await asyncio.gather(take(store, one, AT), take(second, two, AT + LEASED))
    assert await questions(store) == 1
    assert await second.claim_due(AT + 9 * DAY, 10) == ()


async def test_declining_while_it_is_being_asked_ends_either_way_in_silence(
    store: Database, second: Database
) -> None:
    """Whoever comes first: at most one question, and none after it was declined."""
    await promised(store)
    [asking] = await store.claim_due(AT, 10)
    stop = Incoming("t:stop", ANA, AT, Commanded("stop"))
    await asyncio.gather(take(store, asking, AT), take(second, stop, AT))
    assert await questions(store) <= 1
    assert (await learner(store)).aided == ""
    assert await size(store, "plans") == 0


async def test_nobody_else_is_asked(store: Database) -> None:
    await promised(store)
    await known(store, BEN)
    assert [one.address for one in await due(store, AT)] == [ANA]
