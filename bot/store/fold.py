"""Decisions become rows: a pure function, a list per table.

Rule 1: of a learner the last word counts, of effects every one, in their order.
Rule 2: nothing is kept of a stranger but the posts that answer them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Final, TypeAlias, assert_never

from bot.core.card import Card
from bot.core.effects import (
    Decision,
    Edit,
    Join,
    Lane,
    Note,
    Notice,
    Offer,
    Plan,
    Prefer,
    Relocate,
    Remember,
    Say,
    Unlink,
    Unplan,
)
from bot.core.events import Address, AidDue, Due, Incoming, Left, LessonDue, Miscoded
from bot.core.learner import Learner, Memory, Stranger
from bot.ports import NONCE_CHARACTERS, Guarantee, Post
from bot.store.codec import card_hash, learner_row, pack_card, pack_memory, taught_row
from bot.store.settling import GOING

LEASE: Final = timedelta(seconds=30)
"""How long a post belongs to the process that made or claimed it."""

CLOCK: Final = "plan:"
"""How the name of an event begins that the clock raised, and no person."""

KINDS: Final[Mapping[type[Due], str]] = {LessonDue: "lesson", AidDue: "aid"}
"""The kind of plan that raises each event of the clock."""

GUARANTEES: Final[Mapping[Lane, Guarantee]] = {
    Lane.REPLY: "convergent",
    Lane.ALERT: "at_least_once",
    Lane.LIVE: "at_most_once",
    Lane.LESSON: "at_most_once",
    Lane.CAMPAIGN: "at_most_once",
}
"""What becomes of a new message whose fate is unknown.  Source: trust.md, 6.2."""

LESSONS: Final = 512
"""Cards of lessons kept as they are written, about 1 KB each."""

NOBODY: Final[Mapping[str, Learner]] = {}

_ASKED: Final = attrgetter("locale", "country", "zone", "track", "place", "keeper")
"""What queries ask for of a learner, besides the stage."""

Row: TypeAlias = "dict[str, object]"

Silent = Notice | Plan | Unplan | Note | Relocate | Offer | Join | Prefer | Unlink | Remember
"""What no post follows from."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is stored of an address: ``row`` is its id, taken or to be taken.

    ``stored``: there is such a row; ``learner``: the learner it belongs to; ``last_seen``: when
    that learner last did something themselves.
    """

    row: int
    stored: bool = False
    learner: str | None = None
    closed: bool = False
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """An address that needs a row; ``learner`` None while nobody known lives there."""

    address: Address
    learner: str | None
    closed_at: datetime | None
    own: bool
    """True for the address of whoever acted: it was read before, so it must not exist."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A wish about which addresses are whose: caused by *cause*, from the address in *row*."""

    wish: Offer | Join | Prefer | Unlink
    learner: str
    row: int
    cause: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What a batch writes, a list per table and kind of statement."""

    seen: list[Row] = field(default_factory=list)
    learners: list[Row] = field(default_factory=list)
    taught: list[Row] = field(default_factory=list)
    """Learners of whom their clock changed nothing that a query asks for."""
    erased: list[str] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    adopted: list[Row] = field(default_factory=list)
    closings: list[Row] = field(default_factory=list)
    unplanned: list[Row] = field(default_factory=list)
    lapsed: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    outbox: list[Row] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    relocations: list[tuple[int, Address]] = field(default_factory=list)
    """Rows of addresses, each with the address that it becomes."""
    ties: list[Tie] = field(default_factory=list)
    guesses: list[int] = field(default_factory=list)
    """Rows of addresses from which a wrong code was typed."""
    reviews: list[Row] = field(default_factory=list)


def nonce(cause: str, row: int, part: int) -> str:
    """Return the name under which a platform may know a repeat: the same for ever, ASCII."""
    digest = blake2b(f"{cause}|{row}|{part}".encode(), digest_size=NONCE_CHARACTERS // 2)
    return digest.hexdigest()


def fold(
    decided: Sequence[tuple[Incoming, Decision]],
    places: Mapping[Address, Place],
    number: Callable[[Address], int],
    now: datetime,
    stored: Mapping[str, Learner] = NOBODY,
) -> Rows:
    """Return the rows of *decided*.

    *places* holds the address of every event; *number* gives the row's id of any other address.
    *stored* holds learners as they were read, by their keys: of these only what the clock
    changed is written.
    """
    folding = _Folding(places, number, now, {d.learner.key: d.learner for _, d in decided})
    for incoming, decision in decided:
        folding.turn(incoming, decision)
    folding.people(decided, stored)
    folding.addresses(decided)
    folding.intentions()
    return folding.rows


class _Folding:
    """The work of one ``fold``."""

    def __init__(
        self,
        places: Mapping[Address, Place],
        number: Callable[[Address], int],
        now: datetime,
        last: Mapping[str, Learner],
    ) -> None:
        self.rows = Rows()
        self._places = places
        self._number = number
        self._now = now
        self._last = last
        self._strangers = {k for k, who in last.items() if isinstance(who.stage, Stranger)}
        self._plans: dict[tuple[str, str], Plan | None] = {}
        self._due: dict[tuple[str, str], date] = {}

    def turn(self, incoming: Incoming, decision: Decision) -> None:
        """Take one event's name and its effects."""
        key = decision.learner.key
        self.rows.seen.append({"id": incoming.id, "at": self._now})
        if isinstance(incoming.event, Miscoded) and incoming.event.why in ("unknown", "last"):
            self.rows.guesses.append(self._places[incoming.address].row)
        if isinstance(incoming.event, Due) and incoming.id.startswith(CLOCK):
            self._due[key, KINDS[type(incoming.event)]] = incoming.event.day
        for part, effect in enumerate(decision.effects):
            if isinstance(effect, Say | Edit):
                self._post(incoming, decision.learner, part, effect)
            else:
                self._effect(incoming, decision.learner, effect)

    def _effect(self, incoming: Incoming, learner: Learner, effect: Silent) -> None:
        match effect:
            case Plan():
                self._plans[learner.key, effect.kind] = effect
            case Unplan():
                self._plans[learner.key, effect.kind] = None
            case Note() | Remember():
                self._fact(incoming, learner, effect)
            case Offer() | Join() | Prefer() | Unlink():
                row = self._places[incoming.address].row
                self.rows.ties.append(Tie(effect, learner.key, row, incoming.id))
            case Relocate(to):
                self.rows.relocations.append((self._places[incoming.address].row, to))
            case Notice():
                pass  # Shown by the runtime, never kept.
            case _:
                assert_never(effect)

    def _kept(self, key: str) -> bool:
        return key not in self._strangers

    def _fact(self, incoming: Incoming, learner: Learner, fact: Note | Remember) -> None:
        """Keep what happened and what is remembered of somebody who is known."""
        if not self._kept(learner.key):
            return
        if isinstance(fact, Note):
            self.rows.notes.append(_note_row(learner.key, fact, incoming.acted or self._now))
        else:
            self.rows.reviews.append(_review_row(learner.key, fact.memory))

    def _post(self, incoming: Incoming, learner: Learner, part: int, said: Say | Edit) -> None:
        to = said.to if isinstance(said, Say) else None
        address = to or learner.address
        place = self._places.get(address)
        row = place.row if place else self._number(address)
        whose = self._whose(learner, place) if address == learner.address else None
        post = _post_of(incoming, learner, said, address, nonce(incoming.id, row, part))
        self.rows.posts.append(post)
        written = _outbox_row(post, self._now)
        written |= {"cause": incoming.id, "part": part, "learner_id": whose, "address_id": row}
        self.rows.outbox.append(written)

    def _whose(self, learner: Learner, place: Place | None) -> str | None:
        """Return the owner of a post to *learner* at *place*: one who was forgotten is going."""
        if self._kept(learner.key):
            return learner.key
        return GOING if place and place.learner == learner.key else None

    def people(
        self, decided: Iterable[tuple[Incoming, Decision]], stored: Mapping[str, Learner]
    ) -> None:
        """Write each learner as they are after all; forget who is a stranger again."""
        acted = {d.learner.key for i, d in decided if not i.id.startswith(CLOCK)}
        for key, learner in self._last.items():
            place = self._places.get(learner.address)
            was = stored.get(key) if key not in acted else None
            if was is not None and self._kept(key) and _ASKED(was) == _ASKED(learner):
                self.rows.taught.append(taught_row(learner))
            elif self._kept(key):
                before = place.last_seen if place and key not in acted else None
                keeper = self._number(learner.keeper) if learner.keeper else None
                self.rows.learners.append(learner_row(learner, before or self._now, keeper))
            elif place and place.learner == key:
                self.rows.erased.append(key)
        # Of whoever is forgotten in the same batch nothing is tied to anything.
        self.rows.ties[:] = [tie for tie in self.rows.ties if self._kept(tie.learner)]

    def addresses(self, decided: Iterable[tuple[Incoming, Decision]]) -> None:
        """Open, hand over and close the addresses of who acted and of who is written to."""
        spoken_to = {post.address for post in self.rows.posts}
        wanted = spoken_to | {one.keeper for one in self._last.values() if one.keeper is not None}
        for incoming, decision in {i.address: (i, d) for i, d in decided}.values():
            wanted.discard(incoming.address)
            self._address(incoming, decision.learner, spoken_to=incoming.address in spoken_to)
        others = sorted(wanted, key=lambda address: (address.platform, address.id))
        self.rows.openings.extend(Opening(a, None, None, own=False) for a in others)

    def _address(self, incoming: Incoming, learner: Learner, *, spoken_to: bool) -> None:
        place = self._places[incoming.address]
        closed = learner.gone or isinstance(incoming.event, Left)
        closed_at = self._now if closed else None
        owner = learner.key if self._kept(learner.key) else None
        if not place.stored:
            if owner or spoken_to:
                self.rows.openings.append(Opening(incoming.address, owner, closed_at, own=True))
        elif owner and place.learner is None:
            self.rows.adopted.append({"row": place.row, "learner": owner, "when": closed_at})
        elif closed != place.closed:
            self.rows.closings.append({"row": place.row, "when": closed_at})

    def intentions(self) -> None:
        """Write the last plan of each kind; one that came due and was not renewed is over."""
        for (key, kind), plan in self._plans.items():
            if not self._kept(key):
                continue
            if plan is None:
                self.rows.unplanned.append({"learner": key, "kind": kind})
            else:
                self.rows.plans.append(
                    {
                        "learner_id": key,
                        "kind": kind,
                        "due_at": plan.at,
                        "local_date": plan.day,
                        "leased_until": None,
                        "tries": 0,
                    }
                )
        for (key, kind), day in self._due.items():
            if (key, kind) not in self._plans:
                # Only the plan of that day: a newer one may have come between.
                self.rows.lapsed.append({"learner": key, "kind": kind, "day": day})


