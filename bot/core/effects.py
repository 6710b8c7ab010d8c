"""What should follow, as data: the engine wishes, the rooms around it do.

Rule 1: a press edits; only what is new or timed is said, because a new message may ring.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from bot.core.card import Card, Text
from bot.core.events import Address
from bot.core.learner import Learner


class Lane(IntEnum):
    """Who goes first; a lower number is sent earlier."""

    REPLY = 0
    ALERT = 1
    LIVE = 2
    LESSON = 3
    CAMPAIGN = 4


@dataclass(frozen=True, slots=True)
class Say:
    """A new message.  Not sent after ``expires``; ``to`` None means the learner."""

    card: Card
    lane: Lane = Lane.REPLY
    to: Address | None = None
    expires: datetime | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The same message becomes something else; it never rings.  ``on``: what the press carried."""

    on: str
    card: Card


@dataclass(frozen=True, slots=True)
class Notice:
    """One line in answer to a press; shown, never kept."""

    text: Text
    loud: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A dated intention: one of a kind a learner, a new one replaces it.

    ``day`` is the local date, part of the name of the event that will be raised.
    """

    kind: str
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Unplan:
    """The intention of this kind is dropped."""

    kind: str


@dataclass(frozen=True, slots=True)
class Note:
    """A fact for reports.  ``once`` is unique per learner: the same fact never counts twice."""

    kind: str
    subject: str
    points: int = 0
    once: str = ""


Effect = Say | Edit | Notice | Plan | Unplan | Note


@dataclass(frozen=True, slots=True)
class Decision:
    """The learner as they are afterwards, and what should follow."""

    learner: Learner
    effects: tuple[Effect, ...] = ()
