"""People whose lesson is due, and Wary's own clock that fires them.

Rule 1: what fires them is the program: ``Clock.fire`` through ``Turns`` into a durable store.
Rule 2: a figure counts only where each of them has exactly one lesson in the ledger afterwards.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, func, insert, select

from bot import i18n, store
from bot.core.events import Address
from bot.core.learner import Idle, Learner, Often
from bot.core.library import Library
from bot.ports import Tools, Translate
from bot.runtime.clock import Clock
from bot.runtime.hear import Ear
from bot.runtime.render import renderer
from bot.runtime.turn import Turns
from bot.store.codec import learner_row
from bot.store.sealing import Seal
from bot.store.tables import addresses, learners, outbox, plans

AT = datetime(2026, 11, 21, 17, 10, tzinfo=UTC)
"""Ten past six in Tunis: everybody's 18:00 is over, and nobody's quiet hours have begun."""

LESSON_DAY = date(2026, 11, 21)
CHUNK = 5_000
CHATS = 100_000_000_000


@dataclass(frozen=True, slots=True)
class School:
    """What a bot knows besides its people."""

    library: Library
    translate: Translate

    def turns(self, base: store.Database) -> Turns:
        """Return turns over *base* that stand at ``AT`` and hand no post on."""
        tools = Tools(
            now=lambda: AT,
            translate=self.translate,
            fit=lambda tag: i18n.fitting(tag, self.library.languages),
            rtl=i18n.rtl,
            languages=self.library.languages,
        )
        ear = Ear(self.library, renderer(self.translate, i18n.rtl))
        return Turns(base, self.library, tools, ear, lambda _: None)


@asynccontextmanager
async def running(turns: Turns) -> AsyncIterator[Turns]:
    """Let *turns* work beside whoever hands them events."""
    work = asyncio.create_task(turns.run())
    try:
        yield turns
    finally:
        turns.stop()
        await work


def person(number: int, platform: str = "bench") -> Learner:
    """Return one of many: two lessons behind them, daily at six, everybody's key their own."""
    who = Learner(f"{number:032x}", Address(platform, f"{CHATS + number}"), locale="en")
    behind = (("acc-01", 2), ("acc-02", 1))
    return replace(
        who,
        country="TN",
        zone="Africa/Tunis",
        often=Often.DAILY,
        hour="18:00",
        stage=Idle(),
        progress=behind,
        last_day=LESSON_DAY - timedelta(days=1),
        points=40,
    )


def fill(conn: Connection, count: int, seal: Seal, platform: str = "bench") -> None:
    """Write *count* people of *platform* into empty tables, each with a plan that is due."""
    numbers = iter(range(count))
    seen = AT - timedelta(hours=20)
    while people := [person(number, platform) for number in islice(numbers, CHUNK)]:
        conn.execute(insert(learners), [learner_row(who, seen) for who in people])
        conn.execute(insert(addresses), list(_addresses(people, seal)))
        conn.execute(insert(plans), list(_plans(people)))


def _addresses(people: list[Learner], seal: Seal) -> Iterator[dict[str, object]]:
    for who in people:
        closed = seal.close(who.address)
        yield {
            "id": closed.number,
            "learner_id": who.key,
            "platform": who.address.platform,
            "lookup": closed.lookup,
            "sealed": closed.sealed,
        }


def _plans(people: list[Learner]) -> Iterator[dict[str, object]]:
    for number, who in enumerate(people):
        due = AT - timedelta(minutes=10) + timedelta(seconds=number % 300)
        one = {"learner_id": who.key, "kind": "lesson", "due_at": due, "local_date": LESSON_DAY}
        yield one


@dataclass(frozen=True, slots=True)
class Fired:
    """How many events there were; ``seconds`` by the wall's clock, ``used`` of the processor."""

    events: int
    seconds: float
    used: float


async def fired(base: store.Database, school: School) -> Fired:
    """Fire everybody who is due."""
    async with running(school.turns(base)) as turns:
        begun, before = time.perf_counter(), time.process_time()
        count = await Clock(base, turns.receive, lambda: AT).fire()
        return Fired(count, time.perf_counter() - begun, time.process_time() - before)


def once_each(conn: Connection, count: int) -> None:
    """Refuse a run in which one of *count* people was fired twice, or never.

    Raises:
        AssertionError: the ledger tells so.
    """
    posts = conn.execute(select(func.count(), func.count(outbox.c.learner_id.distinct()))).one()
    assert tuple(posts) == (count, count), f"{posts} for {count} people"
    left = select(func.count()).where(plans.c.due_at <= AT)
    assert conn.execute(left).scalar_one() == 0, "somebody is still due"
