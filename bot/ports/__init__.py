"""All the seams on one page: what the rooms of the ring promise to those who call them.

Rule 1: a protocol here is owned by its caller, and names no vendor.
Rule 2: a platform's failure is one of six words, because only some of them are safe to repeat.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from bot.core.can import Can
from bot.core.card import Card, Text
from bot.core.effects import Decision, Lane
from bot.core.events import Address, Incoming
from bot.core.learner import Learner
from bot.core.message import Message, Rich
from bot.core.trouble import Trouble

State = Literal[
    "pending",
    "leased",
    "sending",
    "sent",
    "refused",
    "gone",
    "unknown",
    "expired",
    "skipped",
]
"""States of a post; the last six are final.  Source: sending.md, section 2."""

Guarantee = Literal["at_least_once", "at_most_once", "convergent"]
"""What becomes of a post whose fate is unknown.  Source: trust.md, section 6.2."""

NONCE_CHARACTERS = 25
"""Longest nonce, in ASCII characters.  Source: Discord, Create Message, ``nonce``."""


@dataclass(frozen=True)
class Post:
    """A card on its way: one row of the outbox, and one piece of work for the dispatcher.

    ``nonce`` is the same for ever, at most ``NONCE_CHARACTERS``; ``on`` the platform's id of the
    message to edit, empty for a new one; ``answers`` the id of the event it answers, empty for
    none.  ``attempts`` counts the sends that were begun.  ``reply_to`` is the platform's id of the
    message that it is a reply to; no store keeps it, so after a restart it stands alone.
    ``repeat``: it may have arrived before, and says so.
    """

    id: int
    address: Address
    card: Card
    lane: Lane
    locale: str
    attempts: int = 0
    nonce: str = ""
    on: str = ""
    answers: str = ""
    expires: datetime | None = None
    guarantee: Guarantee = "convergent"
    silent: bool = False
    reply_to: str = ""
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one post; ``sent_as`` is the platform's id of the message.

    ``again`` is the earliest instant of the next try of a post that goes back to ``pending``, and
    ``doubt`` that this try may have arrived; ``muted``: its place takes no post of ours any more.
    """

    post: int
    state: State
    sent_as: str = ""
    again: datetime | None = None
    moved_to: Address | None = None
    muted: bool = False
    doubt: bool = False


class SendError(Exception):
    """The subclass says what becomes of the post.

    SendError
    ├── Throttled(retry_after, everyone)   too fast, not taken   -> pending, and the gate closes
    ├── Unreachable                        never left us         -> pending
    ├── Unknown                            may have arrived      -> unknown
    ├── Refused                            never will be taken   -> refused
    │   └── Silenced                       nor any other there   -> refused, and a Muted event
    ├── Gone                               address is closed     -> gone, and a Left event
    └── Moved(to)                          the place has a new id -> pending, to the new address
    """


class Throttled(SendError):
    """The service took nothing: wait ``retry_after`` seconds; ``everyone``: the whole token."""

    def __init__(self, retry_after: float, *, everyone: bool = True) -> None:
        """Keep the seconds to wait and whom they concern."""
        super().__init__(f"throttled for {retry_after} s")
        self.retry_after = retry_after
        self.everyone = everyone


class Unreachable(SendError):
    """Nothing left us: safe to repeat."""


class Unknown(SendError):
    """It may have arrived: what follows depends on the post's guarantee."""


class Refused(SendError):
    """The service will never take this post."""


class Silenced(Refused):
    """The place takes no post of ours: rights are lost, a topic is closed, posting is slowed."""


class Gone(SendError):
    """Nothing more can be said at this address."""


class Moved(SendError):
    """The place has a new address."""

    def __init__(self, to: Address) -> None:
        """Keep the new address."""
        super().__init__(f"moved within {to.platform}")
        self.to = to


class Barred(Exception):
    """The service refuses the token itself: stop this platform, keep its posts."""


class Conflict(Exception):
    """Another transaction came first.  Deciding again is free: the engine is pure."""


