"""When the learner is written to next: their wish, put into one plan.

Rule 1: whatever changes how often, the hour, the zone or a pause ends here, so that the plan
is always the one that follows from the learner as they are now.
"""

from datetime import date, datetime, time, timedelta

from bot.core.card import Instant
from bot.core.effects import Effect, Plan, Unplan
from bot.core.learner import Learner, Often
from bot.core.library import Library
from bot.engine import calendar, silence

LESSON = "lesson"
"""The kind of the plan that brings the daily lesson or tip."""

SPREAD_SECONDS = 300
"""Lessons of one hour are spread over this many seconds, so that 18:00 is not a wall."""

WEEK = timedelta(days=7)
"""From one message of the week to the next."""

LATE = timedelta(minutes=30)
"""How late a lesson may be sent without asking whether the quiet hours have begun."""


def zone(learner: Learner, library: Library) -> str:
    """Return the learner's zone, or the deployment's."""
    return learner.zone if calendar.is_zone(learner.zone) else library.home_zone


def day(learner: Learner, library: Library, at: datetime) -> date:
    """Return the learner's local date at *at*."""
    return calendar.local_day(at, zone(learner, library))


def wanted(learner: Learner) -> bool:
    """Return whether the learner asked to be written to at an hour."""
    asked = learner.often not in (Often.UNASKED, Often.NEVER)
    reached = not learner.gone or learner.ties.elsewhere > 0
    return asked and bool(learner.hour) and reached and not silence.over(learner)


def replan(learner: Learner, library: Library, at: datetime) -> Effect:
    """Return the plan that follows from the learner's wishes, seen from *at*."""
    if not wanted(learner) or (learner.paused and learner.paused_until is None):
        return Unplan(LESSON)
    after = max(at, learner.paused_until) if learner.paused and learner.paused_until else at
    due, day = calendar.next_lesson(
        after,
        learner.hour,
        zone(learner, library),
        _done(learner),
        calendar.spread(learner.key, SPREAD_SECONDS),
    )
    return Plan(LESSON, due, day)


def _done(learner: Learner) -> date | None:
    """Return the newest local date that brings nothing more."""
    if learner.last_day and silence.weekly(learner):
        return learner.last_day + WEEK - timedelta(days=1)
    return learner.last_day


def changed(before: Learner, after: Learner, library: Library, at: datetime) -> tuple[Effect, ...]:
    """Return the new plan where *after* wishes something else than *before*, else nothing.

    A plan that is overdue must stay: planned anew, a lesson that the clock has not sent yet,
    because it was down or is a second late, would be tomorrow's.
    """
    same = _wishes(before) == _wishes(after)
    return () if same else (replan(after, library, at),)


def _wishes(learner: Learner) -> tuple[object, ...]:
    pause = (learner.paused, learner.paused_until)
    return (learner.often, learner.hour, learner.zone, pause)


def upcoming(learner: Learner, library: Library, at: datetime) -> Instant | None:
    """Return when the learner will be written to next, seen from *at*; None: not at all."""
    plan = replan(learner, library, at)
    return told(learner, plan.at) if isinstance(plan, Plan) else None


def told(learner: Learner, at: datetime) -> Instant:
    """Return *at* as the learner is told it: by their own clock, or by none of ours."""
    return Instant(at, learner.zone if calendar.is_zone(learner.zone) else "")


def clock(learner: Learner, library: Library, at: datetime) -> time:
    """Return what the learner's clock says at *at*, to the minute."""
    offset = calendar.offset(at, zone(learner, library))
    return (at + timedelta(minutes=offset)).time().replace(second=0, microsecond=0, tzinfo=None)


def missed(learner: Learner, library: Library, at: datetime, due: datetime) -> bool:
    """Return whether a lesson that was *due* comes too late to be sent now.

    Too late is: so late that the quiet hours have begun, or that today's own hour is still to
    come, which then brings the newest lesson instead of the one that was held up.
    """
    if at - due <= LATE:
        return False
    where = zone(learner, library)
    hour = time.fromisoformat(learner.hour)
    today = calendar.instant(calendar.local_day(at, where), hour, where)
    if today is not None and today > at:
        return True
    return calendar.quiet(at, where, learner.quiet)
