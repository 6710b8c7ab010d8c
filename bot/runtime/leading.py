"""Who is active: this process leads a token, or stands by until whoever leads it is gone.

Rule 1: whoever does not lead claims nothing and fires nothing, and hears nothing as long as
anybody can lead.
Rule 2: once a lead is lost, what is on its way ends and is written down before the lead is tried
for again.  Until the database says who leads now, the intake goes on: nothing it hears can be
written, but first aid is answered, and nobody else can lead to answer it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
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
"""How long what is on its way may take to end once the lead is lost, where others can lead."""

Work = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


class Seat(Protocol):
    """The place of this process among those that use the database."""

    async def lead(self, token: str, now: datetime) -> bool:
        """Return whether this process is the one that sends as *token*, or tried and is not."""

    async def leads(self) -> bool:
        """Return whether all that is led is still held; else nothing is any more."""

    async def leadable(self) -> bool:
        """Return whether anybody can lead now: the database answers, and can be written."""

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
        self._lost: dict[str, asyncio.Event] = {}
        self._elsewhere: set[str] = set()

    @property
    def led(self) -> Mapping[str, int]:
        """Return, by token that is led, the epoch in which it is."""
        return self._seat.epochs

    def stands_by(self, token: str) -> bool:
        """Return whether another process leads *token*, as far as this one knows."""
        return token in self._elsewhere

    async def begin(self, tokens: Sequence[str]) -> None:
        """Try for *tokens* once, before anybody is told that they are served.

        Raises:
            StoreDown: the database cannot be reached.
        """
        for token in tokens:
            if not await self._lead(token):
                log.warning("standing_by", extra={"platform": token})

    async def keep(self) -> None:
        """Look again and again, until cancelled, whether what is led is still held."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.led:
                await self._seat.leads()
            # A try for another token may have found it out, too.
            lost = [token for token in self._lost if token not in self.led]
            for token in lost:
                log.error("lead_lost", extra={"platform": token})
                self._lost.pop(token).set()

    async def leave(self, token: str) -> None:
        """Let *token* go, and try for it again: whoever sent has died, and left posts in doubt."""
        await self._seat.leave(token)
        if token in self._lost:
            self._lost.pop(token).set()

    async def run(self, token: str, work: Work, quiet: Work) -> None:
        """Do *work* whenever *token* is led, until it ends by itself.

        Once the lead is lost it is tried for again when all is *quiet*: what was on its way has
        ended, and stands in the ledger.  The *work* is cancelled when it is known who leads.
        """
        while True:
            if not await self._tried(token):
                await asyncio.sleep(LOOK_SECONDS)
                continue
            lost = self._lost[token] = asyncio.Event()
            working = asyncio.ensure_future(work())
            losing = asyncio.create_task(self._until_other(token, lost, quiet))
            try:
                await asyncio.wait({working, losing}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                    return
            finally:
                self._lost.pop(token, None)
                losing.cancel()
                working.cancel()
                await asyncio.wait({working, losing})
            losing.result()
            if token not in self.led:
                await quiet()

    async def _tried(self, token: str) -> bool | None:
        """Return whether *token* is led here, None where the database cannot say."""
        before = token in self.led
        try:
            leads = await self._lead(token)
        except StoreDown:
            return None
        if leads and not before:
            log.warning("leading", extra={"platform": token})
        return leads

    async def _lead(self, token: str) -> bool:
        """Try for *token*; nothing is sent between the beginning of the lead and of the tally."""
        before = token in self.led
        leads = await self._seat.lead(token, self._now())
        self._elsewhere = self._elsewhere - {token} if leads else self._elsewhere | {token}
        if leads and not before:
            self._tally.begin(token, self._seat.ended(token))
        return leads

    async def _until_other(self, token: str, lost: asyncio.Event, quiet: Work) -> None:
        """Return once the lead is *lost* and the database says who has *token*, or could."""
        await lost.wait()
        calm = asyncio.ensure_future(quiet())
        try:
            while not (await asyncio.wait({calm}, timeout=GRACE_SECONDS))[0]:
                if await self._seat.leadable():
                    return
        finally:
            calm.cancel()
        while await self._tried(token) is None:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(LOOK_SECONDS)
