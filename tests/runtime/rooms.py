"""Rooms for runtime tests: a real store, a platform that remembers, a hand-held clock."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot import i18n, store
from bot.core.can import Can
from bot.core.card import Text
from bot.core.events import Address, Event, Incoming
from bot.core.message import Message, Rich, Span
from bot.engine.decide import decide
from bot.ports import Limit, Limits, Post, Receipt, Receive, SendError, Tools
from bot.runtime.hear import Ear
from bot.runtime.outbox import Dispatcher
from bot.runtime.render import renderer
from bot.runtime.throttle import Gate
from bot.runtime.turn import Turns
from tests.engine.school import LIBRARY

ME = Address("fake", "31415926")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CAN = Can(4096, 34, 8, 100, 64, 0, False, False, True, True, True, True, None, 48, "after_start")

__all__ = ["LIBRARY", "ME", "NOON", "Fake", "House", "decide", "house"]


def said(locale: str, text: Text) -> Rich:
    """Say a text as its key, so that tests read keys and not sentences."""
    values = "".join(f" {name}={value}" for name, value in text.values)
    return (Span(f"{locale}:{text.key}{values}"),)


@dataclass
class Fake:
    """A platform that keeps what it was given, and fails as it is told."""

    name: str = "fake"
    can: Can = CAN
    limited: Sequence[Limit] = ()
    shown: list[tuple[Post, Message]] = field(default_factory=list)
    fail: Callable[[Post], Exception | None] = lambda _: None
    tried: int = 0

    @property
    def limits(self) -> Limits:
        """Return any rate, and those limits that are somebody's own."""
        return Limits(1_000_000.0, lambda to: [one for one in self.limited if one.whom == to.id])

    async def listen(self, receive: Receive) -> None:
        """Hear nothing."""

    async def send(self, post: Post, message: Message) -> str:
        """Keep *message*, or fail."""
        self.tried += 1
        error = self.fail(post)
        if error:
            raise error
        self.shown.append((post, message))
        return f"m{len(self.shown)}"

    @property
    def titles(self) -> list[str]:
        return [message.plain().split("\n")[0] for _, message in self.shown]


@dataclass
class House:
    """The middle of the house around one fake platform."""

    base: store.Database
    turns: Turns
    outbox: Dispatcher
    platform: Fake
    ear: Ear
    clock: list[datetime]
    count: int = 0

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def wait(self, **length: float) -> None:
        self.clock[0] += timedelta(**length)

    def event(self, what: Event, key: str = "", address: Address = ME) -> Incoming:
        self.count += 1
        return Incoming(key or f"fake:{self.count}", address, self.now, what)

    async def hear(self, what: Event, key: str = "") -> Receipt:
        receipts = await self.turns.take([self.event(what, key)])
        return receipts[0]

    async def receive(self, events: Sequence[Incoming]) -> Sequence[Receipt]:
        return await self.turns.take(events)

    async def send_all(self) -> int:
        """Send until nothing moves any more and return how many posts were handed over."""
        before = self.platform.tried
        while await self.outbox.once(self.receive):
            pass
        return self.platform.tried - before


@asynccontextmanager
async def house(url: str = "sqlite://") -> AsyncIterator[House]:
    """Open a house over a database of its own."""
    base = await store.connect(url)
    clock = [NOON]
    platform = Fake()
    render = renderer(said, lambda tag: tag == "ar")
    ear = Ear(LIBRARY, render)
    seconds = [0.0]

    async def sleep(length: float) -> None:
        seconds[0] += length

    rate = platform.limits.rate
    gate = Gate(rate, lambda: seconds[0] + (clock[0] - NOON).total_seconds(), sleep)
    outbox = Dispatcher(platform, base, render, gate, lambda: clock[0])
    tools = Tools(
        now=lambda: clock[0],
        translate=said,
        fit=lambda tag: i18n.fitting(tag, LIBRARY.languages),
        rtl=i18n.rtl,
    )
    turns = Turns(base, LIBRARY, tools, ear, outbox.offer)
    try:
        yield House(base, turns, outbox, platform, ear, clock)
    finally:
        await base.close()


def raising(error: SendError) -> Callable[[Post], Exception | None]:
    """Fail every send with *error*."""
    return lambda _: error
