"""People and organisations: A25, nobody sees or changes whoever is none of theirs."""

from pathlib import Path

import pytest

from bot.core.account import By, Newcomer, Refusal
from bot.core.role import Scope
from bot.store.database import Database
from bot.store.desk import Desk
from tests.store.people import NOW, rows
from tests.store.staff import EVERYTHING, Person, joined, machine


@pytest.fixture
def desk(store: Database, tmp_path: Path) -> Desk:
    return store.desk(tmp_path / "audit")


@pytest.fixture
async def ours(desk: Desk) -> str:
    return await desk.people.organise(machine(), "Ours")


@pytest.fixture
async def theirs(desk: Desk) -> Person:
    house = await desk.people.organise(machine(), "Theirs")
    return await joined(desk, "ben@example.org", "admin", organisation=house)


async def test_a25_another_organisations_people_are_nobody(
    desk: Desk, ours: str, theirs: Person
) -> None:
    ana = await joined(desk, "ana@example.org", "admin", organisation=ours)
    by = By(ana.id, Scope(ours), NOW)
    root = await joined(desk, "root@example.org", "admin")
    assert [one.email for one in await desk.people.listed(Scope(ours))] == ["ana@example.org"]
    assert [name for _, name in await desk.people.houses(Scope(ours))] == ["Ours"]
    for other in (theirs.id, root.id, "0" * 32):
        for act in (
            desk.people.reset(by, other),
            desk.people.change(by, other, ("teacher",)),
            desk.people.close(by, other),
            desk.people.kill(by, other),
        ):
            with pytest.raises(Refusal, match="nobody"):
                await act
    assert len(await desk.people.listed(EVERYTHING)) == 3


async def test_a25_nobody_is_invited_into_another_organisation(
    desk: Desk, ours: str, theirs: Person
) -> None:
    by = By("0" * 32, Scope(ours), NOW)
    [foreign] = [one.scope.organisation for one in await desk.people.listed(EVERYTHING)]
    for organisation in (foreign, None, "0" * 32):
        with pytest.raises(Refusal, match="nobody"):
            await desk.people.invite(
                by, Newcomer("eve@example.org", "Eve", ("admin",), organisation)
            )
    with pytest.raises(Refusal, match="nobody"):
        await desk.people.organise(by, "Mine")
    assert [one.id for one in await desk.people.listed(EVERYTHING)] == [theirs.id]


async def test_a25_kill_all_of_an_organisation_ends_its_own_sessions_only(
    desk: Desk, ours: str, theirs: Person
) -> None:
    ana = await joined(desk, "ana@example.org", "teacher", organisation=ours)
    mine, other = (await ana.signed_in()).token, (await theirs.signed_in()).token
    await desk.people.kill(By(ana.id, Scope(ours), NOW))
    assert await desk.doors.find(mine, ana.now) is None
    assert await desk.doors.find(other, theirs.now)


async def test_one_person_has_one_account(desk: Desk) -> None:
    await joined(desk, "ana@example.org", "teacher")
    with pytest.raises(Refusal, match="taken"):
        await joined(desk, "ana@example.org", "analyst")
    await desk.people.organise(machine(), "Ours")
    with pytest.raises(Refusal, match="taken"):
        await desk.people.organise(machine(), "Ours")


async def test_nobody_changes_or_closes_their_own_account(desk: Desk) -> None:
    ana = await joined(desk, "ana@example.org", "admin")
    by = By(ana.id, EVERYTHING, NOW)
    with pytest.raises(Refusal, match="self"):
        await desk.people.close(by, ana.id)
    with pytest.raises(Refusal, match="self"):
        await desk.people.change(by, ana.id, ("admin", "approver"))


async def test_a_role_that_reaches_many_waits_for_the_second_factor(desk: Desk) -> None:
    ben = await joined(desk, "ben@example.org", "teacher")
    with pytest.raises(Refusal, match="needs_second"):
        await desk.people.change(machine(), ben.id, ("operator",))
    await desk.people.change(machine(), ben.id, ("analyst",))
    [account] = await desk.people.listed(EVERYTHING)
    assert account.roles == ("analyst",)


async def test_whoever_is_closed_stays_in_the_list_and_comes_back_by_no_link(desk: Desk) -> None:
    token = await desk.people.invite(
        machine(), Newcomer("ben@example.org", "Ben", ("teacher",), None)
    )
    account = await desk.account("ben@example.org")
    await desk.people.close(machine(), account)
    [one] = await desk.people.listed(EVERYTHING)
    assert one.standing == "closed"
    with pytest.raises(Refusal, match="used"):
        await desk.doors.guest(token, NOW)
    with pytest.raises(Refusal, match="nobody"):
        await desk.people.reset(machine(), account)


HOSTILE = ("' OR '1'='1", "x'; DROP TABLE accounts; --", "{{ 7 * 7 }}", "%s", "\\", "a\u0000b"[:1])


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a26_what_is_typed_stays_a_value(store: Database, desk: Desk, hostile: str) -> None:
    await joined(desk, "ana@example.org", "teacher")
    email = f"{hostile}@example.org"
    await desk.people.invite(machine(), Newcomer(email, hostile, ("teacher",), None))
    names = {one.name for one in await desk.people.listed(EVERYTHING)}
    assert names == {"ana", hostile}
    ana = await rows(store, "SELECT email FROM accounts WHERE name = 'ana'")
    assert ana == [("ana@example.org",)]
    with pytest.raises(Refusal, match="nobody"):
        await desk.account(hostile)
