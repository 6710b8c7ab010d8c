"""What becomes of a post that a platform did not simply take.

Rule 1: one answer has one outcome; what may have arrived is never blindly sent again.
"""

from datetime import datetime, timedelta

from bot.ports import (
    Gone,
    Moved,
    Outcome,
    Post,
    Refused,
    SendError,
    Silenced,
    Throttled,
    Unknown,
    Unreachable,
)

BACKOFF_SECONDS = 300
"""Longest wait before the next try of a post that never left us."""

REPEATS = {"convergent": 5, "at_least_once": 2, "at_most_once": 0}
"""Tries of a post whose fate is unknown, before it is left as ``unknown``.

Source: trust.md, 6.2: an alert is sent once more, a lesson never.
"""


def failed(post: Post, error: SendError, now: datetime) -> Outcome:
    """Return the outcome of *post* after *error*.

    Raises:
        SendError: *error* is none of the six words: a fault of ours that must not be hidden.
    """
    match error:
        case Throttled(retry_after=seconds):
            return Outcome(post.id, "pending", again=now + timedelta(seconds=seconds))
        case Unreachable():
            return Outcome(post.id, "pending", again=_later(post.attempts, now))
        case Moved(to=to):
            return Outcome(post.id, "pending", moved_to=to)
        case Gone():
            return Outcome(post.id, "gone")
        case Refused():
            return Outcome(post.id, "refused", muted=isinstance(error, Silenced))
        case Unknown():
            return in_doubt(post, now)
        case _:
            raise error


def in_doubt(post: Post, now: datetime) -> Outcome:
    """Return what follows from the guarantee of a post that may have arrived.

    Each wait is twice the one before, so that a service in trouble for seconds is outlived.
    Source: trust.md, T3.
    """
    if post.attempts >= REPEATS[post.guarantee]:
        return Outcome(post.id, "unknown")
    return Outcome(post.id, "pending", again=_later(post.attempts - 1, now), doubt=True)


def _later(tries: int, now: datetime) -> datetime:
    return now + timedelta(seconds=min(2.0 ** min(tries, 10), BACKOFF_SECONDS))
