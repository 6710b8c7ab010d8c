"""Groups and channels, through the real library and the whole middle of the house."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.core.card import Action, Choice, Para, Specimen
from bot.core.events import (
    Added,
    Address,
    Commanded,
    Event,
    Incoming,
    Left,
    LessonDue,
    Relocated,
    Where,
)
from bot.core.message import Message, Span
from bot.platforms.telegram import decode, polls
from bot.ports import Refused, Silenced, Throttled
from tests.platforms.cards import BUTTONS
from tests.platforms.scripted import NOW, post
from tests.platforms.telegram.people import Home, bot, home, listening
from tests.platforms.telegram.server import BotApi, Shown, message, refuse, serving, who

GROUP = -100200
PLACE = Address("telegram", str(GROUP))
ADMIN, PUPIL = 7, 8
More = Mapping[str, Any]
"""Further fields of a message."""

VOTE = Action("vote", ("acc-01-q3", "true"))


def group(number: int = GROUP, kind: str = "supergroup") -> dict[str, Any]:
    return {"id": number, "type": kind, "title": "7B"}


def pressed(
    api: BotApi, shown: Shown, token: str, person: int = ADMIN, more: More | None = None
) -> dict[str, Any]:
    held = {"message_id": shown.id, "date": 1, "chat": group(), **(more or {})}
    return {
        "callback_query": {
            "id": f"q{api.number}",
            "from": who(person),
            "chat_instance": "1",
            "message": held,
            "data": token,
        }
    }


def joined(status: str = "member", kind: str = "supergroup", **rights: bool) -> dict[str, Any]:
    change = {"new_chat_member": {"status": status, "user": who(1), **rights}}
    return {"my_chat_member": {"chat": group(kind=kind), "from": who(ADMIN), "date": 1, **change}}


def heard(update: dict[str, Any]) -> Incoming | None:
    return decode.incoming({"update_id": 5, **update}, NOW, "WaryBot")


def event(update: dict[str, Any]) -> Event | None:
    found = heard(update)
    return found.event if found else None


@pytest.mark.parametrize(
    ("update", "meant"),
    [
        (joined(), Added()),
        (joined("administrator"), Added()),
        (joined("restricted", can_send_messages=True), Added()),
        (joined("restricted", can_send_messages=False), Added(frozenset())),
        (joined("restricted"), Added(frozenset())),
        (joined("administrator", "channel", can_post_messages=True), Added(kind="channel")),
        (joined("administrator", "channel"), Added(frozenset(), "channel")),
        (joined("member", "channel"), Added(frozenset(), "channel")),
        (joined("left"), Left("removed")),
        (joined("kicked"), Left("removed")),
    ],
)
def test_what_becomes_of_us_in_a_place_happens_to_the_place(
    update: dict[str, Any], meant: Event
) -> None:
    found = heard(update)
    assert found is not None
    assert (found.address, found.event) == (PLACE, meant)


def test_a_group_that_becomes_a_larger_one_says_where_it_went() -> None:
    moved = {"message_id": 1, "date": 1, "chat": group(), "from": who(7)}
    found = heard({"message": {**moved, "migrate_to_chat_id": -100999}})
    assert found is not None
    to = Relocated(Address("telegram", "-100999"))
    assert (found.address, found.event) == (PLACE, to)
    assert event({"message": {**moved, "migrate_from_chat_id": -1}}) is None


def test_who_speaks_in_the_name_of_a_place_runs_it() -> None:
    anonymous = message("/settings", chat=group(), sender_chat={"id": GROUP})
    anonymous["from"] = {"id": 1087968824, "is_bot": True}
    found = heard({"message": anonymous})
    assert found is not None
    assert (found.address, found.where) == (PLACE, Where(PLACE, runs=True))
    channel = group(kind="channel")
    posted = {"message_id": 1, "date": 1, "chat": channel, "sender_chat": channel}
    found = heard({"channel_post": {**posted, "text": "/settings"}})
    assert found is not None
    assert (found.event, found.where) == (
        Commanded("settings"),
        Where(PLACE, "channel", runs=True),
    )
    assert event({"channel_post": {**posted, "text": "good morning"}}) is None
    other = message("/settings", chat=group(), sender_chat={"id": -5})
    found = heard({"message": other})
    assert found is not None
    assert found.where == Where(PLACE)


def test_a_topic_is_a_place_of_its_own() -> None:
    topic = {"is_topic_message": True, "message_thread_id": 45}
    found = heard({"message": message("/settings", chat=group(), **topic)})
    assert found is not None
    assert found.where == Where(Address("telegram", f"{GROUP}:45"))
    reply = heard({"message": message("/settings", chat=group(), message_thread_id=45)})
    assert reply is not None
    assert reply.where == Where(PLACE)


async def shown(api: BotApi, chat: int, count: int) -> Shown:
    await api.until(lambda: len(api.chats[chat]) == count)
    return api.chats[chat][-1]


async def chosen(api: BotApi, card: Shown, token: str, more: More | None = None) -> None:
    edits = card.edits
    assert token in card.tokens
    api.push(pressed(api, card, token, more=more))
    await api.until(lambda: card.edits > edits)


async def set_up(api: BotApi, more: More | None = None) -> Shown:
    card = await shown(api, GROUP, 1)
    for token in (
        "here:run",
        "here:set:language:en",
        "here:set:often:question",
        "here:set:hour:18.00",
        "here:set:country:fr",
    ):
        await chosen(api, card, token, more)
    assert "place.ready_change" in card.text
    return card


async def due(house: Home, place: Address, day: int = 0) -> None:
    at = NOW + timedelta(days=day, hours=6)
    known = await house.base.known(place)
    assert known is not None
    name = f"plan:{known.learner.key}:lesson:{at.date()}"
    await house.turns.receive([Incoming(name, place, at, LessonDue(at.date()))])


async def test_who_runs_a_group_sets_it_up_and_its_question_is_answered_by_a_pop_up() -> None:
    async with serving() as api, home(bot(api)) as house:
        api.members[GROUP, ADMIN] = "creator"
        async with listening(house.platform, house.turns.receive):
            api.push(joined())
            await set_up(api)
            await due(house, PLACE)
            card = await shown(api, GROUP, 2)
            assert "place.title_day" in card.text
            api.push(pressed(api, card, card.tokens[0], PUPIL))
            await api.until(lambda: any("vote." in one.get("text", "") for one in api.ticks))
            assert api.ticks[-1]["show_alert"]
            assert card.edits == 0
            assert PUPIL not in api.chats
            [link] = [key["url"] for row in card.rows for key in row if "url" in key]
            assert urlsplit(link).netloc == "t.me"
            [start] = parse_qs(urlsplit(link).query)["start"]
            api.say(f"/start {start}", PUPIL)
            await shown(api, PUPIL, 1)
        assert (await house.base.known(Address("telegram", str(PUPIL)))) is None


async def test_a02_nobody_else_changes_a_group() -> None:
    async with serving() as api, home(bot(api)) as house:
        api.members[GROUP, ADMIN] = "administrator"
        async with listening(house.platform, house.turns.receive):
            api.push(joined())
            card = await shown(api, GROUP, 1)
            api.push(pressed(api, card, "here:run", PUPIL))
            await api.until(lambda: len(api.ticks) == 1)
            assert (api.ticks[0]["text"], card.edits) == ("place.not_yours", 0)
            api.fail("getChatMember", refuse(400, "Bad Request: user not found"))
            api.push(pressed(api, card, "here:run"))
            await api.until(lambda: len(api.ticks) == 2)
            assert (api.ticks[1]["text"], card.edits) == ("place.not_yours", 0)
            await chosen(api, card, "here:run")
            await chosen(api, card, "here:set:language:en")
        assert api.counts["getChatMember"] == 3


async def test_t1_during_a_pause_nobody_is_asked_who_runs_a_group() -> None:
    slow = refuse(429, "Too Many Requests: retry after 60", retry_after=60)
    async with serving() as api, home(bot(api)) as house:
        api.members[GROUP, ADMIN] = "creator"
        async with listening(house.platform, house.turns.receive):
            api.push(joined())
            card = await shown(api, GROUP, 1)
            api.fail("sendMessage", slow)
            with pytest.raises(Throttled):
                await house.platform.send(post(PLACE), BUTTONS)
            api.push(pressed(api, card, "here:run"))
            await api.until(lambda: len(api.ticks) == 1)
            assert (api.ticks[0]["text"], card.edits) == ("place.not_yours", 0)
        assert api.counts["getChatMember"] == 0


@pytest.mark.parametrize("method", ["getChatMember", "answerCallbackQuery"])
async def test_t1_a_pause_that_a_press_meets_counts_as_well(method: str) -> None:
    slow = refuse(429, "Too Many Requests: retry after 60", retry_after=60)
    async with serving() as api, home(bot(api)) as house:
        async with listening(house.platform, house.turns.receive):
            api.push(joined())
            card = await shown(api, GROUP, 1)
            api.fail(method, slow)
            api.push(pressed(api, card, "here:run"))
            await api.until(lambda: api.counts["answerCallbackQuery"] == 1)
            await house.platform.send(post(PLACE), BUTTONS)  # a round trip
            api.push(pressed(api, card, "here:run", PUPIL))
            await api.until(lambda: api.counts["answerCallbackQuery"] == 2)
        assert api.counts["getChatMember"] == 1


async def test_a_command_in_a_group_is_answered_with_the_way_to_the_own_chat() -> None:
    async with serving() as api, home(bot(api)) as house:
        async with listening(house.platform, house.turns.receive):
            api.push({"message": message("/lesson@WaryBot", PUPIL, chat=group())})
            card = await shown(api, GROUP, 1)
            assert card.text == "place.own_chat"
            [[key]] = card.rows
            assert key["url"] == "https://t.me/WaryBot?start=lesson"
        assert PUPIL not in api.chats


async def test_a_channel_gets_a_quiz_of_the_platforms_own_where_it_fits() -> None:
    async with serving() as api, home(bot(api)) as house:
        api.members[GROUP, ADMIN] = "creator"
        async with listening(house.platform, house.turns.receive):
            channel = {"chat": group(kind="channel")}
            api.push(joined("administrator", "channel", can_post_messages=True))
            assert (await shown(api, GROUP, 1)).silent
            await set_up(api, channel)
            await due(house, PLACE)  # This one has a staged message, so it is a card.
            assert (await shown(api, GROUP, 2)).poll == {}
            await due(house, PLACE, 1)
            posted = await shown(api, GROUP, 3)
            assert (posted.tokens, len(posted.rows)) == ([], 1), "the options are the poll's own"
            quiz = posted.poll
            assert quiz["type"] == "quiz"
            assert quiz["question"].startswith("acc-01-q3.stem")
            assert quiz["explanation"] == "acc-01-q3.explain"
            assert quiz["correct_option_ids"] == [0]
            assert [one["text"] for one in quiz["options"]] == ["quiz.true", "quiz.false"]


async def test_a_topic_is_written_to_and_edited_in() -> None:
    topic = {"is_topic_message": True, "message_thread_id": 45}
    async with serving() as api, home(bot(api)) as house:
        api.members[GROUP, ADMIN] = "creator"
        async with listening(house.platform, house.turns.receive):
            api.push({"message": message("/settings", ADMIN, chat=group(), **topic)})
            card = await shown(api, GROUP, 1)
            assert card.topic == 45
            await chosen(api, card, "here:set:language:en", topic)
        known = await house.base.known(Address("telegram", f"{GROUP}:45"))
        assert known is not None
        assert known.learner.place == "group"


async def test_a_group_that_moves_keeps_its_rhythm_and_is_not_greeted_again() -> None:
    new = Address("telegram", "-100999")
    async with serving() as api, home(bot(api)) as house:
        api.members[GROUP, ADMIN] = "creator"
        async with listening(house.platform, house.turns.receive):
            api.push(joined())
            await set_up(api)
            api.push({"message": {**message("", chat=group()), "migrate_to_chat_id": -100999}})
            api.say("/start", PUPIL)
            await shown(api, PUPIL, 1)
            moved = joined()
            moved["my_chat_member"]["chat"]["id"] = -100999
            api.push(moved)
            await due(house, new)
            assert "place.title_day" in (await shown(api, -100999, 1)).text
        assert await house.base.known(PLACE) is None


@pytest.mark.parametrize(
    "words",
    [
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: TOPIC_CLOSED",
        "Bad Request: SLOWMODE_WAIT_30",
        "Bad Request: message thread not found",
    ],
)
async def test_t17_a_place_that_takes_no_posts_rests_and_its_keeper_is_told_once(
    words: str,
) -> None:
    async with serving() as api, home(bot(api)) as house:
        api.members[GROUP, ADMIN] = "creator"
        async with listening(house.platform, house.turns.receive):
            api.push(joined())
            card = await set_up(api)
            for day in range(2):
                api.fail("sendMessage", refuse(400, words))
                await due(house, PLACE, day)
                told = await shown(api, ADMIN, 1)
                api.faults.clear()
            assert told.text == "place.muted"
            api.push({"message": message("/settings", ADMIN, chat=group())})
            await shown(api, GROUP, 2)
            await due(house, PLACE, 3)
            await shown(api, GROUP, 3)
        assert len(api.chats[ADMIN]) == 1
        assert card.edits == 5


async def test_t17_such_an_answer_is_a_refusal_of_the_place() -> None:
    async with serving() as api:
        platform = bot(api)
        api.fail("sendMessage", refuse(403, "Forbidden: CHAT_WRITE_FORBIDDEN"))
        with pytest.raises(Silenced) as no:
            await platform.send(post(PLACE), BUTTONS)
        assert isinstance(no.value, Refused)


def quiz_of(**more: object) -> Message:
    said = (Span("x"),)
    choices = tuple(Choice((Span(text),), VOTE, right=text == "b") for text in "abc")
    plain: dict[str, Any] = {"lang": "en", "body": (Para(said),), "choices": choices}
    return Message(**{**plain, **more})


def test_only_what_fits_whole_is_a_quiz() -> None:
    quiz = polls.quiz(quiz_of(why=(Span("w" * 200),)))
    assert quiz is not None
    assert (quiz["explanation"], quiz["correct_option_ids"]) == ("w" * 200, [1])
    long = polls.quiz(quiz_of(why=(Span("w" * 201),)))
    assert long is not None
    assert long["explanation"] is None
    lines = polls.quiz(quiz_of(why=(Span("a\nb\nc\nd"),)))
    assert lines is not None
    assert lines["explanation"] is None
    plain = quiz_of()
    staged = Specimen("sms", (Span("x"),), ((Span("y"),),))
    for other in (
        quiz_of(choices=()),
        quiz_of(choices=plain.choices[:1]),
        quiz_of(
            choices=tuple(
                Choice((Span("o" * 101),), c.action, right=True) for c in plain.choices[:2]
            )
        ),
        quiz_of(choices=(*plain.choices, Choice((Span("o" * 101),), VOTE))),
        quiz_of(body=(*plain.body, staged)),
        quiz_of(body=(Para((Span("q" * 301),)),)),
        quiz_of(body=()),
    ):
        assert polls.quiz(other) is None
