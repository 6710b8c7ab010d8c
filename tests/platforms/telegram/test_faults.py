"""Rows T1 to T18 and U1 to U8 of trust.md, 7, as far as they concern the adapter.

Rule 1: the judge is what a person would have seen at the server.
"""

import asyncio
import logging
import socket
import traceback
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from time import monotonic

import pytest

from bot.core.card import Action
from bot.core.events import Address, Incoming, Left, Pressed
from bot.platforms.telegram import decode
from bot.platforms.telegram.transport import Transport
from bot.ports import (
    Barred,
    Gone,
    Moved,
    Receipt,
    Receive,
    Refused,
    SendError,
    Throttled,
    Unknown,
    Unreachable,
)
from bot.runtime.throttle import Gate
from tests.platforms.cards import LESSON
from tests.platforms.scripted import NOW, post
from tests.platforms.telegram.people import bot, home, listening
from tests.platforms.telegram.server import (
    TOKEN,
    BotApi,
    Fault,
    after,
    page,
    refuse,
    reset,
    stall,
)

ME = Address("telegram", "7")
TO_ME = post(ME)


async def failed(api: BotApi) -> Exception:
    """Return what becomes of one message, and want its token in no word of it."""
    with pytest.raises((SendError, Barred)) as caught:
        await bot(api).send(TO_ME, LESSON)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert TOKEN not in told
    return caught.value


async def test_t1_a_429_is_throttled_for_as_long_as_it_says(api: BotApi) -> None:
    api.fail("sendMessage", refuse(429, "Too Many Requests: retry after 7", retry_after=7))
    fault = await failed(api)
    assert isinstance(fault, Throttled)
    assert (fault.retry_after, fault.everyone) == (7, True)
    assert api.chats == {}


async def test_t1_the_whole_token_is_silent_until_the_pause_is_over(api: BotApi) -> None:
    telegram = bot(api)
    gate = Gate(1000.0, monotonic)

    async def send(number: int) -> None:
        while True:
            await asyncio.sleep(gate.pause())
            if not await gate.permit():
                continue
            try:
                await telegram.send(post(ME, number), LESSON)
            except Throttled as wait:
                gate.close(wait.retry_after)
            else:
                return

    api.fail("sendMessage", refuse(429, "Too Many Requests: retry after 1", retry_after=1))
    await asyncio.gather(*(send(number) for number in range(20)))
    times = [at for method, at, _ in api.calls if method == "sendMessage"]
    assert max(later - earlier for earlier, later in pairwise(times)) >= 0.9
    assert len(times) == 21
    assert len(api.chats[7]) == 20


@pytest.mark.parametrize("body", ["", "<html>slow down</html>", "{"])
async def test_t2_a_429_without_json_is_a_pause_of_30_seconds(api: BotApi, body: str) -> None:
    api.fail("sendMessage", page(429, body))
    fault = await failed(api)
    assert isinstance(fault, Throttled)
    assert fault.retry_after == 30


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("body", ["<html>bad gateway</html>", '{"ok":false,"error_code":500}'])
async def test_t3_a_fault_of_the_service_is_unknown(api: BotApi, status: int, body: str) -> None:
    api.fail("sendMessage", page(status, body))
    assert isinstance(await failed(api), Unknown)


async def test_t4_a_connection_cut_after_the_request_is_unknown(api: BotApi) -> None:
    api.fail("sendMessage", reset)
    assert isinstance(await failed(api), Unknown)
    assert len(api.chats[7]) == 1


async def test_t5_no_answer_in_time_is_unknown(api: BotApi) -> None:
    api.fail("sendMessage", stall)
    telegram = bot(api, transport=Transport(connect=0.1, read=0.1))
    with pytest.raises(Unknown):
        await telegram.send(TO_ME, LESSON)
    assert len(api.chats[7]) == 1


async def test_t6_a_closed_port_means_that_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Unreachable) as caught:
        await bot(url).send(TO_ME, LESSON)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


async def test_t7_no_free_connection_means_that_nothing_was_sent(api: BotApi) -> None:
    api.fail("sendMessage", stall)
    telegram = bot(api, transport=Transport(limit=1, connect=0.2, read=5))
    first = asyncio.create_task(telegram.send(TO_ME, LESSON))
    await api.until(lambda: bool(api.chats[7]) or bool(api.calls))
    with pytest.raises(Unreachable):
        await telegram.send(post(ME, 2), LESSON)
    api.closing.set()
    with pytest.raises(Unknown):
        await first
    assert len(api.chats[7]) == 1


