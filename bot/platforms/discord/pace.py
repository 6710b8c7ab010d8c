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

FIRSTS = 20
"""People an hour to whom we write for the first time; a setting may say otherwise.

Source: chat.md, 5.1: one report tells of a bot quarantined after 25 to 40.
"""

SHUT = 5
"""First messages refused within an hour after which none is begun for a while.  Ours."""

HOUR = timedelta(hours=1)

BUCKETS = 10_000
"""Deadlines of single routes kept."""

Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """The gates of one bot token."""

    def __init__(self, now: Now, pause: Sleep, firsts: int = FIRSTS) -> None:
        """Open every gate; *pause* waits for some seconds; *firsts* as in ``FIRSTS``."""
        self._now = now
        self._pause = pause
        self._firsts = firsts
        self._next = now()
        self._first = False
        self._silent = now()
        self._opening = now()
        self._refused: deque[datetime] = deque()
        self._opened: deque[datetime] = deque()
        self._begun: deque[datetime] = deque()
        self._shut: deque[datetime] = deque()
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
        self._take(self._opened, OPENINGS, timedelta(minutes=1))

    def begin(self) -> None:
        """Take one of the places for writing to somebody for the first time.

        Raises:
            Throttled: too many were begun, or too many of them were refused.
        """
        self._take(self._begun, self._firsts, HOUR)

    def _take(self, taken: "deque[datetime]", most: int, within: timedelta) -> None:
        """Take a place of *most* in any time *within*, of which *taken* tells."""
        now = self._now()
        while taken and now - taken[0] >= within:
            taken.popleft()
        free = now if len(taken) < most else (taken[0] if taken else now) + within
        if now < max(free, self._opening):
            wait = max(free, self._opening) - now
            raise Throttled(wait.total_seconds(), everyone=False)
        taken.append(now)

    def shut(self) -> bool:
        """Take note that a first message was refused; return whether none is begun for a while."""
        now = self._now()
        self._shut.append(now)
        while now - self._shut[0] >= HOUR:
            self._shut.popleft()
        if len(self._shut) < SHUT:
            return False
        self._shut.clear()
        self.stop_opening()
        return True

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
