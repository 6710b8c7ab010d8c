"""What is posted in a place, and what a press there tells."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.card import Action, Text
from bot.core.effects import Decision, Lane, Notice, Plan, Say
from bot.core.events import Added, Began, Incoming, LessonDue
from bot.core.learner import Idle, Learner, Often
from bot.core.library import Library
from bot.engine import posting
from bot.engine.decide import decide
from tests.engine.school import LIBRARY, ME, NOON
from tests.engine.test_place import GROUP, OPEN, SET_UP, card_of, heard, notice, plans, press


def due(there: Learner, day: int = 0) -> Decision:
    at = NOON + timedelta(days=day, hours=5, minutes=1)
    event = LessonDue(at.date())
    return decide(there, Incoming(f"plan:{day}", GROUP, at, event), LIBRARY)


def test_each_day_another_question_is_posted_and_the_next_is_planned() -> None:
    there, seen = SET_UP, []
    for day in range(4):
        decision = due(there, day)
        [said] = [one for one in decision.effects if isinstance(one, Say)]
        assert said.lane is Lane.LESSON
        assert said.card.title == Text("place.title_day")
        assert all(one.action.verb == "vote" for one in said.card.choices)
        assert not any(one.right for one in said.card.choices)
        seen.append(said.card.choices[0].action.args[0])
        assert [type(one) for one in plans(decision)] == [Plan]
        there = decision.learner
    assert seen == ["acc-01-q1", "acc-01-q3", "acc-01-q1", "acc-01-q3"]


def test_a_channel_is_told_the_key_so_that_its_client_can_show_a_quiz() -> None:
    decision = due(replace(SET_UP, place="channel"))
    [said] = [one for one in decision.effects if isinstance(one, Say)]
    assert [one.action.args[1] for one in said.card.choices if one.right] == ["b"]
    assert said.card.why == Text("acc-01-q1.explain")


def test_a_question_a_week_comes_once_in_seven_days() -> None:
    weekly = replace(SET_UP, often=Often.WEEKLY)
    decision = due(weekly)
    [plan] = plans(decision)
    assert isinstance(plan, Plan)
    assert (plan.day - NOON.date()).days == 7
    assert card_of(decision).title == Text("place.title_week")
    fresh = decide(weekly, Incoming("x", GROUP, NOON, Added()), LIBRARY)
    [first] = plans(fresh)
    assert isinstance(first, Plan)
    assert first.day == NOON.date()


def test_a_lesson_a_day_brings_each_lesson_in_turn() -> None:
    there, seen = replace(SET_UP, often=Often.DAILY), []
    for day in range(4):
        decision = due(there, day)
        card = card_of(decision)
        [button] = card.buttons
        assert isinstance(button.does, Action)
        seen.append(button.does.args[0])
        there = decision.learner
    assert seen == ["acc-01", "phi-01", "scm-01", "acc-01"]


def test_a_lesson_without_a_thing_to_do_is_posted_as_it_is() -> None:
    bare = {key: replace(one, action=False, draft=False) for key, one in LIBRARY.lessons.items()}
    posted, card = posting.today(
        replace(SET_UP, often=Often.DAILY), replace(LIBRARY, lessons=bare), NOON.date()
    )
    assert card is not None
    assert len(card.body) == 1
    assert posted.last_day == NOON.date()


def test_where_nothing_is_taught_nothing_is_posted() -> None:
    empty = Library({}, {}, {}, {}, languages=("en",))
    posted, card = posting.today(SET_UP, empty, NOON.date())
    assert (posted.last_day, card) == (NOON.date(), None)


@pytest.mark.parametrize(
    ("token", "key", "why"),
    [
        ("vote:acc-01-q1:b", "vote.right", "acc-01-q1.options.b.feedback"),
        ("vote:acc-01-q1:a", "vote.wrong", "acc-01-q1.options.a.feedback"),
        ("vote:acc-01-q3:true", "vote.right", "acc-01-q3.feedback.right"),
        ("vote:acc-01-q3:false", "vote.wrong", "acc-01-q3.feedback.wrong"),
    ],
)
def test_a_vote_is_told_how_it_is_and_keeps_nothing(token: str, key: str, why: str) -> None:
    stranger = Learner("k" * 32, ME)
    for where in (OPEN, replace(OPEN, public=False)):
        decision = decide(stranger, heard(press(token), where=where), LIBRARY)
        assert decision.learner == stranger
        [told] = decision.effects
        assert told == Notice(Text(key, (("why", Text(why)),)), loud=True)


@pytest.mark.parametrize("token", ["vote", "vote:no:b", "vote:acc-01-q1:z", "vote:acc-01-q2:a"])
def test_a_vote_on_nothing_is_answered_all_the_same(token: str) -> None:
    decision = decide(Learner("k" * 32, ME), heard(press(token)), LIBRARY)
    assert notice(decision) == "place.own_chat"


def test_the_lesson_behind_it_opens_for_who_comes_by_its_link() -> None:
    person = Learner("k" * 32, ME, stage=Idle())
    for event in (Began("take_phi-01"), press("take:phi-01")):
        decision = decide(person, Incoming("test:1", ME, NOON, event), LIBRARY)
        assert card_of(decision).title == Text("phi-01.title")
    came = decide(person, Incoming("test:1", ME, NOON, Began("lesson")), LIBRARY)
    assert came.learner.stage != person.stage
    for payload in ("set_hour_18.00", "take_none", "", "set:hour"):
        back = decide(person, Incoming("test:1", ME, NOON, Began(payload)), LIBRARY)
        assert back.learner.hour == ""
    lost = decide(person, Incoming("test:1", ME, NOON, press("take")), LIBRARY)
    assert lost.learner.stage == Idle()
