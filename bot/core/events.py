"""What happened, in the past tense: the one shape in which every platform reports it.

Rule 1: an event is a fact; what follows from it is decided in the engine.
Rule 2: what a person typed lives here for the length of a turn, and nowhere else.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.core.card import Action


@dataclass(frozen=True, slots=True)
class Address:
    """A person or a place as the platform writes it; a topic or thread is part of the id."""

    platform: str
    id: str


@dataclass(frozen=True, slots=True)
class Began:
    """The conversation was opened: /start, a deep link, the browser page."""

    payload: str = ""


@dataclass(frozen=True, slots=True)
class Commanded:
    """Any other command, without its slash."""

    name: str
    args: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button was pressed.

    ``on`` is the platform's id of the message that carried it, empty when the press was typed.
    ``picked`` holds several options chosen at once (a form, a menu, typed letters).
    """

    action: Action
    on: str = ""
    picked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """Free text; ``asked`` is the question it answers, where the platform knows."""

    text: str
    asked: Action | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing more can be said at this address."""

    why: Literal["blocked", "removed", "deleted"]


@dataclass(frozen=True, slots=True)
class LessonDue:
    """The learner's hour has come; ``day`` is their local date."""

    day: date


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something arrived that means nothing to us: an old token, a forged one, a sticker's press.

    It is an event so that the person gets an answer and the intake goes on.
    """

    on: str = ""


Event = Began | Commanded | Pressed | Said | Left | LessonDue | Unreadable


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event, with who, when, and the name that tells a repeat from a new one.

    ``id`` is unique for ever: ``telegram:174114370``, ``plan:<learner>:lesson:2027-03-28``.
    ``at`` is aware and UTC: the engine's only clock.  ``locale`` is what the client says, a
    first guess and never more.
    """

    id: str
    address: Address
    at: datetime
    event: Event
    locale: str = "en"
    where: Address | None = None