class Unfit(Exception):
    """The database, its key or its journal cannot be used; the message says what to do."""


class StoreDown(Exception):
    """The database cannot be reached or written; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an adapter may show at once for one event, after its effects are committed.

    ``text`` is the notice in words, empty for none; ``posts`` the number of posts to this
    address that are on their way; ``fresh`` False for an event that was known already; ``taken``
    False for one that was put aside, because its sender is too fast: no tick may promise it.
    """

    text: str = ""
    loud: bool = False
    posts: int = 0
    fresh: bool = True
    taken: bool = True


Receive = Callable[[Sequence[Incoming]], Awaitable[Sequence[Receipt]]]
"""Takes a batch of events; returns one receipt each, after the commit.

Raises ``StoreDown`` when nothing could be written: then nothing may be acknowledged.
"""

Translate = Callable[[str, Text], Rich]
"""(locale, text) -> spans.  A text's marks become looks, its values are isolated spans."""

Fit = Callable[[str], str | None]
"""Which offered language fits what a client says it speaks; None: none of them."""

Now = Callable[[], datetime]
"""The wall clock: aware, UTC."""

Heard = Callable[[str], Awaitable[datetime | None]]
"""(platform) -> when it was heard the last time before now, None for never.

Raises ``StoreDown`` when it could not be noted.
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``posts`` new messages in any ``seconds``, to ``whom``: whoever it is named for."""

    posts: int
    seconds: float
    whom: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How many posts a second a service takes from one token, and how many at one address."""

    rate: float
    of: Callable[[Address], Sequence[Limit]] = lambda _: ()


class Platform(Protocol):
    """What a folder under ``bot/platforms`` provides, made by its ``connect(settings, tools)``."""

    @property
    def name(self) -> str:
        """Return the platform's name: also its folder, its settings' prefix, its addresses'."""

    @property
    def can(self) -> Can:
        """Return what it can show and do."""

    @property
    def limits(self) -> Limits:
        """Return how fast it may be written to."""

    async def listen(self, receive: Receive) -> None:
        """Hear events until cancelled or at the end of input; acknowledge after *receive*."""

    async def send(self, post: Post, message: Message) -> str:
        """Hand one message over and return the service's id for it.

        Raises:
            SendError: the subclass says what becomes of the post.
            Barred: the token itself is refused.
        """


ASGI = Callable[..., Awaitable[None]]
"""An ASGI application; wiring mounts it in the one HTTP server."""


@runtime_checkable
class Hosted(Protocol):
    """A platform that is spoken to over HTTP: wiring mounts ``app`` in the one server."""

    @property
    def app(self) -> ASGI:
        """Return the application; a platform that has none is not spoken to over HTTP."""

    @property
    def path(self) -> str:
        """Return the one path that it answers, empty for all that nobody else does."""


Aid = Callable[[Incoming], Message | None]
"""(event) -> first aid, from content alone; None for an event that asks for none.

The one thing that is shown without a row in the ledger: nothing is owed to whoever saw it, and
nothing of it is kept, so an event that was answered so counts as taken.
"""


@dataclass(frozen=True, slots=True)
class Tools:
    """What wiring hands to every platform beside its settings, and to the turns.

    ``languages`` are offered, the deployment's own first; ``fit`` finds one of them for a
    client's tag, ``rtl`` tells whether one runs from right to left.  ``aside`` draws the panels
    beside the chat as HTML for (address, locale), where there are any: the demo has some.
    ``heard`` is told, now and then, that a platform still hands over what people do.
    ``aid`` is asked where ``receive`` raised ``StoreDown``: what it returns is shown at once.
    ``trouble`` hears what whoever operates the bot should look at.  ``forgot`` hears at which
    addresses somebody was forgotten just now.
    """

    now: Now
    translate: Translate
    fit: Fit
    rtl: Callable[[str], bool]
    languages: tuple[str, ...] = ("en",)
    aside: Callable[[Address, str], Awaitable[str]] | None = None
    heard: Heard | None = None
    aid: Aid | None = None
    trouble: Callable[[Trouble], None] = lambda _: None
    forgot: Callable[[Sequence[Address]], None] = lambda _: None


