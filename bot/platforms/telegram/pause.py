"""How long the service wants silence of one token: what can wait waits, what cannot is left out.

Rule 1: only time ends a pause; a shorter one never shortens it.
"""

import asyncio

from telegram.error import TelegramError

from bot.platforms.telegram.outcomes import outcome
from bot.ports import Throttled


class Pause:
    """The silence after a 429."""

    def __init__(self) -> None:
        """Begin with none."""
        self._until = 0.0

    def extend(self, seconds: float) -> None:
        """Want silence for *seconds* from now on."""
        self._until = max(self._until, asyncio.get_running_loop().time() + seconds)

    def heed(self, fault: TelegramError) -> None:
        """Want the silence that *fault* asks for, if it asks for any."""
        meant = outcome(fault)
        if isinstance(meant, Throttled):
            self.extend(meant.retry_after)

    def left(self) -> float:
        """Return how many seconds of silence are left, 0 for none."""
        return max(self._until - asyncio.get_running_loop().time(), 0.0)
