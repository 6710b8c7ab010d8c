"""Review: what is remembered, what is due, and the conversations of chat.md, 9.3."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.card import Action, Para
from bot.core.effects import Note, Remember, Say
from bot.core.events import Commanded, LessonDue, Pressed, Said
from bot.core.learner import Answered, Answering, Idle, Learner, Memory, Often, Reading, Session
from bot.core.library import Library
from bot.engine import progress, quiz, review
from tests.engine.school import FIRST, ITEMS, LESSONS, LIBRARY, ME, NOON, SINGLE, TF, Talk, joined

DAY = timedelta(days=1)
CARE = replace(LIBRARY, lessons={**LESSONS, "acc-01": replace(LESSONS["acc-01"], care=True)})


def days(verdicts: str) -> list[int]:
    """Return the intervals after answers, ``r`` right and ``w`` wrong, each given when due."""
    learner, at, lengths = Learner("ab" * 16, ME), NOON, []
    for verdict in verdicts:
        given: quiz.Verdict = "right" if verdict == "r" else "wrong"
        memory = review.graded(learner, SINGLE, given, at, LIBRARY)
        assert memory is not None
        lengths.append((memory.due - at).days)
        learner = replace(learner, reviews=review.remembered(learner, memory))
        at = memory.due
    return lengths


def test_intervals_are_those_of_the_model() -> None:
    assert days("rrrrr") == [2, 11, 46, 150, 150]
    assert days("wrrrrrr") == [1, 2, 6, 17, 44, 102, 150]
    assert days("rrrwrrr") == [2, 11, 46, 3, 8, 19, 42]


@given(st.text("rw", min_size=1, max_size=30))
def test_every_idea_comes_back_within_150_days(verdicts: str) -> None:
    assert all(1 <= length <= 150 for length in days(verdicts))


def test_an_answer_is_remembered_by_technique() -> None:
    talk = joined()
    [memory] = talk.learner.reviews
    assert (memory.technique, memory.due) == ("email-first", NOON + 2 * DAY)
    assert memory.seen == (("acc-01-q1", NOON.toordinal()),)


def test_near_is_hard_and_unknown_comes_back_tomorrow() -> None:
    learner = Learner("ab" * 16, ME)
    lengths = {}
    for verdict in ("right", "near", "wrong", "unknown"):
        memory = review.graded(learner, SINGLE, verdict, NOON, LIBRARY)
        assert memory is not None
        lengths[verdict] = (memory.due - NOON).days
    assert lengths == {"right": 2, "near": 1, "wrong": 1, "unknown": 1}


def test_care_lessons_and_anchors_leave_no_trace() -> None:
    learner = Learner("ab" * 16, ME)
    assert review.graded(learner, SINGLE, "wrong", NOON, CARE) is None
    assert review.graded(learner, replace(SINGLE, anchor=True), "wrong", NOON, LIBRARY) is None
    talk = joined()
    talk.library = CARE
    assert progress.course(talk.learner, CARE).techniques.keys() == {"look", "count"}
    talk.learner = replace(talk.learner, reviews=(), stage=Answering("acc-01-q2", "s", "more"))
    talk.press("answer:acc-01-q2:dk")
    assert talk.learner.reviews == ()
    assert not any(isinstance(effect, Remember) for effect in talk.effects)


def test_known_takes_two_items_a_week_apart_and_held_a_gap_of_three() -> None:
    learner = Learner("ab" * 16, ME)

    def answer(item: str, after: int, verdict: quiz.Verdict = "right") -> Memory:
        nonlocal learner
        memory = review.graded(learner, ITEMS[item], verdict, NOON + after * DAY, LIBRARY)
        assert memory is not None
        learner = replace(learner, reviews=review.remembered(learner, memory))
        return memory

    assert not answer("acc-01-q1", 0).known
    assert not answer("acc-01-q1", 8).known
    assert not answer("acc-01-q2", 9, "wrong").known
    assert answer("acc-01-q3", 10).known
    assert not answer("acc-01-q2", 11).held
    assert answer("acc-01-q1", 40).held
    assert answer("acc-01-q1", 41, "wrong").held
    own = replace(LESSONS["acc-01"], techniques=("email-first",))
    assert progress.mastered(learner, own)
    assert not progress.mastered(learner, replace(own, techniques=("email-first", "look")))
    assert not progress.mastered(learner, replace(own, techniques=()))


def memory(technique: str, due: datetime, *seen: str) -> Memory:
    last = due - 2 * DAY
    return Memory(technique, 2.3, 5.0, last, due, tuple((one, 0) for one in seen))


def test_a_parallel_item_is_unseen_first_and_then_the_one_seen_longest_ago() -> None:
    talk = joined(stage=Idle())
    one = memory("email-first", NOON, "acc-01-q1")
    learner = replace(talk.learner, reviews=(one,))
    found = review.parallel(learner, LIBRARY, one)
    assert found is not None
    assert found.id == "acc-01-q2"
    all_seen = memory("email-first", NOON, "acc-01-q3", "acc-01-q1", "acc-01-q2")
    found = review.parallel(replace(learner, reviews=(all_seen,)), LIBRARY, all_seen)
    assert found is not None
    assert found.id == "acc-01-q3"
    # What is open is not asked again.
    asked = replace(learner, stage=Answering("acc-01-q3", "s", "review"), reviews=(all_seen,))
    found = review.parallel(asked, LIBRARY, all_seen)
    assert found is not None
    assert found.id == "acc-01-q1"
    assert review.parallel(learner, LIBRARY, memory("gone", NOON)) is None


def test_a_lesson_passes_over_the_item_that_was_answered_last() -> None:
    talk = joined()
    lesson = LESSONS["acc-01"]
    learner = replace(
        talk.learner,
        progress=(("acc-01", 1),),
        reviews=(memory("email-first", NOON, "acc-01-q1", "acc-01-q2"),),
    )
    found = progress.next_item(learner, LIBRARY, lesson)
    assert found is not None
    assert found.id == "acc-01-q3"


def hour(talk: Talk, day: date) -> Say:
    talk.at = datetime(day.year, day.month, day.day, 17, 1, tzinfo=UTC)
    talk.hear(LessonDue(day))
    return next(e for e in talk.effects if isinstance(e, Say))


def test_the_hour_brings_what_is_due_before_a_new_lesson_and_one_a_day() -> None:
    talk = joined()
    hour(talk, date(2026, 11, 22))
    assert isinstance(talk.learner.stage, Reading)
    talk.press("quiz:phi-01")
    talk.press("answer:phi-01-q1:dk")
    hour(talk, date(2026, 11, 23))
    stage = talk.learner.stage
    assert isinstance(stage, Answering)
    assert (stage.item, stage.why) == ("acc-01-q2", "review")
    assert talk.card.choices
    talk.press("send:acc-01-q2", picked=("a", "b"))
    assert talk.learner.progress == (("acc-01", 1), ("phi-01", 1))
    assert talk.on_card("more")
    talk.press("more")
    assert isinstance(talk.learner.stage, Reading)


def test_what_nobody_answers_is_not_asked_again_and_a_tip_asks_nothing() -> None:
    talk = joined(unpressed=1)
    hour(talk, date(2026, 11, 24))
    assert isinstance(talk.learner.stage, Reading)
    tip = joined(often=Often.TIP)
    hour(tip, date(2026, 11, 24))
    assert isinstance(tip.learner.stage, Reading)


def due_twice() -> Talk:
    talk = joined(stage=Idle())
    reviews = (
        memory("count", NOON, "scm-01-q1"),
        memory("email-first", NOON - DAY, "acc-01-q1"),
    )
    talk.learner = replace(talk.learner, reviews=reviews)
    return talk


def test_a_session_goes_from_question_to_question_and_says_what_became_of_it() -> None:
    talk = due_twice()
    talk.hear(Commanded("review"))
    assert talk.on_card("review:start")
    assert talk.on_card("enough")
    [para] = [block for block in talk.card.body if isinstance(block, Para)]
    assert dict(para.text.values) == {"count": 2}
    talk.press("review:start")
    stage = talk.learner.stage
    assert isinstance(stage, Answering)
    assert stage.item == "acc-01-q2"
    assert stage.session == Session(("count",))
    opened = talk.card
    talk.press("review:start")
    assert talk.card == opened
    talk.press("send:acc-01-q2", picked=("a", "b"))
    assert isinstance(talk.learner.stage, Answered)
    assert [button.does for button in talk.card.buttons] == [Action("review", ("next",))]
    talk.press("review:next")
    assert "scm-01-q2.stem" in talk.keys
    talk.press("answer:scm-01-q2:dk")
    talk.press("review:next")
    assert talk.card.title is not None
    assert dict(talk.card.title.values) == {"right": 1, "total": 2}
    assert talk.keys >= {"review.sits", "acc-01.title", "review.again", "scm-01.title"}
    assert talk.learner.stage == Idle()
    talk.press("review:next")
    assert "review.nothing" in talk.keys
    assert "review.next_day" in talk.keys
    assert talk.on_card("lesson")


def test_a_typed_number_is_part_of_a_session() -> None:
    talk = due_twice()
    reviews = (memory("count", NOON, "scm-01-q2"),)
    talk.learner = replace(talk.learner, reviews=reviews)
    talk.press("review:start")
    talk.hear(Said("95"))
    stage = talk.learner.stage
    assert isinstance(stage, Answered)
    assert stage.session == Session((), (("scm-01-q1", True),))


def test_the_menu_has_a_button_only_while_something_is_due() -> None:
    talk = due_twice()
    talk.hear(Commanded("help"))
    assert talk.on_card("review")
    talk.press("review")
    assert "review.due" in talk.keys
    talk.learner = replace(talk.learner, reviews=())
    talk.hear(Commanded("help"))
    assert not talk.on_card("review")
    talk.hear(Commanded("review"))
    assert "review.nothing" in talk.keys
    assert "review.next_day" not in talk.keys


def test_a_press_that_names_nothing_of_a_session_shows_the_newest_card() -> None:
    talk = due_twice()
    talk.press("review:what")
    assert talk.notice == "press.before"
    talk.learner = replace(talk.learner, reviews=())
    talk.press("review:start")
    assert "review.nothing" in talk.keys


def test_what_is_no_longer_taught_leaves_a_session() -> None:
    talk = due_twice()
    session = Session(("email-first", "gone"), (("gone-01-q1", True), ("acc-01-q1", True)))
    stage = Answered("acc-01-q1", "s", "review", ("b",), "right", session=session)
    talk.learner = replace(
        talk.learner, stage=stage, reviews=(memory("gone", NOON), memory("look", NOON))
    )
    talk.press("review:next")
    assert talk.card.title is not None
    assert dict(talk.card.title.values) == {"right": 2, "total": 2}
    # Due for long, and without an item: there is nothing to say of when.
    talk.learner = replace(talk.learner, reviews=(memory("gone", NOON - DAY),))
    talk.hear(Commanded("review"))
    assert "review.next_day" not in talk.keys


def test_who_comes_back_begins_with_the_one_easy_question() -> None:
    talk = due_twice()
    talk.wait(days=60)
    reviews = (*talk.learner.reviews, memory("look", NOON - 9 * DAY, "phi-01-q1"))
    talk.learner = replace(talk.learner, reviews=reviews)
    talk.hear(Commanded("help"))
    talk.press("review")
    [para] = [block for block in talk.card.body if isinstance(block, Para)]
    assert dict(para.text.values) == {"count": 1}
    talk.hear(Commanded("lesson"))
    stage = talk.learner.stage
    assert isinstance(stage, Answering)
    assert ITEMS[stage.item].difficulty == 1
    talk.press(f"answer:{stage.item}:dk")
    talk.hear(Commanded("lesson"))
    assert isinstance(talk.learner.stage, Reading)


def test_who_comes_back_with_nothing_to_refresh_is_told_so() -> None:
    talk = due_twice()
    late = tuple(replace(one, due=NOON + 149 * DAY) for one in talk.learner.reviews)
    talk.learner = replace(talk.learner, reviews=late)
    talk.wait(days=60)
    talk.hear(Commanded("review"))
    assert "review.nothing" in talk.keys


def placed(*, topic: str = "acc") -> tuple[Learner, Library]:
    own = replace(LESSONS["acc-01"], techniques=("email-first",), topic=topic)
    lessons = {**LESSONS, "acc-01": own}
    library = replace(LIBRARY, lessons=lessons)
    memory = Memory(
        "email-first", 2.3, 5, NOON, NOON + 2 * DAY, ((SINGLE.id, 739_000), (TF.id, 739_000))
    )
    return replace(joined().learner, progress=(), reviews=(memory,)), library


def test_what_was_right_twice_is_skipped_until_all_else_was_read() -> None:
    learner, library = placed()
    found = progress.next_lesson(learner, library)
    assert found is not None
    assert found.id == "phi-01"
    learner = replace(learner, progress=(("phi-01", 1), ("scm-01", 1)))
    found = progress.next_lesson(learner, library)
    assert found is not None
    assert found.id == "acc-01"
    held = replace(learner.reviews[0], known=True, held=True)
    found = progress.next_lesson(replace(learner, reviews=(held,)), library)
    assert found is not None
    assert found.id == "phi-01"


def test_whom_to_turn_to_is_never_skipped() -> None:
    learner, library = placed(topic="hlp")
    found = progress.next_lesson(learner, library)
    assert found is not None
    assert found.id == "acc-01"


def test_an_item_is_not_answered_twice_by_two_presses() -> None:
    talk = due_twice()
    talk.press("review:start")
    talk.press("send:acc-01-q2", picked=("a", "b"))
    talk.hear(Pressed(Action("send", ("acc-01-q2",)), "m1", ("a",)))
    assert not any(isinstance(effect, Note | Remember) for effect in talk.effects)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["right", "wrong", "away", "review"]), max_size=40))
def test_the_same_item_never_comes_twice_running(history: list[str]) -> None:
    talk, day = joined(), date(2026, 11, 21)
    last = "acc-01-q1"
    for how in history:
        day += DAY
        hour(talk, day)
        if how == "away":
            continue
        if how == "review":
            talk.press("review:start")
        if isinstance(talk.learner.stage, Reading):
            talk.press(f"quiz:{talk.learner.stage.lesson}")
        if not isinstance(talk.learner.stage, Answering):
            continue
        item = ITEMS[talk.learner.stage.item]
        assert item.id != last
        last = item.id
        right = [option.id for option in item.options if option.right]
        if how == "right" and item.type == FIRST.type:
            talk.press(f"answer:{item.id}:{right[0]}")
        else:
            talk.press(f"answer:{item.id}:dk")
        newest = max(talk.learner.reviews, key=lambda one: one.last)
        assert newest.seen[-1][0] == item.id
        kept = [e.memory for e in talk.effects if isinstance(e, Remember)]
        assert kept == [newest]


@pytest.mark.parametrize("count", [1, 3, 9])
def test_a_session_is_never_a_heap(count: int) -> None:
    talk = joined(stage=Idle())
    items = {
        f"acc-01-x{n}": replace(TF, id=f"acc-01-x{n}", technique=f"t{n}") for n in range(count)
    }
    lesson = replace(LESSONS["acc-01"], items=tuple(items))
    library = replace(
        LIBRARY,
        items={**ITEMS, **items},
        lessons={**LESSONS, "acc-01": lesson},
        served={**LIBRARY.served, **dict.fromkeys(items, frozenset({"en"}))},
    )
    reviews = tuple(memory(f"t{n}", NOON) for n in range(count))
    learner = replace(talk.learner, reviews=reviews)
    assert review.count(learner, library, NOON) == min(count, review.MOST)
