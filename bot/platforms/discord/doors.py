"""This file is where the direct messages with each person stand, and how they are opened.

Rule 1: only what somebody asked for opens a direct message, and few are opened at once.
Rule 2: a first message is one into a conversation that holds none: of these few leave in an
hour, and where several are refused, none for a while.
"""

import logging
from collections import OrderedDict

from bot.platforms.discord.outcomes import OPENING_SECONDS
from bot.platforms.discord.pace import Pace
from bot.platforms.discord.rest import Rest
from bot.ports import Gone, Refused, Throttled

DOORS = 100_000
"""Direct messages whose channel is remembered."""

log = logging.getLogger(__name__)


class Doors:
    """The channels of direct messages, by person."""

    def __init__(self, rest: Rest, pace: Pace) -> None:
        """Know none; open them over *rest*, at the given pace."""
        self._rest = rest
        self._pace = pace
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._empty: OrderedDict[str, str] = OrderedDict()
        self._begun: OrderedDict[str, str] = OrderedDict()

    def add(self, user: str, channel: str) -> None:
        """Remember the channel of *user*, in which something was said."""
        self._empty.pop(user, None)
        self._begun.pop(user, None)
        _remember(self._kept, user, channel)

    def arrived(self, user: str) -> None:
        """Take note that a message reached *user*."""
        channel = self._begun.get(user)
        if channel:
            self.add(user, channel)

    def close(self, user: str) -> None:
        """Forget the channel of *user*, who takes no message; one in a row too many is told."""
        self._kept.pop(user, None)
        self._empty.pop(user, None)
        if self._begun.pop(user, None):
            self._count()

    async def to(self, user: str, *, asked: bool) -> str:
        """Return the channel of *user*, opened where need be; *asked*: they asked for it.

        Raises:
            Refused: nothing is open, and nobody asked.
            Throttled: too many conversations were begun, or too many were refused.
            SendError: Discord opened none.
        """
        known = self._kept.get(user) or self._begun.get(user)
        if known:
            return known
        if not asked:
            message = "nobody opened this conversation"
            raise Refused(message)
        channel = self._empty.get(user) or await self._opened(user)
        if user in self._kept:
            return channel
        self._pace.begin()
        self._empty.pop(user, None)
        _remember(self._begun, user, channel)
        return channel

    async def _opened(self, user: str) -> str:
        """Return the channel of *user*, remembered as what it is: empty, or one to go on with."""
        self._pace.open()
        try:
            answer = await self._rest.call("POST", "/users/@me/channels", {"recipient_id": user})
        except Throttled as throttled:
            if throttled.retry_after == OPENING_SECONDS:
                self._pace.stop_opening()
            raise
        except Gone:
            self._count()
            raise
        channel = str(answer.get("id", ""))
        if not channel.isdecimal():
            message = "discord opened no channel"
            raise Refused(message)
        _remember(self._kept if answer.get("last_message_id") else self._empty, user, channel)
        return channel

    def _count(self) -> None:
        if self._pace.shut():
            log.warning("discord_opening_rests")


def _remember(doors: "OrderedDict[str, str]", user: str, channel: str) -> None:
    doors[user] = channel
    doors.move_to_end(user)
    while len(doors) > DOORS:
        doors.popitem(last=False)
