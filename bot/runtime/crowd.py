"""The crowd: who waits, in which order they are taken, and who is too fast to be heard.

Rule 1: one event of each sender, then the second of each: nobody waits for another's flood.
Rule 2: the events of one sender keep their order.
Rule 3: what begins, ends or allows something is never put aside, only a repeat of it.
Rule 4: who is one too many is refused and comes again; who is too fast is put aside for good.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.card import Action
from bot.core.events import (
    Added,
    Address,
    AidDue,
    Began,
    Commanded,
    Due,
    Event,
    Incoming,
    Left,
    LessonDue,
    Muted,
    Pressed,
    Relocated,
)

ROOM = 4000
"""Most events that wait: a second's work, and below 100 MB if each were a longest text."""

KNOWN = 20_000
"""Senders whose pace is remembered, and as many places; the longest silent are forgotten."""

TOLD_SECONDS = 60.0
"""How seldom one sender is told that they are too fast."""

COUNTED_SECONDS = 10.0
"""How seldom it is told how many events were put aside."""

COMMANDS = frozenset(
    "stop pause start privacy forget forgetme delete mydata export".split()  # noqa: SIM905
)
"""Commands by which somebody begins, ends or allows something, or asks what is kept."""

CHOICES = frozenset(
    {"pause", "resume", "often", "alerts", "urgent", "stop", "forget", "link", "unlink"}
)
"""Words in a button's token by which somebody begins, ends or allows something."""

Seconds = Callable[[], float]
"""A clock that never jumps, in seconds."""

