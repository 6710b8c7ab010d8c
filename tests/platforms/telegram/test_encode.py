"""How cards look on Telegram: within its limits, for every card that is taught."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import ForceReply, InlineKeyboardMarkup

from bot import i18n, settings, teaching
from bot.core.card import (
    Action,
    Bullets,
    Button,
    Choice,
    Marked,
    Para,
    Progress,
    Specimen,
    Text,
)
from bot.core.effects import Notice
from bot.core.events import Address, Incoming, Pressed
from bot.core.learner import Learner
from bot.core.message import Message, Span, words
from bot.engine import posting
from bot.platforms.telegram import decode, encode, polls
from bot.runtime.render import renderer
from tests.platforms.cards import (
    ANSWERED,
    ARABIC,
    ASK,
    BUTTONS,
    CARDS,
    HOSTILE,
    LESSON,
    LONG,
    MANY,
    NUMBERED,
    PROGRESS,
    SEQUENCE,
    TYPED,
    say,
)
from tests.platforms.everything import all_cards, every_posted
from tests.platforms.scripted import NOW
from tests.platforms.telegram.description import NOTICE, key_limits, text_limits
from tests.platforms.telegram.description import complaints as limits_of


def wire(message: Message) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    drawn = encode.drawn(message)
    keys = drawn.under.to_dict() if drawn.under else {}
    return drawn.text, [one.to_dict() for one in drawn.entities], keys


def faults(message: Message) -> list[str]:
    text, entities, keys = wire(message)
    return [*text_limits(text, entities), *key_limits(keys)]


def cut(text: str, one: dict[str, Any]) -> str:
    """Return what an entity covers, counted as Telegram counts."""
    start, end = 2 * one["offset"], 2 * (one["offset"] + one["length"])
    return text.encode("utf-16-le")[start:end].decode("utf-16-le")


def covered(message: Message, kind: str) -> list[str]:
    text, entities, _ = wire(message)
    return [cut(text, one) for one in entities if one["type"] == kind]


def labels(message: Message) -> list[list[str]]:
    keys = encode.drawn(message).under
    if not isinstance(keys, InlineKeyboardMarkup):
        return []
    return [[key.text for key in row] for row in keys.inline_keyboard]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_every_sample_card_is_within_the_limits(card: Message) -> None:
    assert faults(card) == []
    assert faults(replace(card, typed_only=True)) == []


def test_a_title_is_bold_behind_the_sign_of_its_tone() -> None:
    assert wire(ANSWERED)[0].startswith("❌ Not quite\n\n")
    assert covered(ANSWERED, "bold") == ["Not quite", "Today: "]
    assert covered(replace(BUTTONS, title=say("🏁 4 of 5"), tone="good"), "bold") == ["🏁 4 of 5"]


def test_a_footer_is_italic() -> None:
    assert covered(LESSON, "italic") == ["First lesson · 2 minutes"]
    assert wire(LESSON)[0].endswith("\n\nFirst lesson · 2 minutes")


def test_a_specimen_is_one_quotation_whose_addresses_are_code() -> None:
    quotes = covered(LESSON, "blockquote")
    assert [quote.split("\n")[0] for quote in quotes] == ["POST-INFO"]
    assert covered(LESSON, "code") == ["hxxps://post-delivery[.]example/pay?id=88"]
    assert "💬 EXAMPLE, not a real message\nPOST-INFO" in wire(LESSON)[0]


def test_parts_are_numbered_where_they_are_asked_for() -> None:
    assert "\n2) your account" in covered(NUMBERED, "blockquote")[0]


def test_bullets_progress_and_marks_are_lines() -> None:
    text = wire(PROGRESS)[0]
    assert "Lessons ▰▰▱▱ 2/4\n\n0/0\n\n1. Every day at 18:00 by your clock.\n2. Quiet" in text
    assert "• Read more" in text
    assert "❌ The small amount · your answer\n✅ The link is not" in wire(ANSWERED)[0]


def test_a_link_is_text_and_only_addresses_of_the_web_are_links() -> None:
    assert covered(PROGRESS, "text_link") == ["Read more"]
    assert covered(HOSTILE, "text_link") == []
    assert "<script>alert(1)</script>" in wire(HOSTILE)[0]


def test_an_instant_is_shown_by_the_readers_own_clock() -> None:
    later = NOW + timedelta(hours=3)
    _, entities, _ = wire(Message(body=(Para((Span("15:00", when=later),)),), lang="en"))
    assert entities == [
        {
            "type": "date_time",
            "offset": 0,
            "length": 5,
            "unix_time": int(later.timestamp()),
            "date_time_format": "wDt",
        }
    ]


def test_code_takes_no_other_look() -> None:
    spans = (Span("Say ", bold=True), Span("/help", bold=True, code=True), Span("!"))
    _, entities, _ = wire(Message(title=spans, lang="en"))
    assert [(one["type"], one["offset"], one["length"]) for one in entities] == [
        ("bold", 0, 4),
        ("code", 4, 5),
        ("bold", 9, 1),
    ]


def test_choices_stand_one_a_row_and_two_where_all_are_short() -> None:
    assert [len(row) for row in labels(LESSON)] == [1] * 5
    assert [len(row) for row in labels(SEQUENCE)] == [1] * 3
    assert [len(row) for row in labels(BUTTONS)] == [2]
    assert {len(row) for row in labels(ARABIC)} == {1}


@pytest.mark.parametrize(
    ("longest", "drawn"),
    [("码" * 7, [2]), ("码" * 8, [1, 1]), ("码" * 16, [1, 1]), ("码" * 17, None)],
)
def test_wide_characters_take_the_room_of_two(longest: str, drawn: list[int] | None) -> None:
    first, second = LONG.choices[:2]
    choices = (replace(first, label=(Span(longest),)), replace(second, label=(Span("好"),)))
    rows = labels(replace(LONG, choices=choices, lang="zh-Hans"))
    lettered = [["A", "B"]]
    assert (rows == lettered) if drawn is None else ([len(row) for row in rows] == drawn)


def test_long_choices_are_lettered_in_the_text() -> None:
    assert labels(LONG) == [["A", "B", "C", "?"]]
    assert "\n\nA) Hang up, then call" in wire(LONG)[0]
    assert wire(LONG)[0].endswith("\n?) Don't know")
    rtl = replace(LONG, rtl=True)
    assert "\n\n\u200fA) Hang up" in wire(rtl)[0]


def test_what_is_picked_has_a_tick() -> None:
    assert labels(MANY)[1] == ["☑ A logo"]
    picked = replace(LONG, choices=tuple(replace(one, picked=True) for one in LONG.choices))
    assert labels(picked) == [["☑ A", "☑ B", "☑ C", "☑ ?"]]
    assert "A) ☑ Hang up" in wire(picked)[0]


def test_the_closing_button_comes_after_the_choices() -> None:
    assert labels(MANY)[-1] == ["Send my answer"]


def test_buttons_have_their_colour_and_open_pages() -> None:
    keys = encode.drawn(PROGRESS).under
    assert isinstance(keys, InlineKeyboardMarkup)
    found = [
        (key.style, key.url, key.callback_data) for row in keys.inline_keyboard for key in row
    ]
    assert found == [
        ("primary", None, "more"),
        (None, "https://wary.example/all", None),
        ("danger", None, "forgetme"),
    ]


def test_a_button_that_opens_anything_else_is_left_out() -> None:
    bad = replace(BUTTONS, buttons=(Button(say("Open"), "javascript:alert(1)"),))
    assert wire(bad)[2] == {}


def test_a_question_for_words_opens_a_field_where_no_button_stands() -> None:
    keys = encode.drawn(replace(ASK, buttons=())).under
    assert isinstance(keys, ForceReply)
    assert keys.input_field_placeholder == "Such as 12"
    assert isinstance(encode.drawn(ASK).under, InlineKeyboardMarkup)
    assert "Your number, as digits" in wire(ASK)[0]


def test_words_alone_have_no_buttons_and_say_all() -> None:
    text, entities, keys = wire(TYPED)
    assert (text, entities, keys) == (TYPED.plain(), [], {})


def test_a_card_without_words_is_still_a_message() -> None:
    assert wire(Message(lang="en"))[0] == "…"
    assert wire(Message(body=(Para(say("\u200f")),), lang="en"))[0] == "…"


def test_what_is_too_long_is_cut_between_blocks() -> None:
    paragraph = "🙂" * 1000
    long = replace(LESSON, body=tuple(Para(say(paragraph)) for _ in range(5)))
    text, _, _ = wire(long)
    assert faults(long) == []
    assert text.split("\n\n") == [
        "A parcel that needs a small payment",
        paragraph,
        paragraph,
        "…",
        "First lesson · 2 minutes",
    ]
    assert faults(replace(long, typed_only=True)) == []


TEXTS = st.text(st.characters(), max_size=60) | st.text("🙂ab \n\u200f", max_size=60)
SPANS = st.builds(
    Span,
    TEXTS,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, "https://wary.example/", "javascript:x"]),
    st.sampled_from([None, NOW]),
)
RICH = st.lists(SPANS, max_size=4).map(tuple)
MANY_RICH = st.lists(RICH, max_size=6).map(tuple)
MARK = st.frozensets(st.sampled_from(["right", "yours"]))
BLOCKS: Any = st.one_of(
    st.builds(Para, RICH),
    st.builds(Bullets, MANY_RICH, st.booleans()),
    st.builds(Specimen, st.just("sms"), RICH, MANY_RICH, st.none() | RICH, st.booleans()),
    st.builds(Progress, st.integers(0, 20), st.integers(0, 20), st.none() | RICH),
    st.builds(Marked, st.lists(st.tuples(MARK, RICH), max_size=6).map(tuple)),
)
CHOICES: Any = st.builds(Choice, RICH, st.just(Action("a")), st.booleans(), st.just(""))
OFFERS: Any = st.builds(Button, RICH, st.just(Action("b")), st.sampled_from(["plain", "good"]))
MESSAGES: Any = st.builds(
    Message,
    body=st.lists(BLOCKS, max_size=12).map(tuple),
    title=st.none() | RICH,
    choices=st.lists(CHOICES, max_size=25).map(tuple),
    many=st.none() | OFFERS,
    buttons=st.lists(OFFERS, max_size=8).map(tuple),
    footer=st.none() | RICH,
    tone=st.sampled_from(["plain", "bad"]),
    typed_only=st.booleans(),
    rtl=st.booleans(),
    lang=st.just("en"),
)


@given(MESSAGES, st.integers(1, 9))
def test_t16_nothing_that_can_be_said_is_over_a_limit(message: Message, times: int) -> None:
    longer = replace(message, body=message.body * times)
    found = [fault for fault in faults(longer) if fault != "a button without words"]
    assert found == []


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_what_is_seen_is_what_was_said(text: str) -> None:
    message = Message(body=(Para((Span(text),)),), lang="en")
    seen, entities, _ = wire(message)
    assert seen in {text, "…"}
    assert entities == []


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_press_comes_back_as_it_went_out(card: Message) -> None:
    keys = encode.drawn(card).under
    rows = keys.inline_keyboard if isinstance(keys, InlineKeyboardMarkup) else ()
    held = {"message_id": 41, "date": 1, "chat": {"id": 7, "type": "private"}}
    sent = [key.callback_data for row in rows for key in row if key.callback_data]
    back = []
    for token in sent:
        pressed = {"id": "1", "from": {"id": 7}, "data": token, "message": held}
        found = decode.incoming({"update_id": 1, "callback_query": pressed}, NOW)
        assert found is not None
        assert isinstance(found.event, Pressed)
        back.append(found.event.action)
    offered = [one.action for one in card.choices] + [one.does for one in (card.many,) if one]
    wanted = [*offered, *(one.does for one in card.buttons if isinstance(one.does, Action))]
    assert back == ([] if card.typed_only else wanted)


@pytest.fixture(scope="module")
def taught() -> teaching.Taught:
    return teaching.taught(settings.read({}))


@pytest.mark.parametrize("locale", ["en", "ar", "zh-Hans", "fr", "ru", "es"])
def test_no_card_of_ours_is_over_a_limit_or_cut(taught: teaching.Taught, locale: str) -> None:
    render = renderer(taught.catalogues.translate, i18n.rtl)
    wrong: list[str] = []
    longest = seen = 0
    for card in all_cards(taught.library, locale, "telegram"):
        message = render(card, locale)
        for said in (message, replace(message, typed_only=True)):
            text = encode.drawn(said).text
            longest = max(longest, encode.units(text))
            wrong += [f"{said.heading()}: {fault}" for fault in faults(said)]
            wrong += [f"{said.heading()}: cut"] if "\n\n…" in text else []
        seen += 1
    assert wrong == []
    assert seen > 100
    assert longest < encode.TEXT_UNITS


@pytest.mark.parametrize("locale", ["en", "ar", "zh-Hans", "fr", "ru", "es"])
def test_a_question_of_a_place_is_told_whole_by_poll_and_by_pop_up(
    taught: teaching.Taught, locale: str
) -> None:
    render = renderer(taught.catalogues.translate, i18n.rtl)
    cards = set(every_posted(taught.library, locale, "telegram"))
    quizzes = [polls.quiz(render(card, locale)) for card in cards]
    found = [quiz for quiz in quizzes if quiz]
    assert found
    assert [
        wrong for quiz in found for wrong in limits_of("sendPoll", {"chat_id": 1, **quiz})
    ] == []
    votes = {one.action for card in cards for one in card.choices if one.action.verb == "vote"}
    asker = Learner("0" * 32, Address("telegram", "1"), locale)
    for vote in votes:
        incoming = Incoming("telegram:1", asker.address, NOW, Pressed(vote, "1"))
        decision = posting.vote(asker, incoming, Pressed(vote, "1"), taught.library)
        assert decision is not None
        [notice] = decision.effects
        assert isinstance(notice, Notice)
        text = words(taught.catalogues.translate(locale, notice.text))
        assert len(text) <= NOTICE, text
    assert len(votes) > 20


def test_the_words_of_an_interface_text_are_the_message(taught: teaching.Taught) -> None:
    rich = taught.catalogues.translate("en", Text("hello.what"))
    assert wire(Message(body=(Para(rich),), lang="en"))[0] == words(rich)
