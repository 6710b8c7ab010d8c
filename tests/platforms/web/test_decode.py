"""Fields of a form as events, however strange they are."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.events import Address, Began, Commanded, Pressed, Said, Unreadable
from bot.platforms.web import decode

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def form(*fields: tuple[str, str]) -> decode.Fields:
    return decode.fields(urlencode(fields).encode())


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        ("hello", Said("hello")),
        ("  b ", Said("b")),
        ("/start", Began()),
        ("/START k4tz9", Began("k4tz9")),
        ("/startle", Commanded("startle")),
        ("/start@WaryBot", Began()),
        ("/Help-Now  please now", Commanded("help_now", "please now")),
        ("/دروس", Commanded("دروس")),
        ("/", Said("/")),
        ("/ lesson", Said("/ lesson")),
        ("/2", Said("/2")),
        ("a/b", Said("a/b")),
        ("", Said("")),
        ("a\x00\x1b[31mb\x85", Said("a[31mb")),
        ("\u202eabc", Said("\u202eabc")),
    ],
)
def test_a_typed_line_is_a_command_or_words(typed: str, event: object) -> None:
    assert decode.said(form(("text", typed))) == event


def test_a_long_text_is_cut() -> None:
    event = decode.said(form(("text", "x" * 5000)))
    assert event == Said("x" * 4000)


def test_a_press_carries_its_card_and_its_picks() -> None:
    fields = form(("action", "send:q1"), ("on", "m-12ab"), ("picked", "a"), ("picked", "c"))
    assert decode.press(fields) == Pressed(Action("send", ("q1",)), "m-12ab", ("a", "c"))


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("action", "")],
        [("action", "a::é")],
        [("action", "x" * 65)],
        [("action", "<script>")],
        [("action", "a"), ("picked", "../../etc")],
        [("action", "a"), ("picked", "")],
        [("action", "a"), *[("picked", "a")] * 26],
    ],
)
def test_what_no_button_of_ours_sends_is_unreadable(fields: list[tuple[str, str]]) -> None:
    assert decode.press(form(("on", "m-1"), *fields)) == Unreadable("m-1")


@pytest.mark.parametrize("on", ["text", "", "m-", "m-<x>", "m-" + "a" * 41])
def test_a_card_that_cannot_be_ours_is_no_card(on: str) -> None:
    assert decode.press(form(("action", "a"), ("on", on))) == Pressed(Action("a"))


def test_more_fields_than_a_form_of_ours_has_are_nothing() -> None:
    assert form(*[("picked", "a")] * 101) == {}


def name_of(*fields: tuple[str, str], key: str = "k", who: str = "me") -> str:
    given = form(("key", key), *fields)
    event = decode.press(given) if "action" in given else decode.said(given)
    return decode.incoming(given, event, Address("web", who), NOON, "en").id


def test_a_double_click_is_one_event() -> None:
    assert name_of(("action", "a"), ("on", "m-1")) == name_of(("action", "a"), ("on", "m-1"))


def test_two_buttons_of_one_page_are_two_events() -> None:
    names = {
        name_of(("action", "a"), ("on", "m-1")),
        name_of(("action", "b"), ("on", "m-1")),
        name_of(("action", "a"), ("on", "m-2")),
        name_of(("action", "a"), ("on", "m-1"), ("picked", "a")),
        name_of(("action", "a"), ("on", "m-1"), key="other"),
        name_of(("action", "a"), ("on", "m-1"), who="other"),
    }
    assert len(names) == 6


def test_the_name_of_an_event_tells_nothing_of_what_was_typed() -> None:
    assert name_of(("text", "my password")) == name_of(("text", "another"))


@given(st.binary(max_size=2000))
def test_no_body_breaks_the_decoder(body: bytes) -> None:
    fields = decode.fields(body)
    assert isinstance(decode.press(fields), Pressed | Unreadable)
    assert isinstance(decode.said(fields), Began | Commanded | Said)


@given(st.text(max_size=200))
def test_no_line_breaks_the_decoder(text: str) -> None:
    event = decode.said({"text": [text], "asked": [text]})
    assert isinstance(event, Began | Commanded | Said)
    decode.incoming({"key": [text]}, event, Address("web", text), NOON, "en")
