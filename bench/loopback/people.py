"""People who write, one after the other: each press waits for the answer of the one before.

Rule 1: a turn lasts from the update's leaving the service to the answer's arrival at it.
Rule 2: they are many, and pause, so that no bound on one person or on a bot is what is measured.
"""

import asyncio
import statistics
import time
from itertools import cycle
from typing import Protocol

PEOPLE = 30

PAUSE = 0.04
"""Seconds between turns: 25 a second at most, below what either service takes of a bot."""

QUIET = 1.0
"""Seconds before the first turn, for what a bot says of itself when it starts."""

PATIENCE = 20.0
"""Seconds after which no answer comes any more."""

FIRST = "track:en:citizen"
"""What everybody presses before anything is timed: from here on they learn."""

PRESSES = ("go:hour", "go:often")
"""What is pressed while it is timed: each is decided, kept, and answered by a card."""


class Chat(Protocol):
    """How people reach the bot over one service."""

    async def heard(self) -> None:
        """Wait until the bot waits for news."""

    async def begin(self, who: int) -> None:
        """Open the conversation of *who*."""

    async def press(self, who: int, on: str, token: str) -> None:
        """Press a button of the message *on*."""


class People:
    """The learners at one service, each with the card that they saw last."""

    def __init__(self) -> None:
        """Know no bot yet."""
        self._cards: dict[int, str] = {}
        self._card = ""
        self._seen: asyncio.Future[float] | None = None
        turns = [(who, token) for token in PRESSES for who in range(PEOPLE)]
        self._turns = cycle(turns)

    def see(self, on: str) -> None:
        """Take note that a card arrived as the message *on*."""
        if self._seen and not self._seen.done():
            self._card = on
            self._seen.set_result(time.perf_counter())

    async def turns(self, chat: Chat, count: int) -> float:
        """Take *count* turns and return their median in milliseconds."""
        if not self._cards:
            await asyncio.wait_for(chat.heard(), PATIENCE)
            await asyncio.sleep(QUIET)
            for who in range(PEOPLE):
                await self._turn(chat, who)
                await self._turn(chat, who, FIRST)
        taken = [await self._turn(chat, *next(self._turns)) for _ in range(count)]
        return statistics.median(taken) * 1000

    async def _turn(self, chat: Chat, who: int, token: str = "") -> float:
        """Let *who* press *token*, or begin; return the seconds to the answer."""
        await asyncio.wait_for(chat.heard(), PATIENCE)
        await asyncio.sleep(PAUSE)
        await asyncio.wait_for(chat.heard(), PATIENCE)
        self._seen = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        await (chat.press(who, self._cards[who], token) if token else chat.begin(who))
        seconds = await asyncio.wait_for(self._seen, PATIENCE) - begun
        self._cards[who] = self._card
        return seconds
