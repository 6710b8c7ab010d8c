"""The faithful reader and the ghost: a year of people who press, and of people who do not."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Action
from bot.core.effects import Decision, Edit, Lane, Plan, Say, Unplan
from bot.core.events import Began, Commanded, LessonDue
from bot.core.learner import Answering, Idle, Often
from bot.engine import review, silence
from tests.engine.school import Talk, joined

YEAR = timedelta(days=365)


def fired(talk: Talk, plan: Plan | None, until: datetime) -> tuple[list[Say], Plan | None]:
    """Let the clock run to *until*: what was sent, and the plan that is left."""
    sent = []
    while plan is not None and plan.at <= until:
        talk.at = plan.at
        decision = talk.hear(LessonDue(plan.day))
        sent += [e for e in decision.effects if isinstance(e, Say) and e.lane is Lane.LESSON]
        plan = newest(decision, plan)
    talk.at = until
    return sent, plan


def newest(decision: Decision, plan: Plan | None) -> Plan | None:
    for effect in decision.effects:
        if isinstance(effect, Plan):
            plan = effect
        if isinstance(effect, Unplan):
            plan = None
    return plan


def started(**changes: object) -> tuple[Talk, Plan]:
    talk = joined(**changes)
    plan = talk.plan
    assert plan is not None
    return talk, plan


def test_a_ghost_gets_seven_lessons_then_four_weeks_then_one_question_and_no_more() -> None:
    talk, plan = started()
    begun = talk.at
    sent, left = fired(talk, plan, begun + timedelta(days=90))
    assert len(sent) == 12
    assert left is None
    assert [say.silent for say in sent] == [False] * 11 + [True]
    assert talk.keys == {"silence.ask", "often.weekly", "settings.pause", "silence.go_on"}
    more, left = fired(talk, left, begun + YEAR)
    assert (more, left) == ([], None)


def test_a_ghost_is_written_to_weekly_after_a_week() -> None:
    talk, plan = started()
    days = []
    left: Plan | None = plan
    while left is not None:
        days.append(left.day)
        _, left = fired(talk, left, left.at)
    gaps = [(b - a).days for a, b in pairwise(days)]
    assert gaps == [1] * 6 + [7] * 5


def test_a_reader_of_tips_is_never_silenced() -> None:
    talk, plan = started(often=Often.TIP)
    sent, left = fired(talk, plan, talk.at + YEAR)
    assert len(sent) == 365
    assert left is not None
    assert talk.learner.unpressed == 0
    assert not any("silence.ask" in repr(say.card) for say in sent)


def test_one_press_a_week_keeps_the_daily_lesson() -> None:
    talk, left = started()
    total = 0
    plan: Plan | None = left
    for _ in range(52):
        sent, plan = fired(talk, plan, talk.at + timedelta(days=7))
        total += len(sent)
        plan = newest(talk.hear(Began()), plan)
    assert total == 364


def asked() -> Talk:
    talk, plan = started()
    fired(talk, plan, talk.at + timedelta(days=60))
    assert talk.on_card("set:often:weekly")
    return talk


def test_once_a_week_goes_on_weekly() -> None:
    talk = asked()
    plan = newest(talk.press("set:often:weekly"), None)
    assert talk.learner.often is Often.WEEKLY
    assert talk.notice == "settings.saved"
    sent, _ = fired(talk, plan, talk.at + timedelta(days=90))
    assert len(sent) == 12
    assert talk.learner.unpressed == 12


def test_go_on_brings_the_daily_lesson_back() -> None:
    talk = asked()
    assert talk.on_card("set:often:daily")
    plan = newest(talk.press("set:often:daily"), None)
    sent, _ = fired(talk, plan, talk.at + timedelta(days=5))
    assert len(sent) == 5


def test_pause_is_offered_too() -> None:
    talk = asked()
    talk.press("go:pause")
    plan = newest(talk.press("set:pause:open"), None)
    assert talk.learner.paused
    assert plan is None


@pytest.mark.parametrize("away", [10, 60, 300])
def test_who_comes_back_gets_one_easy_question_and_never_a_heap(away: int) -> None:
    talk, plan = started()
    _, left = fired(talk, plan, talk.at + timedelta(days=away))
    back = talk.hear(Commanded("lesson"))
    left = newest(back, left)
    assert talk.learner.unpressed == 0
    assert left is not None
    if away >= 14:
        assert isinstance(talk.learner.stage, Answering)
        assert talk.learner.stage.why == "review"
    assert len([e for e in back.effects if isinstance(e, Say)]) == 1
    sent, _ = fired(talk, left, talk.at + timedelta(days=7))
    assert 6 <= len(sent) <= 7
    # What waits comes one a day at most, and nobody is told how much it is.
    assert not any("missed" in repr(say.card) for say in sent)


def test_who_comes_back_in_a_weekly_time_is_written_to_the_next_day() -> None:
    talk, plan = started()
    _, left = fired(talk, plan, talk.at + timedelta(days=16))
    assert silence.weekly(talk.learner)
    left = newest(talk.press("lesson"), left)
    assert left is not None
    assert left.at - talk.at <= timedelta(days=1)


def test_nothing_is_lost_by_silence() -> None:
    talk, plan = started()
    before = talk.learner
    fired(talk, plan, talk.at + YEAR)
    assert talk.learner.points == before.points
    assert talk.learner.reviews == before.reviews


def test_the_week_is_a_setting_but_no_choice_of_the_first_conversation() -> None:
    talk = joined()
    talk.press("go:often")
    assert talk.on_card("set:often:weekly")
    talk = Talk()
    for token in ("lang:en", "track:en:citizen", "answer:acc-01-q1:b"):
        talk.press(token)
    assert not talk.on_card("set:often:weekly")
    assert [choice.action for choice in talk.card.choices] == [
        Action("set", ("often", name)) for name in ("daily", "tip", "never")
    ]


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([Often.DAILY, Often.WEEKLY, Often.TIP]),
    st.lists(
        st.tuples(
            st.integers(1, 40),
            st.sampled_from(["lesson", "more", "enough", "review:start", "set:often:weekly"]),
        ),
        max_size=12,
    ),
)
def test_never_two_a_day_and_never_more_than_twelve_to_a_ghost(
    often: Often, returns: list[tuple[int, str]]
) -> None:
    talk, left = started(often=often)
    days: list[date] = []
    plan: Plan | None = left
    for length, token in [*returns, (90, "lesson")]:
        sent: list[Say] = []
        until = talk.at + timedelta(days=length)
        while plan is not None and plan.at <= until:
            at = plan.at
            found, plan = fired(talk, plan, at)
            sent += found
            days += [talk.learner.last_day] if found and talk.learner.last_day else []
        talk.at = until
        if talk.learner.often is not Often.TIP:
            assert len(sent) <= 12
        plan = newest(talk.press(token), plan)
    assert len(days) == len(set(days))
    assert replace(talk.learner, unpressed=0) == talk.learner


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 120), st.sampled_from(["", "lesson", "enough"]))))
def test_a_tip_comes_every_day_to_whoever_chose_it(lives: list[tuple[int, str]]) -> None:
    talk, left = started(often=Often.TIP)
    plan: Plan | None = left
    for length, token in lives:
        sent, plan = fired(talk, plan, talk.at + timedelta(days=length))
        assert len(sent) == length
        assert not any(say.silent for say in sent)
        assert talk.learner.unpressed == 0
        if token:
            plan = newest(talk.press(token), plan)
    assert plan is not None


@settings(max_examples=60, deadline=None)
@given(
    st.integers(review.AWAY, 500),
    st.sampled_from([Often.DAILY, Often.WEEKLY, Often.TIP]),
    st.sampled_from(["lesson", "review:start"]),
)
def test_whoever_comes_back_resumes_at_one_item(away: int, often: Often, token: str) -> None:
    talk, plan = started(often=often)
    fired(talk, plan, talk.at + timedelta(days=away))
    assert review.count(talk.learner, talk.library, talk.at) == 1
    talk.learner = replace(talk.learner, stage=Idle())
    decision = talk.press(token)
    assert isinstance(talk.learner.stage, Answering)
    assert talk.learner.stage.why == "review"
    assert len([e for e in decision.effects if isinstance(e, Say | Edit)]) == 1
    # Once it is answered, no other comes that day.
    talk.press(f"answer:{talk.learner.stage.item}:dk")
    assert review.count(talk.learner, talk.library, talk.at) == 0
    talk.learner = replace(talk.learner, stage=Idle())
    talk.press("lesson")
    assert not isinstance(talk.learner.stage, Answering)
