"""Discord misbehaves as the fault matrix says; the judge is what a person would have seen."""

import asyncio
import logging
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.card import Action
from bot.core.effects import Lane
from bot.core.events import Incoming, Pressed, Said
from bot.platforms.discord.markdown import bare
from bot.platforms.discord.outcomes import BAN_SECONDS, OPENING_SECONDS
from bot.platforms.discord.tickets import LIFE
from bot.ports import Barred, Gone, Receipt, Refused, Throttled, Unknown
from tests.platforms.cards import ANSWERED, ASK, BUTTONS, HELLO, LESSON, TYPED
from tests.platforms.discord.server import Fault, refused, serving, too_many
from tests.platforms.discord.talking import ME, USER, Chat, Watch, adapter, chatting, heard
from tests.platforms.scripted import post

MESSAGES = "/channels/[0-9]+/messages$"
ORIGINAL = "/messages/@original$"


async def _opened(chat: Chat) -> None:
    """Let the person write, so that their direct messages are known."""
    chat.server.room(USER)
    await chat.send(BUTTONS, 99)
    chat.server.spoken.clear()
    chat.server.calls.clear()


async def test_c4_a_send_with_a_refused_token_is_barred() -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, Fault(401, {"message": "no", "code": 0}))
        with pytest.raises(Barred):
            await chat.send(HELLO)


@pytest.mark.parametrize("code", [50007, 50278])
async def test_c7_closed_direct_messages_are_gone(code: int) -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, refused(403, code))
        with pytest.raises(Gone):
            await chat.send(HELLO)
        assert len(chat.server.made("POST", MESSAGES)) == 1


async def test_c8_after_opening_too_fast_nothing_is_opened_for_ten_minutes() -> None:
    async with chatting() as chat:
        chat.server.plan("POST", "/users/@me/channels", refused(403, 40003))
        for _ in range(3):
            with pytest.raises(Throttled) as told:
                await chat.send(HELLO)
            assert not told.value.everyone
        assert len(chat.server.made("POST", "/users/@me/channels")) == 1
        chat.watch.now += timedelta(seconds=OPENING_SECONDS)
        await chat.send(HELLO)
        assert len(chat.server.seen()) == 1


@pytest.mark.parametrize(("scope", "everyone"), [("user", 0), ("shared", 0), ("global", 1)])
async def test_c9_too_many_of_each_scope(scope: str, everyone: int) -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, too_many(2.5, scope))
        with pytest.raises(Throttled) as told:
            await chat.send(HELLO)
        assert (told.value.retry_after, told.value.everyone) == (2.5, bool(everyone))
        assert len(chat.server.made("POST", MESSAGES)) == 1
        chat.watch.now += timedelta(seconds=2.5)
        await chat.send(HELLO)
        assert len(chat.server.seen()) == 1


async def test_c10_a_ban_of_the_address_silences_everything() -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, Fault(429, "<html>banned</html>"))
        for _ in range(3):
            with pytest.raises(Throttled) as told:
                await chat.send(HELLO)
            assert told.value.everyone
        assert len(chat.server.calls) == 1
        chat.watch.now += timedelta(seconds=BAN_SECONDS)
        await chat.send(HELLO)
        assert len(chat.server.seen()) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut=True, taken=True),
        Fault(cut=True),
        Fault(502, {"message": "bad"}, taken=True),
        Fault(503, "<html>", taken=True),
    ],
    ids=["taken, then cut", "cut", "taken, then 502", "taken, then 503"],
)
async def test_c11_what_may_have_arrived_is_said_again_and_seen_once(fault: Fault) -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, replace(fault, times=2))
        sent = await chat.send(HELLO)
        assert await chat.send(HELLO) == sent
        assert len(chat.server.seen()) == 1
        assert len(chat.server.made("POST", MESSAGES)) == 4


async def test_c11_what_stays_unknown_is_told_so() -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, Fault(cut=True, taken=True, times=99))
        with pytest.raises(Unknown) as told:
            await chat.send(HELLO)
        assert "hush" not in "".join(traceback.format_exception(told.value))
        assert len(chat.server.seen()) == 1


async def test_c11_an_edit_that_was_cut_is_made_again() -> None:
    async with chatting(HELLO, LESSON) as chat:
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        [card] = chat.server.seen()
        chat.server.plan("PATCH", ORIGINAL, Fault(cut=True, taken=True))
        await chat.server.press(USER, card, "lang:en")
        await chat.server.until(lambda: card.edits == 3)
        assert "What gives it away" in card.text
        assert len(chat.server.seen()) == 1


