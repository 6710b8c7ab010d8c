"""A platform that takes whatever it is handed, and tells when: no service is measured."""

import asyncio
import time
from collections.abc import Sequence

from bot.core.can import Can
from bot.core.effects import Lane
from bot.core.events import Incoming
from bot.core.message import Message
from bot.platforms.terminal.adapter import CAN
from bot.ports import Limits, Post, Receipt, Receive


class Sink:
    """Takes posts at ``rate`` a second, each after ``pause`` seconds."""

    name = "bench"

    def __init__(self, rate: float, pause: float = 0.0) -> None:
        """Take nothing yet."""
        self.limits = Limits(rate)
        self.taken: list[tuple[float, Lane]] = []
        self.count = 0
        self.more = asyncio.Event()
        self._pause = pause

    @property
    def can(self) -> Can:
        """Return what a terminal can."""
        return CAN

    async def listen(self, receive: Receive) -> None:
        """Hear nothing."""

    async def send(self, post: Post, message: Message) -> str:
        """Take one post."""
        assert message.body
        self.count += 1
        if self._pause:
            self.taken.append((time.perf_counter(), post.lane))
            self.more.set()
            await asyncio.sleep(self._pause)
        return str(self.count)


async def nobody(batch: Sequence[Incoming]) -> Sequence[Receipt]:
    """Hear of addresses that are gone."""
    return [Receipt() for _ in batch]
