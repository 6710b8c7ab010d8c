"""The browser chat over HTTP: what is refused, and what stands around every answer."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.events import Address, Said
from bot.platforms.web.guard import HEADERS
from tests.platforms import cards
from tests.platforms.web.visitor import HOME, hidden, notice, sealed, talking


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:80", "WARY.example"])
async def test_known_hosts_are_answered(host: str) -> None:
    async with talking(cards.HELLO) as (_, browser):
        assert (await browser.get("/", headers={"host": host})).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1.evil.example", "[::2]"])
async def test_other_hosts_are_not(host: str) -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/", headers={"host": host})
        assert page.status_code == 421
        assert bot.heard == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://127.0.0.1:81"},
    ],
)
async def test_a_post_from_another_site_is_refused(headers: dict[str, str]) -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        answer = await browser.post("/say", data=sealed(page, text="hi"), headers=headers)
        assert answer.status_code == 403
        assert len(bot.heard) == 1


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": HOME}, {"origin": "null"}, {"origin": HOME, "sec-fetch-site": "same-origin"}],
)
async def test_a_post_of_our_own_page_is_taken(headers: dict[str, str]) -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        answer = await browser.post("/say", data=sealed(page, text="hi"), headers=headers)
        assert answer.status_code == 200
        assert len(bot.heard) == 2


async def test_a_form_without_our_token_is_shown_the_page_again() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        await browser.get("/")
        page = await browser.post("/say", data={"text": "hi", "token": "é", "key": "k"})
        assert (page.status_code, notice(page)) == (403, "en:web.stale")
        assert 'value="hi"' in page.text
        assert len(bot.heard) == 1


async def test_a_post_without_a_cookie_makes_nobody_a_visitor() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.post("/say", data={"text": "hi"})
        assert page.status_code == 403
        assert "set-cookie" not in page.headers
        assert bot.heard == []


async def test_a_token_is_of_one_visitor_only() -> None:
    async with talking(cards.HELLO, cards.HELLO) as (bot, browser):
        mine = await browser.get("/")
        browser.cookies.clear()
        await browser.get("/")
        page = await browser.post("/say", data=sealed(mine, text="hi"))
        assert page.status_code == 403
        assert len(bot.heard) == 2


@pytest.mark.parametrize("size", [70_000, 2_000_000])
async def test_a_huge_form_is_answered_in_words(size: int) -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        answer = await browser.post("/say", data=sealed(page, text="x" * size))
        assert answer.status_code == 413
        assert "en:web.too_long" in answer.text
        assert len(bot.heard) == 1


async def test_four_thousand_emoji_are_taken() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        answer = await browser.post("/say", data=sealed(page, text="🦉" * 4000))
        assert answer.status_code == 200
        assert bot.heard[-1].event == Said("🦉" * 4000)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/press", 405),
        ("PUT", "/", 405),
        ("GET", "/static/../adapter.py", 404),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/events", 404),
    ],
)
async def test_what_is_not_there_is_said_in_words(method: str, path: str, status: int) -> None:
    async with talking(cards.HELLO) as (_, browser):
        answer = await browser.request(method, path)
        assert answer.status_code == status
        assert "en:web.not_found" in answer.text


async def test_our_own_fault_is_no_trace() -> None:
    async def fails(_: Address, __: str) -> str:
        raise ZeroDivisionError

    async with talking(cards.HELLO, aside=fails) as (_, browser):
        page = await browser.get("/")
        assert page.status_code == 500
        assert "en:web.fault" in page.text
        assert "Traceback" not in page.text


@pytest.mark.parametrize("path", ["/", "/static/app.css", "/static/app.js", "/nothing", "/state"])
async def test_every_answer_has_our_headers(path: str) -> None:
    async with talking(cards.HELLO) as (_, browser):
        headers = (await browser.get(path)).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
        cached = "max-age" in headers["cache-control"]
        assert cached == path.startswith("/static/")


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
@pytest.mark.parametrize(
    ("asked", "name"),
    [("", "wary=[0-9a-f]{32};"), ("?lang=ar", "lang=ar;"), ("?lang=ar", "wary=[0-9a-f]{32};")],
)
async def test_the_cookie_is_out_of_reach_of_scripts_and_sites(
    scheme: str, asked: str, name: str, *, secure: bool
) -> None:
    async with talking(cards.HELLO) as (_, browser):
        page = await browser.get(f"{scheme}://127.0.0.1/{asked}", follow_redirects=False)
        given = [one.lower() for one in page.headers.get_list("set-cookie")]
        [cookie] = [one for one in given if re.match(name, one)]
        assert {"httponly", "samesite=lax", "path=/", "max-age=2592000"} <= set(
            re.split(r";\s*", cookie)
        )
        assert ("secure" in cookie) == secure


@pytest.mark.parametrize("cookie", ["", "x", "A" * 32, "a" * 33, "../../etc/passwd"])
async def test_a_cookie_that_cannot_be_ours_is_replaced(cookie: str) -> None:
    async with talking(cards.HELLO) as (bot, browser):
        await browser.get("/", headers={"cookie": f"wary={cookie}"})
        assert re.fullmatch(r"[0-9a-f]{32}", bot.heard[0].address.id)


async def test_the_switch_changes_the_page_until_the_next_card() -> None:
    async with talking(cards.HELLO, cards.LESSON) as (_, browser):
        await browser.get("/")
        page = await browser.get("/?lang=ar")
        assert page.url.path == "/"
        assert page.url.query == b""
        assert '<html lang="ar" dir="rtl">' in page.text
        assert '<article id="m-n0000000001" lang="en" dir="ltr"' in page.text
        page = await browser.post("/say", data=sealed(page, text="hi"))
        assert '<html lang="en" dir="ltr">' in page.text


async def test_the_page_follows_the_newest_card() -> None:
    async with talking(cards.ARABIC) as (_, browser):
        assert '<html lang="ar" dir="rtl">' in (await browser.get("/")).text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=300), st.sampled_from(["/say", "/press"]))
async def test_no_body_breaks_the_page(body: bytes, path: str) -> None:
    async with talking(cards.HELLO) as (_, browser):
        page = await browser.get("/")
        seal = f"token={hidden(page, 'token')}&key={hidden(page, 'key')}&".encode()
        answer = await browser.post(path, content=seal + body)
        assert answer.status_code == 200
