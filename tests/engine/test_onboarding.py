"""The first conversation, told as dialogues: tokens in, keys and stages out."""

from dataclasses import replace

import pytest

from bot.core.card import Instant, Para, Text
from bot.core.effects import Note, Plan, Unplan
from bot.core.events import Began, Commanded, Said, Unreadable
from bot.core.learner import Answering, Choosing, Idle, Often, Stranger, Track
from bot.engine import progress
from tests.engine.school import LIBRARY, Talk, joined


def test_the_first_card_offers_the_clients_own_language_first() -> None:
    talk = Talk(locale="ar")
    talk.hear(Began())
    assert [choice.action.pack() for choice in talk.card.choices] == ["lang:ar", "lang:en"]
    assert talk.card.lang == "ar"


def test_a_language_that_is_not_offered_is_greeted_in_the_deployments_own() -> None:
    talk = Talk(locale="tlh", library=replace(LIBRARY, languages=("ar", "en")))
    talk.hear(Began())
    assert talk.card.lang == "ar"
    assert [choice.action.pack() for choice in talk.card.choices] == ["lang:ar", "lang:en"]


def test_nothing_is_known_before_the_second_press() -> None:
    talk = Talk()
    talk.hear(Began())
    assert talk.learner.stage == Stranger()
    talk.press("lang:ar")
    assert talk.learner.stage == Stranger()
    assert {"hello.kept", "track.ask"} <= talk.keys


def test_the_first_graded_answer_is_the_third_press() -> None:
    talk = Talk()
    talk.hear(Began())
    talk.press("lang:en")
    talk.press("track:en:senior")
    assert isinstance(talk.learner.stage, Answering)
    assert talk.learner.track is Track.SENIOR
    talk.press("answer:acc-01-q1:b")
    assert talk.card.tone == "good"
    assert talk.on_card("set:often:daily")
    assert talk.learner.points == 10


def test_one_zone_ends_the_conversation_and_makes_a_plan() -> None:
    talk = joined()
    assert talk.learner.zone == "Europe/Paris"
    assert talk.learner.stage == Idle()
    assert "ready.daily" in talk.keys
    assert talk.plan is not None
    assert (talk.plan.at.hour, talk.plan.at.minute < 6) == (17, True)
    first = Text("ready.first", (("when", Instant(talk.plan.at, "Europe/Paris")),))
    assert Para(first) in talk.card.body


def test_a_country_with_several_zones_asks_the_clock_and_then_the_city() -> None:
    talk = joined()
    talk.learner = replace(talk.learner, zone="", country="", stage=Choosing("country", True))
    talk.press("set:country:ca")
    assert talk.learner.stage == Choosing("clock", joining=True)
    talk.press("set:clock:-360")
    assert talk.learner.stage == Choosing("city", joining=True, offset=-360)
    assert talk.on_card("set:city:America.Regina")
    talk.press("set:city:America.Regina")
    assert talk.learner.zone == "America/Regina"
    assert talk.learner.stage == Idle()


def test_a_clock_that_leaves_one_zone_asks_no_city() -> None:
    talk = joined()
    talk.learner = replace(talk.learner, zone="", stage=Choosing("country", True))
    talk.press("set:country:ca")
    talk.press("set:clock:-300")
    assert talk.learner.zone == "America/Toronto"
    assert "ready.daily" in talk.keys


def test_whoever_names_no_country_is_asked_the_clock_alone() -> None:
    talk = joined()
    talk.learner = replace(talk.learner, zone="", country="", stage=Choosing("country", True))
    talk.press("set:country:none")
    assert talk.learner.stage == Choosing("clock", joining=True)
    talk.press("set:clock:60")
    assert isinstance(talk.learner.stage, Choosing)
    assert talk.learner.stage.what == "city"
    talk.press("set:city:Africa.Algiers")
    assert talk.learner.zone == "Africa/Algiers"
    assert talk.learner.country == ""


