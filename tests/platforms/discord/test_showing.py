"""What is shown to us on Discord: picked from a message's menu, forwarded, sent, typed, pasted."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import store
from bot.core.events import Commanded, Event, Incoming, Said, Shown
from bot.platforms.discord import decode, encode, showing
from bot.platforms.discord.decode import COMMAND
from tests.platforms.cards import LESSON
from tests.platforms.discord import limits, schema
from tests.platforms.discord.payloads import Spoken, payload, person
from tests.platforms.discord.server import Server, serving
from tests.platforms.discord.talking import USER, Whole, housed, whole
from tests.platforms.scripted import NOW

CANARY = "CANARY your parcel is held, pay 1.99 at https://post-delivery.example/pay?id=88 today"
FILE = {
    "id": "1",
    "filename": "a.png",
    "size": 1,
    "url": "https://cdn.example/a",
    "proxy_url": "https://cdn.example/a",
}
SNAPSHOT = {
    "type": 0,
    "content": CANARY,
    "embeds": [],
    "attachments": [],
    "timestamp": "2026-11-21T12:00:00+00:00",
    "edited_timestamp": None,
    "flags": 0,
}


def picked(held: object, **more: object) -> dict[str, Any]:
    """The data of a command in the menu of message 34, which is *held*."""
    found = {"messages": {"34": held}}
    return {"type": 3, "name": "Check for scam", "target_id": "34", "resolved": found, **more}


@pytest.mark.parametrize(
    ("data", "event"),
    [
        (picked({"content": "pay\x00", "channel_id": "12"}), Shown("pay", "12-34", "context")),
        (
            picked({"content": "", "channel_id": "12", "attachments": [FILE]}),
            Shown("", "12-34", "file"),
        ),
        (
            picked(
                {"content": "", "channel_id": "12", "message_snapshots": [{"message": SNAPSHOT}]}
            ),
            Shown(CANARY, "12-34", "context"),
        ),
        (picked(7), Shown("", "-34", "context")),
        ({"type": 3}, Shown("", "-", "context")),
        ({"type": 1, "name": "check"}, Commanded("check")),
        (
            {
                "type": 1,
                "name": "check",
                "options": [{"name": "text", "type": 3, "value": " pay "}],
            },
            Commanded("check", "pay"),
        ),
        ({"type": 1, "name": "check", "options": [{"value": 7}]}, Commanded("check")),
        ({"type": 1, "name": "check", "options": "x"}, Commanded("check")),
    ],
)
def test_a_command_shows_the_message_it_was_picked_on(data: dict[str, Any], event: Event) -> None:
    assert decode.event(COMMAND, data, "") == event


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=9,
)


@given(JSON, JSON, st.sampled_from([1, 2, 3]))
def test_no_shape_of_what_is_shown_raises(one: object, two: object, kind: int) -> None:
    for data in (
        picked(one),
        picked({"content": one, "attachments": two, "message_snapshots": one}),
        {"type": kind, "name": "check", "resolved": one, "options": two, "target_id": two},
        {"type": kind, "resolved": {"messages": one}, "options": [one]},
    ):
        assert decode.event(COMMAND, data, "") is not None


def test_an_id_tells_its_time() -> None:
    # Source: Discord, Snowflakes: 175928847299117063 is 2016-04-30 11:18:25.796 UTC.
    assert showing.second(175928847299117063) == 1462015105


async def tell(server: Server, text: str, **more: object) -> None:
    """A direct message of USER's with *more* than words."""
    said = Spoken(server.number(), server.room(USER), {})
    made = {**payload(said), "content": text, "author": person(USER), **more}
    await server.tell("MESSAGE_CREATE", made)


def replying(server: Server, text: str) -> dict[str, object]:
    said = Spoken("77", server.room(USER), {})
    other = {**payload(said), "content": text, "author": person("9")}
    reference = {"type": 0, "message_id": "77", "channel_id": said.channel}
    return {"type": 19, "message_reference": reference, "referenced_message": other}


FORWARD = {
    "message_reference": {"type": 1, "message_id": "5", "channel_id": "6"},
    "message_snapshots": [{"message": SNAPSHOT}],
}


async def answered(house: Whole, count: int) -> Spoken:
    await house.server.until(lambda: len(house.server.seen()) == count)
    said = house.server.seen()[-1]
    assert "check." in said.text
    assert "CANARY" not in repr(said.body)
    return said


