"""The watchdog: a loop that stands still, a clock that does, and one that jumps, are told.

Rule 1: it looks from a thread, because a loop that stands still cannot look at itself.
Rule 2: seconds are counted by a clock that never jumps.
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta

from bot.core.trouble import Trouble
from bot.ports import Now
from bot.runtime.clock import monotonic

BEAT_SECONDS = 0.25
"""Time between two beats of the loop."""

BLOCKED_SECONDS = 5.0
"""How long the loop may stand still until that is told.  Source: trust.md, R11."""

JUMP = timedelta(minutes=5)
"""How far the wall clock may move against the one that never jumps.  Source: trust.md, Z7."""

log = logging.getLogger(__name__)


class Watchdog:
    """Watches the loop in which ``run`` runs."""

    def __init__(self, now: Now, tell: Callable[[Trouble], None]) -> None:
        """Read the wall clock by *now*, and *tell* what is wrong."""
        self._now = now
        self._tell = tell
        self._beat = monotonic()
        self._watched = threading.get_ident()
        self._over = threading.Event()
        self.lag = 0.0
        """Seconds by which the last beat came late."""

    async def run(self) -> None:
        """Beat until cancelled, while a thread listens."""
        self._beat, self._watched = monotonic(), threading.get_ident()
        self._over.clear()
        thread = threading.Thread(target=self._listen, name="watchdog", daemon=True)
        thread.start()
        wall, steady = self._now(), monotonic()
        try:
            while True:
                await asyncio.sleep(BEAT_SECONDS)
                beat = monotonic()
                self.lag = max(beat - self._beat - BEAT_SECONDS, 0.0)
                self._beat = beat
                moved = self._now() - wall - timedelta(seconds=beat - steady)
                if abs(moved) > JUMP:
                    self._jumped(moved)
                wall, steady = self._now(), beat
        finally:
            self._over.set()

    def _jumped(self, moved: timedelta) -> None:
        seconds = int(moved.total_seconds())
        log.critical("clock_jumped", extra={"seconds": seconds})
        self._tell(Trouble("", "clock_jumped", self._now(), seconds))

    def _listen(self) -> None:
        told = False
        while not self._over.wait(BEAT_SECONDS):
            still = monotonic() - self._beat
            if still > BLOCKED_SECONDS and not told:
                told = True
                self._blocked(still)
            elif told and still <= BLOCKED_SECONDS:
                told = False

    def _blocked(self, still: float) -> None:
        """Say where the loop stands: names of files and lines, and no value of anything."""
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001  the one way to another thread's stack
        stack = "".join(traceback.format_stack(frame)) if frame else ""
        log.critical("loop_blocked", extra={"seconds": round(still, 1), "stack": stack})