async def test_c12_the_deferral_goes_out_before_anybody_decides() -> None:
    async with serving() as server:
        slow = asyncio.Event()

        async def receive(batch: Sequence[Incoming]) -> Sequence[Receipt]:
            assert len(server.made("POST", "callback$")) == 1
            slow.set()
            return [Receipt() for _ in batch]

        async with heard(adapter(server, Watch()), receive):
            await server.until(lambda: server.lines)
            await server.command(USER, "start")
            await server.until(lambda: server.made("DELETE", ORIGINAL))
            assert slow.is_set()
        assert server.seen() == []


async def test_c12_an_interaction_that_is_too_late_is_answered_by_a_message() -> None:
    async with chatting(HELLO) as chat:
        chat.server.plan("POST", "callback$", refused(404, 10062))
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        assert len(chat.server.made("POST", MESSAGES)) == 1
        assert chat.server.made("PATCH", ORIGINAL) == []


async def test_c13_an_interaction_that_another_process_answered_first_is_no_error() -> None:
    async with chatting(HELLO) as chat:
        chat.server.plan("POST", "callback$", replace(refused(400, 40060), taken=True))
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        assert len(chat.server.seen()) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(404, 10003), (403, 50001), (403, 50013), (400, 50035)]
)
async def test_c14_what_never_will_be_taken_is_refused_at_once(status: int, code: int) -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, refused(status, code))
        with pytest.raises(Refused):
            await chat.send(HELLO)
        assert len(chat.server.made("POST", MESSAGES)) == 1


async def test_c15_an_event_that_comes_twice_is_heard_once() -> None:
    async with chatting(HELLO, LESSON) as chat:
        what = chat.server.interaction(USER, 2, {"id": "1", "name": "start", "type": 1})
        await chat.server.tell("INTERACTION_CREATE", what)
        await chat.server.tell("INTERACTION_CREATE", what)
        await chat.server.until(chat.server.seen)
        assert len(chat.bot.heard) == 1
        chat.bot.cards.clear()


async def test_without_its_token_a_press_is_answered_by_an_edit() -> None:
    async with chatting(HELLO, LESSON) as chat:
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        [card] = chat.server.seen()
        chat.watch.now += LIFE
        sent = await chat.send(ANSWERED, 7, on=f"{card.channel}-{card.id}", answers="discord:1")
        assert sent == f"{card.channel}-{card.id}"
        assert "Not quite" in card.text


async def test_a_notice_is_seen_by_that_person_alone() -> None:
    async with chatting(HELLO) as chat:
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        [card] = chat.server.seen()
        chat.bot.notice = "That was too quick."
        await chat.server.press(USER, card, "lang:en")
        await chat.server.until(lambda: chat.server.seen(hidden=True))
        [notice] = chat.server.seen(hidden=True)
        assert notice.text == "That was too quick."


async def test_a_store_that_is_down_is_told_to_whoever_asked() -> None:
    async with chatting() as chat:
        chat.bot.down = True
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        assert bare(chat.server.seen()[0].text) == "en:discord.cannot_save"
        await chat.server.write(USER, "hello")
        await chat.server.until(lambda: len(chat.server.seen()) == 2)


async def test_a_client_is_told_so_in_its_own_language_and_words_in_the_deployments_own() -> None:
    async with chatting(tags=("ar", "zh-Hans", "en")) as chat:
        chat.bot.down = True
        what = chat.server.interaction(USER, 2, {"id": "1", "name": "start", "type": 1})
        await chat.server.tell("INTERACTION_CREATE", {**what, "locale": "zh-CN"})
        await chat.server.until(chat.server.seen)
        await chat.server.write(USER, "hello")
        await chat.server.until(lambda: len(chat.server.seen()) == 2)
        told = [bare(one.text) for one in chat.server.seen()]
        assert told == ["zh-Hans:discord.cannot_save", "ar:discord.cannot_save"]
        chat.bot.down, chat.bot.notice = False, "Taken."
        await chat.server.write(USER, "hello again")
        await chat.server.until(lambda: len(chat.server.seen()) == 3)
        assert chat.bot.heard[0].locale == "ar"


@pytest.mark.parametrize("body", ["<html>", "[]", {"id": 5}, {}])
async def test_a_success_that_names_no_message_is_unknown(body: object) -> None:
    async with chatting() as chat:
        await _opened(chat)
        chat.server.plan("POST", MESSAGES, Fault(200, body, taken=True))
        with pytest.raises(Unknown):
            await chat.send(HELLO)
        await chat.send(HELLO)
        assert len(chat.server.seen()) == 1


