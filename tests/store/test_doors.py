"""The door: two factors, sessions that are named anew and end, locks that shut out who guesses."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.account import Newcomer, Refusal
from bot.engine.session import HALF, IDLE, INVITED, PER_ACCOUNT, PER_CLIENT, STEP, WHOLE
from bot.store.database import Database
from bot.store.desk import FROM_ONE, Desk
from bot.store.passwords import code, step_at
from tests.store.people import NOW, rows
from tests.store.staff import EVERYTHING, WORDS, Person, joined, machine

SECOND = timedelta(seconds=1)
ELSEWHERE = "198.51.100.0/24"


@pytest.fixture
def desk(store: Database, tmp_path: Path) -> Desk:
    return store.desk(tmp_path / "audit")


@pytest.fixture
async def admin(desk: Desk) -> Person:
    return await joined(desk, "ana@example.org", "admin")


async def test_a_password_alone_opens_nothing_where_a_second_factor_is_set_up(
    desk: Desk, admin: Person
) -> None:
    half = await desk.doors.begin(admin.email, WORDS, admin.at())
    assert half.half
    assert await desk.doors.find(half.token, admin.now) is None
    wrong = await desk.doors.second(half.token, "000000", admin.at())
    assert (wrong.token, wrong.why) == ("", "wrong_code")
    whole = await desk.doors.second(half.token, admin.typed(), admin.at())
    signed = await desk.doors.find(whole.token, admin.now)
    assert signed is not None
    assert signed.account.email == admin.email


async def test_a24_the_name_of_a_session_is_new_after_each_factor_and_confirmation(
    desk: Desk, admin: Person
) -> None:
    half = await desk.doors.begin(admin.email, WORDS, admin.at())
    whole = await desk.doors.second(half.token, admin.typed(), admin.at())
    again = await desk.doors.second(whole.token, admin.typed(), admin.at())
    assert len({half.token, whole.token, again.token}) == 3
    for old in (half.token, whole.token):
        assert await desk.doors.find(old, admin.now) is None
    assert await desk.doors.find(again.token, admin.now)


async def test_a24_a_name_that_somebody_else_chose_is_nobodys(desk: Desk, admin: Person) -> None:
    chosen = "A" * 22
    assert await desk.doors.find(chosen, admin.now) is None
    refused = await desk.doors.second(chosen, admin.typed(), admin.at())
    assert refused.why == "please"
    assert await desk.doors.find(chosen, admin.now) is None


async def test_a4_a_session_ends_after_rest_and_after_a_day(desk: Desk, admin: Person) -> None:
    token = (await admin.signed_in()).token
    begun = admin.now
    assert await desk.doors.find(token, begun + IDLE - SECOND)
    assert await desk.doors.find(token, begun + 2 * IDLE - 2 * SECOND)
    assert await desk.doors.find(token, begun + 3 * IDLE) is None
    token, now = (await admin.signed_in()).token, admin.now
    begun = now
    while now < begun + WHOLE - IDLE:
        now += IDLE - SECOND
        assert await desk.doors.find(token, now)
    assert await desk.doors.find(token, begun + WHOLE) is None


async def test_a4_a_confirmation_does_not_lengthen_the_day(desk: Desk, admin: Person) -> None:
    token = (await admin.signed_in()).token
    begun = admin.now
    while admin.now < begun + WHOLE - IDLE:
        admin.now += IDLE - 40 * SECOND
        token = (await desk.doors.second(token, admin.typed(), admin.at())).token
        assert token
    assert await desk.doors.find(token, begun + WHOLE) is None


async def test_a4_a_confirmation_holds_for_a_little_while(desk: Desk, admin: Person) -> None:
    token = (await admin.signed_in()).token
    signed = await desk.doors.find(token, admin.now)
    assert signed is not None
    assert signed.until == admin.now + STEP
    admin.now += STEP
    token = (await desk.doors.second(token, admin.typed(), admin.at())).token
    signed = await desk.doors.find(token, admin.now)
    assert signed is not None
    assert signed.until == admin.now + STEP


async def test_between_the_factors_there_is_little_time(desk: Desk, admin: Person) -> None:
    half = await desk.doors.begin(admin.email, WORDS, admin.at())
    admin.now += HALF
    assert (await desk.doors.second(half.token, admin.typed(), admin.at())).why == "please"


async def test_a_code_opens_one_door_once_also_for_two_at_once(desk: Desk, admin: Person) -> None:
    halves = [await desk.doors.begin(admin.email, WORDS, admin.at()) for _ in range(2)]
    typed = admin.typed()
    opened = await asyncio.gather(
        *(desk.doors.second(half.token, typed, admin.at()) for half in halves)
    )
    assert sorted(one.why for one in opened) == ["", "wrong_code"]


async def test_a4_after_signing_out_the_session_is_nobodys(desk: Desk, admin: Person) -> None:
    token = (await admin.signed_in()).token
    await desk.doors.end(token, admin.now)
    assert await desk.doors.find(token, admin.now) is None
    await desk.doors.end(token, admin.now)  # twice is as good


async def test_a4_kill_all_ends_every_session_and_forgets_every_browser(
    desk: Desk, admin: Person
) -> None:
    other = await joined(desk, "ben@example.org", "teacher")
    opened = [await admin.signed_in(), await other.signed_in()]
    await desk.people.kill(machine(admin.now))
    for one in opened:
        assert await desk.doors.find(one.token, admin.now) is None
    for _ in range(PER_CLIENT.tries):
        await desk.doors.begin(other.email, "a wrong password", other.at())
    # The browser was known, and would have had a count of its own.
    shut = await desk.doors.begin(other.email, WORDS, other.at(device=opened[1].device))
    assert shut.why == "locked"


async def test_a4_a_right_that_was_taken_is_gone_at_once(desk: Desk, admin: Person) -> None:
    token = (await admin.signed_in()).token
    await desk.people.change(machine(admin.now), admin.id, ("teacher",))
    signed = await desk.doors.find(token, admin.now)
    assert signed is not None
    assert signed.account.roles == ("teacher",)
    await desk.people.close(machine(admin.now), admin.id)
    assert await desk.doors.find(token, admin.now) is None


async def test_whoever_guesses_is_locked_and_nobody_else(desk: Desk, admin: Person) -> None:
    known = await admin.signed_in("203.0.113.0/24")
    for number in range(PER_CLIENT.tries + 2):
        refused = await desk.doors.begin(admin.email, "a wrong password", admin.at(ELSEWHERE))
        assert refused.why == ("wrong" if number < PER_CLIENT.tries else "locked")
    # Right or wrong makes no difference to the one who is locked.
    assert (await desk.doors.begin(admin.email, WORDS, admin.at(ELSEWHERE))).why == "locked"
    # From elsewhere, and from the very network in a browser that is known, the owner gets in.
    assert (await desk.doors.begin(admin.email, WORDS, admin.at())).half
    assert (await desk.doors.begin(admin.email, WORDS, admin.at(ELSEWHERE, known.device))).half
    admin.now += PER_CLIENT.within
    assert (await desk.doors.begin(admin.email, WORDS, admin.at(ELSEWHERE))).half


async def test_a_forged_browser_is_a_stranger(desk: Desk, admin: Person) -> None:
    known = (await admin.signed_in("203.0.113.0/24")).device
    other = await joined(desk, "ben@example.org", "teacher")
    for _ in range(PER_CLIENT.tries):
        await desk.doors.begin(admin.email, "a wrong password", admin.at(ELSEWHERE))
        await desk.doors.begin(other.email, "a wrong password", other.at(ELSEWHERE))
    for device in ("", ".", f"{'0' * 32}.{'0' * 64}", known[:-1] + "x", "\ud800.\ud800"):
        shut = await desk.doors.begin(admin.email, WORDS, admin.at(ELSEWHERE, device))
        assert shut.why == "locked"
    # Somebody else's browser is none of one's own.
    assert (await desk.doors.begin(other.email, WORDS, other.at(ELSEWHERE, known))).why == "locked"


async def test_a_lock_does_not_tell_who_has_an_account(desk: Desk, admin: Person) -> None:
    for number in range(PER_CLIENT.tries + 1):
        whys = {
            (await desk.doors.begin(email, "a wrong password", admin.at())).why
            for email in (admin.email, "nobody@example.org")
        }
        assert whys == {"wrong" if number < PER_CLIENT.tries else "locked"}


async def test_a_thief_of_a_password_gets_few_codes_from_all_networks_together(
    desk: Desk, admin: Person
) -> None:
    known = await admin.signed_in()
    tried = 0
    for number in range(PER_ACCOUNT.tries):
        network = f"198.51.{number}.0/24"
        half = await desk.doors.begin(admin.email, WORDS, admin.at(network))
        for _ in range(PER_CLIENT.tries):
            refused = await desk.doors.second(half.token, "000000", admin.at(network))
            tried += refused.why == "wrong_code"
    assert tried == PER_ACCOUNT.tries
    # The owner's own browser does not stand in that count.
    half = await desk.doors.begin(admin.email, WORDS, admin.at(device=known.device))
    client = admin.at(device=known.device)
    assert (await desk.doors.second(half.token, admin.typed(), client)).token


async def test_one_network_does_not_fill_the_queue(desk: Desk, admin: Person) -> None:
    tried = await asyncio.gather(
        *(desk.doors.begin(f"n{n}@example.org", WORDS, admin.at(ELSEWHERE)) for n in range(9)),
        desk.doors.begin(admin.email, WORDS, admin.at()),
    )
    whys = [one.why for one in tried]
    assert whys[:9].count("busy") == 9 - FROM_ONE
    assert tried[-1].half


async def test_a_lock_is_written_down_once(desk: Desk, admin: Person) -> None:
    for _ in range(PER_CLIENT.tries + 3):
        await desk.doors.begin(admin.email, "a wrong password", admin.at(ELSEWHERE))
    acts = [act for _, act in await desk.book.newest(EVERYTHING) if act.what == "sign.refused"]
    assert [(act.about, act.detail) for act in acts] == [(admin.id, "password")]


async def test_a_link_works_once_and_for_a_while(desk: Desk) -> None:
    newcomer = Newcomer("ben@example.org", "Ben", ("teacher",), None)
    token = await desk.people.invite(machine(), newcomer)
    with pytest.raises(Refusal, match="used"):
        await desk.doors.guest(token, NOW + INVITED)
    with pytest.raises(Refusal, match="used"):
        await desk.doors.guest(token[:-1], NOW)
    with pytest.raises(Refusal, match="weak"):
        await desk.doors.accept(token, "short", "", NOW)
    both = await asyncio.gather(
        *(desk.doors.accept(token, WORDS, "", NOW) for _ in range(2)), return_exceptions=True
    )
    assert sorted(map(str, both)) == ["None", "used"]
    with pytest.raises(Refusal, match="used"):
        await desk.doors.guest(token, NOW)


async def test_a_newer_link_takes_the_place_of_the_old(desk: Desk) -> None:
    newcomer = Newcomer("ben@example.org", "Ben", ("teacher",), None)
    old = await desk.people.invite(machine(), newcomer)
    account = await desk.account("ben@example.org")
    new = await desk.people.reset(machine(), account)
    with pytest.raises(Refusal, match="used"):
        await desk.doors.accept(old, WORDS, "", NOW)
    await desk.doors.accept(new, WORDS, "", NOW)


async def test_who_reaches_many_cannot_leave_the_second_factor_out(desk: Desk) -> None:
    newcomer = Newcomer("ben@example.org", "Ben", ("operator",), None)
    token = await desk.people.invite(machine(), newcomer)
    for typed in ("", "000000"):
        with pytest.raises(Refusal, match="wrong_code"):
            await desk.doors.accept(token, WORDS, typed, NOW)
    secret = (await desk.doors.guest(token, NOW)).secret
    await desk.doors.accept(token, WORDS, code(secret, step_at(NOW)), NOW)


async def test_a_reset_takes_everything_away(desk: Desk, admin: Person) -> None:
    token = (await admin.signed_in()).token
    await desk.people.reset(machine(admin.now), admin.id)
    assert await desk.doors.find(token, admin.now) is None
    assert (await desk.doors.begin(admin.email, WORDS, admin.at())).why == "wrong"


async def test_nothing_that_opens_a_door_stands_in_the_database(
    store: Database, desk: Desk, admin: Person
) -> None:
    opened = await admin.signed_in()
    link = await desk.people.invite(
        machine(), Newcomer("ben@example.org", "Ben", ("teacher",), None)
    )
    tables = ("accounts", "sessions", "invitations", "tries", "audit")
    told = str([await rows(store, f"SELECT * FROM {table}") for table in tables])  # noqa: S608  our own names
    for secret in (WORDS, opened.token, opened.device, link, repr(admin.secret)[2:-1]):
        assert secret not in told