@pytest.mark.parametrize(
    "words",
    [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the group chat",
        "FORBIDDEN: BOT WAS KICKED FROM THE SUPERGROUP CHAT",
        "Forbidden: bot can't initiate conversation with a user",
    ],
)
async def test_t8_whoever_shut_the_door_is_gone(api: BotApi, words: str) -> None:
    api.fail("sendMessage", refuse(403, words))
    assert isinstance(await failed(api), Gone)


async def test_t8_the_house_hears_that_they_left_and_writes_no_more(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/start")
        await api.until(lambda: bool(api.chats[7]))
        api.fail("sendMessage", refuse(403, "Forbidden: bot was blocked by the user"))
        api.press(api.chats[7][0], "track:en:citizen")
        api.say("/lesson")
        await api.until(lambda: not api.faults["sendMessage"])
        known = await house.base.known(ME)
        for _ in range(500):
            if known and known.learner.gone:
                break
            await asyncio.sleep(0.01)
            known = await house.base.known(ME)
        assert known is not None
        assert known.learner.gone


async def test_t9_an_unknown_chat_is_gone_after_one_request(api: BotApi) -> None:
    api.fail("sendMessage", refuse(400, "Bad Request: chat not found"))
    assert isinstance(await failed(api), Gone)
    assert api.counts["sendMessage"] == 1


async def test_t10_a_group_that_moved_has_its_new_address(api: BotApi) -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    api.fail("sendMessage", refuse(400, words, migrate_to_chat_id=-1001234567890))
    fault = await failed(api)
    assert isinstance(fault, Moved)
    assert fault.to == Address("telegram", "-1001234567890")


@pytest.mark.parametrize("status", [401, 404])
async def test_t11_a_refused_token_bars_the_platform(
    api: BotApi, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.fail("sendMessage", refuse(status, "Unauthorized"))
    assert isinstance(await failed(api), Barred)
    assert TOKEN not in caplog.text


async def test_t11_a_token_that_nobody_knows_stops_the_intake_with_an_alarm(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    unknown = "99:Another-Planted-Secret"
    telegram = bot(api, token=unknown)
    async with listening(telegram, nobody) as task:
        await api.until(lambda: api.counts["getMe"] == 1)
        with pytest.raises(Barred):
            await telegram.send(TO_ME, LESSON)
        assert not task.done()
    assert api.counts["getMe"] == 1
    assert "intake_stopped" in caplog.text
    assert unknown not in caplog.text


async def test_t12_a_second_poller_stops_the_intake_with_an_alarm(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    words = "Conflict: terminated by other getUpdates request; make sure that only one runs"
    api.fail("getUpdates", refuse(409, words))
    telegram = bot(api)
    async with listening(telegram, nobody) as task:
        await api.until(lambda: api.counts["getUpdates"] == 1)
        await telegram.send(TO_ME, LESSON)  # a round trip, in which a second poll would show
        assert not task.done()
    assert api.counts["getUpdates"] == 1
    assert [one.levelname for one in caplog.records if one.msg == "intake_stopped"] == ["CRITICAL"]


@pytest.mark.parametrize("body", ["{", "", "[]", '"yes"', "null"])
async def test_t13_a_success_that_cannot_be_read_is_unknown(api: BotApi, body: str) -> None:
    api.fail("sendMessage", after(200, body))
    assert isinstance(await failed(api), Unknown)
    assert len(api.chats[7]) == 1


@pytest.mark.parametrize("body", ['{"ok":false}', '{"ok":true}', '{"ok":true,"result":true}'])
async def test_t14_a_success_without_a_result_is_unknown(api: BotApi, body: str) -> None:
    api.fail("sendMessage", after(200, body))
    assert isinstance(await failed(api), Unknown)


async def test_t15_refused_looks_are_left_out_once_and_told(
    api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    api.fail("sendMessage", refuse(400, "Bad Request: can't parse entities: of all things"))
    await bot(api).send(TO_ME, LESSON)
    assert [one.entities for one in api.chats[7]] == [[]]
    assert [one.msg for one in caplog.records] == ["entities_refused"]
    api.fail("sendMessage", *[refuse(400, "Bad Request: can't parse entities")] * 2)
    assert isinstance(await failed(api), Refused)
    assert api.counts["sendMessage"] == 4


@pytest.mark.parametrize(
    "words",
    [
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: SLOWMODE_WAIT_30",
        "Forbidden: CHAT_WRITE_FORBIDDEN",
    ],
)
async def test_t17_no_rights_a_closed_topic_and_slow_mode_are_refused(
    api: BotApi, words: str
) -> None:
    api.fail("sendMessage", refuse(403 if words.startswith("F") else 400, words))
    assert isinstance(await failed(api), Refused)


async def test_t18_a_press_that_waited_too_long_is_taken_all_the_same(api: BotApi) -> None:
    words = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/start")
        await api.until(lambda: bool(api.chats[7]))
        api.fail("answerCallbackQuery", refuse(400, words))
        api.press(api.chats[7][0], "track:en:citizen")
        await api.until(lambda: not api.faults["answerCallbackQuery"])
        api.say("/settings")
        await api.until(lambda: len(api.chats[7]) > 1)
        assert await house.base.known(ME) is not None


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getUpdates"])
@pytest.mark.parametrize(
    "fault",
    [refuse(429, "Too Many Requests", retry_after=1), page(502, "<html>"), reset, page(200, "{")],
    ids=["429", "502", "reset", "broken"],
)
async def test_an_intake_that_stumbles_goes_on(api: BotApi, method: str, fault: Fault) -> None:
    api.fail(method, fault, fault)
    heard: list[Incoming] = []
    async with listening(bot(api), keeper(heard)):
        api.say("/start")
        await api.until(lambda: bool(heard) or len(api.updates) == 0)
    assert len(heard) == 1


async def test_u1_and_u2_repeats_and_another_order_change_nothing(api: BotApi) -> None:
    async with home(bot(api)) as house, listening(house.platform, house.turns.receive):
        api.say("/start")
        await api.until(lambda: bool(api.chats[7]))
        api.press(api.chats[7][0], "track:en:citizen")
        api.press(api.chats[7][0], "answer:acc-01-q1:b")
        api.updates += [api.updates[-1], api.updates[-2], api.updates[-1]]
        await api.until(lambda: not api.updates)
        known = await house.base.known(ME)
        assert known is not None
        assert (known.answers, known.learner.points) == (1, 10)


async def test_u3_an_old_update_is_heard_as_it_was_meant(api: BotApi) -> None:
    old = NOW - timedelta(hours=23, minutes=59)
    left = {
        "my_chat_member": {
            "from": {"id": 7, "is_bot": False},
            "chat": {"id": 7, "type": "private"},
            "date": int(old.timestamp()),
            "new_chat_member": {"status": "kicked", "user": {"id": 31415}},
        }
    }
    heard: list[Incoming] = []
    async with listening(bot(api), keeper(heard)):
        api.push(left)
        api.say("/stop", date=int(old.timestamp()))
        await api.until(lambda: not api.updates)
    assert [type(one.event).__name__ for one in heard] == ["Left", "Commanded"]
    assert heard[0].event == Left("blocked")
    assert {one.at for one in heard} == {NOW}
    assert heard[1].acted == old


FUTURE: list[dict[str, object]] = [
    {"edited_message": {"message_id": 1, "text": "changed"}},
    {"business_message": {}},
    {"poll_answer": {"poll_id": "1"}},
    {"something_of_2030": {"from": {"id": 7}}},
    {"message": {"message_id": 1}},
    {"message": {"message_id": 1, "chat": {"id": -5, "type": "group"}, "text": "hello"}},
    {"message": "a word"},
    {"my_chat_member": None},
    {},
]


async def test_u5_what_is_unknown_is_skipped_and_counted(api: BotApi) -> None:
    heard: list[Incoming] = []
    telegram = bot(api)
    async with listening(telegram, keeper(heard)):
        api.push(*FUTURE)
        api.say("/lesson")
        await api.until(lambda: not api.updates)
    assert len(heard) == 1
    assert telegram.skipped == len(FUTURE)


@pytest.mark.parametrize(
    "held",
    [
        {"message_id": 41, "date": 0, "chat": {"id": 7, "type": "private"}},
        None,
    ],
    ids=["inaccessible", "inline"],
)
def test_u8_a_press_on_what_cannot_be_edited_gets_a_fresh_card(held: object) -> None:
    pressed = {"id": "1", "from": {"id": 7}, "data": "lesson", "message": held}
    event = decode.incoming({"update_id": 1, "callback_query": pressed}, NOW)
    assert event is not None
    assert event.event == Pressed(Action("lesson"), "")
    assert event.address == ME


async def nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    return [Receipt() for _ in batch]


def keeper(heard: list[Incoming]) -> Receive:
    async def receive(batch: Sequence[Incoming]) -> Sequence[Receipt]:
        heard.extend(batch)
        return [Receipt() for _ in batch]

    return receive
