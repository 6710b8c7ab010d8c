"""The rhythm: three active days of seven make a week, and whoever misses one loses nothing.

Rule 1: a day is counted once, and only where something was answered; no points, no countdown.
Rule 2: what was not done is not kept: a week that did not come about leaves no trace.
Rule 3: another time zone breaks no day and makes no second one of it.
"""

from dataclasses import replace
from datetime import date, datetime

from bot.core.learner import Learner, Track
from bot.core.library import Library
from bot.core.rhythm import Rhythm
from bot.engine import calendar, schedule

DAYS = 3
"""Active days that make a week.  Source: content.md, 9.6."""

WEEK = 7
"""Days of a week, from its first active one."""

OFF = frozenset({Track.CHILD, Track.TEEN})
"""For whom nothing is counted unless they wish it.  Source: content.md, 9.6."""


def on(learner: Learner) -> bool:
    """Return whether the days of this learner are counted."""
    wish = learner.rhythm.wish
    return wish == "on" or (wish == "" and learner.track not in OFF)


def counted(learner: Learner, library: Library, at: datetime) -> Rhythm:
    """Return the rhythm after something was answered at *at*."""
    rhythm, zone = learner.rhythm, schedule.zone(learner, library)
    if not on(learner):
        return rhythm
    today = calendar.local_day(at, zone).toordinal()
    if not rhythm.days:
        return replace(rhythm, days=(today,), zone=zone)
    newest = rhythm.days[-1]
    # By the clock of before it may still be the day that was counted.
    before = calendar.local_day(at, rhythm.zone).toordinal()
    if min(today, before) <= newest:
        return rhythm
    if len(rhythm.days) >= DAYS and today - rhythm.days[0] >= WEEK:
        return replace(rhythm, days=(today,), zone=zone)
    kept = tuple(day for day in rhythm.days if today - day < WEEK)
    made = len(kept) + 1 == DAYS
    return Rhythm((*kept, today), zone, rhythm.weeks + made, rhythm.wish)


def running(learner: Learner, day: date) -> int:
    """Return how many active days, 0 to ``DAYS``, the week has that runs on *day*."""
    days, today = learner.rhythm.days, day.toordinal()
    if len(days) >= DAYS:
        return DAYS if today - days[0] < WEEK else 0
    return sum(today - one < WEEK for one in days)


def made(learner: Learner, day: date) -> bool:
    """Return whether *day* is the one that made a week."""
    days = learner.rhythm.days
    return on(learner) and len(days) == DAYS and days[-1] == day.toordinal()


def joined(mine: Rhythm, theirs: Rhythm) -> Rhythm:
    """Return the rhythm of two learners who become one: the fuller one, with the first's wish."""
    fuller = max(mine, theirs, key=lambda one: (one.weeks, one.days[-1:], len(one.days)))
    return replace(fuller, wish=mine.wish)
