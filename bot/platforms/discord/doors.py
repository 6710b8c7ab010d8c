"""This file is where the direct messages with each person stand, and how they are opened.

Rule 1: only what somebody asked for opens a direct message, and few are opened at once.
"""

from collections import OrderedDict

from bot.platforms.discord.outcomes import OPENING_SECONDS
from bot.platforms.discord.pace import Pace
from bot.platforms.discord.rest import Rest
from bot.ports import Refused, Throttled

DOORS = 100_000
"""Direct messages whose channel is remembered."""


class Doors:
    """The channels of direct messages, by person."""

    def __init__(self, rest: Rest, pace: Pace) -> None:
        """Know none; open them over *rest*, at the given pace."""
        self._rest = rest
        self._pace = pace
        self._kept: OrderedDict[str, str] = OrderedDict()

    def add(self, user: str, channel: str) -> None:
        """Remember the channel of *user*."""
        self._kept[user] = channel
        self._kept.move_to_end(user)
        while len(self._kept) > DOORS:
            self._kept.popitem(last=False)

    def close(self, user: str) -> None:
        """Forget the channel of *user*."""
        self._kept.pop(user, None)

    async def to(self, user: str, *, asked: bool) -> str:
        """Return the channel of *user*, opened where need be; *asked*: they asked for it.

        Raises:
            Refused: nothing is open, and nobody asked.
            SendError: Discord opened none.
        """
        known = self._kept.get(user)
        if known:
            return known
        if not asked:
            message = "nobody opened this conversation"
            raise Refused(message)
        self._pace.open()
        try:
            answer = await self._rest.call("POST", "/users/@me/channels", {"recipient_id": user})
        except Throttled as throttled:
            if throttled.retry_after == OPENING_SECONDS:
                self._pace.stop_opening()
            raise
        channel = str(answer.get("id", ""))
        if not channel.isdecimal():
            message = "discord opened no channel"
            raise Refused(message)
        self.add(user, channel)
        return channel
