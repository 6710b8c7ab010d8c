"""The daily loop: the hour comes, the lesson, the question, one thing to do; and all its turns."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.card import Action
from bot.core.effects import Lane, Note, Plan, Say, Unplan
from bot.core.events import Began, Commanded, Event, Left, LessonDue, Pressed
from bot.core.learner import Acting, Answered, Answering, Idle, Often, Reading, Track
from bot.engine import progress
from tests.engine.school import LIBRARY, Talk, joined

DAY = date(2026, 11, 21)


def due(talk: Talk, day: date = DAY) -> None:
    talk.at = datetime(day.year, day.month, day.day, 17, 1, tzinfo=UTC)
    talk.hear(LessonDue(day))


def said(talk: Talk) -> Say | None:
    return next((e for e in talk.effects if isinstance(e, Say)), None)


def test_the_hour_brings_one_card_and_the_next_plan() -> None:
    talk = joined()
    due(talk)
    say = said(talk)
    assert say is not None
    assert say.lane is Lane.LESSON
    assert talk.keys >= {"phi-01.title", "phi-01.cards.c1", "lesson.question", "lesson.read_on"}
    assert talk.plan is not None
    assert talk.plan.day == DAY + timedelta(days=1)
    assert talk.learner.last_day == DAY


def test_a_lesson_is_read_card_by_card_and_ends_in_a_question() -> None:
    talk = joined()
    due(talk)
    talk.press("read:phi-01:1")
    assert "phi-01.cards.c2" in talk.keys
    assert "lesson.read_on" not in talk.keys
    talk.press("quiz:phi-01")
    stage = talk.learner.stage
    assert isinstance(stage, Answering)
    assert (stage.item, stage.why) == ("phi-01-q1", "daily")


def test_the_cards_of_the_first_question_come_first() -> None:
    talk = joined(unread="acc-01")
    due(talk)
    assert "acc-01.cards.c1" in talk.keys
    assert talk.learner.unread == ""
    due(talk, DAY + timedelta(days=1))
    assert "phi-01.cards.c1" in talk.keys


def test_a_track_reads_its_own_variant() -> None:
    talk = joined(track=Track.SENIOR)
    due(talk)
    assert "phi-01.variants.senior.c1" in talk.keys
    assert "lesson.read_on" not in talk.keys


def test_a_draft_says_so_and_a_lesson_of_another_language_too() -> None:
    talk = joined(progress=(), locale="ar")
    due(talk)
    assert "lesson.draft" in talk.keys
    assert talk.card.lang == ""
    talk.learner = replace(talk.learner, progress=(("acc-01", 1), ("phi-01", 1)))
    due(talk, DAY + timedelta(days=1))
    assert "lesson.not_translated" in talk.keys
    assert talk.card.lang == "en"


def test_a_tip_carries_the_action_and_offers_the_question() -> None:
    talk = joined(often=Often.TIP)
    due(talk)
    assert {"lesson.to_do", "phi-01.action", "lesson.question"} <= talk.keys


def test_after_the_last_new_lesson_the_one_practised_least_returns() -> None:
    talk = joined(progress=(("acc-01", 3), ("phi-01", 1), ("scm-01", 2)))
    due(talk)
    assert "phi-01.title" in talk.keys


def test_more_goes_through_the_lessons_items_and_then_to_a_new_lesson() -> None:
    talk = joined(progress=(("acc-01", 1),), stage=Idle())
    due(talk)
    talk.press("quiz:phi-01")
    talk.press("send:phi-01-q1", picked=("s2", "s3"))
    assert talk.card.tone == "good"
    talk.press("more")
    assert isinstance(talk.learner.stage, Answering)
    assert talk.learner.stage.item == "phi-01-q2"
    talk.press("send:phi-01-q2")
    talk.press("more")
    talk.press("answer:phi-01-q3:dk")
    assert talk.card.tone == "info"
    talk.press("more")
    assert isinstance(talk.learner.stage, Reading)
    assert talk.learner.stage.lesson == "scm-01"


def test_after_the_very_first_answer_more_brings_the_lessons_cards() -> None:
    talk = joined(stage=Answered("acc-01-q1", "s", "first", ("a",)))
    talk.press("more")
    assert isinstance(talk.learner.stage, Reading)


def test_enough_gives_one_thing_to_keep_and_one_to_do() -> None:
    talk = joined(stage=Answered("phi-01-q1", "s", "daily", ("s2",)))
    talk.press("enough")
    assert {"act.keep", "phi-01.recap", "act.do", "act.later"} <= talk.keys
    talk.press("act:phi-01:done")
    assert Note("action", "phi-01", once="action:phi-01") in talk.effects
    assert talk.learner.stage == Idle()


def test_a_lesson_without_action_offers_none() -> None:
    talk = joined(stage=Answered("scm-01-q1", "s", "daily"))
    talk.press("enough")
    assert talk.card.buttons == ()
    assert "act.do" not in talk.keys


def test_later_asks_once_more_after_a_week_in_place_of_that_days_lesson() -> None:
    talk = joined(stage=Acting("phi-01"))
    talk.press("act:phi-01:later")
    assert talk.learner.later == "phi-01"
    due(talk)
    assert isinstance(talk.learner.stage, Reading)
    due(talk, DAY + timedelta(days=7))
    assert talk.learner.stage == Acting("phi-01", asked_before=True)
    assert "act.again" in talk.keys
    assert not talk.on_card("act:phi-01:later")
    assert talk.on_card("lesson")
    talk.press("act:phi-01:no")
    assert Note("declined", "phi-01") in talk.effects
    assert talk.learner.later == ""


@pytest.mark.parametrize("what", ["done", "no"])
def test_what_was_put_off_and_then_answered_is_not_asked_about_again(what: str) -> None:
    talk = joined(stage=Acting("phi-01"))
    talk.press("act:phi-01:later")
    talk.press("act:acc-01:done")
    assert talk.learner.later == "phi-01"
    talk.wait(days=1)
    talk.press(f"act:phi-01:{what}")
    assert (talk.learner.later, talk.learner.later_on) == ("", None)
    due(talk, DAY + timedelta(days=7))
    assert "act.again" not in talk.keys


def test_a_put_off_action_of_a_lesson_that_is_gone_is_forgotten() -> None:
    talk = joined(later="old-01", later_on=DAY)
    due(talk)
    assert isinstance(talk.learner.stage, Reading)


def test_enough_without_a_question_says_goodbye() -> None:
    talk = joined()
    talk.press("enough")
    assert "lesson.see_you" in talk.keys


def test_tokens_of_lessons_that_do_not_exist_mean_nothing() -> None:
    talk = joined()
    for token in (
        "read:x:1",
        "read:phi-01:9",
        "read:phi-01:x",
        "read",
        "quiz:x",
        "quiz",
        "act:x:done",
        "act:phi-01:what",
        "act",
    ):
        talk.press(token)
        assert talk.notice == "press.before", token


def test_no_lesson_at_all_is_said_in_words() -> None:
    empty = replace(LIBRARY, lessons={}, items={}, paths=progress.orders({}, {}))
    talk = joined()
    talk.library = empty
    talk.hear(Commanded("lesson"))
    assert "lesson.none" in talk.keys
    talk.press("lesson")
    assert talk.notice == "lesson.none"
    due(talk)
    assert said(talk) is None
    assert talk.plan is not None


def test_a_question_opened_from_an_old_card_counts_as_more() -> None:
    talk = joined()
    talk.press("quiz:phi-01")
    assert isinstance(talk.learner.stage, Answering)
    assert talk.learner.stage.why == "more"
    talk.press("read:phi-01:0")
    assert isinstance(talk.learner.stage, Reading)


def test_a_short_outage_sends_the_lesson_late() -> None:
    talk = joined()
    talk.at = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    talk.hear(LessonDue(DAY))
    assert said(talk) is not None


def test_an_outage_into_the_quiet_hours_waits_for_the_next_day() -> None:
    talk = joined()
    talk.at = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    talk.hear(LessonDue(DAY))
    assert said(talk) is None
    assert talk.plan is not None
    assert talk.plan.day == DAY + timedelta(days=1)


def test_after_a_month_of_outage_one_lesson_comes_at_todays_own_hour() -> None:
    talk = joined()
    talk.at = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)
    talk.hear(LessonDue(DAY))
    assert said(talk) is None
    assert talk.plan is not None
    assert talk.plan.day == date(2026, 12, 21)
    talk.at = talk.plan.at
    talk.hear(LessonDue(talk.plan.day))
    assert said(talk) is not None
    assert talk.learner.last_day == date(2026, 12, 21)


def test_after_an_outage_past_todays_hour_one_lesson_comes_now_and_counts_as_todays() -> None:
    talk = joined()
    talk.at = datetime(2026, 12, 21, 18, 0, tzinfo=UTC)
    talk.hear(LessonDue(DAY))
    assert said(talk) is not None
    assert talk.learner.last_day == date(2026, 12, 21)
    assert talk.plan is not None
    assert talk.plan.day == date(2026, 12, 22)


def test_a_pause_moves_the_plan_and_its_end_brings_lessons_back() -> None:
    talk = joined(paused=True, paused_until=datetime(2026, 11, 28, 12, 0, tzinfo=UTC))
    due(talk)
    assert said(talk) is None
    assert talk.plan is not None
    assert talk.plan.day == date(2026, 11, 28)
    due(talk, date(2026, 11, 28))
    assert said(talk) is not None
    assert not talk.learner.paused


def test_an_open_pause_drops_the_plan_until_the_learner_comes_back() -> None:
    talk = joined(paused=True)
    due(talk)
    assert Unplan("lesson") in talk.effects
    talk.hear(Began())
    assert not talk.learner.paused
    assert talk.plan is not None


def test_whoever_wants_no_messages_gets_none() -> None:
    talk = joined(often=Often.NEVER)
    due(talk)
    assert talk.effects == (Unplan("lesson"),)


def test_who_blocked_the_bot_is_left_alone_and_taken_back_at_once() -> None:
    talk = joined()
    talk.hear(Left("blocked"))
    assert talk.learner.gone
    assert talk.effects == (Unplan("lesson"),)
    talk.hear(Began())
    assert not talk.learner.gone
    assert any(isinstance(effect, Plan) for effect in talk.effects)


def test_a_zone_that_the_tables_no_longer_know_falls_back_to_the_deployments() -> None:
    talk = joined(zone="Atlantis/Center")
    talk.press("set:hour:17.00")
    assert talk.plan is not None
    assert talk.plan.at.hour == 17


@pytest.mark.parametrize(
    "event", [Began(), Commanded("settings"), Pressed(Action("set", ("alerts", "none")), "m1")]
)
def test_whoever_comes_while_a_lesson_is_overdue_still_gets_it(event: Event) -> None:
    talk = joined(stage=Idle())
    talk.at = datetime(2026, 11, 21, 17, 40, tzinfo=UTC)
    talk.hear(event)
    assert not [one for one in talk.effects if isinstance(one, Plan | Unplan)]


def test_an_hour_that_was_claimed_before_they_left_does_not_bring_them_back() -> None:
    talk = joined()
    talk.hear(Left("blocked"))
    due(talk)
    assert said(talk) is None
    assert talk.learner.gone
    assert talk.effects == (Unplan("lesson"),)


def test_a_second_press_on_one_more_does_not_skip_the_question_it_opened() -> None:
    talk = joined(progress=(("phi-01", 1),), stage=Answered("phi-01-q1", "s", "more", ("s2",)))
    talk.press("more")
    first, card = talk.learner, talk.card
    talk.press("more")
    assert (talk.learner, talk.card) == (first, card)


@pytest.mark.parametrize("token", ["more", "lesson"])
def test_a_second_press_does_not_skip_the_lesson_it_opened(token: str) -> None:
    talk = joined(stage=Idle())
    talk.press(token)
    first, card = talk.learner, talk.card
    assert isinstance(first.stage, Reading)
    talk.press(token)
    assert (talk.learner, talk.card) == (first, card)


def test_a_second_press_on_enough_keeps_the_thing_to_do() -> None:
    talk = joined(stage=Answered("phi-01-q1", "s", "daily", ("s2",)))
    talk.press("enough")
    first, card = talk.learner, talk.card
    talk.press("enough")
    assert (talk.learner, talk.card) == (first, card)


@pytest.mark.parametrize("token", ["enough", "act:acc-01:done", "act:acc-01:later"])
def test_a_card_of_yesterday_leaves_todays_question_open(token: str) -> None:
    talk = joined()
    talk.press("quiz:phi-01")
    stage = talk.learner.stage
    assert isinstance(stage, Answering)
    talk.press(token, on="yesterday")
    assert talk.learner.stage == stage


def test_lessons_of_a_track_follow_its_path_then_their_prerequisites() -> None:
    one = replace(LIBRARY.lessons["acc-01"], tracks=(Track.CITIZEN, Track.TEEN))
    chain = {
        "b": replace(one, id="b", prerequisites=("a",)),
        "a": replace(one, id="a"),
        "x": replace(one, id="x", prerequisites=("y",)),
        "y": replace(one, id="y", prerequisites=("x",)),
        "z": replace(one, id="z", tracks=(Track.CHILD,)),
    }
    order = progress.orders(chain, {Track.CITIZEN: ("x", "gone")})
    assert order[Track.CITIZEN] == ("x", "a", "b", "y")
    assert order[Track.CHILD] == ("z",)
    assert progress.orders(chain, {})[Track.TEEN] == ("a", "b", "x", "y")


def test_items_for_one_language_and_anchors_are_left_out_elsewhere() -> None:
    talk = joined()
    items = {
        **LIBRARY.items,
        "acc-01-q1": replace(LIBRARY.items["acc-01-q1"], anchor=True),
        "acc-01-q2": replace(LIBRARY.items["acc-01-q2"], language="fr"),
    }
    library = replace(LIBRARY, items=items)
    own = progress.course(talk.learner, library).items["acc-01"]
    assert [item.id for item in own] == ["acc-01-q3"]


def test_a_lesson_whose_items_are_all_in_another_language_is_not_offered() -> None:
    talk = joined()
    items = {key: replace(item, language="fr") for key, item in LIBRARY.items.items()}
    library = replace(LIBRARY, items=items)
    assert progress.course(talk.learner, library).lessons == ()
    assert progress.next_item(talk.learner, library, library.lessons["acc-01"]) is None
    talk.library = library
    talk.press("quiz:acc-01")
    assert talk.notice == "press.before"
    talk.press("read:acc-01:1")
    assert "acc-01.cards.c2" in talk.keys


def test_the_items_of_a_lesson_fall_back_together_with_it() -> None:
    talk = joined(locale="ar")
    served = {**LIBRARY.served, "phi-01": frozenset({"en"})}
    talk.library = replace(LIBRARY, served=served)
    talk.press("quiz:phi-01")
    assert talk.card.lang == "en"
    assert "lesson.not_translated" in talk.keys
    talk.press("answer:phi-01-q1:dk")
    assert talk.card.lang == "en"
