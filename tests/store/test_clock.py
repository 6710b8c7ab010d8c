from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.events import AidDue, LessonDue
from bot.core.learner import Stranger
from bot.store.database import Database
from tests.store.people import ANA, BEN, DAY, NOW, TODAY, TOMORROW, change, event, rows, take

DUE = replace(TOMORROW, at=NOW, day=TODAY)
MINUTE = timedelta(minutes=1, microseconds=1)


async def test_a_plan_that_is_due_raises_its_event_once(store: Database) -> None:
    await take(store, event("t:1"), DUE)
    await take(store, event("t:2", BEN), TOMORROW)
    [due] = await store.claim_due(NOW, 10)
    assert (due.address, due.at, due.event, due.locale) == (ANA, NOW, LessonDue(TODAY), "de")
    assert due.id.startswith("plan:")
    assert due.id.endswith(":lesson:2027-03-28")
    assert await store.claim_due(NOW, 10) == ()


async def test_the_longest_due_comes_first_and_a_claim_is_bounded(store: Database) -> None:
    for number, who in enumerate((ANA, BEN)):
        plan = replace(DUE, at=NOW - timedelta(minutes=number))
        await take(store, event(f"t:{number}", who), plan)
    assert [i.address for i in await store.claim_due(NOW, 1)] == [BEN]
    assert [i.address for i in await store.claim_due(NOW, 1)] == [ANA]


async def test_a_plan_whose_handler_died_is_due_again(store: Database) -> None:
    await take(store, event("t:1"), DUE)
    [first] = await store.claim_due(NOW, 1)
    [again] = await store.claim_due(NOW + MINUTE, 1)
    assert first.id == again.id


async def test_a_day_that_never_works_is_parked_and_the_next_one_comes(store: Database) -> None:
    await take(store, event("t:1"), DUE)
    now = NOW
    for _ in range(3):
        [due] = await store.claim_due(now, 1)
        now += MINUTE
    assert await store.claim_due(now, 1) == ()
    assert await rows(store, "SELECT state FROM seen WHERE id = :id", id=due.id) == [("parked",)]
    assert await store.next_due() == NOW + DAY
    [after] = await store.claim_due(NOW + DAY, 1)
    assert after.event == LessonDue(TODAY + DAY)


async def test_a_parked_day_puts_its_plan_off_at_once(store: Database) -> None:
    await take(store, event("t:1"), DUE)
    [due] = await store.claim_due(NOW, 1)
    await store.park(due.id, NOW)
    assert await store.next_due() == NOW + DAY


async def test_after_a_month_one_day_is_put_off_not_thirty(store: Database) -> None:
    await take(store, event("t:1"), DUE)
    [due] = await store.claim_due(NOW, 1)
    await store.park(due.id, NOW + 30 * DAY)
    assert await store.next_due() == NOW + 31 * DAY


async def test_each_kind_of_plan_raises_its_own_event_and_lapses_alone(store: Database) -> None:
    await take(store, event("t:1"), DUE, replace(DUE, kind="aid"))
    claimed = await store.claim_due(NOW, 10)
    assert {due.event for due in claimed} == {LessonDue(TODAY), AidDue(TODAY)}
    [asked] = [due for due in claimed if due.event == AidDue(TODAY)]
    assert asked.id.endswith(":aid:2027-03-28")
    await take(store, asked)
    assert await rows(store, "SELECT kind FROM plans") == [("lesson",)]


@pytest.mark.parametrize("name", ["plan:", "plan:x", "plan:x:lesson:someday", "plan:::2027-01-01"])
async def test_a_name_that_only_looks_like_a_plans_is_parked(store: Database, name: str) -> None:
    await store.park(name, NOW)
    assert await rows(store, "SELECT state FROM seen") == [("parked",)]


async def test_a_plan_of_another_version_is_put_off(store: Database) -> None:
    await take(store, event("t:1"), DUE)
    await change(store, "UPDATE plans SET kind = 'cup'")
    assert await store.claim_due(NOW, 1) == ()
    assert await store.next_due() == NOW + DAY
    # Its name could not be told when its learner is forgotten, so none is written.
    assert await rows(store, "SELECT id FROM seen WHERE id LIKE 'plan:%'") == []


@pytest.mark.parametrize("what", ["failed", "park"])
async def test_a_day_of_somebody_forgotten_meanwhile_is_named_nowhere(
    store: Database, what: str
) -> None:
    await take(store, event("t:1"), DUE)
    [due] = await store.claim_due(NOW, 1)
    await take(store, event("t:2"), stage=Stranger())
    assert await getattr(store, what)(due.id, NOW) == {"failed": 1, "park": None}[what]
    assert await rows(store, "SELECT id FROM seen WHERE id LIKE 'plan:%'") == []


async def test_a_day_put_aside_is_forgotten_when_no_lesson_can_come_for_it(
    store: Database,
) -> None:
    await take(store, event("t:1"), DUE)
    [due] = await store.claim_due(NOW, 1)
    await store.park(due.id, NOW)
    await store.trim(NOW + 400 * DAY)
    assert await rows(store, "SELECT id FROM seen WHERE state = 'parked'") == [(due.id,)]
    await store.trim(NOW + 401 * DAY)
    assert await rows(store, "SELECT id FROM seen WHERE state = 'parked'") == []


async def test_the_next_instant_is_the_first_free_plan_or_the_end_of_a_lease(
    store: Database,
) -> None:
    assert await store.next_due() is None
    await take(store, event("t:1"), DUE)
    assert await store.next_due() == NOW
    await store.claim_due(NOW, 1)
    assert await store.next_due() == NOW + timedelta(minutes=1)
    await take(store, event("t:2", BEN), replace(DUE, at=NOW + timedelta(seconds=1)))
    assert await store.next_due() == NOW + timedelta(seconds=1)


async def test_names_are_kept_while_a_repeat_can_come(store: Database) -> None:
    await take(store, event("t:1"), DUE)
    [due] = await store.claim_due(NOW, 1)
    await take(store, due)
    await store.park("t:2", NOW)
    await store.trim(NOW + 2 * DAY)
    assert len(await rows(store, "SELECT id FROM seen")) == 3
    await store.trim(NOW + 3 * DAY)
    assert {name for (name,) in await rows(store, "SELECT id FROM seen")} == {due.id, "t:2"}
    await store.trim(NOW + 401 * DAY)
    assert await rows(store, "SELECT id FROM seen") == [("t:2",)]


async def test_the_name_of_an_event_that_never_worked_goes_as_well(store: Database) -> None:
    await store.failed("t:1", NOW)
    await store.failed("plan:x:lesson:2027-03-28", NOW)
    await store.failed("plan:x:aid:2027-03-28", NOW)
    await store.trim(NOW + 2 * DAY)
    assert len(await rows(store, "SELECT id FROM seen")) == 3
    await store.trim(NOW + 3 * DAY)
    assert await rows(store, "SELECT id FROM seen") == [("plan:x:lesson:2027-03-28",)]
    await store.trim(NOW + 401 * DAY)
    assert await rows(store, "SELECT id FROM seen") == []


async def test_when_a_platform_was_heard_last_outlives_the_names(store: Database) -> None:
    assert await store.heard("telegram", NOW) is None
    assert await store.heard("discord", NOW) is None
    await store.trim(NOW + timedelta(days=900))
    assert await store.heard("telegram", NOW + timedelta(hours=30)) == NOW
    assert await store.heard("telegram", NOW + timedelta(hours=31)) == NOW + timedelta(hours=30)
