"""Who is active: this process leads a token, or stands by until whoever leads it is gone.

Rule 1: whoever does not lead hears nothing, claims nothing and fires nothing.
Rule 2: a lead that is lost stops the intake at once; what is on its way ends, and is written down
before the lead is tried for again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol

from bot.core.effects import Lane
from bot.ports import Now, State, StoreDown
from bot.runtime.tally import Tally

LOOK_SECONDS = 0.5
"""Time between two tries for a lead, and two looks at one's own.

Source: trust.md, 8: the takeover is due 5 seconds after a death.
"""

GRACE_SECONDS = 5.0
"""How long what is on its way may take to end once the lead is lost."""

Work = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


class Seat(Protocol):
    """The place of this process among those that use the database."""

    async def lead(self, token: str, now: datetime) -> bool:
        """Return whether this process is the one that sends as *token*, or tried and is not."""

    async def leads(self) -> bool:
        """Return whether all that is led is still held; else nothing is any more."""

    async def leave(self, token: str) -> None:
        """Let somebody else send as *token*."""

    def ended(self, token: str) -> Sequence[tuple[Lane, State, int]]:
        """Return the posts of *token* that were final when its lead began, by lane and state."""

    @property
    def epochs(self) -> Mapping[str, int]:
        """Return, by token that is led, the epoch in which it is."""


class Leads:
    """The leads of one process: tried for, looked after, and let go."""

    def __init__(self, seat: Seat, now: Now, tally: Tally) -> None:
        """Lead nothing yet; *tally* goes on from the ledger where a lead begins."""
        self._tally = tally
        self._seat = seat
        self._now = now
        self._wanted: Sequence[str] = ()
        self._lost: dict[str, asyncio.Event] = {}

    @property
    def led(self) -> Mapping[str, int]:
        """Return, by token that is led, the epoch in which it is."""
        return self._seat.epochs

    def stands_by(self, token: str) -> bool:
        """Return whether another process leads *token*, as far as this one knows."""
        return token in self._wanted and token not in self.led

    async def begin(self, tokens: Sequence[str]) -> None:
        """Try for *tokens* once, before anybody is told that they are served.

        Raises:
            StoreDown: the database cannot be reached.
        """
        self._wanted = tuple(tokens)
        for token in tokens:
            if not await self._lead(token):
                log.warning("standing_by", extra={"platform": token})

    async def keep(self) -> None:
        """Look again and again, until cancelled, whether what is led is still held."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.led and not await self._seat.leads():
                log.error("lead_lost")
                for lost in self._lost.values():
                    lost.set()

    async def leave(self, token: str) -> None:
        """Let *token* go, and try for it again: whoever sent has died, and left posts in doubt."""
        await self._seat.leave(token)
        if token in self._lost:
            self._lost[token].set()

    async def run(self, token: str, work: Work, quiet: Work) -> None:
        """Do *work* whenever *token* is led, until it ends by itself.

        Once the lead is lost it is cancelled, and tried for again when all is *quiet*: what was
        on its way has ended, and stands in the ledger.
        """
        while True:
            lost = self._lost[token] = asyncio.Event()
            if not await self._tried(token):
                await asyncio.sleep(LOOK_SECONDS)
                continue
            if await self._until_lost(work, lost, quiet):
                return
            await quiet()

    async def _tried(self, token: str) -> bool:
        before = token in self.led
        try:
            leads = await self._lead(token)
        except StoreDown:
            return False
        if leads and not before:
            log.warning("leading", extra={"platform": token})
        return leads

    async def _lead(self, token: str) -> bool:
        """Try for *token*; nothing is sent between the beginning of the lead and of the tally."""
        before = token in self.led
        leads = await self._seat.lead(token, self._now())
        if leads and not before:
            self._tally.begin(token, self._seat.ended(token))
        return leads

    async def _until_lost(self, work: Work, lost: asyncio.Event, quiet: Work) -> bool:
        """Return whether *work* ended by itself, and not because the lead was lost."""
        working = asyncio.ensure_future(work())
        losing = asyncio.create_task(lost.wait())
        try:
            await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
                return True
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await quiet()
            return False
        finally:
            losing.cancel()
            working.cancel()
            await asyncio.wait({working, losing})
