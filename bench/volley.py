"""Many posts at once, and what they cost the processor of the process that sends them.

Rule 1: only our own process counts: the server has one of its own, and waiting costs nothing.
Rule 2: whatever lived before a take is set aside from the garbage collector: looking through all
of it again costs as much as a thousand posts, and whom that hits would be chance.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime

from bot.core.card import Card
from bot.core.effects import Lane, Say
from bot.core.events import Address, Incoming, LessonDue
from bot.core.learner import Learner, Often
from bot.core.library import Library
from bot.core.message import Message, Span
from bot.engine.decide import decide
from bot.ports import Platform, Post, Receipt
from bot.runtime.render import Render

POSTS = 1500
"""Posts of one take: more than drawn messages are kept, so that none is found again."""

IN_FLIGHT = 64
"""Posts that wait for their answer at once."""

AT = datetime(2026, 11, 21, 17, 1, tzinfo=UTC)

Send = Callable[[int], Awaitable[object]]
"""Sends the post of that number."""


async def volley(send: Send, count: int = POSTS) -> float:
    """Send *count* posts, ``IN_FLIGHT`` at once; return posts a second of processor time."""
    processor, _ = await _sent(send, count)
    return count / processor


async def share(send: Send, count: int) -> float:
    """Send *count* posts as fast as *send* lets them go; return the percent of a core it took."""
    processor, clock = await _sent(send, count)
    return 100 * processor / clock


async def _sent(send: Send, count: int) -> tuple[float, float]:
    """Return the seconds of the processor and of the clock that *count* posts took.

    Before them as many as are in flight are sent uncounted, so that every connection is open.
    """
    await _all(send, iter(range(IN_FLIGHT)))
    gc.collect()
    gc.freeze()
    begun, first = time.process_time(), time.perf_counter()
    await _all(send, iter(range(count)))
    return time.process_time() - begun, time.perf_counter() - first


async def _all(send: Send, numbers: Iterator[int]) -> None:
    async def one_after_another() -> None:
        for number in numbers:
            await send(number)

    await asyncio.gather(*(one_after_another() for _ in range(IN_FLIGHT)))


def lesson(library: Library, render: Render) -> Message:
    """Return the card of a lesson in English, as it goes to everybody whose hour it is."""
    due = Incoming("bench", Address("bench", "1"), AT, LessonDue(date(2026, 11, 21)))
    learner = Learner("0" * 32, due.address, zone="UTC", often=Often.DAILY, hour="17:00")
    said = [one for one in decide(learner, due, library).effects if isinstance(one, Say)]
    return render(said[0].card, "en")


def of_their_own(message: Message) -> list[Message]:
    """Return as many messages like *message* as one take has posts, no two of them the same."""
    return [replace(message, footer=(Span(f"{number}"),)) for number in range(POSTS)]


def post(platform: str, number: int, to: str) -> Post:
    """Return the post that carries a lesson to the address *to*."""
    address = Address(platform, to)
    return Post(number, address, Card(), Lane.LESSON, "en", nonce=f"bench{number:020d}")


@asynccontextmanager
async def ours(
    adapter: Platform, ready: Sequence[Post], cards: Sequence[Message]
) -> AsyncIterator[Send]:
    """Let *adapter* listen, and yield how it sends: each of *ready*, with the *cards* in turn."""
    listening = asyncio.create_task(adapter.listen(_nobody))

    async def send(number: int) -> object:
        return await adapter.send(ready[number], cards[number % len(cards)])

    # At the service before anything is counted.
    await asyncio.sleep(1)
    yield send
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def _nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    return [Receipt() for _ in batch]