async def test_what_is_shown_in_direct_messages_is_answered_as_a_reply() -> None:
    async with whole() as house:
        server = house.server
        await tell(server, "", **FORWARD)
        first = await answered(house, 1)
        assert house.incoming[-1].event == Shown(CANARY, first_on(house), "forward")
        assert first.body["message_reference"]["message_id"] == first_on(house).split("-")[1]
        assert first.body["message_reference"]["fail_if_not_exists"] is False
        await tell(server, "", attachments=[FILE])
        second = await answered(house, 2)
        assert "check.picture" in second.text
        await tell(server, "/check", **replying(server, CANARY))
        third = await answered(house, 3)
        assert third.body["message_reference"]["message_id"] == "77"
        await tell(server, CANARY)
        await answered(house, 4)
        await tell(server, "/lesson", **replying(server, CANARY))
        await server.until(lambda: len(server.seen()) == 5)
        assert house.incoming[-1].event == Commanded("lesson")


def first_on(house: Whole) -> str:
    event = house.incoming[0].event
    assert isinstance(event, Shown)
    return event.on


async def test_only_who_picked_it_from_the_menu_sees_the_answer_in_a_server() -> None:
    async with whole() as house:
        held = {"content": CANARY, "channel_id": "12"}
        data = {"id": "1", **picked(held)}
        await house.server.interact(house.server.interaction(USER, 2, data, guild=True))
        said = await answered(house, 1)
        assert said.hidden
        assert "message_reference" not in said.body
        assert house.incoming[-1].event == Shown(CANARY, "12-34", "context")
        assert not house.server.made("POST", "/channels/")


async def test_a_check_without_words_opens_a_form_of_several_lines() -> None:
    async with whole() as house:
        server = house.server
        await server.command(USER, "check")
        asked = await answered(house, 1)
        [opens] = [name for name in asked.buttons if name.startswith("ask:")]
        await server.press(USER, asked, opens)
        await server.until(lambda: server.forms)
        [form] = server.forms
        field = form["components"][0]["component"]
        assert (field["style"], field["max_length"]) == (2, 2000)
        await server.submit(USER, asked, form, CANARY)
        await answered(house, 2)
        said = house.incoming[-1].event
        assert isinstance(said, Said)
        assert (said.text, said.asked and said.asked.verb) == (CANARY, "check")


async def test_nothing_that_was_shown_is_kept_or_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    base = await store.connect(f"sqlite:///{tmp_path / 'wary.db'}")
    async with serving() as server, housed(server, base) as house:
        await tell(server, CANARY)
        await answered(house, 1)
        await tell(server, "", **FORWARD)
        await answered(house, 2)
        held = {"content": CANARY, "channel_id": "12"}
        await server.interact(server.interaction(USER, 2, {"id": "1", **picked(held)}))
        await answered(house, 3)
    await base.close()
    assert holding(tmp_path, b"CANARY") == []
    assert "CANARY" not in caplog.text


def holding(folder: Path, text: bytes) -> list[str]:
    """The names of the files in *folder* that hold *text*."""
    files = list(folder.iterdir())
    assert files
    return [file.name for file in files if text in file.read_bytes()]


async def test_u3_an_interaction_counts_for_its_own_time() -> None:
    old = NOW - timedelta(minutes=9)
    number = (int(old.timestamp() * 1000) - showing.EPOCH_MS) << 22
    async with whole() as house:
        what = house.server.interaction(USER, 2, {"id": "1", "name": "check", "type": 1})
        house.server.tokens[what["token"]]["id"] = str(number)
        await house.server.tell("INTERACTION_CREATE", {**what, "id": str(number)})
        await answered(house, 1)
        assert taken(house).acted == old
        assert taken(house).at == NOW
        await tell(house.server, "/check", id=str(number + 1))
        await answered(house, 2)
        assert taken(house).acted == old


async def test_u3_an_id_of_another_time_tells_nothing() -> None:
    async with whole() as house:
        await house.server.command(USER, "check")
        await answered(house, 1)
        assert taken(house).acted is None


def taken(house: Whole) -> Incoming:
    return house.incoming[-1]


def test_no_address_in_anything_we_say_is_previewed() -> None:
    # Every create, edit and answer of the other tests goes through ``limits.faults`` as well.
    for body in (encode.message(LESSON), encode.line("x"), encode.line("x", flags=1 << 6)):
        assert limits.faults(body) == []
        bare = {**body, "flags": limits.V2}
        assert limits.faults(bare) == ["an address in it may be previewed"]


def test_the_official_description_takes_flags_in_all_that_we_say() -> None:
    if not schema.official():
        pytest.skip("the official description is not on this machine")
    for method, path in (
        ("POST", "/channels/1/messages"),
        ("PATCH", "/channels/1/messages/2"),
        ("POST", "/webhooks/1/x"),
        ("PATCH", "/webhooks/1/x/messages/@original"),
    ):
        assert schema.complaints(method, path, {"flags": encode.CARD, "components": []}) == []
