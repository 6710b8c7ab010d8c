"""Sends: how they come to be, what is wished of them, and who is meant.

Rule 1: of one kind and cause there is one send for ever: asked for twice, it is found.
Rule 2: a wish that was fulfilled already changes nothing; one that cannot be is refused by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import (
    Connection,
    bindparam,
    func,
    insert,
    select,
    update,
)

from bot.core.card import Card
from bot.core.effects import Lane
from bot.core.send import Draft, Kind, Recipient
from bot.store.audience import drawn
from bot.store.bulk import put
from bot.store.codec import (
    Record,
    card_hash,
    pack_audience,
    pack_card,
    unpack_audience,
    unpack_card,
)
from bot.store.fold import GUARANTEES
from bot.store.planning import due
from bot.store.tables import EPOCH, MICROSECOND, micros, send_cards, sends

Verb = Literal["start", "pause", "resume", "stop", "retry"]

LANES: Final[Mapping[Kind, Lane]] = {
    "alert": Lane.ALERT,
    "campaign": Lane.CAMPAIGN,
    "lesson_day": Lane.LESSON,
    "live": Lane.LIVE,
}
"""Who goes first, by what a send is about."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a wish does: in which states it can, the state that follows, and the task."""

    can: frozenset[str]
    then: str
    task: str


TURNS: Final[Mapping[Verb, Turn]] = {
    "start": Turn(frozenset({"draft"}), "planned", "plan"),
    "pause": Turn(frozenset({"planned", "running"}), "paused", "hold"),
    "resume": Turn(frozenset({"paused"}), "running", "free"),
    "stop": Turn(frozenset({"draft", "planned", "running", "paused"}), "stopped", "skip"),
    "retry": Turn(frozenset({"running", "finished"}), "running", "retry"),
}

_DONE: Final[Mapping[Verb, frozenset[str]]] = {
    "start": frozenset({"planned", "running"}),
    "pause": frozenset({"paused"}),
    "resume": frozenset({"planned", "running"}),
    "stop": frozenset({"stopped"}),
    "retry": frozenset(),
}
"""States in which there is nothing left to wish for."""

_ONE: Final = select(sends).where(sends.c.id == bindparam("of"))
_HELD: Final = _ONE.with_for_update(key_share=True)
_NAMED: Final = select(sends.c.id).where(
    sends.c.kind == bindparam("of"), sends.c.cause == bindparam("about")
)
_CARDS: Final = select(send_cards.c.locale, send_cards.c.card).where(
    send_cards.c.send_id == bindparam("of")
)


class NoSend(ValueError):
    """There is no such send."""


class Refusal(ValueError):
    """What was wished of a send cannot be; the message says why."""


def create(conn: Connection, draft: Draft) -> int:
    """Write *draft* down and return its number; of one that is there already, that one's."""
    named = {"of": draft.kind, "about": draft.cause}
    known: int | None = conn.execute(_NAMED, named).scalar()
    if known is not None:
        return known
    lane = LANES[draft.kind]
    row = {
        "kind": draft.kind,
        "cause": draft.cause,
        "lane": int(lane),
        "guarantee": GUARANTEES[lane],
        "audience": pack_audience(draft.audience),
        "seed": draft.seed,
        "state": "draft",
        "window_start": draft.begins,
        "window_end": draft.ends,
        "expires_at": draft.expires,
        "created_by": draft.by,
        "fallback": draft.fallback,
    }
    made: int = conn.execute(insert(sends).returning(sends.c.id), row).scalar_one()
    put(conn, insert(send_cards), [_card(made, *one) for one in sorted(draft.cards.items())])
    return made


def _card(send: int, locale: str, card: Card) -> dict[str, object]:
    packed = pack_card(card)
    return {"send_id": send, "locale": locale, "card": packed, "card_hash": card_hash(packed)}


def found(conn: Connection, send: int) -> Record:
    """Return the row of *send*.

    Raises:
        NoSend: there is none.
    """
    row = conn.execute(_ONE, {"of": send}).one_or_none()
    if row is None:
        raise NoSend(f"there is no send {send}")
    return row


def turn(conn: Connection, send: int, verb: Verb, now: datetime) -> None:
    """Do what is wished of *send*; the rows follow in chunks.

    Raises:
        NoSend: there is none.
        Refusal: it cannot be done any more, or not yet.
    """
    row = conn.execute(_HELD, {"of": send}).one_or_none()
    if row is None:
        raise NoSend(f"there is no send {send}")
    if row.state in _DONE[verb]:
        return
    wish = TURNS[verb]
    if row.state not in wish.can:
        raise Refusal(f"send {send} is {row.state}: nothing to {verb}")
    if verb in ("start", "resume", "retry") and row.expires_at and row.expires_at <= now:
        raise Refusal(f"send {send} has expired: nobody is sent it any more")
    then = {"state": wish.then, "task": wish.task, "worked_to": 0}
    if verb == "start":
        then["started_at"] = now
    if verb == "resume" and row.planned_at is None:
        then["state"] = "planned"
    if verb == "retry":
        then |= {"finished_at": None, "worked_to": micros(now)}
    conn.execute(update(sends).where(sends.c.id == send).values(then))


def cards(conn: Connection, send: int) -> Mapping[str, Card]:
    """Return what *send* says, by language."""
    return {locale: unpack_card(card) for locale, card in conn.execute(_CARDS, {"of": send})}


def reach(conn: Connection, send: int) -> Mapping[tuple[str, str], int]:
    """Return how many *send* would be sent to just now, by platform and language of the card."""
    row = found(conn, send)
    chosen = drawn(unpack_audience(row.audience), row.kind, row.seed).subquery()
    _, locale, _, platform = chosen.c
    counted = select(platform, locale, func.count()).group_by(platform, locale)
    spoken = {locale for locale, _ in conn.execute(_CARDS, {"of": send})}
    reached: dict[tuple[str, str], int] = {}
    for where, language, n in conn.execute(counted):
        key = where, language if language in spoken else row.fallback
        reached[key] = reached.get(key, 0) + n
    return reached


def people(
    conn: Connection, send: int, now: datetime, limit: int, offset: int = 0
) -> Sequence[Recipient]:
    """Return who would be sent *send* just now, and when if it started *now*."""
    row = found(conn, send)
    begins = max(row.window_start or now, row.started_at or now)
    chosen = drawn(unpack_audience(row.audience), row.kind, row.seed).subquery()
    _, locale, address, platform = chosen.c
    at = due(begins, row.window_end, row.seed, address)
    spoken = {one for one, _ in conn.execute(_CARDS, {"of": send})}
    rows = conn.execute(select(address, platform, locale, at).limit(limit).offset(offset))
    return [
        Recipient(
            row=0,
            address=where,
            platform=on,
            locale=reads if reads in spoken else row.fallback,
            state="",
            due=EPOCH + when * MICROSECOND,
        )
        for where, on, reads, when in rows
    ]
