"""The gate of one bot token: how many posts may leave, and until when none may.

Rule 1: a pause is a deadline, not an event: nothing but time opens the gate again.
"""

import asyncio
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]


class Gate:
    """Lets at most ``rate`` posts a second through, and none before a deadline.

    ``monotonic`` gives seconds; ``sleep`` waits for some.  Permits are spaced evenly, so that no
    window of one second holds more than ``rate`` of them.
    """

    def __init__(
        self, rate: float, monotonic: Callable[[], float], sleep: Sleep = asyncio.sleep
    ) -> None:
        """Open the gate at *rate* posts a second."""
        self._step = 1 / rate
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = 0.0
        self._shut = 0.0

    def pause(self) -> float:
        """Return how many seconds of a pause are left, 0 where there is none."""
        return max(self._shut - self._monotonic(), 0.0)

    def close(self, seconds: float) -> None:
        """Let nothing through for *seconds*; a longer pause stays."""
        self._shut = max(self._shut, self._monotonic() + seconds)

    async def permit(self) -> bool:
        """Wait until one post may leave; return False, at once, where a pause begins before."""
        while not self.pause():
            wait = self._next - self._monotonic()
            if wait <= 0:
                break
            await self._sleep(wait)
        if self.pause():
            return False
        self._next = max(self._next, self._monotonic()) + self._step
        return True
