"""The browser chat over HTTP: what a visitor sees, presses and types."""

import asyncio
from html import unescape

import pytest

from bot.core.card import Action
from bot.core.events import Address, Began, Commanded, Pressed, Said, Unreadable
from bot.platforms.web import connect, session
from bot.ports import StoreDown
from tests.platforms import cards
from tests.platforms.scripted import NOW, post, tools
from tests.platforms.web.visitor import client, hidden, notice, sealed, talking


async def test_the_first_page_shows_the_first_card() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        assert page.status_code == 200
        assert "العربية" in page.text
        assert [one.event for one in bot.heard] == [Began()]
        assert bot.heard[0].address == Address("web", browser.cookies["wary"])


async def test_a_second_look_opens_nothing() -> None:
    async with talking(cards.HELLO, cards.LESSON) as (bot, browser):
        await browser.get("/")
        await browser.get("/")
        assert len(bot.heard) == 1


async def test_two_first_looks_at_once_open_the_conversation_once() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        browser.cookies["wary"] = "a" * 32
        await asyncio.gather(browser.get("/"), browser.get("/"))
        assert len(bot.heard) == 1


async def test_after_a_restart_the_page_is_not_empty_and_its_address_is_the_same() -> None:
    async with talking(cards.HELLO) as (_, before):
        page = await before.get("/")
        key = before.cookies["wary"]
    async with talking(cards.LESSON, cards.ANSWERED) as (bot, after):
        after.cookies["wary"] = key
        pressed = sealed(page, action="answer:phi-05-q2:a", on="m-n0000000009")
        shown = await after.post("/press", data=pressed)
        assert shown.status_code == 200
        assert "A parcel that needs" in shown.text
        assert [one.address.id for one in bot.heard] == [key]


async def test_a_press_changes_its_card() -> None:
    async with talking(cards.LESSON, cards.ANSWERED) as (bot, browser):
        page = await browser.get("/")
        on = hidden(page, "on")
        page = await browser.post("/press", data=sealed(page, action="answer:phi-05-q2:a", on=on))
        assert bot.heard[-1].event == Pressed(Action("answer", ("phi-05-q2", "a")), on)
        assert page.text.count("<article") == 1
        assert "Not quite" in page.text


async def test_a_form_posted_twice_is_one_event() -> None:
    async with talking(cards.LESSON, cards.ANSWERED, cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        form = sealed(page, action="answer:phi-05-q2:a", on=hidden(page, "on"))
        await asyncio.gather(*(browser.post("/press", data=form) for _ in range(3)))
        assert len(bot.heard) == 2


async def test_several_picks_arrive_together() -> None:
    async with talking(cards.MANY) as (bot, browser):
        page = await browser.get("/")
        form = sealed(page, action="send:phi-05-q2", on=hidden(page, "on"))
        await browser.post("/press", data={**form, "picked": ["a", "c"]})
        assert bot.heard[-1].event == Pressed(
            Action("send", ("phi-05-q2",)), form["on"], ("a", "c")
        )


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("hello", Said("hello")),
        ("/Start", Began()),
        ("/my-data now", Commanded("my_data", "now")),
        ("x" * 4001, Said("x" * 4000)),
        ("\x00\x07\u202e\ud7ff", Said("\u202e\ud7ff")),
    ],
)
async def test_what_is_typed_arrives(text: str, event: object) -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        await browser.post("/say", data=sealed(page, text=text))
        assert bot.heard[-1].event == event
        assert bot.heard[-1].at == NOW


async def test_an_asked_question_is_named() -> None:
    async with talking(cards.ASK) as (bot, browser):
        page = await browser.get("/")
        await browser.post("/say", data=sealed(page, text="12", asked="answer:phi-05-q3"))
        assert bot.heard[-1].event == Said("12", Action("answer", ("phi-05-q3",)))


async def test_what_was_typed_stands_nowhere_afterwards() -> None:
    async with talking(cards.HELLO, cards.LESSON) as (_, browser):
        page = await browser.get("/")
        page = await browser.post("/say", data=sealed(page, text="correct horse"))
        assert "correct horse" not in page.text


async def test_a_forged_token_of_a_button_is_an_event_too() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        await browser.post("/press", data=sealed(page, action="<b>", on="m-1"))
        assert bot.heard[-1].event == Unreadable("m-1")


