"""Learning anew while running: what has changed on disk replaces what is taught, or nothing does.

Rule 1: what is new is built whole, beside what is served, and taken only if nothing refuses it.
Rule 2: files that still change are left alone until they rest: nobody serves half a copy.
Rule 3: what is refused is told once, and not again before a file changes.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from bot.core.source import Fault

Made = TypeVar("Made")

log = logging.getLogger(__name__)

TOLD = 20
"""Faults that are logged one by one, of a pack that may have a million; the rest is counted."""


class Reload(Generic[Made]):
    """Looks at a mark of all files, and learns anew when it has changed and then rests."""

    def __init__(
        self,
        mark: Callable[[], object],
        build: Callable[[], tuple[Made | None, Sequence[Fault]]],
        take: Callable[[Made], None],
        known: object,
    ) -> None:
        """Join what is looked at, what is built of it, and who takes it.

        *mark* and *build* run in a thread.  *build* returns also what refuses what is new, and
        then what is taken in its place, None for nothing.  *take* is called in the loop.  *known*
        is the mark of what is taught already.
        """
        self._mark = mark
        self._build = build
        self._take = take
        self._known = known
        self._seen: object = None
        self._busy = asyncio.Lock()
        self.refused = 0
        """How often what was found could not be taught."""

    async def look(self) -> None:
        """Learn anew if the files have changed, and not since the last look."""
        mark = await asyncio.to_thread(self._mark)
        rests, self._seen = mark == self._seen, mark
        if rests and mark != self._known:
            await self.learn()

    async def learn(self) -> bool:
        """Learn anew at once; return whether what is new is taught now."""
        async with self._busy:
            # The mark first: a change while building is a change for the next look.
            self._known = await asyncio.to_thread(self._mark)
            # After a fault of the program the old is taught on, and whoever ticks tells its trace.
            made, faults = await asyncio.to_thread(self._build)
            if made is not None:
                self._take(made)
            for fault in faults[:TOLD]:
                log.error("content_refused", extra={"fault": str(fault)})
            if faults:
                self.refused += 1
                log.error("content_kept", extra={"faults": len(faults)})
                return False
            log.warning("content_reloaded")
            return True
