"""What updates mean, and that no update stops the intake."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.events import (
    Address,
    Began,
    Commanded,
    Event,
    Incoming,
    Left,
    Pressed,
    Said,
    Unreadable,
    Where,
)
from bot.platforms.telegram import decode
from tests.platforms.scripted import NOW

GROUP = {"id": -100200, "type": "supergroup"}
PRIVATE = {"id": 7, "type": "private"}
ME = Address("telegram", "7")
HERE = Where(Address("telegram", "-100200"))
WHO = {"id": 7, "is_bot": False, "language_code": "ar"}


def heard(kind: str, body: object) -> Incoming | None:
    return decode.incoming({"update_id": 5, kind: body}, NOW, "WaryBot", "fr")


def message(chat: dict[str, Any], **more: object) -> Incoming | None:
    held = {"message_id": 1, "date": 1, "from": WHO, "chat": chat, **more}
    return heard("message", held)


def meant(text: str, chat: dict[str, Any] | None = None) -> Event | None:
    found = message(chat or PRIVATE, text=text)
    return found.event if found else None


def test_a_message_says_who_and_in_which_language() -> None:
    found = message(PRIVATE, text="hello")
    assert found == Incoming("telegram:5", ME, NOW, Said("hello"), "ar")


@pytest.mark.parametrize("tag", [None, "", 7, "<script>", "x" * 40])
def test_a_client_that_names_no_language_gets_the_deployments_own(tag: object) -> None:
    held = {"message_id": 1, "from": {"id": 7, "language_code": tag}, "chat": PRIVATE}
    found = heard("message", {**held, "text": "hello"})
    assert found is not None
    assert found.locale == "fr"


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("/start", Began()),
        ("/start class-7_x", Began("class-7_x")),
        ("/START@warybot", Began()),
        ("/start <script>", Began()),
        ("/startle", Commanded("startle")),
        ("/Lesson", Commanded("lesson")),
        ("/lesson@WaryBot now please", Commanded("lesson", "now please")),
        ("/first-aid", Commanded("first_aid")),
        ("/first_aid", Commanded("first_aid")),
        ("/lesson!", Said("/lesson!")),
        ("/урок", Said("/урок")),
        ("/", Said("/")),
        ("a /lesson", Said("a /lesson")),
        ("B)\x00\ud800", Said("B)")),
    ],
)
def test_a_command_is_a_whole_word_in_any_case(text: str, event: Event) -> None:
    assert meant(text) == event


def test_a_group_is_heard_in_commands_and_presses_only() -> None:
    assert meant("hello", GROUP) is None
    assert meant("/lesson@OtherBot", GROUP) is None
    found = message(GROUP, text="/lesson@WaryBot")
    assert found is not None
    assert (found.address, found.where) == (ME, HERE)
    assert found.event == Commanded("lesson")


def test_a_sticker_is_answered_and_news_of_the_service_are_not() -> None:
    found = message(PRIVATE, sticker={})
    assert found is not None
    assert found.event == Unreadable()
    assert message(GROUP, sticker={}) is None
    assert message(PRIVATE, pinned_message={}) is None


def test_a_caption_is_words() -> None:
    found = message(PRIVATE, voice={}, caption="/start is this real?")
    assert found is not None
    assert found.event == Said("/start is this real?")


def press(data: object, chat: dict[str, Any] | None = None, **more: object) -> Incoming | None:
    held = {"message_id": 41, "date": 1, "chat": chat or PRIVATE}
    return heard("callback_query", {"id": "q", "from": WHO, "message": held, "data": data, **more})


def test_a_press_names_its_message() -> None:
    found = press("answer:phi-05-q2:b")
    assert found is not None
    assert found.event == Pressed(Action("answer", ("phi-05-q2", "b")), "41")
    assert found.where is None


def test_a_press_in_a_group_is_judged_for_whoever_pressed() -> None:
    found = press("lesson", GROUP)
    assert found is not None
    assert (found.address, found.where) == (ME, HERE)
    assert found.event == Pressed(Action("lesson"), "41")


@pytest.mark.parametrize("data", ["", "a b", "ж", "a" * 65, None, 7, {}])
def test_a_press_that_no_button_of_ours_sends_is_unreadable(data: object) -> None:
    found = press(data)
    assert found is not None
    assert found.event == Unreadable("41")


def test_only_a_person_is_a_learner() -> None:
    assert heard("message", {"from": {"id": 8, "is_bot": True}, "chat": PRIVATE}) is None
    assert heard("message", {"from": {"id": True}, "chat": PRIVATE, "text": "x"}) is None
    assert heard("message", {"chat": {"id": -1, "type": "channel"}, "text": "x"}) is None


@pytest.mark.parametrize(
    ("chat", "status", "event"),
    [
        (PRIVATE, "kicked", Left("blocked")),
        (PRIVATE, "member", None),
        (GROUP, "kicked", Left("removed")),
    ],
)
def test_who_blocks_us_has_left(chat: object, status: str, event: Event | None) -> None:
    change = {"from": WHO, "chat": chat, "new_chat_member": {"status": status}}
    found = heard("my_chat_member", change)
    assert (found.event if found else None) == event


KEYS = (
    *("update_id", "message", "callback_query", "my_chat_member", "edited_message", "from"),
    *("chat", "id", "type", "text", "data", "caption", "date", "message_id", "is_bot"),
    *("language_code", "new_chat_member", "status", "sticker"),
)
WORDS = st.sampled_from(["private", "supergroup", "kicked", "/start", "lesson", "a:b", "x" * 70])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**4000), 10**4000)
    | st.floats()
    | st.text()
    | st.text(string.printable + "\ud800\u202e")
    | WORDS
)
SHAPES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(SHAPES, SHAPES, SHAPES)
def test_u6_no_update_raises(one: object, two: object, three: object) -> None:
    people = {"from": {"id": 7, "language_code": one}, "chat": {"id": two, "type": three}}
    pressed = {"id": three, "from": {"id": two}, "data": one, "message": people}
    for update in (
        one,
        {"update_id": one, "message": two},
        {"update_id": 1, "message": {**people, "text": one}},
        {"update_id": 1, "message": {"from": one, "chat": two, "text": three}},
        {"update_id": 1, "callback_query": pressed},
        {"update_id": 1, "callback_query": one},
        {"update_id": 1, "my_chat_member": {**people, "new_chat_member": two}},
    ):
        found = decode.incoming(update, NOW)
        assert found is None or found.id.startswith("telegram:")
        assert isinstance(decode.query(update), str)


@given(st.text())
def test_u6_no_words_raise_and_none_are_hidden(text: str) -> None:
    found = meant(text)
    assert isinstance(found, Said | Commanded | Began)
