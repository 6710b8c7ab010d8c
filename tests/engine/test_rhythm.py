"""The rhythm: three active days of seven make a week; nothing is lost, broken or doubled."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Progress, Text
from bot.core.events import Commanded
from bot.core.learner import Answered, Idle, Learner, Track
from bot.core.rhythm import Rhythm
from bot.engine import calendar, overview, rhythm
from tests.engine.school import LIBRARY, ME, NOON, Talk, joined

ZONES = ("Europe/Paris", "Asia/Tokyo", "America/New_York", "Pacific/Auckland", "Pacific/Apia")
BEGIN = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""Noon of a Monday, in a zone that is UTC's."""


def went(days: list[int], who: Learner | None = None) -> Learner:
    """Return the learner after an answer on each of *days*, counted from 0."""
    learner = who or Learner("ab" * 16, ME)
    for day in days:
        at = BEGIN + timedelta(days=day)
        learner = replace(learner, rhythm=rhythm.counted(learner, LIBRARY, at))
    return learner


def on_day(day: int) -> date:
    return (BEGIN + timedelta(days=day)).date()


def weeks(days: list[int]) -> int:
    """Count the weeks in *days*, sorted, by the rule at its word.

    A week is the earliest three active days within seven; it lasts seven days from its first.
    """
    made, free = 0, -10_000
    for place in range(len(days)):
        three = [day for day in days[place:] if day >= free][:3]
        if days[place] >= free and len(three) == 3 and three[-1] - three[0] < 7:
            made, free = made + 1, three[0] + 7
    return made


@pytest.mark.parametrize(
    ("days", "made", "runs"),
    [
        ([], 0, 0),
        ([0], 0, 1),
        ([0, 0, 0], 0, 1),
        ([0, 3], 0, 2),
        ([0, 3, 6], 1, 3),
        ([0, 3, 7], 0, 2),
        ([0, 3, 7, 8], 1, 3),
        ([0, 1, 2, 3, 4, 5, 6], 1, 3),
        ([0, 1, 2, 7], 1, 1),
        ([0, 1, 2, 7, 8, 9], 2, 3),
        ([0, 1, 2, 300], 1, 1),
    ],
)
def test_three_days_of_seven_make_a_week(days: list[int], made: int, runs: int) -> None:
    learner = went(days)
    assert learner.rhythm.weeks == made
    assert rhythm.running(learner, on_day(days[-1] if days else 0)) == runs


def test_what_was_missed_is_not_shown_and_nothing_is_lost() -> None:
    learner = went([0, 1, 2])
    assert rhythm.running(learner, on_day(6)) == 3
    assert rhythm.running(learner, on_day(7)) == 0
    assert rhythm.running(went([0, 1]), on_day(7)) == 1
    assert rhythm.running(went([0, 1]), on_day(8)) == 0
    assert went([500], learner).rhythm.weeks == 1


@given(st.sets(st.integers(0, 60)).map(sorted))
def test_every_week_is_counted_that_the_rule_finds(days: list[int]) -> None:
    before = 0
    for length in range(len(days) + 1):
        found = went(days[:length]).rhythm
        assert found.weeks == weeks(days[:length])
        assert 0 <= found.weeks - before <= 1
        assert len(found.days) <= rhythm.WEEK
        before = found.weeks


@given(
    st.lists(st.tuples(st.integers(0, 40 * 60), st.sampled_from(ZONES)), min_size=1, max_size=40)
)
def test_another_time_zone_breaks_no_day_and_doubles_none(steps: list[tuple[int, str]]) -> None:
    learner, at = Learner("ab" * 16, ME), BEGIN
    counted: list[tuple[datetime, str]] = []
    for minutes, zone in steps:
        at += timedelta(minutes=minutes)
        before = learner.rhythm
        learner = replace(learner, zone=zone)
        learner = replace(learner, rhythm=rhythm.counted(learner, LIBRARY, at))
        # Nothing that was counted goes, but for days that a week of seven leaves behind.
        gone = set(before.days) - set(learner.rhythm.days)
        newest = learner.rhythm.days[-1]
        assert learner.rhythm.weeks >= before.weeks
        assert all(newest - day >= rhythm.WEEK for day in gone) or len(before.days) >= 3
        if learner.rhythm != before:
            counted.append((at, zone))
    for (first, zone), (second, other) in pairwise(counted):
        # A midnight lies between them by either clock: two answers in a row are one day.
        assert calendar.local_day(first, zone) < calendar.local_day(second, zone)
        assert calendar.local_day(first, zone) < calendar.local_day(second, other)


