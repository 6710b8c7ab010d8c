"""Who is learning, and where they stand: all that the engine may know of one person.

Rule 1: a stage is data, JSON between turns; no live object waits for an answer.
Rule 2: a stage holds enough to draw its card again, so that a restart changes nothing.
"""

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal

from bot.core.events import Address, Kind


class Track(StrEnum):
    """For whom the lessons are."""

    CITIZEN = "citizen"
    CHILD = "child"
    TEEN = "teen"
    PARENT = "parent"
    EDUCATOR = "educator"
    SENIOR = "senior"
    BUSINESS = "business"


class Often(StrEnum):
    """How often the learner wants to be written to."""

    UNASKED = ""
    """Not asked yet; nobody is written to who did not say so."""
    DAILY = "daily"
    TIP = "tip"
    """A lesson's first card and action a day, without a question."""
    NEVER = "never"
    """Only when they come by themselves; a place then gets urgent alerts alone."""
    QUESTION = "question"
    """A question a day, in a place."""
    WEEKLY = "weekly"
    """A lesson a week, or a question a week in a place."""


Why = Literal["first", "daily", "more", "review", "placement"]
"""What brought a question up: onboarding, their hour, their wish, its time, or a placement."""


@dataclass(frozen=True, slots=True)
class Memory:
    """How well a technique is remembered, and which of its items brought it.

    ``stability``: days until recall is 0.9; ``difficulty``: 1 to 10; both as FSRS has them.
    ``seen`` pairs an item with the day of its first right answer (as ``date.toordinal``, 0 for
    none), the one seen longest ago first.  ``known``: right answers to two different items on
    days at least seven apart.  ``held``: one right answer after 21 days or more.
    """

    technique: str
    stability: float
    difficulty: float
    last: datetime
    due: datetime
    seen: tuple[tuple[str, int], ...] = ()
    known: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A few questions, one after the other, as the learner wished: a review or a placement.

    ``left`` are the techniques still to come, none in a placement; ``answered`` pairs the
    items answered with whether that was right.
    """

    left: tuple[str, ...] = ()
    answered: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Stranger:
    """Nothing is known and nothing is kept: the language rides in the buttons' tokens."""


@dataclass(frozen=True, slots=True)
class Idle:
    """No question is open."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """A settings screen is open; ``joining`` while it is part of the first conversation.

    ``offset`` is the clock the learner reads, in minutes east of UTC, once they have said it.
    """

    what: str
    joining: bool = False
    page: int = 0
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A card of a lesson is open; ``card`` counts from 0."""

    lesson: str
    card: int = 0
    why: Why = "daily"


@dataclass(frozen=True, slots=True)
class Answering:
    """A question is open.

    ``seed`` fixes the order in which the options are shown; ``picked`` holds the toggles of a
    question with several answers, in the order of the presses.
    """

    item: str
    seed: str
    why: Why
    picked: tuple[str, ...] = ()
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A question was judged and its feedback is shown.  ``picked`` is the answer given."""

    item: str
    seed: str
    why: Why
    picked: tuple[str, ...] = ()
    verdict: Literal["right", "near", "wrong", "unknown"] = "wrong"
    detail: str = ""
    """``low`` or ``high`` for a number that missed."""
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """The one thing to do today is offered."""

    lesson: str
    asked_before: bool = False


Stage = Stranger | Idle | Choosing | Reading | Answering | Answered | Acting


@dataclass(frozen=True, slots=True)
class Ties:
    """How the address of a learner is tied to their others; it differs from address to address.

    ``also`` names the platforms of the others, in the order they came; ``home`` the platform of
    the one that lessons go to, empty for this one.  ``joined``: this one came by a code, and may
    leave again alone.  ``elsewhere`` counts those of the others that can be written to.
    """

    also: tuple[str, ...] = ()
    home: str = ""
    joined: bool = False
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Learner:
    """One person on one platform, or a place that subscribes: a group or a channel.

    A place is kept as a person is, because it wishes the same things: a language, an hour, how
    often.  ``place`` says which it is, empty for a person, and ``keeper`` who set it up.

    ``key`` is 32 hexadecimal digits, random, made by the store.  ``progress`` pairs a lesson
    with the number of its items that were answered, in the order the lessons were met.
    ``hour`` is wall-clock time as ``HH:MM``, empty while none was chosen; ``last_day`` the local
    date of the newest lesson that was sent by the clock.
    """

    key: str
    address: Address
    locale: str = "en"
    country: str = ""
    zone: str = ""
    track: Track = Track.CITIZEN
    often: Often = Often.UNASKED
    hour: str = ""
    quiet: tuple[str, str] = ("21:00", "07:00")
    alerts: Literal["urgent", "none"] = "urgent"
    typed_only: bool = False
    stage: Stage = Stranger()
    progress: tuple[tuple[str, int], ...] = ()
    unread: str = ""
    """The lesson whose question came before its cards, empty for none."""
    shown: tuple[str, ...] = ()
    """The lessons of which an item was answered right in a placement: they come last."""
    points: int = 0
    later: str = ""
    """The lesson whose action was put off, empty for none."""
    later_on: date | None = None
    """The local date from which that action is asked about once more."""
    last_day: date | None = None
    paused: bool = False
    paused_until: datetime | None = None
    gone: bool = False
    """The address is closed; back on /start."""
    place: Literal["", Kind] = ""
    keeper: Address | None = None
    linked: bool = False
    """More than one address is theirs; which, the store tells in ``ties``."""
    ties: Ties = Ties()
    reviews: tuple[Memory, ...] = ()
    """What is remembered of each technique; the store keeps it in rows of its own."""
    unpressed: int = 0
    """Messages of the clock in a row without a press since; never counted for a tip."""


_PUT: Final = {field.name: vars(Learner)[field.name].__set__ for field in fields(Learner)}
_PUTS: Final = tuple(_PUT.items())


def changed(learner: Learner, **new: object) -> Learner:
    """Return *learner* with the fields *new*, as ``dataclasses.replace`` does in twice the time.

    For the daily lesson, which is made for everybody of an hour at once: the slots are filled
    from slots, without a constructor that is told every field by its name.

    Raises:
        KeyError: *new* names something that no learner has.
    """
    made = Learner.__new__(Learner)
    for name, put in _PUTS:
        put(made, getattr(learner, name))
    for name, held in new.items():
        _PUT[name](made, held)
    return made
