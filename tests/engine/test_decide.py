"""No sequence of events makes the engine raise, loop or lose a learner; it is a function."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Action, Card
from bot.core.effects import Decision, Edit, Plan, Say
from bot.core.events import (
    AidDue,
    Began,
    Commanded,
    Due,
    Event,
    Incoming,
    Left,
    LessonDue,
    Pressed,
    Said,
    Shown,
    Unreadable,
)
from bot.core.learner import Learner
from bot.engine.decide import PARTS, PRESSES, decide
from tests.engine.school import ITEMS, LESSONS, LIBRARY, ME, NOON, joined

TOKENS = (
    "go:track",
    "quiz:phi-01",
    "read:phi-01:0",
    "set:often:never",
    "set:hour:18.00",
    "go:settings",
    "go:pause",
    "page:country:1",
    "lesson",
    "more",
    "link:new",
    "forget:now",
    "mydata",
)
"""Tokens that mean something to whoever has joined."""

WORDS = st.sampled_from(
    [
        *LESSONS,
        *ITEMS,
        *"abc",
        "s1",
        "s2",
        "dk",
        "true",
        "en",
        "ar",
        "citizen",
        "senior",
        "often",
        "daily",
        "tip",
        "never",
        "hour",
        "18.00",
        "country",
        "ca",
        "fr",
        "none",
        "clock",
        "-300",
        "60",
        "city",
        "America.Regina",
        "pause",
        "week",
        "open",
        "typed",
        "on",
        "done",
        "later",
        "settings",
        "money",
        "0",
        "1",
        "99",
        "",
    ]
)
ACTIONS = st.builds(
    Action, st.sampled_from([*PRESSES, "forged"]), st.lists(WORDS, max_size=3).map(tuple)
)
DAYS = st.dates(date(2026, 11, 1), date(2027, 4, 1))
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(Began, st.text(max_size=5)),
    st.builds(Commanded, st.sampled_from(["lesson", "settings", "stop", "help", "check", "x"])),
    st.builds(
        Pressed, ACTIONS, st.sampled_from(["", "m1"]), st.lists(WORDS, max_size=3).map(tuple)
    ),
    st.builds(Said, st.text(max_size=20) | st.just("https://a.example " * 9)),
    st.builds(Shown, st.text(max_size=9), by=st.sampled_from(["forward", "reply", "file"])),
    st.builds(Left, st.sampled_from(["blocked", "removed", "deleted"])),
    st.builds(LessonDue, DAYS),
    st.builds(AidDue, DAYS),
    st.builds(Unreadable, st.sampled_from(["", "m1"])),
)
STEPS = st.lists(st.tuples(EVENTS, st.timedeltas(timedelta(0), timedelta(days=3))), max_size=25)


def cards(decision: Decision) -> list[Card]:
    return [effect.card for effect in decision.effects if isinstance(effect, Say | Edit)]


@settings(max_examples=400, deadline=None)
@given(STEPS, st.sampled_from(["en", "ar", "xx", "zh-Hans-CN"]))
def test_no_conversation_breaks_the_engine(
    steps: list[tuple[Event, timedelta]], locale: str
) -> None:
    learner, at = Learner("cd" * 16, ME, locale="en"), NOON
    for number, (event, wait) in enumerate(steps):
        at += wait
        incoming = Incoming(f"e:{number}", ME, at, event, locale)
        decision = decide(learner, incoming, LIBRARY)
        assert decision == decide(learner, incoming, LIBRARY)
        assert (decision.learner.key, decision.learner.address) == (learner.key, learner.address)
        assert decision.learner.points >= learner.points
        for card in cards(decision):
            assert not (card.choices and card.ask)
            assert len(card.choices) <= 25
            assert hash(card) is not None
        for effect in decision.effects:
            if isinstance(effect, Plan):
                assert effect.at > at
        if not isinstance(event, Due | Left):
            assert decision.effects, "somebody was left without an answer"
        learner = decision.learner


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 24), min_size=1, max_size=40))
def test_whoever_only_presses_what_is_shown_always_gets_on(taps: list[int]) -> None:
    learner, at = Learner("ef" * 16, ME), datetime(2026, 11, 21, tzinfo=UTC)
    decision = decide(learner, Incoming("e:s", ME, at, Began()), LIBRARY)
    card = cards(decision)[0]
    for number, tap in enumerate(taps):
        offers = [choice.action for choice in card.choices]
        offers += [
            b.does
            for b in (*card.buttons, *((card.many,) if card.many else ()))
            if isinstance(b.does, Action)
        ]
        event: Event = Pressed(offers[tap % len(offers)], "m1") if offers else Began()
        if card.ask:
            event = Said("95")
        decision = decide(decision.learner, Incoming(f"e:{number}", ME, at, event), LIBRARY)
        texts = [getattr(effect, "text", None) for effect in decision.effects]
        assert "press.before" not in [text.key for text in texts if text], event
        card = (cards(decision) or [card])[0]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize("more", ["junk", "23dd479b3b2c3370", ""])
def test_a14_a_token_with_more_than_a_button_carries_means_nothing(token: str, more: str) -> None:
    genuine = joined()
    genuine.press(token)
    assert genuine.notice != "press.before", "without the addition it means something"
    talk = joined()
    before = talk.learner
    talk.press(f"{token}:{more}")
    assert talk.notice == "press.before"
    assert talk.learner == before


def test_a14_parts_are_counted_for_verbs_that_are_pressed() -> None:
    assert set(PARTS) <= set(PRESSES)
