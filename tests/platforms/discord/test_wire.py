"""The whole bot over real discord.py, against our own Discord: what a person sees."""

import pytest

from bot.core.events import Commanded, Pressed, Said
from tests.platforms.discord.payloads import APP, Spoken
from tests.platforms.discord.server import Server, serving
from tests.platforms.discord.talking import USER, Whole, housed, whole

JOINING = ("lang:en", "track:en:citizen", "answer:acc-01-q1:b", "set:often:daily")


async def _pressed(server: Server, on: Spoken, custom_id: str, *values: str) -> None:
    assert custom_id in on.buttons
    edits = on.edits
    await server.press(USER, on, custom_id, *values)
    await server.until(lambda: on.edits > edits)


async def _joined(house: Whole) -> Spoken:
    await house.server.command(USER, "start")
    await house.server.until(house.server.seen)
    [card] = house.server.seen()
    for token in (*JOINING, "set:hour:18.00", "set:country:fr"):
        if token in card.buttons:
            await _pressed(house.server, card, token)
        else:
            await _pressed(house.server, card, "pick", token)
    return card


async def test_onboarding_is_one_living_message() -> None:
    async with whole() as house:
        card = await _joined(house)
        assert not card.hidden
        assert [one.id for one in house.server.seen()] == [card.id]
        assert "ready.daily" in card.text
        callbacks = house.server.made("POST", "callback$")
        assert [one.body["type"] for one in callbacks] == [5, 6, 6, 6, 6, 6, 6]
        assert not any(one.bearer for one in callbacks)
        assert house.server.made("PUT", f"/applications/{APP}/commands$")


async def test_a_lesson_with_its_quiz() -> None:
    async with whole() as house:
        await _joined(house)
        await house.server.command(USER, "lesson")
        await house.server.until(lambda: len(house.server.seen()) == 2)
        lesson = house.server.seen()[1]
        for _ in range(9):
            onward = [one for one in lesson.buttons if one.startswith(("read:", "quiz:"))]
            if not onward:
                break
            await _pressed(house.server, lesson, onward[-1])
        answers = [one for one in lesson.buttons if one.startswith(("answer:", "send:"))]
        assert answers
        assert isinstance(house.incoming[-1].event, Pressed)


async def test_buttons_outlive_a_restart() -> None:
    async with serving() as server:
        async with housed(server) as house:
            await server.command(USER, "start")
            await server.until(server.seen)
            [card] = server.seen()
        async with housed(server) as house:
            await _pressed(server, card, "lang:en")
            assert house.incoming
            assert "track:en:senior" in card.buttons
        assert server.complaints == []


async def test_words_in_a_direct_message_are_answered_there_under_our_own_nonce() -> None:
    async with whole() as house:
        await _joined(house)
        await house.server.write(USER, "/privacy")
        await house.server.until(lambda: len(house.server.seen()) == 2)
        said = house.server.seen()[1]
        assert "privacy.title" in said.text
        assert said.channel == house.server.room(USER)
        assert said.body["enforce_nonce"]
        assert len(said.body["nonce"]) <= 25
        assert house.incoming[-1].event == Commanded("privacy")


async def test_a_command_in_a_server_is_answered_for_that_person_alone() -> None:
    async with whole() as house:
        await house.server.command(USER, "start", guild=True)
        await house.server.until(house.server.seen)
        [card] = house.server.seen()
        assert card.hidden
        await _pressed(house.server, card, "lang:en")
        assert not house.server.made("POST", "/channels/")


async def test_c15_the_same_event_from_two_shards_has_one_effect() -> None:
    async with whole() as house:
        data = {"id": "1", "name": "start", "type": 1}
        what = house.server.interaction(USER, 2, data)
        for _ in range(3):
            await house.server.tell("INTERACTION_CREATE", what)
        await house.server.until(house.server.seen)
        await house.server.write(USER, "hello")
        await house.server.until(lambda: len(house.server.seen()) == 2)
        assert len([one for one in house.incoming if one.id == f"discord:{what['id']}"]) == 1


async def test_u5_u6_strange_events_of_the_gateway_stop_nothing() -> None:
    async with whole() as house:
        what = house.server.interaction(USER, 3, {"custom_id": "\u0000 x", "component_type": 99})
        await house.server.tell("INTERACTION_CREATE", what)
        await house.server.tell("SOMETHING_NEW", {"of": ["any", "shape"]})
        await house.server.until(house.server.seen)
        await house.server.write(USER, "@everyone <@1> **x**")
        await house.server.until(lambda: len(house.server.seen()) == 2)
        assert isinstance(house.incoming[-1].event, Said)


@pytest.mark.parametrize("lost", [True, False])
async def test_u8_a_press_on_a_message_that_is_gone_gets_a_fresh_card(*, lost: bool) -> None:
    async with whole() as house:
        await house.server.command(USER, "start")
        await house.server.until(house.server.seen)
        [card] = house.server.seen()
        gone = Spoken(card.id if lost else "1", card.channel, card.body)
        house.server.spoken.clear()
        await house.server.press(USER, gone, "lang:en")
        await house.server.until(house.server.seen)
        [fresh] = house.server.seen()
        assert fresh.id != gone.id
        assert "track:en:senior" in fresh.buttons
