"""The door as a browser meets it: A4, A24 and A26 by name, and what every answer carries."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.console.visit import BROWSER, FORM, SESSION
from bot.engine.session import IDLE, PER_CLIENT, STEP
from tests.console.desks import HOME, House, house, token
from tests.store.people import NOW
from tests.store.staff import EVERYTHING, WORDS, Person, joined, machine


class Clock:
    """A clock by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(home: House, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> House:
    return house(home.store, tmp_path_factory.mktemp("timed"), now=clock)


@pytest.fixture
async def admin(timed: House) -> Person:
    return await joined(timed.desk, "ana@example.org", "admin")


async def sign_in(browser: httpx.AsyncClient, person: Person, clock: Clock) -> httpx.Response:
    page = await browser.get("/in")
    data = {"token": token(page), "email": person.email, "password": WORDS}
    answer = await browser.post("/in", data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, "/in/second")
    typed = person.typed()
    clock.now = person.now
    page = await browser.get("/in/second")
    return await browser.post("/in/second", data={"token": token(page), "code": typed})


async def test_somebody_signs_in_by_two_factors_and_out_again(
    timed: House, admin: Person, clock: Clock
) -> None:
    async with timed.browser() as browser:
        answer = await sign_in(browser, admin, clock)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
        page = await browser.get("/staff")
        assert page.status_code == 200
        assert admin.email in page.text
        session = browser.cookies[SESSION]
        assert (await browser.get("/in")).headers["location"] == "/staff"
        out = await browser.post("/out", data={"token": token(page)})
        assert out.headers["location"] == "/in"
    async with timed.browser(session) as thief:
        assert (await thief.get("/staff")).status_code == 401


async def test_a24_cookies_are_of_this_host_and_out_of_reach(
    timed: House, admin: Person, clock: Clock
) -> None:
    async with timed.browser() as browser:
        first = await browser.get("/in")
        answer = await sign_in(browser, admin, clock)
        set_ = [*first.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")]
        assert {one.partition("=")[0] for one in set_} == {SESSION, FORM, BROWSER}
        for one in set_:
            assert one.startswith("__Host-")
            for word in ("; HttpOnly", "; Path=/", "; SameSite=strict", "; Secure"):
                assert word in one
            assert "Domain" not in one


async def test_a24_a_session_chosen_by_somebody_else_is_useless_after_signing_in(
    timed: House, admin: Person, clock: Clock
) -> None:
    async with timed.browser("A" * 22) as browser:
        await sign_in(browser, admin, clock)
        assert browser.cookies[SESSION] != "A" * 22
    async with timed.browser("A" * 22) as attacker:
        assert (await attacker.get("/staff")).status_code == 401


async def test_a24_every_form_without_or_with_a_foreign_token_is_refused(home: House) -> None:
    account = await home.account("ana@example.org", "admin")
    other = await home.account("eve@example.org", "admin")
    async with home.browser(await home.session(other)) as eve:
        foreign = token(await eve.get("/staff"))
    tried = 0
    for door in home.console.doors:
        if door.method == "POST":
            path = door.path.replace("{account}", other).replace("{token}", "x" * 22)
            for word in (None, "", foreign, "\u00e9", "0" * 32):
                async with home.browser(await home.session(account)) as browser:
                    data = {"role": "teacher"} | ({} if word is None else {"token": word})
                    assert (await browser.post(path, data=data)).status_code == 403, path
                    tried += 1
    assert tried == 5 * sum(door.method == "POST" for door in home.console.doors)


@pytest.mark.parametrize(
    "header",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a24_a_form_from_another_site_is_refused_even_with_the_token(
    home: House, header: dict[str, str]
) -> None:
    account = await home.account("ana@example.org", "admin")
    async with home.browser(await home.session(account)) as browser:
        word = token(await browser.get("/staff"))
        refused = await browser.post("/staff/kill", data={"token": word}, headers=header)
        assert refused.status_code == 403
        assert (await browser.get("/staff")).status_code == 200
        mine = {"origin": HOME, "sec-fetch-site": "same-origin"}
        done = await browser.post("/staff/kill", data={"token": word}, headers=mine)
        assert done.status_code == 303


async def test_every_answer_forbids_frames_scripts_and_keeping(home: House) -> None:
    account = await home.account("ana@example.org", "admin")
    async with home.browser(await home.session(account)) as browser:
        for path in ("/in", "/staff", "/people", "/audit", "/installation", "/nowhere", "/again"):
            answer = await browser.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert not re.search(r"<script|\son\w+=|\sstyle=|javascript:", answer.text)


async def test_an_unknown_host_is_not_answered(home: House) -> None:
    async with home.browser() as browser:
        answer = await browser.get("/in", headers={"host": "evil.example"})
        assert (answer.status_code, "web.wrong_host" in answer.text) == (421, True)


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
async def test_nobody_is_sent_to_an_address_that_stands_in_a_request(home: House, to: str) -> None:
    async with home.browser() as browser:
        for name in ("next", "to", "url", "return"):
            page = await browser.get("/in", params={name: to})
            assert (page.status_code, to in page.text) == (200, False)
        moved = await browser.get("/in", params={"lang": "ar", "next": to})
        assert moved.headers["location"] == f"{HOME}/in".removeprefix(HOME)
        assert (await browser.get(f"/{to}", params={"lang": "ar"})).status_code == 404


@pytest.mark.parametrize("value", ["ar\r\nSet-Cookie: x=1", "ar%0d%0aX: 1", "../en"])
async def test_no_header_is_made_of_what_was_asked(home: House, value: str) -> None:
    async with home.browser() as browser:
        answer = await browser.get("/in", params={"lang": value})
        assert answer.status_code == 200 or answer.headers["location"] == "/in"
        assert "x" not in {name.lower() for name in answer.headers}


async def test_a4_a_stolen_cookie_is_refused_at_every_door_after_it_ended(
    timed: House, clock: Clock
) -> None:
    account = await timed.account("ana@example.org", "admin")
    session = await timed.session(account)
    clock.now += IDLE
    tried = 0
    async with timed.browser(session) as thief:
        for door in timed.console.doors:
            if door.need != "anyone":
                path = door.path.replace("{account}", account)
                answer = await thief.request(door.method, path)
                assert answer.status_code == 401, path
                tried += 1
    assert tried > 10


async def test_a4_after_a_role_was_lost_its_doors_are_nowhere(home: House) -> None:
    account = await home.account("ana@example.org", "admin")
    session = await home.session(account)
    await home.desk.people.change(machine(), account, ("teacher",))
    async with home.browser(session) as browser:
        assert (await browser.get("/staff")).status_code == 200
        assert (await browser.get("/people")).status_code == 404


async def test_a4_what_reaches_others_asks_once_more_after_a_while(
    timed: House, admin: Person, clock: Clock
) -> None:
    async with timed.browser() as browser:
        await sign_in(browser, admin, clock)
        clock.now += STEP + timedelta(seconds=1)
        admin.now = clock.now
        page = await browser.get("/people")
        assert "/again" in page.text
        data = {"token": token(page), "email": "ben@example.org", "role": "teacher"}
        refused = await browser.post("/people", data=data)
        assert refused.status_code == 403
        assert "desk.again.first" in refused.text
        before = browser.cookies[SESSION]
        typed = admin.typed()
        clock.now = admin.now
        answer = await browser.post("/again", data={"token": token(page), "code": typed})
        assert answer.headers["location"] == "/people"
        assert browser.cookies[SESSION] != before
        data["token"] = token(await browser.get("/people"))
        made = await browser.post("/people", data=data)
        assert made.status_code == 200
        assert f"{HOME}/invite/" in made.text


async def test_an_invitation_is_looked_at_many_times_and_taken_once(timed: House) -> None:
    account = await timed.account("ana@example.org", "admin")
    async with timed.browser(await timed.session(account)) as browser:
        word = token(await browser.get("/people"))
        data = {"token": word, "email": "Ben@example.org", "name": "<b>Ben", "role": "teacher"}
        made = await browser.post("/people", data=data)
        assert "&lt;b&gt;Ben" in made.text
        again = await browser.post("/people", data=data)
        assert again.status_code == 409
        assert "desk.taken" in again.text
    [path] = re.findall(r"/invite/[\w-]+", made.text)
    async with timed.browser() as guest:
        for _ in range(3):  # messengers look at links before people do
            page = await guest.get(path)
            assert page.status_code == 200
        data = {"token": token(page), "password": "short", "code": ""}
        assert "desk.weak" in (await guest.post(path, data=data)).text
        data["password"] = WORDS
        assert (await guest.post(path, data=data)).headers["location"] == "/in"
        assert "desk.used" in (await guest.post(path, data=data)).text
        page = await guest.get("/in")
        data = {"token": token(page), "email": "ben@example.org", "password": WORDS}
        assert (await guest.post("/in", data=data)).headers["location"] == "/staff"


async def test_wrong_tries_are_told_alike_and_locked(timed: House, admin: Person) -> None:
    async with timed.browser() as browser:
        word = token(await browser.get("/in"))
        for number in range(PER_CLIENT.tries + 1):
            for email in (admin.email, "nobody@example.org"):
                data = {"token": word, "email": email, "password": "a wrong password"}
                answer = await browser.post("/in", data=data)
                shut = number == PER_CLIENT.tries
                assert answer.status_code == (429 if shut else 403)
                assert ("desk.locked" if shut else "desk.wrong") in answer.text


HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "{% raise %}",
    "'; DROP TABLE accounts; --",
    '" onfocus="x',
    "\u202e\u0000\ud7ff",
    "x" * 5000,
)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_a26_what_is_typed_into_any_field_stays_a_value(home: House, hostile: str) -> None:
    account = await home.account("ana@example.org", "admin")
    target = await home.account("ben@example.org", "teacher")
    names = ("email", "name", "password", "code", "role", "organisation")
    for door in home.console.doors:
        if door.method == "POST" and door.path not in {"/out", "/staff/kill"}:
            async with home.browser(await home.session(account)) as browser:
                word = token(await browser.get("/staff"))
                data = {"token": word, **dict.fromkeys(names, hostile)}
                path = door.path.replace("{account}", target).replace("{token}", "x")
                answer = await browser.post(path, data=data)
                assert answer.status_code < 500, path
                assert "<script" not in answer.text
                assert 'onfocus="x' not in answer.text
                assert "{{ 49" not in answer.text
    assert {one.id for one in await home.desk.people.listed(EVERYTHING)} == {account, target}


async def test_a_form_too_large_is_refused(home: House) -> None:
    async with home.browser() as browser:
        word = token(await browser.get("/in"))
        data = {"token": word, "email": "x" * 100_000}
        assert (await browser.post("/in", data=data)).status_code == 413


async def test_where_the_audit_cannot_be_written_nothing_is_done_and_it_says_so(
    home: House, tmp_path: Path
) -> None:
    account = await home.account("ana@example.org", "admin")
    async with home.browser(await home.session(account)) as browser:
        word = token(await browser.get("/staff"))
        (tmp_path / "audit").write_text("no head")
        answer = await browser.post("/staff/kill", data={"token": word})
        assert (answer.status_code, "desk.down" in answer.text) == (503, True)
        assert (await browser.get("/staff")).status_code == 200


async def test_a23_nothing_that_opens_a_door_or_names_somebody_is_logged(
    timed: House, admin: Person, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    async with timed.browser() as browser:
        await sign_in(browser, admin, clock)
        data = {"token": token(await browser.get("/people")), "email": "ben@example.org"}
        made = await browser.post("/people", data={**data, "name": "Benedikt", "role": "teacher"})
        [link] = re.findall(r"/invite/([\w-]+)", made.text)
        await browser.get(f"/invite/{link}")
        secrets = (browser.cookies[SESSION], browser.cookies[BROWSER], link, WORDS)
    # The client of this test writes down what it asks for; the console has a log of its own.
    told = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    for hidden in (*secrets, admin.email, "ben@example.org", "Benedikt"):
        assert hidden not in str(told)
