"""What so many learners need: machines, hours and Stars, from what one was measured to cost.

Run as ``python -m bench.scale``: it prints the tables of ``docs/scale.md``, which a test holds to
it.

Rule 1: what was measured stands in ``MEASURED`` with how; all else is arithmetic over it.
Rule 2: what a platform allows is no cost of ours, and stands apart.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

LEARNERS = (10_000, 1_000_000, 100_000_000)
"""The sizes that are told: a town, a country, many countries."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one learner costs.

    ``fire`` and ``post`` are seconds of one core for a lesson that is fired, and for a post from
    the ledger to the platform and back.  ``learner`` is what a row of each kept table takes, with
    its indexes, in bytes; ``lesson`` the ledger's row of one lesson, kept for ``ledger_days``;
    ``name`` that of its event, kept for ``name_days``; ``note`` one answer, kept as long as the
    learner.  ``server`` is how many lessons a second one database server took from four workers.
    """

    fire: float
    post: float
    learner: int
    lesson: int
    name: int
    note: int
    server: float
    ledger_days: int = 7
    name_days: int = 400


@dataclass(frozen=True, slots=True)
class Platform:
    """What a service allows one bot: posts a second free and paid, and Stars a paid post."""

    name: str
    free: float
    lessons: float
    paid: float = 0.0
    stars: float = 0.0


MEASURED = Measured(
    fire=0.00018, post=0.00057, learner=837, lesson=510, name=190, note=195, server=1950
)
"""On PostgreSQL 18 and CPython 3.11, two cores that others used too; seconds of the processor.

``server``: ``make bench ARGS=fire.postgres.4``, with the four workers on the same two cores;
``fire``: 20,000 lessons through ``bench.due.fired``; ``post``: ``make bench ARGS=send.postgres``;
bytes: ``pg_total_relation_size`` after ``VACUUM FULL`` by 20,000 learners with a lesson each.
"""

TELEGRAM = Platform("Telegram", free=30, lessons=25, paid=1000, stars=0.1)
"""Source: Telegram, Bots FAQ, broadcasting; the Stars of a paid post are to be confirmed."""

PEAK = 0.25
"""Part of all learners whose hour is the same.  Source: sending.md, 4: 254,323 of a million."""

FIRE_MINUTES = 15
"""Within how many minutes those of one hour are fired."""

WINDOW_HOURS = 12
"""Within how many hours of a day lessons are sent."""

LOAD = 0.5
"""Part of a core that is planned with: the rest is for a bad day."""

CORES = 4
"""Cores of one machine."""

YEAR = 365

GB = 1e9

Row = Callable[[int], str]
"""What a table says of so many learners."""


def hours(posts: float, rate: float) -> float:
    """Return how many hours *posts* take at *rate* a second."""
    return posts / rate / 3600


def stars(posts: int, each: float) -> int:
    """Return how many Stars *posts* cost that are paid with *each*."""
    return math.ceil(posts * each)


def bots(learners: int, service: Platform) -> int:
    """Return how many bots send everybody a lesson within the hours of a day, unpaid."""
    return math.ceil(hours(learners, service.lessons) / WINDOW_HOURS)


def workers(learners: int, cost: Measured) -> int:
    """Return how many machines fire those whose hour has come in time."""
    busy = learners * PEAK * cost.fire / (FIRE_MINUTES * 60)
    return math.ceil(busy / (CORES * LOAD))


def crowded(learners: int, cost: Measured) -> float:
    """Return how many minutes one database server takes to fire those of one hour."""
    return learners * PEAK / cost.server / 60


def sender_load(service: Platform, cost: Measured) -> float:
    """Return the part of a core that one bot takes which sends as fast as it may pay for."""
    return service.paid * cost.post


def disk(learners: int, cost: Measured, days: int = YEAR) -> float:
    """Return the bytes of a database in which everybody had *days* lessons, each answered once."""
    lessons = min(days, cost.ledger_days) * cost.lesson + min(days, cost.name_days) * cost.name
    return learners * (cost.learner + lessons + days * cost.note)


def told(cost: Measured = MEASURED, service: Platform = TELEGRAM) -> Iterator[str]:
    """Yield the lines of the tables."""
    yield from _table(
        "learners",
        [
            ("machines of 4 cores that fire and work", lambda n: f"{workers(n, cost):,}"),
            ("to fire the crowded hour, one database", lambda n: _said(crowded(n, cost) * 60)),
            ("database after a year, GB", lambda n: f"{disk(n, cost) / GB:,.1f}"),
        ],
    )
    yield ""
    yield from _table(
        f"direct messages on {service.name}",
        [
            ("an alert, 30 a second", lambda n: _lasting(n, service.free)),
            ("an alert, paid 1,000 a second", lambda n: _lasting(n, service.paid)),
            ("what that costs, Stars", lambda n: f"{stars(n, service.stars):,}"),
            ("bots for a lesson a day, unpaid", lambda n: f"{bots(n, service):,}"),
        ],
    )
    yield ""
    load = f"{sender_load(service, cost):.0%}"
    yield f"A bot that sends 1,000 paid posts a second takes {load} of a core."


def _lasting(learners: int, rate: float) -> str:
    return _said(hours(learners, rate) * 3600)


def _said(seconds: float) -> str:
    """Return *seconds* in the unit in which it is read at a glance."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"{seconds / unit:,.1f} {name}"
    return f"{seconds:,.0f} s"


def _table(head: str, rows: Sequence[tuple[str, Row]]) -> Iterator[str]:
    yield f"| {head} | " + " | ".join(f"{n:,}" for n in LEARNERS) + " |"
    yield "|---|" + "--:|" * len(LEARNERS)
    for name, row in rows:
        yield f"| {name} | " + " | ".join(row(n) for n in LEARNERS) + " |"


if __name__ == "__main__":
    print("\n".join(told()))
