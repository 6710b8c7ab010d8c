"""A gentle restart: what waited comes one a day, and nothing new until little of it is left."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Button
from bot.core.effects import Plan, Say
from bot.core.events import Commanded, LessonDue
from bot.core.learner import Answering, Idle, Learner, Memory, Reading
from bot.engine import calendar, review
from tests.engine.school import NOON, Talk, joined
from tests.engine.topics import taught

LIBRARY = taught("phi", 24)
OWN = [lesson.id for lesson in LIBRARY.lessons.values() if not lesson.care]
PARIS = "Europe/Paris"


def memories(number: int, last: datetime) -> tuple[Memory, ...]:
    """Return what is remembered of *number* techniques, all due; the last is most at risk."""
    return tuple(
        Memory(key, 20.0 - place / 2, 5.0, last, last + timedelta(days=2), (("old", 0),))
        for place, key in enumerate(OWN[:number])
    )


def back(number: int, away: int = 30) -> Talk:
    """Return somebody who comes back after *away* days, with *number* techniques due."""
    last = NOON - timedelta(days=away)
    talk = joined(stage=Idle())
    talk.library = LIBRARY
    met = tuple((key, 1) for key in OWN[: max(number, 1)])
    talk.learner = replace(talk.learner, reviews=memories(number, last), progress=met)
    return talk


def day_of(talk: Talk) -> date:
    return calendar.local_day(talk.at, PARIS)


def answer(talk: Talk, option: str = "true") -> str:
    """Answer the open question and return its technique; empty where none is open."""
    stage = talk.learner.stage
    if not isinstance(stage, Answering):
        return ""
    talk.press(f"answer:{stage.item}:{option}")
    return LIBRARY.items[stage.item].technique


def asked(talk: Talk) -> str:
    """Return the technique that /lesson asks about, empty where it opens a lesson."""
    talk.hear(Commanded("lesson"))
    stage = talk.learner.stage
    return LIBRARY.items[stage.item].technique if isinstance(stage, Answering) else ""


def test_after_the_first_one_a_day_comes_what_is_most_at_risk() -> None:
    talk = back(20)
    assert asked(talk)  # The easiest; all are alike here.
    first = answer(talk)
    left = [key for key in OWN[:20] if key != first]
    for _ in range(review.CALM - 1):
        talk.wait(days=1)
        assert asked(talk) == left.pop()
        answer(talk)
        assert asked(talk) == ""
    talk.wait(days=1)
    # Then they are like everybody: three at a time, those due longest first.
    assert review.count(talk.learner, LIBRARY, talk.at) == review.MOST
    assert not review.calm(talk.learner, LIBRARY, day_of(talk))


def test_days_without_an_answer_do_not_count() -> None:
    talk = back(20)
    asked(talk)
    answer(talk)
    for _ in range(3):
        talk.wait(days=5)
        assert review.count(talk.learner, LIBRARY, talk.at) == 1
        asked(talk)
        answer(talk)
    assert talk.learner.resumed == 4
    talk.wait(days=review.AWAY)
    asked(talk)
    answer(talk)
    assert talk.learner.resumed == 1


def test_review_offers_one_and_then_says_tomorrow() -> None:
    talk = back(20)
    talk.hear(Commanded("review"))
    assert dict(talk.card.body[0].text.values) == {"count": 1}  # type: ignore[union-attr]  # a Para
    talk.press("review:start")
    answer(talk)
    talk.press("review:next")
    talk.hear(Commanded("review"))
    assert {"review.nothing", "review.next_day", "menu.lesson"} <= talk.keys
    assert dict(talk.card.body[1].text.values) == {  # type: ignore[union-attr]  # a Para
        "day": day_of(talk) + timedelta(days=1)
    }
    assert any(isinstance(one, Button) and one.style == "primary" for one in talk.card.buttons)


@pytest.mark.parametrize(("number", "new"), [(review.HEAP, True), (review.HEAP + 2, False)])
def test_nothing_new_is_taught_beside_a_heap(number: int, *, new: bool) -> None:
    talk = back(number)
    asked(talk)
    answer(talk)
    known = dict(talk.learner.progress)
    assert asked(talk) == ""
    assert isinstance(talk.learner.stage, Reading)
    assert (talk.learner.stage.lesson not in known) is new
    # Nor by the clock, to whoever answers.
    talk.learner = replace(talk.learner, stage=Idle(), progress=tuple(known.items()))
    talk.at = NOON + timedelta(hours=5, minutes=1)
    talk.hear(LessonDue(day_of(talk)))
    assert isinstance(talk.learner.stage, Reading)
    assert (talk.learner.stage.lesson not in known) is new


def test_who_was_never_away_reviews_down_to_five_before_a_new_lesson() -> None:
    talk = back(review.HEAP + 3, away=4)
    asked_about = []
    while technique := asked(talk):
        asked_about.append(technique)
        answer(talk)
        talk.press("enough")
    assert len(asked_about) == 3
    assert isinstance(talk.learner.stage, Reading)
    assert talk.learner.stage.lesson not in OWN[: review.HEAP + 3]


def test_who_met_no_lesson_of_the_course_is_taught_one_all_the_same() -> None:
    talk = back(review.HEAP + 3)
    asked(talk)
    answer(talk)
    talk.learner = replace(talk.learner, progress=(("other", 1),))
    assert asked(talk) == ""
    assert isinstance(talk.learner.stage, Reading)


PRESSES = ("lesson", "more", "enough", "review", "review:start", "review:next", "go:settings")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 20),
    st.integers(review.AWAY, 400),
    st.lists(
        st.lists(st.sampled_from((*PRESSES, "right", "dk", "dk", "right", "clock")), max_size=14),
        min_size=review.CALM,
        max_size=review.CALM,
    ),
)
def test_whatever_is_pressed_one_a_day_comes_of_what_waited(
    number: int, away: int, days: list[list[str]]
) -> None:
    talk = back(number, away)
    for presses in days:
        before, active = talk.learner, 0
        for what in presses:
            waited = talk.learner
            active += step(talk, what)
            opened = set(dict(talk.learner.progress)) - set(dict(waited.progress))
            # Whoever presses nothing is still sent what is new: it may be read all the same.
            if opened and not waited.unpressed:
                assert not review.waits(waited, LIBRARY, day_of(talk))
        if before.reviews and review.calm(before, LIBRARY, day_of(talk)):
            assert active <= 1
            assert 0 <= talk.learner.resumed - before.resumed <= 1 or talk.learner.resumed == 1
        talk.wait(days=1)
    assert 0 <= talk.learner.resumed <= review.CALM


def step(talk: Talk, what: str) -> int:
    """Take one step; return 1 where something that was due is answered."""
    stage = talk.learner.stage
    if what in ("right", "dk"):
        due = isinstance(stage, Answering) and stage.why == "review"
        answer(talk, "true" if what == "right" else "dk")
        return int(due)
    if what == "clock":
        held = talk.at
        talk.at = datetime.combine(day_of(talk), NOON.timetz()) + timedelta(hours=5, minutes=1)
        decision = talk.hear(LessonDue(day_of(talk)))
        assert len([one for one in decision.effects if isinstance(one, Say)]) <= 1
        assert any(isinstance(one, Plan) for one in decision.effects)
        talk.at = held
        return 0
    talk.press(what)
    return 0


def test_nobody_without_a_memory_resumes_anything() -> None:
    learner = Learner("ab" * 16, joined().learner.address)
    assert review.resumed(learner, LIBRARY, NOON) == 0
    assert not review.calm(learner, LIBRARY, NOON.date())
