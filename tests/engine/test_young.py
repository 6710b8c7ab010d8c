"""Whoever is young is shown what is for them, also by buttons that were made for others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.events import Began, LessonDue
from bot.core.learner import (
    Acting,
    Answered,
    Answering,
    Idle,
    Learner,
    Reading,
    Stage,
    Track,
)
from bot.engine import progress
from tests.engine.school import EVERYBODY, LESSONS, LIBRARY, ME, NOON, Talk, joined

GROWN = tuple(track for track in EVERYBODY if track not in progress.YOUNG)
PARTED = {**LESSONS, "phi-01": replace(LESSONS["phi-01"], tracks=GROWN)}
LIBRARY_OF_ALL = replace(
    LIBRARY,
    lessons=PARTED,
    paths=progress.orders(PARTED, {}),
)
"""Where phi-01 is for those who are grown up."""

YOUNG = pytest.mark.parametrize("track", sorted(progress.YOUNG))
TOKENS = ("take:phi-01", "read:phi-01:1", "quiz:phi-01", "act:phi-01:later")


def somebody(track: Track, **changes: object) -> Talk:
    talk = joined(stage=Idle(), track=track, **changes)
    talk.library = LIBRARY_OF_ALL
    return talk


def speaks(talk: Talk, lesson: str = "phi-01") -> bool:
    return any(key.startswith(lesson) for key in talk.keys)


@YOUNG
@pytest.mark.parametrize("token", TOKENS)
def test_a_button_of_elders_opens_nothing_and_says_so(track: Track, token: str) -> None:
    talk = somebody(track)
    talk.press(token)
    assert talk.notice == "press.before"
    assert not speaks(talk)
    assert talk.learner.stage == Idle()
    assert talk.learner.later == ""


@YOUNG
def test_a_deep_link_to_a_lesson_of_elders_shows_where_they_stopped(track: Track) -> None:
    talk = somebody(track)
    talk.hear(Began("take_phi-01"))
    assert not speaks(talk)
    talk.hear(Began("take_acc-01"))
    assert speaks(talk, "acc-01")


@pytest.mark.parametrize("track", GROWN)
def test_whoever_is_grown_up_may_take_any_lesson(track: Track) -> None:
    talk = somebody(track)
    talk.hear(Began("take_phi-01"))
    assert speaks(talk)
    talk.press("quiz:phi-01")
    assert isinstance(talk.learner.stage, Answering)
    assert talk.learner.stage.item.startswith("phi-01")


@YOUNG
@pytest.mark.parametrize(
    "stage",
    [
        Reading("phi-01"),
        Answering("phi-01-q1", "00", "more"),
        Answered("phi-01-q1", "00", "more"),
        Acting("phi-01"),
    ],
)
def test_what_was_open_before_they_learned_as_the_young_do_is_closed(
    track: Track, stage: Stage
) -> None:
    talk = somebody(track)
    talk.learner = replace(talk.learner, stage=stage)
    talk.hear(Began())
    assert talk.learner.stage == Idle()
    assert not speaks(talk)


@YOUNG
def test_a_thing_put_off_of_a_lesson_of_elders_is_never_asked_about(track: Track) -> None:
    day = NOON.date() + timedelta(days=7)
    talk = somebody(track, later="phi-01", later_on=day)
    talk.wait(days=7, hours=5)
    talk.hear(LessonDue(day))
    assert talk.card.title is not None
    assert not speaks(talk)
    assert (talk.learner.later, talk.learner.later_on) == ("", None)


@YOUNG
def test_a_thing_put_off_of_their_own_is_asked_about(track: Track) -> None:
    day = NOON.date() + timedelta(days=7)
    talk = somebody(track, later="acc-01", later_on=day)
    talk.wait(days=7, hours=5)
    talk.hear(LessonDue(day))
    assert isinstance(talk.learner.stage, Acting)


def test_a_name_of_nothing_is_of_no_elders() -> None:
    child = Learner("ab" * 16, ME, track=Track.CHILD)
    assert not progress.elders(child, LIBRARY_OF_ALL, "none")
    assert progress.elders(child, LIBRARY_OF_ALL, "phi-01-q2")
