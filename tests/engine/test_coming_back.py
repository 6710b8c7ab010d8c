"""What was missed comes back, and on which day: as the learner's own calendar has it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.card import Para, Text
from bot.core.learner import Acting, Idle
from bot.core.library import Library
from bot.engine import calendar, current
from tests.engine.school import LIBRARY, NOON, Talk, joined

ZONES = ("Europe/Paris", "Asia/Tokyo", "America/New_York", "Pacific/Apia", "")


def told(talk: Talk) -> object:
    """Return the day that the card names, None for none."""
    texts = [block.text for block in talk.card.body if isinstance(block, Para)]
    return next((dict(text.values)["day"] for text in texts if text.key == "act.back"), None)


def answered(option: str, library: Library = LIBRARY, **changes: object) -> Talk:
    """Return a talk after one answer to a question, and Enough for today."""
    talk = joined(reviews=(), stage=Idle(), **changes)
    talk.library = library
    talk.press("quiz:acc-01")
    picked = {"dk": ("dk",), "wrong": ("c",), "right": ("a", "b")}[option]
    talk.press("send:acc-01-q2", picked=picked)
    talk.press("enough")
    return talk


@pytest.mark.parametrize("option", ["dk", "wrong"])
def test_what_was_missed_is_said_to_come_back(option: str) -> None:
    talk = answered(option)
    assert told(talk) == date(2026, 11, 22)
    assert talk.learner.stage == Acting("acc-01", technique="email-first")
    # It stands there as well when the card is drawn again, until that day has come.
    card = talk.card
    assert current.card(talk.learner, LIBRARY, talk.at) == card
    talk.press("enough")
    assert talk.card == card
    talk.at += timedelta(days=1)
    talk.press("enough")
    assert told(talk) is None


def test_what_was_right_is_not() -> None:
    talk = answered("right")
    assert told(talk) is None
    assert talk.learner.stage == Acting("acc-01")


def test_what_leaves_no_trace_does_not_come_back() -> None:
    care = replace(LIBRARY.lessons["acc-01"], care=True)
    talk = answered("dk", replace(LIBRARY, lessons={**LIBRARY.lessons, "acc-01": care}))
    assert told(talk) is None


@given(
    st.sampled_from(ZONES),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  made aware below
)
def test_the_day_is_the_one_on_which_it_is_due_by_the_learners_own_calendar(
    zone: str, at: datetime
) -> None:
    talk = joined(reviews=(), stage=Idle(), zone=zone)
    talk.at = at.replace(tzinfo=NOON.tzinfo)
    talk.press("quiz:acc-01")
    talk.press("answer:acc-01-q2:dk")
    talk.press("enough")
    day = told(talk)
    where = zone or LIBRARY.home_zone
    assert day == calendar.local_day(talk.learner.reviews[0].due, where)
    assert isinstance(day, date)
    today = calendar.local_day(talk.at, where)
    assert timedelta(0) < day - today <= timedelta(days=2)
    assert Text("act.back", (("day", day),)) in [
        block.text for block in talk.card.body if isinstance(block, Para)
    ]