K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast somebody may be: ``burst`` events at once, then ``each`` seconds for one more."""

    burst: int
    each: float


PERSON = Pace(30, 1.0)
"""Of one person.  A service shows about one message a second in one chat."""

PLACE = Pace(300, 0.05)
"""Of all people in one group or channel: a hall of 300 that answers at once."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What an event begins, ends or allows.

    Of those of one ``kind`` only the newest counts; the ``whole`` tells a repeat.
    """

    kind: str = ""
    whole: str = ""


NONE = Matter()


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    """An event that waits, with the *ticket* by which its sender is answered.

    ``since`` is when it came, by the crowd's clock.
    """

    incoming: Incoming
    ticket: T
    kind: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Came(Generic[T]):
    """What became of an event: the tickets put aside for it, and whether to tell the sender."""

    aside: tuple[T, ...] = ()
    tell: bool = False


@dataclass(frozen=True, slots=True)
class Purse:
    """What is remembered of a sender.

    ``paid``: until when their events are; ``told``: when they were told that they are too fast;
    ``last``: the matter of the last event that was let in.
    """

    paid: float = 0.0
    told: float = float("-inf")
    last: str = ""


class Rounds(Generic[K, T]):
    """Queues that are served in rounds: one of each, then the second of each."""

    def __init__(self) -> None:
        """Start empty."""
        self._queues: OrderedDict[K, deque[T]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        """Return how many wait in all queues."""
        return self._count

    def add(self, key: K, one: T) -> None:
        """Put *one* at the end of the queue of *key*."""
        self._queues.setdefault(key, deque()).append(one)
        self._count += 1

    def firsts(self) -> Iterator[T]:
        """Yield the first of each queue."""
        return (queue[0] for queue in self._queues.values())

    def take(self, most: int) -> list[T]:
        """Take at most *most* in rounds."""
        taken: list[T] = []
        while self._queues and len(taken) < most:
            key, queue = self._queues.popitem(last=False)
            taken.append(queue.popleft())
            if queue:
                self._queues[key] = queue
        self._count -= len(taken)
        return taken

    def pick(self, key: K, wanted: Callable[[T], bool]) -> T | None:
        """Take the first in the queue of *key* that is *wanted*, None where there is none."""
        queue = self._queues.get(key, deque())
        found = next((one for one in queue if wanted(one)), None)
        if found is not None:
            queue.remove(found)
            self._count -= 1
            if not queue:
                del self._queues[key]
        return found


class Crowd(Generic[T]):
    """Everybody who waits for their turn; ``paces`` holds whoever comes over a platform in it."""

    def __init__(self, seconds: Seconds, room: int = ROOM) -> None:
        """Let at most *room* events wait, by the clock *seconds*."""
        self._seconds = seconds
        self._room = room
        self._paces: dict[str, tuple[Pace, Pace]] = {}
        self._rounds: Rounds[Address, Waiting[T]] = Rounds()
        self._people: OrderedDict[Address, Purse] = OrderedDict()
        self._places: OrderedDict[Address, Purse] = OrderedDict()
        self._aside = 0
        self._counted = float("-inf")

    def __len__(self) -> int:
        """Return how many events wait."""
        return len(self._rounds)

    def pace(self, platform: str, person: Pace = PERSON, place: Pace = PLACE) -> None:
        """Hold everybody on *platform* to these paces; nobody is held to any before."""
        self._paces[platform] = (person, place)

    def full(self, incoming: Sequence[Incoming]) -> bool:
        """Return whether *incoming* is too much; what the clock raises and Rule 3 never are."""
        if len(self._rounds) + len(incoming) <= self._room:  # whatever they are
            return False
        refusable = sum(_matter(one) is NONE for one in incoming)
        return bool(refusable) and len(self._rounds) + refusable > self._room

    def come(self, incoming: Incoming, ticket: T) -> Came[T]:
        """Let *incoming* wait, or put it aside, and return whoever need not wait any more."""
        who = sender(incoming)
        if isinstance(incoming.event, Due) and who not in self._people:
            # Hundreds at once, and of most of them nothing is remembered here.
            self._rounds.add(who, Waiting(incoming, ticket, since=self._seconds()))
            return Came()
        matter = _matter(incoming)
        if isinstance(incoming.event, Due) or self._pays(incoming, who):
            self._wait(incoming, ticket, matter)
            return Came()
        purse = self._people.get(who, Purse())
        if matter is NONE or matter.whole == purse.last:
            self._aside += 1
            return Came((ticket,), self._tells(who, purse))
        older = self._rounds.pick(who, lambda one: one.kind == matter.kind)
        self._aside += older is not None
        self._wait(incoming, ticket, matter)
        return Came((older.ticket,) if older else ())

    def waited(self) -> float:
        """Return for how many seconds the one who waits longest has waited, 0 for nobody."""
        now = self._seconds()
        return max((now - one.since for one in self._rounds.firsts()), default=0.0)

    def take(self, most: int) -> list[Waiting[T]]:
        """Take at most *most* events: one of each sender, then the second of each."""
        return self._rounds.take(most)

    def repay(self, incoming: Sequence[Incoming]) -> None:
        """Give back what *incoming* paid, because none of it was kept and all comes again."""
        for one in incoming:
            paces = self._paces.get(one.address.platform)
            if paces:
                _repaid(self._people, sender(one), paces[0])
                place = _place(one)
                if place:
                    _repaid(self._places, place, paces[1])

    def overlooked(self, *, now: bool = False) -> int:
        """Return how many were put aside since the last time, 0 where that was just *now*."""
        if not self._aside or not (now or self._seconds() - self._counted >= COUNTED_SECONDS):
            return 0
        count, self._aside, self._counted = self._aside, 0, self._seconds()
        return count

    def _wait(self, incoming: Incoming, ticket: T, matter: Matter) -> None:
        who = sender(incoming)
        self._rounds.add(who, Waiting(incoming, ticket, matter.kind, self._seconds()))
        purse = self._people.get(who)
        if purse and purse.last != matter.whole:
            self._people[who] = Purse(purse.paid, purse.told, matter.whole)

    def _tells(self, who: Address, purse: Purse) -> bool:
        """Return whether to tell *who* that they are too fast, which is done now and then."""
        now = self._seconds()
        if now - purse.told < TOLD_SECONDS:
            return False
        _keep(self._people, who, Purse(purse.paid, now, purse.last))
        return True

    def _pays(self, incoming: Incoming, who: Address) -> bool:
        """Return whether sender and place are slow enough, and if so take the event into account.

        Who is too fast does not pay for the place: they take nothing from the others in it.
        """
        paces = self._paces.get(incoming.address.platform)
        if paces is None:
            return True
        place, now = _place(incoming), self._seconds()
        own = _next(self._people.get(who, Purse()), paces[0], now)
        shared = _next(self._places.get(place, Purse()), paces[1], now) if place else Purse()
        if own is None or shared is None:
            return False
        _keep(self._people, who, own)
        if place:
            _keep(self._places, place, shared)
        return True


def sender(incoming: Incoming) -> Address:
    """Return who is answerable for *incoming*: whoever acted, also where they act for a place."""
    return incoming.by or incoming.address


def _place(incoming: Incoming) -> Address | None:
    return incoming.where.place if incoming.where else None


def _next(purse: Purse, pace: Pace, now: float) -> Purse | None:
    """Return the purse after one more event, None where that is one too many.

    An event costs ``pace.each`` seconds, and ``pace.burst`` of them may be paid in advance.
    """
    paid = max(purse.paid, now) + pace.each
    # A millionth is what adding up many tenths may be off.
    late = paid - now > pace.burst * pace.each + 1e-6
    return None if late else Purse(paid, purse.told, purse.last)


def _keep(purses: OrderedDict[Address, Purse], who: Address, purse: Purse) -> None:
    purses[who] = purse
    purses.move_to_end(who)
    if len(purses) > KNOWN:
        purses.popitem(last=False)


def _repaid(purses: OrderedDict[Address, Purse], who: Address, pace: Pace) -> None:
    purse = purses.get(who)
    if purse:
        purses[who] = Purse(purse.paid - pace.each, purse.told)


def _matter(incoming: Incoming) -> Matter:
    """Return what *incoming* begins, ends or allows, ``NONE`` where it does none of it."""
    kind, whole = _named(incoming.event)
    place = _place(incoming)
    return Matter(f"{kind} {place.id if place else ''}", whole) if kind else NONE


def _named(event: Event) -> tuple[str, str]:
    match event:
        case LessonDue() | AidDue() | Left() | Added() | Muted() | Relocated():
            return type(event).__name__, repr(event)
        case Began(payload):
            return "began", f"began {payload}"
        case Commanded(name) if name in COMMANDS:
            return f"/{name}", f"/{name}"
        case Pressed(Action(verb, args)):
            # Any token may come, also one that we never gave: its kinds must be few.
            kind = min(CHOICES.intersection((verb, *args)), default="")
            return kind, ":".join((verb, *args)) if kind else ""
        case _:
            return "", ""