def test_an_answer_minutes_after_a_flight_is_no_second_day() -> None:
    learner = Learner("ab" * 16, ME, zone="Europe/Paris")
    at = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
    learner = replace(learner, rhythm=rhythm.counted(learner, LIBRARY, at))
    moved = replace(learner, zone="Asia/Tokyo")
    assert rhythm.counted(moved, LIBRARY, at + timedelta(minutes=9)) == learner.rhythm
    later = rhythm.counted(moved, LIBRARY, at + timedelta(hours=3))
    assert later.days == (date(2026, 11, 21).toordinal(), date(2026, 11, 22).toordinal())


@pytest.mark.parametrize("track", [Track.CHILD, Track.TEEN])
def test_for_the_young_it_is_off_unless_they_wish_it(track: Track) -> None:
    learner = went([0, 1, 2], Learner("ab" * 16, ME, track=track))
    assert learner.rhythm == Rhythm()
    assert not rhythm.made(learner, on_day(2))
    wished = went([0, 1, 2], replace(learner, rhythm=Rhythm(wish="on")))
    assert wished.rhythm.weeks == 1
    assert wished.rhythm.wish == "on"


def answer(talk: Talk, day: int) -> None:
    talk.at = NOON + timedelta(days=day)
    talk.learner = replace(talk.learner, stage=Idle())
    talk.press("quiz:acc-01")
    item = getattr(talk.learner.stage, "item", "")
    talk.press(f"answer:{item}:dk")


def test_the_third_day_says_so_once() -> None:
    talk = joined(rhythm=Rhythm())
    for day, said in enumerate([False, False, True, False]):
        answer(talk, day)
        talk.press("enough")
        assert ("rhythm.made" in talk.keys) is said
    assert talk.learner.rhythm.weeks == 1


def test_a_session_says_so_as_well() -> None:
    talk = joined(rhythm=Rhythm())
    answer(talk, 0)
    answer(talk, 1)
    talk.at = NOON + timedelta(days=3)
    talk.press("review:start")
    talk.press(f"answer:{getattr(talk.learner.stage, 'item', '')}:dk")
    talk.press("review:next")
    assert talk.keys >= {"review.ended", "rhythm.made"}


def test_care_counts_nothing() -> None:
    talk = joined(rhythm=Rhythm())
    care = replace(LIBRARY.lessons["acc-01"], care=True)
    talk.library = replace(LIBRARY, lessons={**LIBRARY.lessons, "acc-01": care})
    answer(talk, 0)
    assert isinstance(talk.learner.stage, Answered)
    assert talk.learner.rhythm == Rhythm()


def test_it_is_shown_to_whoever_asks_and_to_nobody_else() -> None:
    talk = joined(rhythm=Rhythm())
    stage = talk.learner.stage
    talk.hear(Commanded("progress"))
    assert talk.keys >= {"progress.title", "progress.lessons"}
    assert not talk.keys & {"progress.week", "progress.weeks"}
    assert talk.learner.stage == stage
    answer(talk, 0)
    answer(talk, 1)
    talk.hear(Commanded("help"))
    assert talk.on_card("progress")
    talk.press("progress")
    assert Progress(2, 3, Text("progress.week")) in talk.card.body
    answer(talk, 2)
    talk.wait(days=9)
    talk.press("progress")
    assert "progress.week" not in talk.keys
    assert "progress.weeks" in talk.keys


def test_whoever_wants_no_counting_has_none_and_loses_nothing() -> None:
    before = Rhythm((1,), "UTC", 2)
    talk = joined(rhythm=before)
    talk.press("progress")
    talk.press("progress:off")
    assert not talk.keys & {"progress.week", "progress.weeks"}
    answer(talk, 0)
    assert talk.learner.rhythm == replace(before, wish="off")
    talk.press("progress")
    assert not talk.on_card("progress:off")
    talk.press("progress:on")
    assert "progress.weeks" in talk.keys
    answer(talk, 1)
    assert talk.learner.rhythm.days == ((NOON + timedelta(days=1)).toordinal(),)
    talk.press("progress:never")
    assert talk.notice == "press.before"


def test_of_two_who_become_one_the_fuller_rhythm_stays() -> None:
    few, many = Rhythm((1, 2), "UTC", 1, "off"), Rhythm((9,), "Asia/Tokyo", 4, "on")
    assert rhythm.joined(few, many) == replace(many, wish="off")
    assert rhythm.joined(many, few) == many


def test_the_bar_is_not_drawn_where_the_library_is_empty() -> None:
    empty = replace(LIBRARY, lessons={}, paths={}, items={})
    card = overview.card(Learner("ab" * 16, ME), empty, on_day(0))
    assert card.title == Text("progress.title")