def test_only_when_i_come_asks_neither_hour_nor_country() -> None:
    talk = Talk()
    for token in ("lang:en", "track:en:citizen", "answer:acc-01-q1:dk", "set:often:never"):
        talk.press(token)
    assert "ready.never" in talk.keys
    assert any(isinstance(effect, Unplan) for effect in talk.effects)
    talk.press("set:urgent:none")
    assert talk.learner.alerts == "none"


def test_a_daily_tip_is_promised_as_such() -> None:
    talk = joined(often=Often.TIP, zone="", stage=Choosing("country", True))
    talk.press("set:country:dz")
    assert "ready.tip" in talk.keys


def test_whoever_leaves_in_the_middle_goes_on_where_they_stopped() -> None:
    talk = Talk()
    for token in ("lang:en", "track:en:citizen", "answer:acc-01-q1:a", "set:often:daily"):
        talk.press(token)
    talk.hear(Commanded("lesson"))
    talk.press("enough")
    talk.hear(Began())
    assert "hour.ask" in talk.keys
    assert talk.learner.stage == Choosing("hour", joining=True)


def test_start_during_the_first_question_shows_it_again() -> None:
    talk = Talk()
    for token in ("lang:en", "track:en:citizen"):
        talk.press(token)
    before = talk.card
    talk.hear(Began())
    assert talk.card == before


def test_start_of_a_known_learner_greets_without_asking_again() -> None:
    talk = joined()
    talk.hear(Began())
    assert "menu.back" in talk.keys


@pytest.mark.parametrize("event", [Said("hi"), Commanded("settings"), Commanded("nonsense")])
def test_a_stranger_gets_the_languages_whatever_they_say(event: Said | Commanded) -> None:
    talk = Talk()
    talk.hear(event)
    assert "hello.all" in talk.keys
    assert talk.learner.stage == Stranger()


def test_a_stranger_may_read_what_is_kept() -> None:
    talk = Talk()
    talk.hear(Commanded("privacy"))
    assert "privacy.kept" in talk.keys


@pytest.mark.parametrize("token", ["lang:xx", "lang", "track:en:child", "track:xx:citizen"])
def test_a_token_that_was_never_offered_is_answered_kindly(token: str) -> None:
    talk = Talk(locale="ar")
    talk.press(token)
    assert talk.notice == "press.before"
    assert talk.card.choices[0].action.pack() == "lang:ar"
    assert talk.learner.stage == Stranger()


@pytest.mark.parametrize(
    "token",
    ["lesson", "more", "enough", "quiz:phi-01", "read:phi-01:0", "act:phi-01:later"],
)
def test_a_button_of_an_earlier_life_makes_no_stranger_known(token: str) -> None:
    talk = Talk()
    before = talk.learner
    for forged in (token, "go:settings", "go:resume", "page:country:1", "set:often:daily"):
        talk.press(forged)
        assert talk.learner == before
    assert talk.notice == "press.before"
    assert talk.on_card("lang:en")


def test_an_unreadable_press_is_answered_kindly() -> None:
    talk = Talk()
    talk.hear(Unreadable("m1"))
    assert talk.notice == "press.before"
    talk.hear(Unreadable())
    assert talk.notice == ""


def test_the_first_cards_again_change_nothing_for_a_known_learner() -> None:
    talk = joined()
    before = talk.learner
    talk.press("lang:ar")
    assert talk.notice == "press.before"
    talk.press("track:en:senior")
    assert talk.learner == before


def test_joining_without_any_lesson_still_asks_how_often() -> None:
    empty = replace(LIBRARY, lessons={}, items={}, paths=progress.orders({}, {}))
    talk = Talk(library=empty)
    talk.press("track:en:citizen")
    assert "often.ask" in talk.keys
    assert any(isinstance(effect, Note) for effect in talk.effects)
    assert not any(isinstance(effect, Plan) for effect in talk.effects)
