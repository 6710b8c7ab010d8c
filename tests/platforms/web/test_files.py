"""Files in the browser: links under their card, and for nobody but whose page it is."""

from dataclasses import replace

from bot.core.events import Address
from bot.core.message import File
from bot.platforms.web.session import Session, file_of
from bot.runtime.export import Recalling
from tests.platforms.cards import BUTTONS, HELLO
from tests.platforms.scripted import post
from tests.platforms.web.visitor import sealed, talking

JSON = File("wary-mydata.json", "application/json", b'{"a": 1}')
HTML = File("wary-mydata.html", "text/html", "<p>هنا".encode())
CARD = replace(BUTTONS, carried=(JSON, HTML))


async def test_the_links_under_the_card_bring_both_files_as_downloads() -> None:
    async with talking(HELLO) as (bot, browser):
        await browser.get("/")
        me = Address("web", browser.cookies["wary"])
        name = await bot.platform.send(post(me), CARD)
        page = await browser.get("/")
        for at, file in enumerate((JSON, HTML)):
            link = f"/mine/{name}/{at}"
            assert f'href="{link}" download="{file.name}"' in page.text
            got = await browser.get(link)
            assert (got.status_code, got.content) == (200, file.content)
            assert got.headers["content-type"].startswith(file.kind)
            assert got.headers["content-disposition"] == f'attachment; filename="{file.name}"'
            assert got.headers["cache-control"] == "no-store"


async def test_nobody_else_gets_them_and_nothing_else_is_there() -> None:
    async with talking(HELLO, HELLO) as (bot, browser):
        await browser.get("/")
        key = browser.cookies["wary"]
        name = await bot.platform.send(post(Address("web", key)), CARD)
        for odd in (f"/mine/{name}/2", f"/mine/{name}/99", "/mine/m-none/0", f"/mine/{name}/-1"):
            assert (await browser.get(odd)).status_code == 404, odd
        browser.cookies.clear()
        gone = await browser.get(f"/mine/{name}/0")
        assert (gone.status_code, b'{"a": 1}' in gone.content) == (404, False)
        browser.cookies["wary"] = "b" * 32
        assert (await browser.get(f"/mine/{name}/0")).status_code == 404
        browser.cookies["wary"] = key
        assert (await browser.get(f"/mine/{name}/0")).status_code == 200


async def test_they_stay_while_the_visitor_goes_on_and_go_when_they_are_forgotten() -> None:
    async with talking(HELLO, HELLO, HELLO) as (bot, browser):
        page = await browser.get("/")
        name = await bot.platform.send(post(Address("web", browser.cookies["wary"])), CARD)
        page = await browser.get("/")
        assert f"/mine/{name}/0" in page.text
        page = await browser.post("/say", data=sealed(page, text="/forgetme"))
        assert f"/mine/{name}/0" in page.text
        # The red button, here or in another app.
        assert isinstance(bot.platform, Recalling)
        bot.platform.forget(Address("web", "somebody-else"))
        assert (await browser.get(f"/mine/{name}/0")).status_code == 200
        bot.platform.forget(Address("web", browser.cookies["wary"]))
        page = await browser.get("/")
        assert "/mine/" not in page.text
        assert (await browser.get(f"/mine/{name}/0")).status_code == 404


def test_only_the_newest_files_are_kept() -> None:
    session = Session("a" * 32, 1)
    session.show("m-1", CARD)
    session.show("m-2", BUTTONS)
    assert file_of(session, "m-1", 0) == JSON
    session.show("m-3", CARD)
    assert file_of(session, "m-1", 0) is None
    assert file_of(session, "m-3", 1) == HTML
    assert [bool(one.message.carried) for one in session.log] == [False, False, True]
    assert session.log[0].message == BUTTONS
