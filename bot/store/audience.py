"""Who is meant by a send, as the database itself finds them.

Rule 1: one address of a learner, the same that a lesson goes to: no one is written to twice.
Rule 2: preview, plan and audit ask with the same words, so that they find the same people.
Rule 3: numbers of addresses come from fingerprints and fall evenly, so whoever follows a point
among them is a fair sample.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from bot.core.send import Audience, Kind
from bot.store.sealing import number_of
from bot.store.tables import addresses, learners

_OTHER: Final = addresses.alias("other")
_CARED: Final = learners.c.settings

FIRST: Final = -1
"""Comes before the number of every address."""


def point(audience: Audience, seed: str) -> int:
    """Return the number after which the audience begins: drawn by *seed* for a sample."""
    return number_of(blake2b(seed.encode()).digest()) if audience.sample else FIRST


def recipients(audience: Audience, kind: Kind) -> Select[tuple[str, str, int, str]]:
    """Return what finds everybody who is meant: their key, language, address and its platform.

    A sample is not drawn yet.
    """
    return (
        select(learners.c.id, learners.c.locale, addresses.c.id, addresses.c.platform)
        .join(addresses, addresses.c.learner_id == learners.c.id)
        .where(*_written_to(audience.platforms), *_meant(audience), _wished(kind))
    )


def drawn(audience: Audience, kind: Kind, seed: str) -> Select[tuple[str, str, int, str]]:
    """Return what finds exactly those who are sent to, the sample drawn, by their numbers."""
    found = recipients(audience, kind)
    if not audience.sample:
        return found.order_by(addresses.c.id)
    wrapped = case((addresses.c.id > point(audience, seed), 0), else_=1)
    return found.order_by(wrapped, addresses.c.id).limit(audience.sample)


def _written_to(platforms: Iterable[str]) -> Iterable[ColumnElement[bool]]:
    """Return what the address must meet: open, on one of *platforms*, and none of theirs better.

    Source: ``clock.py``, by whose rule lessons find their way.
    """
    served = sorted(platforms)
    # Most have one address: that it is itself, the index tells without its row.
    theirs = [_OTHER.c.learner_id == addresses.c.learner_id, _OTHER.c.id != addresses.c.id]
    theirs.append(_OTHER.c.closed_at.is_(None))
    better = or_(
        _OTHER.c.home > addresses.c.home,
        and_(_OTHER.c.home == addresses.c.home, _OTHER.c.id < addresses.c.id),
    )
    yield addresses.c.closed_at.is_(None)
    if served:
        yield addresses.c.platform.in_(served)
        theirs.append(_OTHER.c.platform.in_(served))
    yield ~exists().where(*theirs, better)


def _meant(audience: Audience) -> Iterable[ColumnElement[bool]]:
    words = (
        (learners.c.locale, audience.languages),
        (learners.c.track, audience.tracks),
        (func.lower(learners.c.country), tuple(map(str.lower, audience.countries))),
        (learners.c.region, audience.regions),
    )
    for held, wanted in words:
        if wanted:
            yield held.in_(sorted(wanted))
    if audience.seen_since:
        yield learners.c.last_seen >= audience.seen_since
    if audience.places != "also":
        yield learners.c.place != "" if audience.places == "only" else learners.c.place == ""


def _wished(kind: Kind) -> ColumnElement[bool]:
    """Return what tells that they wish to be written to: ``settings`` as the codec writes it.

    Who is in a pause, or comes only by themselves, gets alerts all the same, unless refused.
    Source: chat.md, 9.4.
    """
    if kind == "alert":
        return _CARED.not_like('%"alerts":"none"%')
    return and_(
        _CARED.like('%"often":"%'),
        _CARED.not_like('%"often":"never"%'),
        _CARED.not_like('%"paused":true%'),
    )
