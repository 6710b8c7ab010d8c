"""What Discord sends becomes an event, whatever it is."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.events import Began, Commanded, Event, Pressed, Said, Unreadable
from bot.core.message import Message
from bot.platforms.discord import decode, encode
from bot.platforms.discord.decode import COMMAND, COMPONENT, MODAL, Asks
from tests.platforms.cards import ASK, CARDS, MANY
from tests.platforms.discord import limits
from tests.platforms.discord.payloads import Json

ON = "12-34"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("kind", "data", "event"),
    [
        (COMMAND, {"name": "start"}, Began()),
        (COMMAND, {"name": "lesson"}, Commanded("lesson")),
        (COMMAND, {}, Commanded("")),
        (COMPONENT, {"custom_id": "lang:en"}, Pressed(Action("lang", ("en",)), ON)),
        (COMPONENT, {"custom_id": "lang:en~2"}, Pressed(Action("lang", ("en",)), ON)),
        (
            COMPONENT,
            {"custom_id": "pick", "values": ["set:zone:UTC"]},
            Pressed(Action("set", ("zone", "UTC")), ON),
        ),
        (
            COMPONENT,
            {"custom_id": "send:q", "values": ["a", "c"]},
            Pressed(Action("send", ("q",)), ON, ("a", "c")),
        ),
        (COMPONENT, {"custom_id": "pick", "values": []}, Unreadable(ON)),
        (COMPONENT, {"custom_id": "pick"}, Unreadable(ON)),
        (COMPONENT, {"custom_id": "a b"}, Unreadable(ON)),
        (COMPONENT, {"custom_id": "send:q", "values": ["<script>"]}, Unreadable(ON)),
        (COMPONENT, {"custom_id": "send:q", "values": ["a"] * 26}, Unreadable(ON)),
        (COMPONENT, {"custom_id": "x" * 101}, Unreadable(ON)),
        (COMPONENT, {}, Unreadable(ON)),
        (COMPONENT, {"custom_id": "ask:20:answer:q"}, Asks("ask:20:answer:q", 20)),
        (MODAL, {"custom_id": "ask:20:answer:q"}, Said("", Action("answer", ("q",)))),
        (MODAL, {"custom_id": "?", "components": 7}, Said("", None)),
    ],
)
def test_an_interaction_means_one_event(kind: int, data: Json, event: Event) -> None:
    assert decode.event(kind, data, ON) == event


@pytest.mark.parametrize("old", [False, True])
def test_what_was_typed_into_a_form_is_said(*, old: bool) -> None:
    field = {"type": 4, "custom_id": "text", "value": " 12\x00 "}
    held = {"components": [field]} if old else {"component": field}
    data = {"custom_id": "ask:20:answer:q", "components": [held]}
    assert decode.event(MODAL, data, ON) == Said("12", Action("answer", ("q",)))


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("/start", Began()),
        ("/Start x", Began("x")),
        ("/startle", Commanded("startle")),
        (" /lesson ", Commanded("lesson")),
        ("b", Said("b")),
        ("a / b", Said("a / b")),
    ],
)
def test_a_direct_message_is_a_command_or_words(text: str, event: Event) -> None:
    assert decode.typed(text) == event


@given(st.sampled_from([COMMAND, COMPONENT, MODAL]), st.dictionaries(st.text(), JSON))
def test_u6_nothing_that_a_client_sends_raises(kind: int, data: dict[str, Any]) -> None:
    assert decode.event(kind, data, ON) is not None


@given(JSON, st.sampled_from(["custom_id", "values", "components", "name"]))
def test_u5_no_shape_of_a_known_field_raises(value: object, name: str) -> None:
    for kind in (COMMAND, COMPONENT, MODAL):
        data = {"custom_id": "pick", name: value}
        assert decode.event(kind, data, ON) is not None


@given(st.text())
def test_u6_no_typed_text_raises(text: str) -> None:
    assert decode.typed(text) is not None


@pytest.mark.parametrize("text", ["", "1", "<html>", "{", '"x"', "[" * 100_000])
def test_what_is_no_object_is_no_body(text: str) -> None:
    assert decode.body(text) is None


@pytest.mark.parametrize("value", [None, "", "x", -1, [], {}])
def test_what_is_no_number_is_none(value: object) -> None:
    assert decode.number(value) == 0


def _controls(card: Message) -> list[dict[str, Any]]:
    body: dict[str, Any] = encode.message(card)
    return [one for one in limits.walk(body["components"]) if "custom_id" in one]


@pytest.mark.parametrize("card", [one for one in CARDS.values() if not one.typed_only])
def test_every_press_comes_back_as_the_action_it_was_made_of(card: Message) -> None:
    meant = [choice.action for choice in card.choices]
    meant += [one.does for one in card.buttons if isinstance(one.does, Action)]
    back = [decode.event(COMPONENT, one, ON) for one in _controls(card) if one["type"] == 2]
    pressed = [one.action for one in back if isinstance(one, Pressed)]
    assert [one for one in meant if one in pressed] == [
        one for one in meant if not card.many or one.args[-1:] == ("unknown",)
    ]


def test_a_menu_of_several_comes_back_with_all_that_was_picked() -> None:
    [menu] = [one for one in _controls(MANY) if one["type"] == 3]
    data = {**menu, "values": [one["value"] for one in menu["options"][:2]]}
    assert decode.event(COMPONENT, data, ON) == Pressed(
        Action("send", ("phi-05-q2",)), ON, ("a", "b")
    )


def test_a_form_has_the_words_of_the_card_that_opened_it() -> None:
    body: dict[str, Any] = encode.message(ASK)
    [name] = [one["custom_id"] for one in _controls(ASK) if one["custom_id"].startswith("ask:")]
    parts = [
        SimpleNamespace(
            children=[SimpleNamespace(**one) for one in limits.walk(body["components"])]
        )
    ]
    asks = decode.event(COMPONENT, {"custom_id": name}, ON)
    assert isinstance(asks, Asks)
    found = decode.worded(asks, parts)
    assert (found.title, found.label, found.hint, found.longest) == (
        "Answer",
        "Your number, as digits",
        "Such as 12",
        20,
    )


def test_a_form_without_its_card_has_words_all_the_same() -> None:
    found = decode.worded(Asks("ask:20:answer:q", 20), ())
    assert found.title
    assert found.label


def test_a_ping_or_an_autocomplete_is_no_event() -> None:
    raw = SimpleNamespace(type=SimpleNamespace(value=4), user=None)
    assert decode.interaction(raw) is None