async def test_a_notice_is_shown_until_the_next_event() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        bot.notice = "You answered this one: <B>."
        page = await browser.post("/say", data=sealed(page, text="b"))
        assert unescape(notice(page)) == "You answered this one: <B>."
        bot.notice = ""
        page = await browser.post("/say", data=sealed(page, text="b"))
        assert notice(page) == ""


async def test_a_store_that_is_down_keeps_what_was_typed() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        page = await browser.get("/")
        bot.down = True
        page = await browser.post("/say", data=sealed(page, text='my "long" answer'))
        assert page.status_code == 503
        assert notice(page) == "en:web.cannot_save"
        assert 'value="my &#34;long&#34; answer"' in page.text


async def test_a_store_that_is_down_at_the_first_look_says_so() -> None:
    async with talking(cards.HELLO) as (bot, browser):
        bot.down = True
        page = await browser.get("/")
        assert (page.status_code, notice(page)) == (503, "en:web.cannot_save")


async def test_before_anybody_listens_visitors_are_asked_to_wait() -> None:
    async with client(connect({}, tools())) as browser:
        for path in ("/", "/events", "/state"):
            page = await browser.get(path)
            assert page.status_code == 503
            assert "en:web.starting" in page.text


async def test_an_answer_that_never_comes_holds_the_page_for_a_moment_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session.Session.arrived, "__defaults__", (0.01,))
    async with talking(cards.HELLO, cards.LESSON) as (bot, browser):
        monkeypatch.setattr(bot, "say", lambda *_, **__: asyncio.sleep(0))
        page = await browser.get("/")
        assert page.status_code == 200
        assert "<article" not in page.text


@pytest.mark.parametrize(
    ("headers", "locale"),
    [
        ({}, "en"),
        ({"accept-language": "zh-CN,zh;q=0.9"}, "zh-Hans"),
        ({"accept-language": "fr", "cookie": "lang=ru"}, "ru"),
        ({"accept-language": "fr", "cookie": "lang=xx"}, "fr"),
    ],
)
async def test_the_first_guess_is_the_switch_then_the_browser(
    headers: dict[str, str], locale: str
) -> None:
    async with talking(cards.HELLO) as (bot, browser):
        await browser.get("/", headers=headers)
        assert bot.heard[0].locale == locale


async def test_panels_stand_beside_the_chat_where_there_are_any() -> None:
    async def aside(address: Address, locale: str) -> str:
        return f"<section>{address.platform} {locale}</section>"

    async with talking(cards.HELLO, aside=aside) as (_, browser):
        page = await browser.get("/")
        assert "<section>web en</section>" in page.text
        assert "en:web.demo" in page.text
    async with talking(cards.HELLO) as (_, browser):
        assert "<aside" not in (await browser.get("/")).text


async def test_panels_that_cannot_be_drawn_leave_the_chat_alone() -> None:
    async def aside(_: Address, __: str) -> str:
        raise StoreDown

    async with talking(cards.HELLO, aside=aside) as (_, browser):
        assert (await browser.get("/")).status_code == 200


async def test_a_lesson_for_a_forgotten_visitor_waits_for_them() -> None:
    async with talking() as (bot, browser):
        web = bot.platform
        await web.send(post(Address("web", "b" * 32), 7), cards.LESSON)
        browser.cookies["wary"] = "b" * 32
        page = await browser.get("/")
        assert "A parcel that needs" in page.text
        assert bot.heard == []


async def test_a_repeated_post_takes_its_own_place() -> None:
    async with talking() as (bot, browser):
        browser.cookies["wary"] = "b" * 32
        for _ in range(2):
            await bot.platform.send(post(Address("web", "b" * 32), 7), cards.LESSON)
        assert (await browser.get("/")).text.count("<article") == 1


async def test_a_log_keeps_its_newest_cards() -> None:
    async with talking() as (bot, browser):
        browser.cookies["wary"] = "b" * 32
        for number in range(session.MESSAGES + 5):
            await bot.platform.send(post(Address("web", "b" * 32), number), cards.LESSON)
        page = await browser.get("/")
        assert page.text.count("<article") == session.MESSAGES
        assert 'id="m-n0000000005"' in page.text
        assert 'id="m-n0000000004"' not in page.text


def test_the_visitors_that_were_away_longest_are_forgotten_first() -> None:
    all_of_them = session.Sessions(limit=2)
    first = all_of_them.of("a", 1)
    all_of_them.of("b", 1)
    assert all_of_them.of("a", 2) is first
    all_of_them.of("c", 1)
    assert len(all_of_them) == 2
    assert all_of_them.of("b", 9).version == 9
