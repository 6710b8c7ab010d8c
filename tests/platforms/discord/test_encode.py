"""How cards look on Discord, and that nothing in them is over a limit."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Action, Button, Choice, Para, Specimen
from bot.core.events import Pressed
from bot.core.message import SIGNS, Message, Span
from bot.platforms.discord import decode, encode
from bot.platforms.discord.markdown import bare, code, escaped, linked, marked, quoted
from tests.platforms import cards
from tests.platforms.cards import CARDS, say
from tests.platforms.discord import limits, schema

MARKS = set("*_~|`<>[]()#@:+")


def body(card: Message) -> dict[str, Any]:
    made: dict[str, Any] = encode.message(card)
    return made


def text(card: Message) -> str:
    return "\n".join(limits.texts(body(card)))


def parts(card: Message, kind: int) -> list[dict[str, Any]]:
    return [part for part in limits.walk(body(card)["components"]) if part["type"] == kind]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_no_sample_is_over_a_limit(card: Message) -> None:
    assert limits.faults(body(card)) == []


@pytest.mark.parametrize("path", ["/channels/1/messages", "/channels/1/messages/2"])
@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_the_official_description_knows_every_field(card: Message, path: str) -> None:
    if not schema.official():
        pytest.skip("the official description is not on this machine")
    method = "PATCH" if path.endswith("2") else "POST"
    assert schema.complaints(method, path, body(card)) == []


@pytest.mark.parametrize(
    ("part", "value", "fault"),
    [
        ({"type": 2, "style": 9, "custom_id": "a"}, {}, "style"),
        ({"type": 2, "style": 1, "custom_id": "a" * 101}, {}, "custom_id"),
        ({"type": 2, "style": 1, "custom_id": "a", "colour": 1}, {}, "colour"),
        ({"type": 2, "custom_id": "a"}, {}, "style: missing"),
        ({"type": 3, "custom_id": "a", "options": []}, {}, "options"),
        (None, {"nonce": "n" * 26}, "nonce"),
        (None, {"flags": "4"}, "flags"),
        (None, {"flags": True}, "flags"),
        (None, {"message_reference": {"message_id": "12a"}}, "message_id"),
        (None, {"allowed_mentions": {"parse": ["all"]}}, "parse"),
        (None, {"components": [{"type": 17, "components": [], "accent_color": -1}]}, "accent"),
    ],
)
def test_the_official_description_finds_what_is_wrong_at_any_depth(
    part: object, value: dict[str, object], fault: str
) -> None:
    if not schema.official():
        pytest.skip("the official description is not on this machine")
    inner = [{"type": 17, "components": [{"type": 1, "components": [part]}]}]
    told = schema.in_message({"components": inner, **value} if part else value)
    assert told
    assert fault in " ".join(told)


def test_a_lesson_looks_like_this() -> None:
    assert text(cards.LESSON) == (
        "### A parcel that needs a small payment\n\n"
        "Delivery scams ask for a tiny payment, and take the card.\n\n"
        "💬 **EXAMPLE, not a real message**\n"
        "> POST-INFO\n"
        "> Your parcel is held. Pay 1.99 customs today\\: "
        "`hxxps://post-delivery[.]example/pay?id=88`\n\n"
        "**What gives it away?**\n"
        "-# First lesson · 2 minutes"
    )


def test_a_tone_is_a_colour_and_a_sign() -> None:
    [container] = parts(cards.ANSWERED, 17)
    assert container["accent_color"] == encode.COLOURS["bad"]
    assert text(cards.ANSWERED).startswith(f"### {SIGNS['bad']} Not quite")
    assert "accent_color" not in parts(cards.LESSON, 17)[0]
    assert "accent_color" not in parts(replace(cards.ANSWERED, title=None), 17)[0]


def test_an_answer_keeps_its_words_beside_its_signs() -> None:
    assert "❌ The small amount · your answer" in text(cards.ANSWERED)


def test_words_alone_have_no_controls() -> None:
    assert parts(cards.TYPED, 1) == []
    assert bare(text(cards.TYPED)) == cards.TYPED.plain()


def test_up_to_ten_choices_are_buttons_in_rows_of_five() -> None:
    assert [len(row["components"]) for row in parts(cards.HELLO, 1)] == [5, 1]


@pytest.mark.parametrize("number", [11, 25])
def test_more_than_ten_choices_are_a_menu(number: int) -> None:
    choices = tuple(Choice(say(f"c{n}"), Action("set", ("x", f"{n}"))) for n in range(number))
    card = Message(choices=choices, lang="en")
    assert limits.faults(body(card)) == []
    [menu] = parts(card, 3)
    assert [one["value"] for one in menu["options"]] == [f"set:x:{n}" for n in range(number)]


def test_several_answers_are_one_menu_and_not_knowing_is_a_button() -> None:
    [menu] = parts(cards.MANY, 3)
    assert (menu["min_values"], menu["max_values"]) == (1, 3)
    assert menu["placeholder"] == "Send my answer"
    assert [one["default"] for one in menu["options"]] == [False, True, False]
    assert [one["label"] for one in parts(cards.MANY, 2)] == ["Don't know"]


def test_a_staged_message_with_nothing_wrong_in_it_can_be_answered() -> None:
    assert [one["label"] for one in parts(cards.NUMBERED, 2)] == ["Send my answer", "Don't know"]
    [menu] = parts(cards.NUMBERED, 3)
    press = decode.event(3, {"custom_id": parts(cards.NUMBERED, 2)[0]["custom_id"]}, "1-2")
    assert press == Pressed(Action("send", ("phi-06-q1",)), "1-2")
    assert menu["custom_id"] == "send:phi-06-q1"


def test_lettered_choices_of_a_language_from_right_to_left_keep_its_direction() -> None:
    long = tuple(replace(one, label=cards.arabic("ا" * 40)) for one in cards.ARABIC.choices)
    lines = text(replace(cards.ARABIC, choices=long)).split("\n")
    assert [one[:2] for one in lines if "ا" * 40 in one] == ["\u200fA", "\u200fB", "\u200f?"]


def test_long_labels_stand_in_the_text_and_letters_on_the_buttons() -> None:
    assert [one["label"] for one in parts(cards.LONG, 2)] == ["A", "B", "C", "?"]
    assert "B\\) Read the code to them slowly" in text(cards.LONG)


def test_two_buttons_of_one_action_have_two_names() -> None:
    twice = (Button(say("a"), Action("x")), Button(say("b"), Action("x")))
    card = Message(buttons=twice, lang="en")
    assert [one["custom_id"] for one in parts(card, 2)] == ["x", "x~2"]


def test_a_page_is_a_link_button() -> None:
    links = [one for one in parts(cards.PROGRESS, 2) if one["style"] == 5]
    assert [one["url"] for one in links] == ["https://wary.example/all"]


def test_a_time_is_shown_in_the_readers_own_clock() -> None:
    at = datetime(2026, 11, 22, 17, tzinfo=UTC)
    card = Message(body=(Para((Span("x", when=at),)),), lang="en")
    assert text(card) == f"<t:{int(at.timestamp())}:F>"


def test_every_line_of_a_staged_message_is_quoted() -> None:
    block = Specimen("mail", say("EXAMPLE"), (say("one\n# two\n> three"),), say("**x**"))
    assert text(Message(body=(block,), lang="en")) == (
        "✉️ **EXAMPLE**\n> \\*\\*x\\*\\*\n> one\n> \\# two\n> \\> three"
    )


def test_an_empty_card_is_still_a_message() -> None:
    assert limits.faults(body(Message(lang="en"))) == []


@given(st.text())
def test_escaping_can_be_undone_and_leaves_no_mark(said: str) -> None:
    made = escaped(said)
    assert bare(made) == said
    plain = ""
    skip = False
    for char in made:
        plain += "" if skip or char == "\\" else char
        skip = char == "\\" and not skip
    assert not MARKS & set(plain)


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("- a", "\\- a"),
        ("1. a", "1\\. a"),
        ("\u200f- a", "\u200f\\- a"),
        ("a-b 1.5", "a-b 1.5"),
        ("@everyone <@1>", "\\@everyone \\<\\@1\\>"),
        ("https://a.b", "https\\://a.b"),
        (":smile: ||x||", "\\:smile\\: \\|\\|x\\|\\|"),
    ],
)
def test_what_discord_would_read_is_escaped(said: str, made: str) -> None:
    assert escaped(said) == made


@given(st.text(alphabet="ab`[.]:/hxtps \n", max_size=60))
def test_code_in_a_quote_is_closed(said: str) -> None:
    assert quoted(said.replace("\n", " ")).replace("\\`", "").count("`") % 2 == 0


def test_looks_of_neighbours_are_joined_and_blanks_stay_outside() -> None:
    rich = (Span("a ", bold=True), Span("b", bold=True), Span(" c ", italic=True), Span("d"))
    assert marked(rich) == "**a b** *c* d"
    assert marked((Span(" ", bold=True),)) == " "
    assert marked((Span("x`y", code=True),)) == code("x`y") == "`x\u02cby`"


def test_only_pages_become_links() -> None:
    assert linked("more", "https://wary.example/x") == "[more](<https://wary.example/x>)"
    assert linked("https://w.example", "https://w.example") == "<https://w.example>"
    assert linked("x", "javascript:alert(1)") == "x\\: javascript\\:alert\\(1\\)"
    assert linked("x", "https://a.example/)(<@1>").startswith("x\\: https\\:")


def test_labels_are_cut_where_discord_ends() -> None:
    card = replace(cards.BUTTONS, buttons=(Button(say("x" * 200), Action("x")),))
    assert limits.faults(body(card)) == []
    form = encode.form("ask:1:x", "t" * 99, "l" * 99, "h" * 200, 7)
    assert len(str(form["title"])) == 45
