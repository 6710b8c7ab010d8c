"""Who runs a group or a channel, as Telegram says: asked only where it decides something.

Rule 1: where Telegram does not say, nobody runs it: what is refused can be pressed again.
Rule 2: while it wants silence it is not asked, and the intake does not wait for the end of that.
"""

import logging
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta

from telegram.error import TelegramError

from bot.core.events import Incoming
from bot.engine.place import governs
from bot.platforms.telegram.pause import Pause
from bot.platforms.telegram.transport import Client
from bot.ports import Now

RUN = frozenset({"creator", "administrator"})
"""Source: Telegram, ChatMember, ``status``."""

KEPT = timedelta(minutes=1)
"""How long an answer counts: whoever loses the right loses it here soon."""

MOST = 1000
"""Answers remembered."""

log = logging.getLogger(__name__)


class Runners:
    """Remembers for a moment who runs which place."""

    def __init__(self, client: Client, now: Now, pause: Pause) -> None:
        """Ask over *client*, but not during *pause*."""
        self._client = client
        self._now = now
        self._pause = pause
        self._told: OrderedDict[tuple[str, str], tuple[bool, datetime]] = OrderedDict()

    async def known(self, event: Incoming) -> Incoming:
        """Return *event* with whether who acted runs the place, where that matters."""
        where = event.where
        if where is None or where.runs or where.place == event.address:
            return event
        if not governs(event.event, public=where.public):
            return event
        runs = await self._runs(where.place.id.partition(":")[0], event.address.id)
        return replace(event, where=replace(where, runs=runs))

    async def _runs(self, chat: str, person: str) -> bool:
        runs, until = self._told.get((chat, person), (False, self._now()))
        if self._now() < until:
            return runs
        if self._pause.left():
            return False
        try:
            member = await self._client.call(
                "GetChatMember", {"chat_id": int(chat), "user_id": int(person)}
            )
        except TelegramError as fault:
            self._pause.heed(fault)
            log.warning("runner_not_known", extra={"fault": type(fault).__name__})
            return False
        runs = isinstance(member, dict) and member.get("status") in RUN
        self._told[chat, person] = (runs, self._now() + KEPT)
        while len(self._told) > MOST:
            self._told.popitem(last=False)
        return runs
