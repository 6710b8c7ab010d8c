"""This file is how many sessions on the gateway may begin, and how fast.

Rule 1: Discord's own count rules: it outlives our restarts, and holds those of other processes.
Rule 2: between two looks at it every start is counted here, because the library begins a lost
session anew by itself, as often as it is lost, and asks nobody.
"""

import asyncio
from datetime import datetime, timedelta

from bot.platforms.discord.pace import Sleep
from bot.ports import Now

SPARED = 100
"""Starts a day that are left alone: at none left Discord resets the token.

Source: trust.md, C6: stop at 900 of 1,000.
"""

QUICK = 2
"""Starts of one shard within ``CALM``; who needs more rests between lines.

With the rests of the gateway that is fewer than 600 a day of one shard, whatever happens.
"""

CALM = timedelta(minutes=10)
"""How long a session must have lasted for its loss to be no sign of trouble."""

GAP = 5.0
"""Seconds before a start that is not the first.

Source: Discord, Gateway, Session Start Limit: one start in 5 seconds; Invalid Session: 1 to 5.
"""


class Starts:
    """The starts of one line, out of the *left* that Discord told of."""

    def __init__(self, left: int, pause: Sleep, now: Now) -> None:
        """Count from *left* down; *pause* waits for some seconds."""
        self._left = left
        self._pause = pause
        self._now = now
        self._begun: dict[int | None, list[datetime]] = {}
        self.over = asyncio.Event()

    async def begin(self, shard: int | None, *, initial: bool = False) -> None:
        """Return when a session of *shard* may begin; where none may, say so and never return.

        ``over`` is set then: whoever holds the line closes it, which cancels this wait.
        """
        now = self._now()
        begun = [at for at in self._begun.get(shard, ()) if now - at < CALM]
        if self._left <= SPARED or len(begun) >= QUICK:
            self.over.set()
            await asyncio.Event().wait()
        self._left -= 1
        self._begun[shard] = [*begun, now]
        if not initial:
            await self._pause(GAP)
