"""What sends still need, done beside everything else: at each tick, a moment's worth at a time.

Rule 1: it goes on with whatever a process that died, or the command line, has left.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.ports import Conflict, Now, StoreDown

Step = Callable[[datetime], Awaitable[bool]]
"""(now) -> whether there was anything to do; raises ``StoreDown`` where nothing can be written."""

log = logging.getLogger(__name__)


class Waves:
    """Takes the steps of sends, one after the other, as long as there are any."""

    def __init__(self, step: Step, now: Now) -> None:
        """Join the steps and the clock."""
        self._step = step
        self._now = now

    async def roll(self) -> None:
        """Take every step there is."""
        steps = 0
        try:
            while await self._step(self._now()):
                steps += 1
        except (StoreDown, Conflict):
            # What was committed stays; the next tick goes on from there.
            log.warning("sends_halted", extra={"events": steps})
