"""The gate of one bot token: how many posts may leave, to whom, and until when none may.

Rule 1: a pause is a deadline, not an event: nothing but time opens the gate again.
Rule 2: no second holds more than the rate, whoever was late for it.
Rule 3: lessons and campaigns leave some permits to whoever asks something just now.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence

from bot.core.events import Address
from bot.ports import Limit

Sleep = Callable[[float], Awaitable[None]]

LimitsOf = Callable[[Address], Sequence[Limit]]
"""How fast an address may be written to."""

BULK = 25 / 30
"""The share of the rate that lessons and campaigns take at most.  Source: sending.md, 5."""

SECOND = 1.005
"""What counts as a second: on the way to the service two posts may come a little closer."""

SLACK = 0.02
"""How many seconds of being late are caught up: a loop that has work to do is never exact."""

UNPACED = 10_000
"""A rate above which nobody counts: of services on our own machine, which refuse nothing."""


class Pace:
    """At most ``rate`` in any second, evenly spaced but for what catches up."""

    def __init__(self, rate: float) -> None:
        """Count at *rate* a second."""
        self._step = 1 / rate if rate <= UNPACED else 0.0
        self._slack = max(self._step, SLACK)
        self._next = 0.0
        self._left: deque[float] = deque(maxlen=max(int(rate), 1) if self._step else 0)

    def wait(self, now: float) -> float:
        """Return the seconds until the next may leave, 0 where that is *now*."""
        full = self._left and len(self._left) == self._left.maxlen
        free = self._left[0] + SECOND if full else now
        return max(self._next - now, free - now, 0.0) if self._step else 0.0

    def take(self, now: float) -> None:
        """Let one leave *now*."""
        self._next = max(self._next, now - self._slack) + self._step
        self._left.append(now)


class Gate:
    """Lets at most ``rate`` posts a second through, and none before a deadline.

    ``monotonic`` gives seconds; ``sleep`` waits for some.
    """

    def __init__(
        self, rate: float, monotonic: Callable[[], float], sleep: Sleep = asyncio.sleep
    ) -> None:
        """Open the gate at *rate* posts a second."""
        self._all = Pace(rate)
        self._bulk = Pace(rate * BULK)
        self._monotonic = monotonic
        self._sleep = sleep
        self._shut = 0.0

    def chats(self, limits: LimitsOf) -> "Chats":
        """Return how fast single addresses may be written to, by the gate's own clock."""
        return Chats(limits, self._monotonic)

    def pause(self) -> float:
        """Return how many seconds of a pause are left, 0 where there is none."""
        return max(self._shut - self._monotonic(), 0.0)

    def close(self, seconds: float) -> None:
        """Let nothing through for *seconds*; a longer pause stays."""
        self._shut = max(self._shut, self._monotonic() + seconds)

    async def permit(self, *, bulk: bool = False) -> bool:
        """Wait until one post may leave; return False, at once, where a pause begins before."""
        while not self.pause():
            wait = self.wait(bulk=bulk)
            if wait <= 0:
                self.take(bulk=bulk)
                return True
            await self._sleep(wait)
        return False

    def wait(self, *, bulk: bool = False) -> float:
        """Return the seconds until one post may leave, *bulk* for a lesson or a campaign."""
        now = self._monotonic()
        wait = max(self._all.wait(now), self._shut - now)
        return max(wait, self._bulk.wait(now)) if bulk else wait

    def take(self, *, bulk: bool = False) -> None:
        """Let one post leave, for which there is nothing to wait."""
        now = self._monotonic()
        self._all.take(now)
        if bulk:
            self._bulk.take(now)


class Chats:
    """How fast each address is written to."""

    def __init__(self, limits: LimitsOf, monotonic: Callable[[], float]) -> None:
        """Hold each address to its *limits*."""
        self._limits = limits
        self._monotonic = monotonic
        # By the time that counts, so that who is oldest in one can be forgotten first.
        self._left: dict[float, OrderedDict[Limit, tuple[float, ...]]] = {}

    def wait(self, address: Address) -> float:
        """Return the seconds until *address* may be written to, 0 where that is now."""
        wait, now = 0.0, self._monotonic()
        for limit in self._limits(address):
            left = self._of(limit).get(limit, ())
            if len(left) >= limit.posts:
                wait = max(wait, left[-limit.posts] + limit.seconds - now)
        return wait

    def take(self, address: Address) -> None:
        """Count one post to *address*, now."""
        now = self._monotonic()
        for limit in self._limits(address):
            seen = self._of(limit)
            seen[limit] = (*seen.pop(limit, ()), now)[-limit.posts :]
            while (first := next(iter(seen.values()))) and first[-1] + limit.seconds < now:
                seen.popitem(last=False)

    def _of(self, limit: Limit) -> OrderedDict[Limit, tuple[float, ...]]:
        return self._left.setdefault(limit.seconds, OrderedDict())