Connect = Callable[[Mapping[str, str], Tools], Platform]
"""Makes a platform from its ``WARY_<NAME>_`` settings, prefix cut, names in lower case."""


class Batch(Protocol):
    """One transaction over N learners; a chat update is a batch of one."""

    @property
    def fresh(self) -> Sequence[tuple[Learner, Incoming]]:
        """Return the events not seen before, in their order, each with its learner as stored.

        Two events of one learner both come with the learner as stored: whoever decides carries
        the first decision forward.
        """

    @property
    def forgotten(self) -> Sequence[Address]:
        """Return all addresses of whoever ``keep`` has forgotten, the linked ones too."""

    async def keep(
        self, decided: Sequence[tuple[Incoming, Decision]], now: datetime
    ) -> Sequence[Post]:
        """Write all that was decided, commit, and return the new posts.

        Those in lane REPLY are born leased, so that they go out without a second read; the
        others wait as ``pending``.

        Raises:
            Conflict: another transaction came first, or the name of an event was taken.
        """


@dataclass(frozen=True, slots=True)
class Known:
    """All that is kept of one person, for their own eyes."""

    learner: Learner
    answers: int = 0
    right: int = 0


Kept = Mapping[str, Sequence[Mapping[str, object]]]
"""(table) -> rows of plain data by column, as JSON can say them."""


class Ledger(Protocol):
    """The posts that are owed, and what became of each."""

    async def claim_posts(self, platform: str, now: datetime, limit: int) -> Sequence[Post]:
        """Lease at most *limit* pending posts, best lane first, oldest first within a lane.

        Those past their expiry become ``expired`` on the way and are not returned.
        """

    async def mark(self, posts: Sequence[Post]) -> Sequence[Post]:
        """Turn leased posts into ``sending``, commit, and return those that still were leased."""

    async def settle(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Record what became of posts."""

    async def release(self, now: datetime) -> int:
        """Free what a dead process held and return how many posts are to be sent again.

        Leased posts and plans go back; ``sending`` becomes ``unknown``, or ``pending`` where the
        guarantee allows a repeat.
        """


class Intake(Protocol):
    """The names of events that were taken, tried or set aside."""

    async def failed(self, event: str, now: datetime) -> int:
        """Count a failed try of *event* in a commit of its own and return the tries so far."""

    async def park(self, event: str, now: datetime) -> None:
        """Set *event* aside for ever after too many failed tries: intake goes on without it."""

    async def heard(self, platform: str, now: datetime) -> datetime | None:
        """Note that *platform* is heard at *now* and return when it was before, or None."""

    async def scrub(self) -> None:
        """Leave nothing of whoever was deleted in the database's own log."""

    async def trim(self, now: datetime) -> None:
        """Forget names of events and settled posts that are older than their terms."""


class Store(Ledger, Intake, Protocol):
    """What the runtime needs of the database."""

    def batch(self, incoming: Sequence[Incoming]) -> AbstractAsyncContextManager[Batch]:
        """Open a transaction over *incoming*; leaving it without ``keep`` changes nothing."""

    async def claim_due(
        self, now: datetime, limit: int, served: Sequence[str] | None = None
    ) -> Sequence[Incoming]:
        """Lease at most *limit* plans that are due and return the events they raise.

        *served* names the platforms that this process can write to; None means all.
        """

    async def known(self, address: Address) -> Known | None:
        """Return what is kept of the person at *address*, or None for a stranger."""

    async def export(self, address: Address) -> Kept | None:
        """Return every row that is about the person at *address*, or None for a stranger.

        What is stored as JSON comes parsed, instants in ISO 8601, fingerprints in hexadecimal.
        """

    async def next_due(self) -> datetime | None:
        """Return the earliest instant of any plan, or None."""

    async def close(self) -> None:
        """Let go of the database."""