async def test_words_alone_have_buttons_where_nobody_hears_what_is_typed() -> None:
    async with chatting(TYPED, HELLO) as chat:
        await chat.server.command(USER, "lesson", guild=True)
        await chat.server.until(chat.server.seen)
        [card] = chat.server.seen()
        await chat.server.press(USER, card, "answer:phi-05-q2:a")
        await chat.server.until(lambda: card.edits == 2)
    async with chatting(TYPED) as chat:
        await chat.server.command(USER, "lesson")
        await chat.server.until(chat.server.seen)
        assert chat.server.seen()[0].buttons == []


async def test_a_form_is_the_first_answer_and_what_is_typed_is_said() -> None:
    async with chatting(ASK, ANSWERED) as chat:
        await chat.server.command(USER, "lesson")
        await chat.server.until(chat.server.seen)
        [card] = chat.server.seen()
        await chat.server.press(USER, card, card.buttons[0])
        await chat.server.until(lambda: chat.server.forms)
        [form] = chat.server.forms
        held: dict[str, Any] = form["components"][0]
        assert (form["title"], held["label"]) == ("Answer", "Your number, as digits")
        assert (held["component"]["max_length"], held["component"]["placeholder"]) == (
            20,
            "Such as 12",
        )
        assert len(chat.bot.heard) == 1
        await chat.server.submit(USER, card, form, "12")
        await chat.server.until(lambda: len(chat.server.seen()) == 2)
        assert chat.bot.heard[-1].event == Said("12", Action("answer", ("phi-05-q3",)))


async def test_a_second_card_for_one_command_is_a_message_of_its_own() -> None:
    async with chatting(HELLO) as chat:
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        answers = chat.bot.heard[0].id
        first = chat.server.seen()[0]
        assert await chat.send(LESSON, 1, answers=answers) == f"{first.channel}-{first.id}"
        second = await chat.send(LESSON, 2, answers=answers)
        assert await chat.send(LESSON, 2, answers=answers) == second
        assert len(chat.server.seen()) == 2


async def test_in_a_server_a_second_card_is_for_that_person_alone() -> None:
    async with chatting(HELLO) as chat:
        await chat.server.command(USER, "start", guild=True)
        await chat.server.until(chat.server.seen)
        await chat.send(LESSON, 2, answers=chat.bot.heard[0].id)
        assert [one.hidden for one in chat.server.seen()] == [True, True]
        assert chat.server.made("POST", "/users/@me/channels") == []


async def test_a_broadcast_opens_no_direct_message() -> None:
    async with chatting() as chat:
        for lane in (Lane.ALERT, Lane.CAMPAIGN, Lane.LIVE):
            with pytest.raises(Refused):
                await chat.platform.send(replace(post(ME), lane=lane), HELLO)
        assert chat.server.made("POST", "/users/@me/channels") == []


async def test_a_lesson_that_was_asked_for_opens_it_once_and_is_silent_where_wished() -> None:
    async with chatting() as chat:
        lesson = replace(post(ME), lane=Lane.LESSON, silent=True)
        await chat.platform.send(lesson, LESSON)
        await chat.platform.send(replace(lesson, nonce="other"), LESSON)
        assert len(chat.server.made("POST", "/users/@me/channels")) == 1
        assert all(one.body["flags"] & (1 << 12) for one in chat.server.seen())


async def test_a11_a12_no_message_of_the_suite_can_ping_and_all_hide_previews() -> None:
    async with chatting(HELLO, LESSON) as chat:
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        await chat.send(ANSWERED, 5)
        bodies = [one.body for one in chat.server.made("POST", MESSAGES)]
        bodies += [one.body for one in chat.server.made("PATCH", ORIGINAL)]
        assert len(bodies) == 2
        assert all(one["allowed_mentions"] == {"parse": []} for one in bodies)
        chat.bot.cards.clear()


async def test_a14_a_forged_press_is_an_event_that_means_nothing() -> None:
    async with chatting(HELLO, LESSON) as chat:
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        [card] = chat.server.seen()
        await chat.server.press("500000000000000002", card, "lang:en")
        await chat.server.until(lambda: len(chat.bot.heard) == 2)
        assert chat.bot.heard[1].address.id == "500000000000000002"
        assert isinstance(chat.bot.heard[1].event, Pressed)


async def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with chatting(HELLO) as chat:
        await chat.server.command(USER, "start")
        await chat.server.until(chat.server.seen)
        await chat.server.write(USER, "my own words")
        chat.server.plan("POST", MESSAGES, Fault(500, "<html>", times=9))
        with pytest.raises(Unknown):
            await chat.send(LESSON, 3)
        await chat.server.cut(4000)
        await chat.server.until(lambda: chat.server.resumes)
    ours = [one for one in caplog.records if not one.name.startswith(("aiohttp", "asyncio"))]
    written = "".join(one.getMessage() + str(one.exc_text) for one in ours)
    for secret in ("hush", "interaction-token", "my own words", USER):
        assert secret not in written
