"""What should follow, as data: the engine wishes, the rooms around it do.

Rule 1: a press edits; only what is new or timed is said, because a new message may ring.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from bot.core.card import Card, Text
from bot.core.events import Address
from bot.core.learner import Learner, Memory


class Lane(IntEnum):
    """Who goes first; a lower number is sent earlier."""

    REPLY = 0
    ALERT = 1
    LIVE = 2
    LESSON = 3
    CAMPAIGN = 4


@dataclass(frozen=True, slots=True)
class Say:
    """A new message.  Not sent after ``expires``; ``to`` None means the learner.

    ``reply_to`` is the platform's id of a message of theirs that it answers, empty for none.
    """

    card: Card
    lane: Lane = Lane.REPLY
    to: Address | None = None
    expires: datetime | None = None
    silent: bool = False
    reply_to: str = ""


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


@dataclass(frozen=True, slots=True)
class Relocate:
    """The learner's address becomes another one; what is owed to it follows."""

    to: Address


@dataclass(frozen=True, slots=True)
class Offer:
    """A one-time code is good until then; it stands on the card wherever ``VEIL`` does."""

    until: datetime


VEIL = "\ue000code\ue000"
"""Stands on a card for the code that is offered with it.

The engine has no dice and must not know it, and the ledger must not hold it: the store makes the
code from its key and the name of the event, and puts it in when the card leaves.
"""


@dataclass(frozen=True, slots=True)
class Join:
    """The address of whoever acted becomes the learner's, with all that ``was`` had.

    ``was``: the key of the learner who ends, empty for none.  ``keep``: a lesson of theirs that
    was not sent yet still may be.
    """

    was: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Prefer:
    """Lessons and alerts go to the address of whoever acted, of all the learner's."""


@dataclass(frozen=True, slots=True)
class Unlink:
    """The address of whoever acted is a stranger's again; with ``others`` all that once joined."""

    others: bool = False


@dataclass(frozen=True, slots=True)
class Remember:
    """What is remembered of one technique from now on; the learner holds the same."""

    memory: Memory


Effect = (
    Say
    | Edit
    | Notice
    | Plan
    | Unplan
    | Note
    | Relocate
    | Offer
    | Join
    | Prefer
    | Unlink
    | Remember
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The learner as they are afterwards, and what should follow."""

    learner: Learner
    effects: tuple[Effect, ...] = ()
