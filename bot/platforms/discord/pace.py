"""This file is how fast we may speak to Discord, and when not at all.

Rule 1: a pause is a deadline; only time ends it.
Rule 2: while the breaker is open nothing leaves, whoever asks.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.platforms.discord.outcomes import BAN_SECONDS, OPENING_SECONDS, Told
from bot.ports import Now, Throttled

RATE = 50.0
"""Requests a second of one bot; answers to interactions are exempt.

Source: Discord, Rate Limits, Global.
"""

STEP = timedelta(seconds=1 / RATE)

INVALID = 1_000
"""Refusals within ``WINDOW`` that open the breaker: a tenth of what bans the address."""

WINDOW = timedelta(minutes=10)

OPENINGS = 10
"""Direct messages opened in a minute; more get a bot quarantined.  Ours."""

BUCKETS = 10_000
"""Deadlines of single routes kept."""

Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """The gates of one bot token."""

    def __init__(self, now: Now, pause: Sleep) -> None:
        """Open every gate; *pause* waits for some seconds."""
        self._now = now
        self._pause = pause
        self._next = now()
        self._first = False
        self._silent = now()
        self._opening = now()
        self._refused: deque[datetime] = deque()
        self._opened: deque[datetime] = deque()
        self._routes: dict[str, datetime] = {}

    async def permit(self, route: str, *, ours: bool) -> None:
        """Wait for a place among ``RATE`` a second; *ours*: with the bot's own token.

        Raises:
            Throttled: nothing may leave now, or nothing on this route.
        """
        now = self._now()
        if now < self._silent:
            raise Throttled((self._silent - now).total_seconds(), everyone=True)
        until = self._routes.get(route, now)
        if now < until:
            raise Throttled((until - now).total_seconds(), everyone=False)
        if ours:
            wait = self._reserved(now)
            if wait > 0:
                await self._pause(wait)

    def _reserved(self, now: datetime) -> float:
        """Reserve the next place and return how many seconds away it is.

        Those who wait leave in pairs, the first with the second: to wake up costs more than a
        post.  No later than that, so that no second holds more than ``RATE`` of them.
        """
        place = max(self._next, now)
        self._next = place + STEP
        if place <= now:
            self._first = False
            return 0.0
        self._first = not self._first
        return ((self._next if self._first else place) - now).total_seconds()

    def open(self) -> None:
        """Take one of the places for opening a direct message.

        Raises:
            Throttled: too many were opened, or Discord said so.
        """
        now = self._now()
        while self._opened and now - self._opened[0] >= timedelta(minutes=1):
            self._opened.popleft()
        if len(self._opened) >= OPENINGS:
            self._opening = max(self._opening, self._opened[0] + timedelta(minutes=1))
        if now < self._opening:
            raise Throttled((self._opening - now).total_seconds(), everyone=False)
        self._opened.append(now)

    def stop_opening(self) -> None:
        """Open no direct message for ``OPENING_SECONDS``."""
        self._opening = self._now() + timedelta(seconds=OPENING_SECONDS)

    def hold(self, route: str, seconds: float) -> None:
        """Let nothing out on *route* for *seconds*."""
        now = self._now()
        if len(self._routes) >= BUCKETS:
            self._routes = {name: until for name, until in self._routes.items() if until > now}
        self._routes[route] = now + timedelta(seconds=seconds)

    def count(self, told: Told) -> bool:
        """Take note of an answer and return whether it opened the breaker."""
        now = self._now()
        if told.invalid:
            self._refused.append(now)
        while self._refused and now - self._refused[0] >= WINDOW:
            self._refused.popleft()
        if told.scope == "global" and told.retry_after:
            self._silent = max(self._silent, now + timedelta(seconds=told.retry_after))
        if not told.banned and len(self._refused) < INVALID:
            return False
        self._refused.clear()
        self._silent = now + timedelta(seconds=BAN_SECONDS)
        return True
