"""Sends and their audits, as whoever orders them knows them.

Rule 1: this file only passes on; what is done in a transaction stands in the file it names.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from bot.core.card import Card
from bot.core.send import Audit, Draft, Progress, Recipient
from bot.store import auditing, sends, working
from bot.store.line import Line
from bot.store.sends import Verb

PAGE: Final = 5_000
"""Rows that are read at once."""


class Sends:
    """What goes to many at once: its drafts, its course and who is meant."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def create(self, draft: Draft) -> int:
        """Write *draft* down and return its number; of one that is there already, that one's."""
        return await self._line.run(sends.create, draft)

    async def cards(self, send: int) -> Mapping[str, Card]:
        """Return what *send* says, by language."""
        return await self._line.run(sends.cards, send)

    async def reach(self, send: int) -> Mapping[tuple[str, str], int]:
        """Return how many *send* would be sent to just now, by platform and language."""
        return await self._line.run(sends.reach, send)

    async def people(self, send: int, now: datetime, after: int = 0) -> Sequence[Recipient]:
        """Return ``PAGE`` of those who would be sent *send* just now, from the one after *after*.

        They are told when they would be if it started *now*.
        """
        return await self._line.run(sends.people, send, now, PAGE, after)

    async def turn(self, send: int, verb: Verb, now: datetime) -> None:
        """Do what is wished of *send*; its rows follow in steps.

        Raises:
            NoSend: there is none.
            Refusal: it cannot be done any more, or not yet.
        """
        await self._line.run(sends.turn, send, verb, now)

    async def step(self, now: datetime) -> bool:
        """Do a moment's worth of what sends still need; return whether there was anything."""
        return await self._line.run(working.step, now)


class Audits:
    """How far sends have come, and whether everybody is accounted for."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def progress(self, send: int, now: datetime) -> Progress:
        """Return how far *send* has come.

        Raises:
            NoSend: there is none.
        """
        return await self._line.run(auditing.progress, send, now)

    async def queued(self, lane: int) -> Mapping[str, int]:
        """Return how many posts wait on each token in *lane* or a better one."""
        return await self._line.run(auditing.queued, lane)

    async def audit(self, send: int, now: datetime) -> Audit:
        """Hold what was counted of *send* against its rows.

        Raises:
            NoSend: there is none.
        """
        return await self._line.run(auditing.audit, send, now)

    async def rows(
        self, send: int, states: Sequence[str] = auditing.STATES
    ) -> AsyncIterator[Recipient]:
        """Yield every row of *send* in *states*, state by state."""
        for state in states:
            after = 0
            while page := await self._line.run(auditing.page, send, state, after, PAGE):
                for one in page:
                    yield one
                after = page[-1].row

    async def rowless(self, send: int) -> Sequence[Recipient]:
        """Return at most ``PAGE`` of whom the audience is made just now, and who have no row."""
        return await self._line.run(auditing.rowless, send, PAGE)
