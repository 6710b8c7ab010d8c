"""First aid on Telegram while nothing can be written: shown at once, by the intake itself.

Rule 1: what was answered so counts as taken, and is not handed on when Telegram tells it again.
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence

from telegram.error import TelegramError

from bot.core.card import Card
from bot.core.effects import Lane
from bot.core.events import Incoming
from bot.engine.replies import pressed_on
from bot.platforms.telegram import encode
from bot.platforms.telegram.messages import place_of, put
from bot.platforms.telegram.pause import Pause
from bot.platforms.telegram.transport import Client
from bot.ports import Aid, Post, Receipt, Receive, SendError, StoreDown

GIVEN = 10_000
"""Names of events remembered as answered, some 100 bytes each."""

log = logging.getLogger(__name__)


class FirstAid:
    """Shows first aid, which no post in the ledger carries."""

    def __init__(self, client: Client, aid: Aid | None, pause: Pause) -> None:
        """Show over *client* what *aid* returns, but not during *pause*."""
        self._client = client
        self._aid = aid
        self._pause = pause
        self._given: OrderedDict[str, None] = OrderedDict()

    def left(self, events: Sequence[Incoming]) -> Sequence[Incoming]:
        """Return those of *events* that were not answered here before."""
        return [event for event in events if event.id not in self._given]

    async def told(
        self, events: Sequence[Incoming], receive: Receive, door: str
    ) -> Mapping[str, Receipt]:
        """Hand *events* to *receive* and return the receipts by event.

        First aid alone needs none.  *door*: our user name, as in ``buttons.keys``.

        Raises:
            StoreDown: some were not taken; those that asked for first aid have been answered.
        """
        try:
            receipts = await receive(events) if events else ()
        except StoreDown:
            if all([await self._give(event, door) for event in events]):
                return {}
            raise
        return {event.id: receipt for event, receipt in zip(events, receipts, strict=True)}

    async def _give(self, incoming: Incoming, door: str) -> bool:
        """Answer *incoming* and return True, or False where it asks for none or was not shown."""
        message = self._aid(incoming) if self._aid else None
        if message is None or self._pause.left():
            return False
        where = incoming.where
        address = where.place if where and where.public else incoming.address
        on = pressed_on(incoming.event)
        post = Post(0, address, Card(), Lane.REPLY, message.lang, on=on)
        try:
            place = place_of(address.id)
            drawn = encode.drawn(message, door if place.chat < 0 else "")
            await put(self._client, post, place, drawn)
        except (TelegramError, SendError) as fault:
            if isinstance(fault, TelegramError):
                self._pause.heed(fault)
            log.warning("aid_not_shown", extra={"fault": type(fault).__name__})
            return False
        self._given[incoming.id] = None
        while len(self._given) > GIVEN:
            self._given.popitem(last=False)
        return True
