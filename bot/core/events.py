"""What happened, in the past tense: the one shape in which every platform reports it.

Rule 1: an event is a fact; what follows from it is decided in the engine.
Rule 2: what a person typed lives here for the length of a turn, and nowhere else.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from bot.core.card import Action
from bot.core.rhythm import NONE, Rhythm


@dataclass(frozen=True, slots=True)
class Address:
    """A person or a place as the platform writes it; a topic or thread is part of the id."""

    platform: str
    id: str

    def __hash__(self) -> int:
        """Return the hash of the id: few are the same on two platforms, and it is asked often."""
        return hash(self.id)


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


By = Literal["forward", "reply", "context", "file"]
"""How a message was shown to us."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A message was shown to us, to be told whether it is genuine.

    ``text`` is its words, empty where it has none; ``on`` the platform's id of the message that
    the answer is a reply to, empty for none.  ``by``: how it came; ``file``: a picture or a file,
    whose content is never fetched.  ``public``: the answer will be read by others.
    """

    text: str = ""
    on: str = ""
    by: By = "forward"
    public: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """Nothing more can be said at this address."""

    why: Literal["blocked", "removed", "deleted"]


Kind = Literal["group", "channel"]
"""A place where people talk, or one where only those who run it do."""

Right = Literal["post"]
"""What the bot may do in a place, as far as it matters to us."""


@dataclass(frozen=True, slots=True)
class Added:
    """The bot came into a place, or what it may do there changed; the address is the place's."""

    rights: frozenset[Right] = frozenset({"post"})
    kind: Kind = "group"


@dataclass(frozen=True, slots=True)
class Muted:
    """The service refused a post in a place: rights lost, topic closed, posting slowed down."""


@dataclass(frozen=True, slots=True)
class Relocated:
    """The place has a new address, and the old one is no more."""

    to: Address


@dataclass(frozen=True, slots=True)
class LessonDue:
    """The learner's hour has come; ``day`` is their local date."""

    day: date


@dataclass(frozen=True, slots=True)
class AidDue:
    """It is time to ask how it went after first aid; ``day`` is the learner's local date."""

    day: date


Due = LessonDue | AidDue
"""What the clock raises, and no person."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A right code was typed here: from now on this address is the learner's who asked for it.

    The store puts it in place of what was typed.  ``by`` is the address where the code was
    shown.  ``was`` is the key of whoever was known here before, empty for nobody; what they bring
    along is their ``progress``, what they showed to know in a placement (``shown``), their
    ``rhythm``, ``points`` that the learner does not have yet, ``last_day``, and what they are to
    be asked about: ``aided`` on ``aided_on``.
    """

    by: Address
    was: str = ""
    progress: tuple[tuple[str, int], ...] = ()
    points: int = 0
    last_day: date | None = None
    aided: str = ""
    aided_on: date | None = None
    shown: tuple[str, ...] = ()
    rhythm: Rhythm = NONE


@dataclass(frozen=True, slots=True)
class Miscoded:
    """A code was typed here that joins nothing.

    ``unknown``: wrong, used or too old, which must look alike.  ``last``: the same, for the last
    time within the hour.  ``locked``: it was not even looked at.  ``own``: it was shown to the
    same learner.
    """

    why: Literal["unknown", "last", "locked", "own"]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something arrived that means nothing to us: an old token, a forged one, a sticker's press.

    It is an event so that the person gets an answer and the intake goes on.
    """

    on: str = ""


Event = (
    Began
    | Commanded
    | Pressed
    | Said
    | Shown
    | Left
    | Added
    | Muted
    | Relocated
    | LessonDue
    | AidDue
    | Linked
    | Miscoded
    | Unreadable
)


@dataclass(frozen=True, slots=True)
class Where:
    """The place in which somebody acted.

    ``runs``: who acted runs the place, as the platform says.  ``public``: an answer given there
    is read by all; else only by who acted.
    """

    place: Address
    kind: Kind = "group"
    runs: bool = False
    public: bool = True


OLDEST = 24 * 60 * 60
"""Seconds for which a platform keeps what nobody takes.  Source: Telegram, Getting updates."""


def acted(second: int, at: datetime) -> datetime | None:
    """Return the instant of *second* since 1970 where somebody can have acted then, else None.

    What was taken at *at* is no older than ``OLDEST`` and never from later on: who claims so is
    taken at the time of the taking.
    """
    late = int(at.timestamp()) - second
    return datetime.fromtimestamp(second, UTC) if 0 <= late < OLDEST else None


@dataclass(frozen=True, slots=True)
class Incoming:
    """An event, with who, when, and the name that tells a repeat from a new one.

    ``id`` is unique for ever: ``telegram:174114370``, ``plan:<learner>:lesson:2027-03-28``.
    ``at`` is aware and UTC: when it was taken, the engine's only clock.  ``acted`` is when the
    person acted, where the platform tells: never later than ``at``, nor a day or more before it.
    ``locale`` is what the client says, a
    first guess and never more.  ``where`` is None in a private chat.  ``by`` is the person who
    acted for a place that is itself the ``address``.
    """

    id: str
    address: Address
    at: datetime
    event: Event
    locale: str = "en"
    where: Where | None = None
    by: Address | None = None
    acted: datetime | None = None