def _note_row(key: str, note: Note, at: datetime) -> Row:
    return {
        "learner_id": key,
        "kind": note.kind,
        "subject": note.subject,
        "points": note.points,
        "once": note.once or None,
        "at": at,
    }


def _review_row(key: str, memory: Memory) -> Row:
    return {
        "learner_id": key,
        "technique": memory.technique,
        "memory": pack_memory(memory),
        "due": memory.due,
    }


def _post_of(
    incoming: Incoming, learner: Learner, said: Say | Edit, address: Address, name: str
) -> Post:
    """Return the post of *said*, not yet numbered."""
    say = said if isinstance(said, Say) else None
    lane = say.lane if say else Lane.REPLY
    # A post to somebody else is no answer to whoever acted, and the clock asked nothing.
    mute = incoming.id.startswith(CLOCK) or address != incoming.address
    return Post(
        id=0,
        address=address,
        card=said.card,
        lane=lane,
        locale=said.card.lang or learner.locale,
        nonce=name,
        on=said.on if isinstance(said, Edit) else "",
        answers="" if mute else incoming.id,
        expires=say.expires if say else None,
        # A second pair of files would ring and frighten; whoever misses the first asks again.
        guarantee="at_most_once" if said.card.files else GUARANTEES[lane],
        silent=bool(say and say.silent),
        reply_to=say.reply_to if say else "",
    )


def _packed(card: Card) -> tuple[str, bytes]:
    packed = pack_card(card)
    return packed, card_hash(packed)


_lesson: Final = lru_cache(maxsize=LESSONS)(_packed)
"""Only of lessons, which most people are sent alike: what answers a person is never kept here."""


def _outbox_row(post: Post, now: datetime) -> Row:
    """Return the part of a new outbox row that *post* tells.

    A reply is born leased at *now*, for the dispatcher that hears of it in memory; whatever is
    not an answer waits its turn in its lane, where a million lessons cost no memory.
    """
    card, digest = _lesson(post.card) if post.lane is Lane.LESSON else _packed(post.card)
    reply = post.lane is Lane.REPLY
    return {
        "platform": post.address.platform,
        "token": post.address.platform,
        "lane": int(post.lane),
        "due_at": now,
        "expires_at": post.expires,
        "guarantee": post.guarantee,
        "card": card,
        "card_hash": digest,
        "locale": post.locale,
        "state": "leased" if reply else "pending",
        "leased_until": now + LEASE if reply else None,
        "nonce": post.nonce,
        "on_message": post.on,
        "answers": bool(post.answers),
        "silent": post.silent,
    }
